//! `DELETE /directchat/contacts/{contact_id}`

use super::{acquainted, said};
use parlance_tests::peer::{Peer, chat};
use parlance_tests::prelude::*;

#[tokio::test]
async fn nothing_more_is_said_and_they_are_a_stranger_again() {
    let [alice, bob] = stack().users().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    let contact = alice.only_contact().await;
    let path = format!("/{}", contact["id"].as_str().unwrap());
    assert_eq!(bob.contacts_call("DELETE", &path, None).await.status, 404, "not theirs");
    let deleted = alice.contacts_call("DELETE", &path, None).await.ok(200);
    assert_eq!(deleted, json!({"deleted": true}));
    assert_eq!(alice.contacts_call("DELETE", &path, None).await.status, 404);
    assert_eq!(alice.contacts_call("DELETE", "/nonsense", None).await.status, 404);
    assert_eq!(alice.contacts().await.len(), 0);
    assert_eq!(said(&alice, &room).await, ["first", "answer"], "what was said stays");
    let body = json!({"content": "too late"});
    let refused = alice.post(&format!("/rooms/{room}/messages"), body).await;
    refused.problem(403, "account_deactivated");
    bea.send(&alice, chat("hello again")).await;
    let anew = alice.only_contact().await;
    assert_ne!((&anew["id"], &anew["room_id"]), (&contact["id"], &contact["room_id"]));
    assert_eq!(anew["request"], true);
    assert_eq!(bea.events().len(), 1, "only the answer from before");
}
