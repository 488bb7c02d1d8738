//! The people and the room that a row is judged in.

use super::table::Row;
use parlance_tests::prelude::*;
use parlance_tests::rooms::pixel_form;
use std::collections::HashMap;

/// The people, registered once: roles are what they are in each row's room.
pub struct Cast {
    people: HashMap<&'static str, User>,
    /// Members to whom things are done; one per role, so that no cell meets another's victim.
    victims: HashMap<&'static str, User>,
    /// People who are in none of the rooms.
    newcomers: HashMap<&'static str, User>,
    sockets: HashMap<&'static str, Socket>,
    /// The owner's direct rooms, by the other one.
    direct: HashMap<String, String>,
}

/// Those who are somebody.
const SIGNED_IN: [&str; 7] =
    ["stranger", "former", "member", "silenced", "admin", "owner", "blocked"];

impl Cast {
    pub async fn assemble() -> Self {
        let mut crowd = stack().crowd(SIGNED_IN.len() * 3).await.into_iter();
        let mut named =
            || SIGNED_IN.into_iter().zip(crowd.by_ref().take(SIGNED_IN.len())).collect();
        let (people, victims, newcomers): (HashMap<_, User>, _, _) = (named(), named(), named());
        let mut sockets = HashMap::new();
        for (role, user) in &people {
            let socket = Socket::connect(user).await;
            socket.keep_events(false);
            sockets.insert(*role, socket);
        }
        let mut cast = Self { people, victims, newcomers, sockets, direct: HashMap::new() };
        // A direct room with the owner from before the quarrel.
        for role in SIGNED_IN.into_iter().filter(|role| *role != "owner") {
            let peer = &cast.people[role];
            let room = peer.direct_room(cast.owner()).await;
            cast.direct.insert(peer.id.clone(), room);
        }
        let blocked = &cast.people["blocked"].id;
        cast.owner().call("PUT", &format!("/users/{blocked}/block"), Payload::None).await.ok(200);
        cast
    }

    fn owner(&self) -> &User {
        &self.people["owner"]
    }

    fn person(&self, role: &str) -> Option<&User> {
        self.people.get(role)
    }
}

/// A private room with somebody of every role in it.
pub struct World {
    room: String,
    /// A message of each who could ever write.
    own: HashMap<&'static str, String>,
}

impl World {
    pub async fn build(cast: &Cast, row: &Row) -> Self {
        let owner = cast.owner();
        let room = owner.make_room("public", "The room").await;
        let mut own = HashMap::new();
        for role in ["former", "member", "silenced", "admin", "owner", "blocked"] {
            let user = &cast.people[role];
            if role != "owner" {
                user.join(&room).await;
            }
            let message = user.send(&room, &format!("from {role}")).await;
            own.insert(role, message["id"].as_str().unwrap_or_default().to_owned());
        }
        if row.needs("$victim") || row.route.contains("{user_id}") {
            for victim in cast.victims.values() {
                victim.join(&room).await;
            }
        }
        cast.people["former"].leave(&room).await;
        let silenced = &cast.people["silenced"].id;
        owner.put(&format!("/rooms/{room}/members/{silenced}/silence"), json!({})).await.ok(200);
        let admin = &cast.people["admin"].id;
        let role = json!({"role": "admin"});
        owner.patch(&format!("/rooms/{room}/members/{admin}/role"), role).await.ok(200);
        owner.put(&format!("/rooms/{room}"), json!({"type": "private"})).await.ok(200);
        Self { room, own }
    }

    /// Asks for the row's route; the status, and what came as text.
    pub async fn request(&self, cast: &Cast, row: &Row, role: &'static str) -> (String, String) {
        let mut path = row.route.clone();
        while let Some(parameter) = between(&path) {
            let value = self.value(cast, role, &row.value_of(&parameter)).await;
            let value = value.replace('👍', "%F0%9F%91%8D");
            path = path.replacen(&format!("{{{parameter}}}"), &value, 1);
        }
        if let Some((_, query)) = row.with.iter().find(|(name, _)| name == "query") {
            path = format!("{path}?{}", self.filled(cast, role, query).await);
        }
        let body = self.filled(cast, role, &row.body).await;
        let payload = match body.strip_prefix("multipart:") {
            Some(text) => pixel_form(text),
            None if body.is_empty() => Payload::None,
            None => Payload::Json(serde_json::from_str(&body).expect("a JSON body")),
        };
        let somebody = cast.person(role);
        let api = somebody.map_or_else(|| stack().api(), |user| user.api.clone());
        // Sign-in rows speak for themselves; nobody's own session is used up by them.
        let token = somebody.map(|user| user.token.as_str());
        let answer = api.call(&row.method, &path, token, payload).await;
        (answer.status.to_string(), format!("{} {}", answer.status, answer.text))
    }

    /// Sends the row's frame; `ack` or the error's code, and what came as text.
    pub async fn frame(&self, cast: &Cast, row: &Row, role: &'static str) -> (String, String) {
        let Some(socket) = cast.sockets.get(role) else {
            let refused = Socket::open(&stack().ws(), SignIn::Nothing, "").await;
            let status = parlance_tests::socket::refused(refused).to_string();
            return (status.clone(), status);
        };
        let body = self.filled(cast, role, &row.body).await;
        let mut frame: Value = serde_json::from_str(&body).expect("a JSON frame");
        frame["type"] = json!(row.route);
        let answer = socket.ask(frame).await;
        let outcome = if answer.kind == "error" { text(&answer.data["code"]) } else { answer.kind };
        (outcome, answer.raw.to_string())
    }

