//! `GET /rooms/{room_id}/messages`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

/// A room with `count` messages named by their position, and their ids, oldest first.
async fn filled(user: &User, count: usize) -> (String, Vec<String>) {
    let room = user.make_room("public", "Tea").await;
    let messages = user.send_all(&room, (0..count).map(|number| number.to_string())).await;
    (room, ids(&json!(messages)))
}

fn numbers(page: &Value) -> Vec<usize> {
    contents(page).iter().map(|content| content.parse().unwrap()).collect()
}

fn down(from: usize, to: usize) -> Vec<usize> {
    (to..=from).rev().collect()
}

#[tokio::test]
async fn without_an_anchor_the_newest_come_newest_first() {
    let user = stack().user().await;
    let (room, _) = filled(&user, 60).await;
    let page = user.page(&room, "").await;
    assert_eq!(numbers(&page), down(59, 10), "50 by default");
    assert_eq!((&page["has_more_before"], &page["has_more_after"]), (&json!(true), &json!(false)));
    assert_eq!(numbers(&user.page(&room, "limit=3").await), [59, 58, 57]);
    assert_eq!(numbers(&user.page(&room, "limit=3&order=desc").await), [59, 58, 57]);
    let oldest = user.page(&room, "limit=3&order=asc").await;
    assert_eq!(numbers(&oldest), [0, 1, 2], "from the other end");
    assert_eq!(
        (&oldest["has_more_before"], &oldest["has_more_after"]),
        (&json!(false), &json!(true))
    );
    let all = user.page(&room, "limit=60").await;
    assert_eq!((numbers(&all).len(), &all["has_more_before"]), (60, &json!(false)));
}

#[tokio::test]
async fn an_empty_room_has_an_empty_page() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let page = user.page(&room, "").await;
    let nothing = json!({"messages": [], "has_more_before": false, "has_more_after": false, "prev_cursor": null, "next_cursor": null});
    assert_eq!(page, nothing);
}

#[tokio::test]
async fn before_gives_the_page_that_ends_before_the_anchor() {
    let user = stack().user().await;
    let (room, messages) = filled(&user, 20).await;
    let page = user.page(&room, &format!("limit=5&before={}", messages[10])).await;
    assert_eq!(numbers(&page), down(9, 5));
    assert_eq!((&page["has_more_before"], &page["has_more_after"]), (&json!(true), &json!(true)));
    let rest = user.page(&room, &format!("limit=5&before={}", messages[5])).await;
    assert_eq!((numbers(&rest), &rest["has_more_before"]), (down(4, 0), &json!(false)));
    let none = user.page(&room, &format!("limit=5&before={}", messages[0])).await;
    assert_eq!((numbers(&none), &none["has_more_before"]), (vec![], &json!(false)));
}

#[tokio::test]
async fn after_gives_the_page_that_touches_the_anchor() {
    let user = stack().user().await;
    let (room, messages) = filled(&user, 20).await;
    let page = user.page(&room, &format!("limit=5&after={}", messages[10])).await;
    assert_eq!(numbers(&page), down(15, 11), "the oldest after the anchor, newest first");
    assert_eq!((&page["has_more_before"], &page["has_more_after"]), (&json!(true), &json!(true)));
    let ascending = user.page(&room, &format!("limit=5&order=asc&after={}", messages[10])).await;
    assert_eq!(numbers(&ascending), [11, 12, 13, 14, 15]);
    let rest = user.page(&room, &format!("limit=50&after={}", messages[15])).await;
    assert_eq!((numbers(&rest), &rest["has_more_after"]), (down(19, 16), &json!(false)));
    let none = user.page(&room, &format!("after={}", messages[19])).await;
    assert_eq!((numbers(&none), &none["has_more_after"]), (vec![], &json!(false)));
}

#[tokio::test]
async fn around_shows_the_anchor_with_its_neighbours() {
    let user = stack().user().await;
    let (room, messages) = filled(&user, 20).await;
    let page = user.page(&room, &format!("limit=5&around={}", messages[10])).await;
    assert_eq!(numbers(&page), down(12, 8));
    assert_eq!((&page["has_more_before"], &page["has_more_after"]), (&json!(true), &json!(true)));
    for (anchor, limit) in [(0, 5), (1, 4), (19, 5), (18, 6), (10, 1), (7, 2), (3, 100)] {
        let page = user.page(&room, &format!("limit={limit}&around={}", messages[anchor])).await;
        let shown = numbers(&page);
        assert!(shown.contains(&anchor), "{anchor}: {shown:?}");
        assert!(shown.len() <= limit, "{anchor}: {shown:?}");
        assert_eq!(shown, down(shown[0], shown[shown.len() - 1]), "without gaps");
        assert_eq!(page["has_more_before"], shown[shown.len() - 1] > 0);
        assert_eq!(page["has_more_after"], shown[0] < 19);
    }
}

#[tokio::test]
async fn paging_from_either_end_shows_everything_once() {
    let user = stack().user().await;
    let (room, messages) = filled(&user, 23).await;
    for limit in [1, 2, 7, 23, 100] {
        let mut backwards = ids(&json!(user.history(&room, limit).await));
        backwards.reverse();
        assert_eq!(backwards, messages, "backwards by {limit}");
        let forwards = ids(&json!(user.history_forwards(&room, &messages[0], limit).await));
        assert_eq!(forwards, messages, "forwards by {limit}");
    }
}

