//! `GET /rooms`

use parlance_tests::prelude::*;

async fn listed(user: &User, query: &str) -> Value {
    let page = user.get(&format!("/rooms?{query}")).await.ok(200);
    page["rooms"].as_array().unwrap().iter().for_each(shape::room_of_member);
    assert!(page.get("next_cursor").is_some(), "{page}");
    page
}

#[tokio::test]
async fn the_latest_message_comes_first() {
    let user = stack().user().await;
    let mut rooms = vec![];
    for name in ["one", "two", "three"] {
        let room = user.make_room("public", name).await;
        user.send(&room, "m").await;
        rooms.push(room);
    }
    user.send(&rooms[0], "again").await;
    let page = listed(&user, "").await;
    assert_eq!(ids(&page["rooms"]), [rooms[0].clone(), rooms[2].clone(), rooms[1].clone()]);
    assert_eq!(page["rooms"][0]["last_message"]["content"], "again");
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test]
async fn pages_cover_everything_once() {
    let user = stack().user().await;
    let mut rooms = vec![];
    for number in 0..7 {
        let room = user.make_room("private", &format!("room {number}")).await;
        user.send(&room, "m").await;
        rooms.insert(0, room);
    }
    for limit in [1, 2, 3, 7, 100] {
        let mut found = vec![];
        let mut query = format!("limit={limit}");
        loop {
            let page = listed(&user, &query).await;
            let some = ids(&page["rooms"]);
            assert!(some.len() <= limit, "{limit}: {page}");
            found.extend(some);
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(found, rooms, "limit {limit}");
    }
}

#[tokio::test]
async fn only_ones_own_rooms_are_listed() {
    let [alice, bob] = stack().users().await;
    let (left, kept) = (bob.room_with(&[&alice]).await, bob.room_with(&[&alice]).await);
    bob.make_room("public", "not joined").await;
    alice.leave(&left).await;
    assert_eq!(ids(&listed(&alice, "").await["rooms"]), [kept]);
}

#[tokio::test]
async fn a_direct_room_has_the_peers_name() {
    let alice = stack().user_named(&username(), Some("Alice L.")).await;
    let bob = stack().user_named(&username(), Some("Bob M.")).await;
    alice.direct_room(&bob).await;
    assert_eq!(listed(&alice, "").await["rooms"][0]["name"], "Bob M.");
    bob.patch("/users/me", json!({"display_name": "Robert"})).await.ok(200);
    assert_eq!(listed(&alice, "").await["rooms"][0]["name"], "Robert");
}

#[tokio::test]
async fn unread_counts_what_others_wrote() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    alice.send_all(&room, ["1", "2", "3"]).await;
    let unread = |page: Value| page["rooms"][0]["unread_count"].clone();
    assert_eq!(unread(listed(&bob, "").await), 3);
    assert_eq!(unread(listed(&alice, "").await), 0);
}

#[tokio::test]
async fn wrong_limits_and_cursors_are_refused() {
    let user = stack().user().await;
    for limit in ["0", "-1", "NaN", "1.5", "", "99999999999999999999"] {
        user.get(&format!("/rooms?limit={limit}")).await.problem(400, "validation_failed");
    }
    for cursor in ["nonsense", "%00", "eyJhIjoxfQ", "../..", "😀"] {
        user.get(&format!("/rooms?cursor={cursor}")).await.problem(400, "validation_failed");
    }
}
