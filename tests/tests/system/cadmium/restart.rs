//! What was acknowledged is there after everything died at once.

use parlance_tests::cadmium::{Cadmium, MESSAGE, entity};
use parlance_tests::prelude::*;

#[tokio::test]
async fn everything_dies_and_what_was_acknowledged_is_delivered_afterwards() {
    let stack = Stack::start(Options::new().roomy());
    let [sender, receiver] = stack.users().await;
    let (client, token) = Cadmium::login(&stack, &sender).await;
    let id = client.say(&receiver, "before").await;
    let last = client.say(&receiver, "last words").await;
    stack.kill();
    client.expect_closed().await;
    stack.start_again();
    let [sender, receiver] = [sender.reconnected(), receiver.reconnected()];
    // The token outlives it; what waited is there, under the same ids.
    let again = Cadmium::handshake(&stack, "", Some(&token)).await.unwrap();
    let theirs = Cadmium::of(&stack, &receiver).await;
    assert_eq!(theirs.text("before").await["payload"]["messageID"], id);
    assert_eq!(theirs.text("last words").await["payload"]["messageID"], last);
    let reply = json!({"type": parlance_tests::cadmium::GENERAL, "content": {"text": "alive"}, "reply": last});
    theirs.yes(MESSAGE, json!([entity(&sender)]), reply).await;
    assert_eq!(again.text("alive").await["payload"]["reply"], last);
}
