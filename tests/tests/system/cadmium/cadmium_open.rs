//! `urn:cadmium:connection:open`: what one server wants first.

use parlance_tests::cadmium::{Cadmium, SERVER};
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_negotiation_is_answered_and_never_asked_for() {
    let client = Cadmium::open(stack()).await;
    let first = client.yes("urn:cadmium:connection:open", json!(SERVER), json!({})).await;
    let id = first["id"].as_str().unwrap();
    assert_eq!(uuid::Uuid::try_parse(id).unwrap().to_string(), id);
    let again = client.yes("urn:cadmium:connection:open", json!([SERVER]), json!({})).await;
    assert_eq!(again["id"], id, "a connection has one id");
    let other = Cadmium::open(stack()).await;
    let theirs = other.yes("urn:cadmium:connection:open", json!(SERVER), json!({})).await;
    assert_ne!(theirs["id"], id);
}
