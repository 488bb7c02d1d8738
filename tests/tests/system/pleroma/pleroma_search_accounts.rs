//! `GET /api/v1/accounts/search`

use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn people_are_found_by_name_as_it_is_written_elsewhere_too() {
    let [ann, bob] = stack().users().await;
    let client = Client::of(&ann).await;
    for q in [bob.name.clone(), format!("@{}", bob.name), format!("{}@chat.example", bob.name)] {
        let found =
            client.get(&format!("/api/v1/accounts/search?q={q}&resolve=true")).await.ok(200);
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{q}: {found}");
        super::account(&found[0], &bob);
    }
    for bad in ["", "?q=", "?q=%20", "?q=@", "?q=x&limit=0", "?q=x&limit=many"] {
        refused(&client.get(&format!("/api/v1/accounts/search{bad}")).await, 400, "");
    }
}
