//! `GET /rooms/public`

use parlance_tests::prelude::*;

/// All rooms whose name begins with a word that no other test uses, page by page.
async fn found(user: &User, word: &str, limit: usize) -> Vec<Value> {
    let mut rooms = vec![];
    let mut query = format!("q={word}&limit={limit}");
    loop {
        let page = user.get(&format!("/rooms/public?{query}")).await.ok(200);
        let some = page["rooms"].as_array().cloned().unwrap();
        assert!(some.len() <= limit, "{page}");
        some.iter().for_each(shape::room);
        rooms.extend(some);
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("q={word}&limit={limit}&cursor={cursor}"),
            None => return rooms,
        }
    }
}

#[tokio::test]
async fn rooms_come_by_name_and_say_whether_one_is_in() {
    let [owner, visitor] = stack().users().await;
    let word = username();
    let mut made = vec![];
    for name in ["c", "a", "b"] {
        made.push(owner.make_room("public", &format!("{word} {name}")).await);
    }
    visitor.join(&made[2]).await;
    for limit in [1, 2, 50] {
        let rooms = found(&visitor, &word, limit).await;
        let names: Vec<String> =
            rooms.iter().map(|room| room["name"].as_str().unwrap().replace(&word, "")).collect();
        assert_eq!(names, [" a", " b", " c"], "limit {limit}");
        let joined: Vec<bool> =
            rooms.iter().map(|room| room["joined"].as_bool().unwrap()).collect();
        assert_eq!(joined, [false, true, false]);
    }
    assert_eq!(
        found(&owner, &word, 1).await.iter().filter(|room| room["joined"] == true).count(),
        3
    );
}

#[tokio::test]
async fn private_and_direct_rooms_are_never_listed() {
    let [owner, peer, visitor] = stack().users().await;
    let word = username();
    let hidden = owner.make_room("public", &format!("{word} hidden")).await;
    owner.put(&format!("/rooms/{hidden}"), json!({"type": "private"})).await.ok(200);
    owner.make_room("private", &format!("{word} private")).await;
    owner.direct_room(&peer).await;
    let shown = owner.make_room("public", &format!("{word} shown")).await;
    for user in [&owner, &visitor] {
        assert_eq!(ids(&json!(found(user, &word, 10).await)), [shown.as_str()]);
    }
}

#[tokio::test]
async fn the_list_follows_names_members_and_deletion() {
    let [owner, guest] = stack().users().await;
    let (before, after) = (username(), username());
    let room = owner.make_room("public", &before).await;
    guest.join(&room).await;
    assert_eq!(found(&owner, &before, 10).await[0]["member_count"], 2);
    owner.put(&format!("/rooms/{room}"), json!({"name": after})).await.ok(200);
    assert!(found(&owner, &before, 10).await.is_empty());
    assert_eq!(found(&guest, &after, 10).await.len(), 1);
    owner.delete(&format!("/rooms/{room}")).await.ok(200);
    assert!(found(&guest, &after, 10).await.is_empty());
}

#[tokio::test]
async fn without_a_word_the_list_is_paged_too() {
    let user = stack().user().await;
    user.make_room("public", "one").await;
    user.make_room("public", "two").await;
    let page = user.get("/rooms/public?limit=1").await.ok(200);
    assert_eq!(page["rooms"].as_array().unwrap().len(), 1);
    let cursor = page["next_cursor"].as_str().expect("more");
    let next = user.get(&format!("/rooms/public?limit=1&cursor={cursor}")).await.ok(200);
    assert_ne!(next["rooms"][0]["id"], page["rooms"][0]["id"]);
}

#[tokio::test]
async fn wrong_limits_and_cursors_are_refused() {
    let user = stack().user().await;
    for query in ["limit=0", "limit=NaN", "limit=-5", "cursor=nonsense", "cursor=%00"] {
        user.get(&format!("/rooms/public?{query}")).await.problem(400, "validation_failed");
    }
}
