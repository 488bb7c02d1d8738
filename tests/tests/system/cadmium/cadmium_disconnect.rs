//! `$disconnect`.

use parlance_tests::cadmium::{Cadmium, TYPING, entity};
use parlance_tests::prelude::*;

#[tokio::test]
async fn whoever_leaves_is_offline_and_types_no_more() {
    let [juliet, romeo] = brief().users().await;
    let room = romeo.direct_room(&juliet).await;
    let watching = Socket::connect(&romeo).await;
    let client = Cadmium::of(brief(), &juliet).await;
    let is = |status: &'static str| {
        let id = juliet.id.clone();
        move |data: &Value| data["user_id"] == id.as_str() && data["status"] == status
    };
    watching.expect("presence_updated", is("online")).await;
    client.yes(TYPING, json!([entity(&romeo)]), json!({})).await;
    watching.expect("user_typing", |data| data["room_id"] == room && data["typing"] == true).await;
    client.close().await;
    watching.expect("user_typing", |data| data["room_id"] == room && data["typing"] == false).await;
    watching.expect("presence_updated", is("offline")).await;
}
