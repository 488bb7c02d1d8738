//! `GET /rooms/{room_id}/bans`

use parlance_tests::prelude::*;
use std::collections::BTreeSet;

#[tokio::test]
async fn every_ban_is_listed_once() {
    let owner = stack().user().await;
    let room = owner.make_room("private", "Tea").await;
    let crowd = stack().crowd(5).await;
    for user in &crowd {
        owner.ban(&room, user).await;
    }
    let mut found = vec![];
    let mut query = "limit=2".to_owned();
    loop {
        let page = owner.get(&format!("/rooms/{room}/bans?{query}")).await.ok(200);
        for ban in page["bans"].as_array().unwrap() {
            shape::ban(ban);
            found.push(ban["user"]["id"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(found.len(), 5);
    let everybody: BTreeSet<String> = crowd.iter().map(|user| user.id.clone()).collect();
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), everybody);
    owner.delete(&format!("/rooms/{room}/bans/{}", crowd[0].id)).await.ok(200);
    let page = owner.get(&format!("/rooms/{room}/bans")).await.ok(200);
    assert_eq!(page["bans"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn only_admins_and_the_owner_see_it() {
    let [owner, admin, member, stranger] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&member]).await;
    let path = format!("/rooms/{room}/bans");
    assert_eq!(admin.get(&path).await.ok(200)["bans"], json!([]));
    member.get(&path).await.problem(403, "insufficient_role");
    stranger.get(&path).await.problem(403, "not_a_member");
    for query in ["limit=0", "limit=NaN", "cursor=nonsense"] {
        owner.get(&format!("{path}?{query}")).await.problem(400, "validation_failed");
    }
}
