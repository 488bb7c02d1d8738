//! What the sweeps of bad input go over: every route of the template, on behalf of somebody with something to
//! lose.

use parlance_tests::prelude::*;
use parlance_tests::template::Template;

/// Routes that need no token.
pub const OPEN: &[&str] =
    &["register", "login", "refresh", "reactivate", "openapi", "asyncapi", "healthz"];

/// Writing routes that take no body.
pub const BODYLESS: &[&str] = &[
    "logout",
    "ticket",
    "join_room",
    "leave_room",
    "open_direct_room",
    "pin_message",
    "accept_invite",
    "read_notification",
    "complete_attachment",
    "block_user",
];

pub const DEPTH: usize = 10_000;

/// Lines that people are shown by: control characters in them become a space instead of an error.
pub const LINES: &[&str] = &["name", "display_name", "status_message", "filename", "reason"];

/// Routes whose members may all be missing, and so may the body.
pub const ALL_OPTIONAL: &[&str] = &[
    "update_room",
    "update_me",
    "silence_member",
    "ban_member",
    "create_invite",
    "read_room",
    "read_all_notifications",
];

/// What went wrong in a sweep, so that one run shows all of it.
#[derive(Default)]
pub struct Findings(Vec<String>);

impl Findings {
    pub fn add(&mut self, result: Result<(), String>) {
        self.0.extend(result.err());
    }

    #[track_caller]
    pub fn none(self) {
        let count = self.0.len();
        assert!(
            count == 0,
            "{count} findings, the first of them:\n{}",
            self.0[..count.min(40)].join("\n")
        );
    }
}

/// Somebody with something to lose.
pub struct World {
    pub user: User,
    pub room: String,
    pub message: String,
    pub attachment: String,
}

/// One route of the template with its path filled in.
pub struct Route {
    pub method: String,
    /// As in the template.
    pub template: String,
    pub path: String,
    pub stem: String,
}

impl World {
    pub async fn new() -> Self {
        let [user, friend] = stack().users().await;
        let room = user.room_with(&[&friend]).await;
        let message = user.send(&room, "as it was").await["id"].as_str().unwrap().to_owned();
        friend
            .post(&format!("/messages/{message}/reactions"), json!({"emoji": "👍"}))
            .await
            .ok(201);
        let file = user.upload("mine.png", &parlance_tests::files::png(8, 8)).await;
        let attachment = file["id"].as_str().unwrap().to_owned();
        Self { user, room, message, attachment }
    }

    pub fn routes(&self) -> Vec<Route> {
        let fill = |path: &str| {
            let path = path.replace("{room_id}", &self.room).replace("{message_id}", &self.message);
            let path = path.replace("{user_id}", &self.user.id).replace("{code}", "7gKpQmXr2sTw");
            let path = path.replace("{notification_id}", "0199aaaa-0000-7000-8000-000000000000");
            let path = path.replace("{attachment_id}", &self.attachment);
            let path = path.replace("{session_id}", "0199aaaa-0000-7000-8000-000000000000");
            let path = path.replace("{report_id}", &format!("{}-{}", self.message, self.user.id));
            let path = path.replace("{subscription_id}", &"0".repeat(32));
            path.replace("{emoji}", "%F0%9F%91%8D")
        };
        let routes = Template::load().http_routes().into_iter();
        routes
            .map(|(method, template, stem)| Route { path: fill(&template), method, template, stem })
            .collect()
    }

    pub fn routes_with_body(&self) -> Vec<(Route, Value)> {
        self.routes()
            .into_iter()
            .filter_map(|route| valid_body(&route.stem).map(|body| (route, body)))
            .collect()
    }

    /// All that bad input could have changed.
    pub async fn snapshot(&self) -> Value {
        let mut me = self.user.get("/auth/me").await.ok(200);
        me["last_seen"] = Value::Null;
        me["status"] = Value::Null;
        let rooms = self.user.get("/rooms").await.ok(200);
        let members = self.user.get(&format!("/rooms/{}/members", self.room)).await.ok(200);
        json!([
            me,
            rooms,
            self.user.room(&self.room).await,
            self.user.page(&self.room, "").await,
            members
        ])
    }

    /// Sends bad JSON and notes an answer that is not one of those allowed.
    pub async fn refuse(
        &self,
        found: &mut Findings,
        route: &Route,
        body: impl Into<Vec<u8>>,
        allowed: &[(u16, &str)],
    ) {
        let body = body.into();
        let shown = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
        let answer = self.send(route, "application/json", body).await;
        found.add(answer.judge(allowed).map_err(|wrong| format!("{wrong}\n    for {shown}")));
    }

    pub async fn send(
        &self,
        route: &Route,
        content_type: &'static str,
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        self.user.call(&route.method, &route.path, Payload::Raw(content_type, body.into())).await
    }
}

/// A body that the route would take. A new writing route must be added here or to [`BODYLESS`].
pub fn valid_body(stem: &str) -> Option<Value> {
    Some(match stem {
        "register" => json!({"username": username(), "password": PASSWORD, "display_name": "New"}),
        "login" => json!({"username": "somebody", "password": PASSWORD}),
        "reactivate" => json!({"username": "somebody", "password": PASSWORD}),
        "change_password" => json!({"current_password": "wrong wrong", "new_password": PASSWORD}),
        "deactivate_me" => json!({"password": "wrong wrong"}),
        "report_message" => json!({"reason": "spam", "comment": "c"}),
        "resolve_report" => json!({"status": "resolved", "action": "none", "note": "n"}),
        "refresh" => json!({"refresh_token": "a-token"}),
        "create_room" => json!({"type": "public", "name": "New", "description": "d"}),
        "update_room" => json!({"name": "New", "description": "d", "type": "public"}),
        "send_message" => json!({"content": "new", "client_id": "k"}),
        "upload_attachment" => json!({"filename": "a.png", "size": 100, "mime_type": "image/png"}),
        "edit_message" => json!({"content": "new"}),
        "read_room" | "mark_unread" => {
            json!({"message_id": "0198c0de-7b0a-7c3e-8f00-0000000000aa-7"})
        }
        "add_reaction" => json!({"emoji": "🎉"}),
        "add_member" => json!({"user_id": "0199aaaa-0000-7000-8000-000000000000"}),
        "change_role" => json!({"role": "admin"}),
        "silence_member" => json!({"until": "2100-01-01T00:00:00.000Z", "reason": "r"}),
        "ban_member" => json!({"reason": "r"}),
        "set_notification_level" => json!({"level": "all"}),
        "create_invite" => json!({"expires_in": 60, "max_uses": 1}),
        "set_typing" => json!({"typing": true}),
        "read_all_notifications" => {
            json!({"before": "0199aaaa-0000-7000-8000-000000000000"})
        }
        // Where nobody listens; the keys of RFC 8291, appendix A.
        "save_push_subscription" => json!({
            "endpoint": "http://127.0.0.1:9/send/1",
            "keys": {
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            },
        }),
        "update_me" => {
            json!({"display_name": "New", "status_message": "m", "status": "busy", "avatar_url": "https://example.org/a"})
        }
        _ => return None,
    })
}

pub fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// The body with one member replaced by raw JSON text.
pub fn with_raw(body: &Value, member: &str, raw: &str) -> String {
    let mut body = body.clone();
    body[member] = json!("\u{1}placeholder\u{1}");
    body.to_string().replace(r#""\u0001placeholder\u0001""#, raw)
}

pub const BAD: &[(u16, &str)] = &[(400, "malformed_json"), (400, "validation_failed")];