#[tokio::test]
async fn a_limit_above_100_counts_as_100() {
    let user = stack().user().await;
    let (room, _) = filled(&user, 103).await;
    for limit in [100, 101, 1000, 1_000_000] {
        assert_eq!(
            numbers(&user.page(&room, &format!("limit={limit}")).await),
            down(102, 3),
            "{limit}"
        );
    }
}

#[tokio::test]
async fn wrong_limits_orders_and_anchors_are_refused() {
    let user = stack().user().await;
    let (room, messages) = filled(&user, 2).await;
    let path = format!("/rooms/{room}/messages");
    for limit in ["0", "-1", "NaN", "1.5", "", "ten", "1e3", "%00"] {
        user.get(&format!("{path}?limit={limit}")).await.problem(400, "validation_failed");
    }
    user.get(&format!("{path}?order=sideways")).await.problem(400, "validation_failed");
    let (one, two) = (&messages[0], &messages[1]);
    for two_anchors in [
        format!("before={one}&after={two}"),
        format!("around={one}&before={two}"),
        format!("before={one}&after={one}&around={one}"),
    ] {
        user.get(&format!("{path}?{two_anchors}")).await.problem(400, "validation_failed");
    }
}

#[tokio::test]
async fn an_anchor_is_a_message_of_this_room() {
    let [user, other] = stack().users().await;
    let (room, _) = filled(&user, 2).await;
    let (elsewhere, foreign) = filled(&other, 1).await;
    assert_ne!(room, elsewhere);
    for anchor in [
        foreign[0].as_str(),
        "nonsense",
        "",
        "%00",
        "..%2f..",
        "0199aaaa-0000-7000-8000-000000000000",
    ] {
        for name in ["before", "after", "around"] {
            let answer = user.get(&format!("/rooms/{room}/messages?{name}={anchor}")).await;
            answer.problem_of(&[(400, "validation_failed"), (404, "not_found")]);
        }
    }
}

#[tokio::test]
async fn a_deleted_message_keeps_its_place_and_is_an_anchor() {
    let user = stack().user().await;
    let (room, messages) = filled(&user, 5).await;
    user.delete(&format!("/messages/{}", messages[2])).await.ok(200);
    let page = user.page(&room, "").await;
    assert_eq!(contents(&page), ["4", "3", "[deleted]", "1", "0"]);
    shape::tombstone(&page["messages"][2], &user.id);
    assert_eq!(numbers(&user.page(&room, &format!("before={}", messages[2])).await), [1, 0]);
    assert_eq!(numbers(&user.page(&room, &format!("after={}", messages[2])).await), [4, 3]);
}

#[tokio::test]
async fn edits_and_deletions_between_pages_move_nothing() {
    let user = stack().user().await;
    let (room, messages) = filled(&user, 12).await;
    let first = user.page(&room, "limit=4").await;
    user.put(&format!("/messages/{}", messages[9]), json!({"content": "edited"})).await.ok(200);
    user.delete(&format!("/messages/{}", messages[8])).await.ok(200);
    user.put(&format!("/messages/{}", messages[5]), json!({"content": "edited"})).await.ok(200);
    user.delete(&format!("/messages/{}", messages[6])).await.ok(200);
    user.post(&format!("/messages/{}/reactions", messages[4]), json!({"emoji": "👍"}))
        .await
        .ok(201);
    user.send(&room, "new").await;
    let cursor = first["prev_cursor"].as_str().unwrap();
    let second = user.page(&room, &format!("limit=4&before={cursor}")).await;
    assert_eq!(contents(&second), ["7", "[deleted]", "edited", "4"]);
    let cursor = second["prev_cursor"].as_str().unwrap();
    let third = user.page(&room, &format!("limit=100&before={cursor}")).await;
    assert_eq!(numbers(&third), down(3, 0));
}

#[tokio::test]
async fn paging_while_six_people_write_misses_nothing_old() {
    let reader = stack().user().await;
    let (room, messages) = filled(&reader, 40).await;
    let writers = stack().crowd(6).await;
    join_all(writers.iter().map(|writer| writer.join(&room))).await;
    let writing = join_all(writers.iter().map(|writer| {
        let room = &room;
        async move {
            for number in 0..12 {
                let sent = writer.send(room, &format!("live {number}")).await;
                let path = format!("/messages/{}", sent["id"].as_str().unwrap());
                match number % 4 {
                    1 => drop(writer.put(&path, json!({"content": "live, edited"})).await.ok(200)),
                    2 => drop(writer.delete(&path).await.ok(200)),
                    _ => {}
                }
            }
        }
    }));
    let reading = async {
        for _ in 0..4 {
            let seen = ids(&json!(reader.history(&room, 7).await));
            let old: Vec<&String> = seen.iter().rev().filter(|id| messages.contains(id)).collect();
            assert_eq!(old, messages.iter().collect::<Vec<_>>());
            let mut unique = seen.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), seen.len(), "nothing twice");
        }
    };
    tokio::join!(writing, reading);
    let all = reader.history(&room, 100).await;
    assert_eq!(all.len(), 40 + 6 * 12);
    let mut forwards = ids(&json!(reader.history_forwards(&room, &messages[0], 9).await));
    forwards.reverse();
    assert_eq!(forwards, ids(&json!(all)));
}

#[tokio::test]
async fn only_members_read() {
    let [owner, stranger] = stack().users().await;
    for kind in ["public", "private"] {
        let room = owner.make_room(kind, "Tea").await;
        stranger.get(&format!("/rooms/{room}/messages")).await.problem(403, "not_a_member");
    }
    stranger
        .get("/rooms/0199aaaa-0000-7000-8000-000000000000/messages")
        .await
        .problem(404, "not_found");
}
