//! Who may do what: every route of this face, asked for by everybody. The table is `authorization.txt`; a route
//! without a row fails here.

use parlance_tests::files::{form, png};
use parlance_tests::pleroma::Client;
use parlance_tests::prelude::*;
use parlance_tests::template::Template;
use std::collections::BTreeSet;

const ROLES: [&str; 5] = ["anonymous", "face", "stranger", "participant", "blocked"];

struct Row {
    method: &'static str,
    route: &'static str,
    query: &'static str,
    body: &'static str,
    expected: Vec<&'static str>,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("authorization.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(row).collect()
}

fn row(line: &'static str) -> Row {
    let cells: Vec<&str> = line.split(" | ").collect();
    let [route, query, body, expected] = cells[..] else { panic!("four columns: {line}") };
    let (method, route) = route.split_once(' ').expect("a method and a path");
    let expected: Vec<&str> = expected.split_whitespace().collect();
    assert_eq!(expected.len(), ROLES.len(), "{line}");
    Row { method, route, query, body, expected }
}

#[test]
fn every_route_has_a_row() {
    let face =
        Template::faces().into_iter().find(|(name, _)| name == "Pleroma").expect("the face").1;
    let routes = face.http_routes().into_iter().map(|(method, path, _)| (method, path));
    let wanted: BTreeSet<(String, String)> = routes.collect();
    let there: BTreeSet<(String, String)> =
        rows().iter().map(|row| (row.method.to_owned(), row.route.to_owned())).collect();
    assert_eq!(there, wanted);
}

/// Everybody, and what they meet.
struct World {
    owner: Client,
    stranger: Client,
    participant: Client,
    blocked: Client,
    /// The owner's chats with participant and blocked, and a message of each in theirs.
    chats: [(String, String); 2],
    media: String,
}

impl World {
    async fn build() -> Self {
        let users: [User; 4] = stack().users().await;
        let [owner, stranger, participant, blocked] = users;
        let owner = Client::of(&owner).await;
        let stranger = Client::of(&stranger).await;
        let participant = Client::of(&participant).await;
        let blocked = Client::of(&blocked).await;
        let mut chats = vec![];
        for other in [&participant, &blocked] {
            let chat = other.chat(&owner.user).await;
            let sent = other.send(&chat, "hello").await;
            chats.push((chat, sent["id"].as_str().unwrap().to_owned()));
        }
        let path = format!("/users/{}/block", blocked.id());
        owner.user.call("PUT", &path, Payload::None).await.ok(200);
        let media = participant.call("POST", "/api/v1/media", picture()).await.ok(200);
        let media = media["id"].as_str().unwrap().to_owned();
        let chats = chats.try_into().unwrap();
        Self { owner, stranger, participant, blocked, chats, media }
    }

    async fn ask(&self, row: &Row, role: &str) -> Answer {
        let (chat, message) = &self.chats[usize::from(role == "blocked")];
        let mut path = row.route.to_owned();
        for (name, value) in [
            ("{chat_id}", chat.as_str()),
            ("{message_id}", message.as_str()),
            ("{account_id}", self.owner.id()),
            ("{media_id}", self.media.as_str()),
            ("{proxy+}", "nothing/here"),
        ] {
            path = path.replace(name, value);
        }
        if row.query != "-" {
            path = format!("{path}?{}", row.query);
        }
        let payload = match row.body {
            "-" => Payload::None,
            "$form" => picture(),
            json => Payload::Json(serde_json::from_str(json).unwrap()),
        };
        let token = match role {
            "anonymous" => None,
            "face" => Some(&self.participant.user.token),
            "stranger" => Some(&self.stranger.token),
            "participant" => Some(&self.participant.token),
            _ => Some(&self.blocked.token),
        };
        let method = if row.method == "ANY" { "GET" } else { row.method };
        let api = &self.owner.user.api;
        api.call(method, &path, token.map(String::as_str), payload).await
    }
}

fn picture() -> Payload {
    form(Some("a.png"), Some("image/png"), &png(9, 9))
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let mut wrong = vec![];
    for row in rows() {
        let world = World::build().await;
        for (role, expected) in ROLES.iter().zip(&row.expected) {
            let answer = world.ask(&row, role).await;
            let status = answer.status.to_string();
            let shaped = answer.status < 400 || answer.json["error"].is_string();
            if !expected.split('/').any(|one| one == status) || !shaped {
                wrong.push(format!(
                    "{} as {role}: {status}, not {expected}: {}",
                    answer.what, answer.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}