    async fn filled(&self, cast: &Cast, role: &'static str, text: &str) -> String {
        let mut filled = text.to_owned();
        while let Some(at) = filled.find('$') {
            let rest = &filled[at + 1..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = rest[..end.unwrap_or(rest.len())].to_owned();
            let value = self.value(cast, role, &format!("${name}")).await;
            filled.replace_range(at..at + 1 + name.len(), &value);
        }
        filled
    }

    /// What a `$name` stands for in this cell; anything else stands for itself.
    async fn value(&self, cast: &Cast, role: &'static str, name: &str) -> String {
        let owner = cast.owner();
        let known = role != "anonymous";
        let key = if known { role } else { "member" };
        let room = &self.room;
        match name {
            "$room" => room.clone(),
            "$dm" => {
                let peer = &cast.people[if key == "owner" { "member" } else { key }];
                cast.direct[&peer.id].clone()
            }
            "$theirs" => text(&owner.send(room, "of the owner").await["id"]),
            "$own" => self.own.get(key).unwrap_or(&self.own["owner"]).clone(),
            "$victim" => cast.victims[key].id.clone(),
            "$victim_message" => text(&cast.victims[key].send(room, "of the victim").await["id"]),
            "$newcomer" => cast.newcomers[key].id.clone(),
            "$owner" => owner.id.clone(),
            "$me" => cast.people[key].id.clone(),
            "$member" => cast.people["member"].id.clone(),
            "$public" => owner.make_room("public", "Open to all").await,
            "$pinned" => {
                let id = text(&owner.send(room, "to be pinned").await["id"]);
                let pin = format!("/rooms/{room}/pins/{id}");
                owner.call("PUT", &pin, Payload::None).await.ok(200);
                id
            }
            "$banned" => {
                let id = &cast.newcomers[key].id;
                owner.put(&format!("/rooms/{room}/bans/{id}"), json!({})).await.ok(200);
                id.clone()
            }
            "$invite" => {
                let invite = owner.post(&format!("/rooms/{room}/invites"), json!({})).await;
                text(&invite.ok(201)["code"])
            }
            "$report" => {
                let id = text(&owner.send(room, "to be reported").await["id"]);
                let reason = json!({"reason": "spam"});
                let reporter = &cast.people["member"];
                let report = reporter.post(&format!("/messages/{id}/report"), reason).await;
                text(&report.ok(201)["id"])
            }
            "$edited" => {
                let id = text(&owner.send(room, "first").await["id"]);
                owner.put(&format!("/messages/{id}"), json!({"content": "second"})).await.ok(200);
                id
            }
            "$reacted" => {
                let id = text(&owner.send(room, "to be reacted to").await["id"]);
                let react = json!({"emoji": "👍"});
                if let Some(user) = cast.person(role) {
                    user.post(&format!("/messages/{id}/reactions"), react).await;
                }
                id
            }
            "$notification" => {
                // The owner's: somebody has answered them.
                let root = owner.send(room, "a question").await;
                let answer = json!({"content": "an answer", "parent_message_id": root["id"]});
                let answer = cast.people["member"].send_as(room, answer).await;
                let deadline = tokio::time::Instant::now() + parlance_tests::DEADLINE;
                loop {
                    let list = owner.get("/notifications?limit=1").await.ok(200);
                    let newest = &list["notifications"][0];
                    if newest["message_id"] == answer["id"] {
                        break text(&newest["id"]);
                    }
                    assert!(tokio::time::Instant::now() < deadline, "{list}");
                }
            }
            "$attached" => {
                let file = self.upload(owner).await;
                let body = json!({"content": "", "attachments": [file]});
                owner.send_as(room, body).await;
                file
            }
            "$unused" => self.upload(owner).await,
            "$own_unused" => self.upload(&cast.people[key]).await,
            "$session" => {
                let session = owner.sign_in_again().await;
                let sessions = session.get("/auth/sessions").await.ok(200);
                let current = sessions["sessions"].as_array().cloned().unwrap_or_default();
                text(&current.iter().find(|s| s["current"] == true).expect("this one")["id"])
            }
            "$subscription" => {
                // Where nobody listens; the keys of RFC 8291, appendix A.
                let body = json!({
                    "endpoint": format!("http://127.0.0.1:9/send/{}", username()),
                    "keys": {
                        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
                    },
                });
                text(&owner.put("/push/subscriptions", body).await.ok(200)["id"])
            }
            "$random" => username(),
            "$uuid" => uuid::Uuid::now_v7().to_string(),
            "$sign" => "$".into(),
            other => other.to_owned(),
        }
    }

    /// A small clean file of somebody.
    async fn upload(&self, user: &User) -> String {
        let answer = user.call("POST", "/attachments/upload", pixel_form("pixel.gif")).await;
        text(&answer.ok(201)["id"])
    }
}

impl Row {
    fn needs(&self, name: &str) -> bool {
        self.body.contains(name) || self.with.iter().any(|(_, value)| value.contains(name))
    }

    /// What stands for a parameter of the path.
    fn value_of(&self, parameter: &str) -> String {
        if let Some((_, value)) = self.with.iter().find(|(name, _)| name == parameter) {
            return value.clone();
        }
        match parameter {
            "room_id" => "$room",
            "message_id" => "$theirs",
            "user_id" => "$victim",
            "emoji" => "👍",
            "code" => "$invite",
            "report_id" => "$report",
            "notification_id" => "$notification",
            "attachment_id" => "$attached",
            "session_id" => "$session",
            "subscription_id" => "$subscription",
            other => panic!("{}: nothing stands for {{{other}}}", self.route),
        }
        .to_owned()
    }
}

fn between(path: &str) -> Option<String> {
    let (_, rest) = path.split_once('{')?;
    Some(rest.split_once('}')?.0.to_owned())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
