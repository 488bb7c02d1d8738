//! What no route answers: 404, or 405 with `Allow`.

use parlance_tests::prelude::*;
use parlance_tests::template::Template;
use std::collections::{BTreeMap, BTreeSet};

/// A path of the template with something in place of its parameters.
fn fill(path: &str) -> String {
    path.split('/')
        .map(
            |part| {
                if part.starts_with('{') { "0199aaaa-0000-7000-8000-000000000000" } else { part }
            },
        )
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn unknown_routes_are_not_found() {
    let user = stack().user().await;
    for path in [
        "/nothing",
        "/rooms/a/b/c/d",
        "/auth",
        "/auth/nothing",
        "/rooms/public/x/y",
        "/favicon.ico",
        "/..%2f..%2fetc/passwd",
        "/%00",
        "/ROOMS",
        "//rooms",
    ] {
        for method in ["GET", "POST"] {
            let answer = user.api.raw(method, path, &user.token, "{}").await;
            answer.problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let user = stack().user().await;
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, path, _) in Template::load().http_routes() {
        allowed.entry(path).or_default().insert(method);
    }
    assert!(allowed.len() > 15, "the template's routes");
    // `/users/me` is also a `/users/{user_id}`, whose methods fit it too.
    let shaped_like = |path: &str| -> BTreeSet<String> {
        let same = |template: &str| {
            template.split('/').count() == path.split('/').count()
                && template
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(a, b)| a == b || a.starts_with('{'))
        };
        allowed
            .iter()
            .filter(|(template, _)| same(template))
            .flat_map(|(_, methods)| methods.clone())
            .collect()
    };
    for path in allowed.keys() {
        let filled = fill(path);
        let right = shaped_like(&filled);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if right.contains(method) {
                continue;
            }
            let answer = user.call(method, &filled, Payload::None).await;
            let told: BTreeSet<String> = answer
                .header("allow")
                .unwrap_or_default()
                .split(',')
                .map(|method| method.trim().to_owned())
                .collect();
            let what = answer.what.clone();
            answer.problem(405, "method_not_allowed");
            assert!(right.is_subset(&told), "{what}: allows {told:?}, has {right:?}");
            assert!(!told.contains(method), "{what}: allows what it refuses");
        }
    }
}

#[tokio::test]
async fn routes_with_a_word_are_not_swallowed_by_routes_with_an_id() {
    let user = stack().user().await;
    assert!(user.get("/rooms/public").await.ok(200)["rooms"].is_array());
    assert!(user.get(&format!("/users/search?q={}", user.name)).await.ok(200)["users"].is_array());
    assert_eq!(user.get("/users/me").await.ok(200)["id"], user.id);
}

#[tokio::test]
async fn browsers_may_ask_from_other_origins() {
    let api = stack().api();
    let headers = [
        ("origin", "https://chat.example.org"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type,idempotency-key"),
    ];
    let preflight =
        api.try_call("OPTIONS", "/rooms", None, &headers, Payload::None).await.expect("an answer");
    assert!(matches!(preflight.status, 200 | 204), "{} {}", preflight.status, preflight.text);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    assert!(
        preflight
            .header("access-control-allow-methods")
            .is_some_and(|methods| methods.contains("POST"))
    );
    let user = stack().user().await;
    for (path, status) in [("/auth/me", 200), ("/rooms/nonsense", 404)] {
        let answer = user
            .call_with("GET", path, &[("origin", "https://chat.example.org")], Payload::None)
            .await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (status, Some("*"))
        );
    }
}
