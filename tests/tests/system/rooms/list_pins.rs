//! `GET /rooms/{room_id}/pins`

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_newest_pin_comes_first_however_old_the_message() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let messages = owner.send_all(&room, ["a", "b", "c", "d", "e"]).await;
    for place in [3, 0, 4, 1] {
        owner.pin(&room, messages[place]["id"].as_str().unwrap()).await;
    }
    assert_eq!(member.pinned(&room).await, ["b", "e", "a", "d"]);
    for limit in [1, 3, 4] {
        let mut found = vec![];
        let mut query = format!("limit={limit}");
        loop {
            let page = member.get(&format!("/rooms/{room}/pins?{query}")).await.ok(200);
            let pins = page["pins"].as_array().unwrap();
            assert!(pins.len() <= limit);
            let texts =
                pins.iter().map(|pin| pin["message"]["content"].as_str().unwrap().to_owned());
            found.extend(texts);
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(found, ["b", "e", "a", "d"], "limit {limit}");
    }
    // An edit shows, a deletion goes.
    let edited = format!("/messages/{}", messages[0]["id"].as_str().unwrap());
    owner.put(&edited, json!({"content": "a, edited"})).await.ok(200);
    owner.delete(&format!("/messages/{}", messages[4]["id"].as_str().unwrap())).await.ok(200);
    assert_eq!(member.pinned(&room).await, ["b", "a, edited", "d"]);
    assert_eq!(member.room(&room).await["pin_count"], 3);
}

#[tokio::test]
async fn only_members_see_it() {
    let [owner, former, stranger] = stack().users().await;
    let room = owner.room_with(&[&former]).await;
    let message = owner.send(&room, "m").await;
    owner.pin(&room, message["id"].as_str().unwrap()).await;
    former.leave(&room).await;
    for who in [&former, &stranger] {
        who.get(&format!("/rooms/{room}/pins")).await.problem(403, "not_a_member");
    }
    for query in ["limit=0", "cursor=x", "cursor=-1"] {
        let answer = owner.get(&format!("/rooms/{room}/pins?{query}")).await;
        answer.problem(400, "validation_failed");
    }
    owner.delete(&format!("/rooms/{room}")).await.ok(200);
    owner.get(&format!("/rooms/{room}/pins")).await.problem(404, "not_found");
}
