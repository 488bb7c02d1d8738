//! `GET /rooms/{room_id}/members`

use futures_util::future::join_all;
use parlance_tests::prelude::*;
use std::collections::BTreeSet;

async fn listed(user: &User, room: &str, query: &str) -> Value {
    let page = user.get(&format!("/rooms/{room}/members?{query}")).await.ok(200);
    for member in page["members"].as_array().unwrap() {
        shape::compact_user(&member["user"]);
        assert!(member["role"].is_string(), "{member}");
        assert!(
            shape::moment(member["joined_at"].as_str().unwrap_or_default()).is_some(),
            "{member}"
        );
    }
    assert!(page.get("next_cursor").is_some(), "{page}");
    page
}

#[tokio::test]
async fn everybody_is_listed_with_their_role() {
    let [owner, guest] = stack().users().await;
    let room = owner.private_room_with(&[&guest]).await;
    let page = listed(&guest, &room, "").await;
    let mut roles: Vec<(Value, Value)> = page["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["user"]["id"].clone(), m["role"].clone()))
        .collect();
    roles.sort_by_key(|(_, role)| role.to_string());
    assert_eq!(roles, [(json!(guest.id), json!("member")), (json!(owner.id), json!("owner"))]);
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test]
async fn pages_cover_everybody_once() {
    let owner = stack().user().await;
    let room = owner.make_room("public", "Tea").await;
    let crowd = stack().crowd(8).await;
    join_all(crowd.iter().map(|user| user.join(&room))).await;
    let everybody: BTreeSet<String> =
        crowd.iter().map(|user| user.id.clone()).chain([owner.id.clone()]).collect();
    for limit in [1, 4, 9, 100] {
        let mut found = vec![];
        let mut query = format!("limit={limit}");
        loop {
            let page = listed(&owner, &room, &query).await;
            let some = page["members"].as_array().unwrap();
            assert!(some.len() <= limit);
            found.extend(
                some.iter().map(|member| member["user"]["id"].as_str().unwrap().to_owned()),
            );
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(found.len(), 9, "limit {limit}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), everybody, "limit {limit}");
    }
}

#[tokio::test]
async fn a_word_finds_names() {
    let owner = stack().user().await;
    let room = owner.make_room("public", "Tea").await;
    let ada = stack().user_named(&username(), Some("Ada Lovelace")).await;
    let bob = stack().user().await;
    for user in [&ada, &bob] {
        user.join(&room).await;
    }
    let found = |page: Value| {
        ids(&json!(
            page["members"]
                .as_array()
                .unwrap()
                .iter()
                .map(|m| m["user"].clone())
                .collect::<Vec<_>>()
        ))
    };
    assert_eq!(found(listed(&owner, &room, &format!("q={}", bob.name)).await), [bob.id.as_str()]);
    assert_eq!(found(listed(&owner, &room, "q=lovelace").await), [ada.id.as_str()]);
    assert!(found(listed(&owner, &room, "q=nobody%20of%20this%20name").await).is_empty());
    assert!(
        found(listed(&owner, &room, "q=%25").await).is_empty(),
        "a percent sign is no wildcard"
    );
}

#[tokio::test]
async fn who_left_is_not_listed() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    guest.leave(&room).await;
    assert_eq!(listed(&owner, &room, "").await["members"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_members_see_it() {
    let [owner, stranger] = stack().users().await;
    for kind in ["public", "private"] {
        let room = owner.make_room(kind, "Tea").await;
        stranger.get(&format!("/rooms/{room}/members")).await.problem(403, "not_a_member");
    }
    stranger
        .get("/rooms/0199aaaa-0000-7000-8000-000000000000/members")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn wrong_limits_and_cursors_are_refused() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    for query in ["limit=0", "limit=NaN", "limit=-1", "cursor=nonsense", "cursor=%00"] {
        user.get(&format!("/rooms/{room}/members?{query}")).await.problem(400, "validation_failed");
    }
}
