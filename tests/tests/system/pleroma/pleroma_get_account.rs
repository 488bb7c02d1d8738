//! `GET /api/v1/accounts/{account_id}`

use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn an_account_is_a_user() {
    let [ann, bob] = stack().users().await;
    bob.patch("/users/me", json!({"display_name": "Bob", "status_message": "a <b> c"}))
        .await
        .ok(200);
    let client = Client::of(&ann).await;
    let account = client.get(&format!("/api/v1/accounts/{}", bob.id)).await.ok(200);
    super::account(&account, &bob);
    assert_eq!(
        (&account["display_name"], &account["note"]),
        (&json!("Bob"), &json!("a &lt;b&gt; c"))
    );
    for nobody in ["0198c0de-7b0a-7c3e-8f00-000000000001", "x", "1"] {
        let answer = client.get(&format!("/api/v1/accounts/{nobody}")).await;
        refused(&answer, 404, "Record not found");
    }
}
