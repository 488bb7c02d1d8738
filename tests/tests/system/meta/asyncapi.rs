//! `GET /asyncapi.json`: the document that is checked in, with a tag.

use parlance_tests::prelude::*;
use parlance_tests::stack::project_folder;

#[tokio::test]
async fn the_checked_in_document_is_served_to_everybody() {
    let served = stack().api().call("GET", "/asyncapi.json", None, Payload::None).await.ok(200);
    let file = project_folder().join("docs/asyncapi.json");
    let there: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(served["asyncapi"], "3.0.0");
    assert!(served == there, "another document is served than is checked in: build again");
}

#[tokio::test]
async fn a_held_document_is_not_sent_again() {
    let api = stack().api();
    let first = api.call("GET", "/asyncapi.json", None, Payload::None).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    for (held, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"other\", {tag}"), 304),
        ("*".into(), 304),
        ("\"other\"".into(), 200),
    ] {
        let headers = [("if-none-match", held.as_str())];
        let again =
            api.try_call("GET", "/asyncapi.json", None, &headers, Payload::None).await.unwrap();
        assert_eq!((again.status, again.text.is_empty()), (status, status == 304), "{held}");
        assert_eq!(again.header("etag"), Some(tag.as_str()), "{held}");
    }
}

#[tokio::test]
async fn a_token_is_not_even_looked_at() {
    stack().api().call("GET", "/asyncapi.json", Some("nonsense"), Payload::None).await.ok(200);
}
