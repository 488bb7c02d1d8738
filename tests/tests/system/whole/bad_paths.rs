//! Bad ids and queries on every route of the template.

use super::sweep::{Findings, World, valid_body};
use parlance_tests::prelude::*;

#[tokio::test]
async fn what_is_no_id_is_unknown() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
    let long = "x".repeat(1500);
    let no_ids = [
        "nonsense",
        "..",
        ".",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "..%5c..",
        "%00",
        "a%00b",
        "%20",
        "%ff%fe",
        "%F0%9F%98%80",
        "'%20OR%201=1--",
        "ROOM%23x",
        "USER%23x",
        "null",
        "-1",
        "0",
        "1e9",
        "{room_id}",
        "$default",
        "*",
        "00000000-0000-0000-0000-000000000000",
        "0199aaaa-0000-7000-8000-000000000000",
        "0199AAAA-0000-7000-8000-000000000000",
        "0199aaaa-0000-7000-8000-000000000000-",
        &long,
    ];
    let parameters = ["{room_id}", "{message_id}", "{user_id}", "{attachment_id}"];
    for route in world.routes() {
        let Some(parameter) =
            parameters.iter().find(|parameter| route.template.contains(**parameter))
        else {
            continue;
        };
        let body = valid_body(&route.stem).unwrap_or_else(|| json!({})).to_string();
        for no_id in no_ids {
            let path = route.template.replace(parameter, no_id).replace("{emoji}", "%F0%9F%91%8D");
            let answer = world.user.api.raw(&route.method, &path, &world.user.token, &body).await;
            // `/users/..` may be tidied to another path, where another method rules.
            // A body may name a message, and that one of another room is said before the room is looked for.
            let mut allowed = vec![(404, "not_found"), (405, "method_not_allowed")];
            if matches!(route.stem.as_str(), "read_room" | "mark_unread") {
                allowed.push((400, "validation_failed"));
            }
            found.add(answer.judge(&allowed));
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn ids_of_one_kind_are_no_ids_of_another() {
    let world = World::new().await;
    let (user, room, message) = (&world.user, &world.room, &world.message);
    for path in [
        format!("/rooms/{}", user.id),
        format!("/rooms/{message}"),
        format!("/messages/{room}"),
        format!("/users/{room}"),
        format!("/users/{message}"),
    ] {
        user.get(&path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn strange_queries_are_refused_or_ignored() {
    let world = World::new().await;
    for route in world.routes().iter().filter(|route| route.method == "GET") {
        for query in [
            "limit=%00",
            "limit=%F0%9F%98%80",
            "cursor=%ff",
            "cursor=AAAA",
            "q=%00",
            "limit=5&limit=6",
            "before=..%2f..",
            "unknown=1",
            "&&==&",
            "%",
        ] {
            let answer = world.user.get(&format!("{}?{query}", route.path)).await;
            if answer.status != 200 {
                // Reports of all rooms are for the site's moderators, whatever they ask.
                let (invalid, unknown) = ((400, "validation_failed"), (404, "not_found"));
                answer.problem_of(&[invalid, unknown, (403, "insufficient_role")]);
            }
        }
    }
}
