//! Who may send what: every route of the face, asked for by everybody. A route without a row fails here.

use parlance_tests::cadmium::{Cadmium, GENERAL, SERVER, entity};
use parlance_tests::prelude::*;
use parlance_tests::template::Template;
use std::collections::BTreeSet;

/// Whoever asks: without a token; with one of our own API; somebody the other one does not know; the one
/// they talk to; somebody they have blocked.
const ROLES: [&str; 5] = ["anonymous", "foreign token", "stranger", "participant", "blocked"];

/// Type, and the outcome for each role: `ok` or the error id.
const TABLE: &[(&str, [&str; 5])] = &[
    ("profile:register", ["ok", "ok", "ok", "ok", "ok"]),
    ("urn:cadmium:profile:register", ["ok", "ok", "ok", "ok", "ok"]),
    ("urn:cadmium:register", ["ok", "ok", "ok", "ok", "ok"]),
    ("profile:login", ["ok", "ok", "ok", "ok", "ok"]),
    ("urn:cadmium:profile:login", ["ok", "ok", "ok", "ok", "ok"]),
    ("urn:cadmium:connection:open", ["ok", "ok", "ok", "ok", "ok"]),
    (
        "urn:cadmium:auth",
        ["urn:cadmium:auth:invalid", "urn:cadmium:auth:invalid", "ok", "ok", "ok"],
    ),
    ("urn:cadmium:chats:private:message", ["unauthorized", "unauthorized", "ok", "ok", "banned"]),
    (
        "urn:cadmium:chats:message",
        ["unauthorized", "unauthorized", "ok", "ok", "urn:cadmium:chats:private:banned"],
    ),
    // A message of the participant's chat with the other one. Reading it is no message: a block does not forbid it.
    (
        "urn:cadmium:chats:private:read",
        ["unauthorized", "unauthorized", "unknown_message", "ok", "unknown_message"],
    ),
    (
        "urn:cadmium:chats:read",
        ["unauthorized", "unauthorized", "unknown_message", "ok", "unknown_message"],
    ),
    ("urn:cadmium:chats:private:typing", ["unauthorized", "unauthorized", "ok", "ok", "banned"]),
    (
        "urn:cadmium:chats:typing",
        ["unauthorized", "unauthorized", "ok", "ok", "urn:cadmium:chats:private:banned"],
    ),
];

#[test]
fn every_route_has_a_row_and_stands_in_the_document() {
    let faces = Template::faces();
    let (_, face) = faces.iter().find(|(name, _)| name == "Cadmium").expect("the face");
    let routes: BTreeSet<String> =
        face.socket_routes().into_iter().filter(|key| !key.starts_with('$')).collect();
    let rows: BTreeSet<String> = TABLE.iter().map(|(kind, _)| (*kind).to_owned()).collect();
    assert_eq!(routes, rows);
    let file = parlance_tests::stack::project_folder().join("docs/cadmium.md");
    let document = std::fs::read_to_string(file).unwrap();
    for route in &routes {
        assert!(document.contains(&format!("`{route}`")), "docs/cadmium.md does not name {route}");
    }
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let [other, stranger, participant, blocked] = stack().users().await;
    let theirs = Cadmium::of(stack(), &other).await;
    let message = theirs.say(&participant, "hello").await;
    theirs.say(&blocked, "goodbye").await;
    other.call("PUT", &format!("/users/{}/block", blocked.id), Payload::None).await.ok(200);
    let mut wrong = Vec::new();
    for (kind, expected) in TABLE {
        for (role, expected) in ROLES.iter().zip(expected) {
            let who = match *role {
                "stranger" => Some(&stranger),
                "participant" => Some(&participant),
                "blocked" => Some(&blocked),
                _ => None,
            };
            let token = match (who, *role) {
                (Some(user), _) => Some(Cadmium::login(stack(), user).await.1),
                (None, "foreign token") => Some(participant.token.clone()),
                _ => None,
            };
            let client = Cadmium::open(stack()).await;
            let mut frame = json!({"type": kind, "to": [entity(&other)]});
            frame["payload"] = match *kind {
                kind if kind.ends_with("register") => {
                    json!({"username": username(), "thirdPIDs": [], "password": PASSWORD, "loginOnSuccess": false})
                }
                kind if kind.ends_with("login") => {
                    json!({"username": other.name, "password": PASSWORD})
                }
                "urn:cadmium:auth" => {
                    json!({"type": "urn:cadmium:auth:token", "fields": {"token": token.clone().unwrap_or_default()}})
                }
                kind if kind.ends_with("message") => {
                    json!({"type": GENERAL, "content": {"text": "hello"}})
                }
                kind if kind.ends_with("read") => json!({"messageID": message}),
                _ => json!({}),
            };
            if let Some(token) = &token {
                frame["authToken"] = json!(token);
            }
            let answer = client.ask(frame).await;
            let got = match &answer["ok"] {
                Value::Bool(true) => "ok",
                _ => answer["payload"]["errID"].as_str().unwrap_or_default(),
            };
            if got != *expected || answer["from"] != SERVER {
                wrong.push(format!("{kind} as {role}: expected {expected}, got {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
