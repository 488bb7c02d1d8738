//! Who may do what: every route of this face, by everybody. The table is `authorization.txt`; a route without a
//! row fails here.

use super::acquainted;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlance_tests::files::png;
use parlance_tests::peer::{Peer, chat, secret};
use parlance_tests::prelude::*;
use parlance_tests::stack::DOMAIN;
use parlance_tests::template::Template;
use std::collections::BTreeSet;

const ROLES: [&str; 5] = ["anonymous", "other face", "stranger", "participant", "blocked"];

fn rows() -> Vec<(String, String, Vec<String>)> {
    let lines = include_str!("authorization.txt").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let (route, expected) = line.split_once('|').unwrap();
        let (method, path) = route.trim().split_once(' ').unwrap();
        let expected: Vec<String> = expected.split_whitespace().map(str::to_owned).collect();
        assert_eq!(expected.len(), ROLES.len(), "{line}");
        (method.to_owned(), path.to_owned(), expected)
    };
    lines.filter(|line| !line.trim().is_empty()).map(row).collect()
}

#[test]
fn every_route_has_a_row() {
    let faces = Template::faces();
    let (_, face) = faces.iter().find(|(name, _)| name == "Directchat").unwrap();
    let wanted: BTreeSet<(String, String)> =
        face.http_routes().into_iter().map(|(method, path, _)| (method, path)).collect();
    let there: BTreeSet<(String, String)> =
        rows().into_iter().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(wanted, there);
}

/// The token as it would be for another protocol: who it is for is part of what is signed.
fn of_another_face(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let payload = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let mut payload: Value = serde_json::from_slice(&payload).unwrap();
    payload["aud"] = json!("pleroma");
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(payload.to_string()), parts[2])
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let mut wrong = Vec::new();
    for (method, path, expected) in rows() {
        let [owner, other] = stack().users().await;
        let [known, blocked] = [Peer::start("Known").await, Peer::start("Blocked").await];
        acquainted(&owner, &known).await;
        let contact = owner.only_contact().await;
        let contact = contact["id"].as_str().unwrap();
        blocked.say(&owner, "hello").await;
        let bad = owner.contacts().await[1]["user"]["id"].as_str().unwrap().to_owned();
        owner.put(&format!("/users/{bad}/block"), json!({})).await.ok(200);
        for (role, expected) in ROLES.iter().zip(expected) {
            let answer = if path.contains("/contacts") {
                let mut caller = match *role {
                    "participant" => owner.clone(),
                    _ => other.clone(),
                };
                match *role {
                    "anonymous" => caller.token = String::new(),
                    "other face" => caller.token = of_another_face(&caller.token),
                    _ => {}
                }
                let below = if path.contains('{') { format!("/{contact}") } else { String::new() };
                let address = match *role {
                    "participant" => known.address.clone(),
                    role => format!("{role}.example"),
                };
                let body = (method == "POST").then(|| json!({"address": address}));
                caller.contacts_call(&method, &below, body).await
            } else {
                let stranger = Peer::start("Stranger").await.with_secret(&secret());
                let peer = match *role {
                    "participant" => &known,
                    "blocked" => &blocked,
                    _ => &stranger,
                };
                let url = path.replace("{username}", &owner.name).replace("{channel}", "main");
                let url = format!("{}{url}", owner.api.base);
                let host = format!("{}.{DOMAIN}", owner.name.replace('_', "-"));
                let bearer = format!("Bearer {}", owner.token);
                let mut headers = vec![("host", host.as_str())];
                if matches!(*role, "anonymous" | "other face") {
                    headers.push(("Chat-Identification", ""));
                }
                if *role == "other face" {
                    headers.push(("authorization", &bearer));
                }
                let (kind, body) = match path.ends_with("upload") {
                    true => ("image/png", png(4, 4)),
                    false => ("application/json", chat("hello").to_string().into_bytes()),
                };
                headers.push(("content-type", kind));
                peer.post(&url, &headers, body).await
            };
            if !expected.split('/').any(|one| one == answer.status.to_string()) {
                wrong.push(format!(
                    "{method} {path} as {role}: expected {expected}, got {}: {:.200}",
                    answer.status, answer.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}
