//! `GET /directchat/contacts`

use parlance_tests::peer::Peer;
use parlance_tests::prelude::*;

#[tokio::test]
async fn everybody_sees_their_own_the_oldest_first() {
    let [alice, bob] = stack().users().await;
    let bea = Peer::start("Bea").await;
    bea.say(&alice, "hello").await;
    alice.add_contact("carl.example").await;
    let all = alice.contacts().await;
    let names: Vec<&Value> = all.iter().map(|one| &one["user"]["display_name"]).collect();
    assert_eq!(names, ["Bea", "carl.example"]);
    let shown: Vec<(bool, bool)> =
        all.iter().map(|one| (one["request"] == true, one["last_heard_at"].is_string())).collect();
    assert_eq!(shown, [(true, true), (false, false)]);
    assert_eq!(bob.contacts().await.len(), 0);
    let text = json!(all).to_string();
    assert!(!text.contains(&bea.secret), "no secrets: {text}");
}
