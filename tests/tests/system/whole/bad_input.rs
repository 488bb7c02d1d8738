//! Bad input on every route of the template: the decided 4xx with a stable code, never a 5xx, nothing stored.

use parlance_tests::prelude::*;
use parlance_tests::template::Template;

/// Routes that need no token.
const OPEN: &[&str] = &["register", "login", "refresh"];

/// Writing routes that take no body.
const BODYLESS: &[&str] = &["logout", "ticket", "join_room", "leave_room", "open_direct_room"];

const DEPTH: usize = 10_000;

/// Somebody with something to lose.
struct World {
    user: User,
    room: String,
    message: String,
}

/// One route of the template with its path filled in.
struct Route {
    method: String,
    /// As in the template.
    template: String,
    path: String,
    stem: String,
}

impl World {
    async fn new() -> Self {
        let [user, friend] = stack().users().await;
        let room = user.room_with(&[&friend]).await;
        let message = user.send(&room, "as it was").await["id"].as_str().unwrap().to_owned();
        friend
            .post(&format!("/messages/{message}/reactions"), json!({"emoji": "👍"}))
            .await
            .ok(201);
        Self { user, room, message }
    }

    fn routes(&self) -> Vec<Route> {
        let fill = |path: &str| {
            let path = path.replace("{room_id}", &self.room).replace("{message_id}", &self.message);
            path.replace("{user_id}", &self.user.id).replace("{emoji}", "%F0%9F%91%8D")
        };
        let routes = Template::load().http_routes().into_iter();
        routes
            .map(|(method, template, stem)| Route { path: fill(&template), method, template, stem })
            .collect()
    }

    fn routes_with_body(&self) -> Vec<(Route, Value)> {
        self.routes()
            .into_iter()
            .filter_map(|route| valid_body(&route.stem).map(|body| (route, body)))
            .collect()
    }

    /// All that bad input could have changed.
    async fn snapshot(&self) -> Value {
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

    async fn send(
        &self,
        route: &Route,
        content_type: &'static str,
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        self.user.call(&route.method, &route.path, Payload::Raw(content_type, body.into())).await
    }
}

/// A body that the route would take. A new writing route must be added here or to [`BODYLESS`].
fn valid_body(stem: &str) -> Option<Value> {
    Some(match stem {
        "register" => json!({"username": username(), "password": PASSWORD, "display_name": "New"}),
        "login" => json!({"username": "somebody", "password": PASSWORD}),
        "refresh" => json!({"refresh_token": "a-token"}),
        "create_room" => json!({"type": "public", "name": "New", "description": "d"}),
        "update_room" => json!({"name": "New", "description": "d", "type": "public"}),
        "send_message" => json!({"content": "new", "client_id": "k"}),
        "edit_message" => json!({"content": "new"}),
        "add_reaction" => json!({"emoji": "🎉"}),
        "update_me" => {
            json!({"display_name": "New", "status_message": "m", "status": "busy", "avatar_url": "https://example.org/a"})
        }
        _ => return None,
    })
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// The body with one member replaced by raw JSON text.
fn with_raw(body: &Value, member: &str, raw: &str) -> String {
    let mut body = body.clone();
    body[member] = json!("\u{1}placeholder\u{1}");
    body.to_string().replace(r#""\u0001placeholder\u0001""#, raw)
}

const BAD: &[(u16, &str)] = &[(400, "malformed_json"), (400, "validation_failed")];

#[test]
fn every_writing_route_is_in_the_sweep() {
    for (method, path, stem) in Template::load().http_routes() {
        let known = valid_body(&stem).is_some() || BODYLESS.contains(&stem.as_str());
        assert!(
            known || matches!(method.as_str(), "GET" | "DELETE"),
            "{method} {path}: add {stem} to valid_body or BODYLESS"
        );
    }
}

#[tokio::test]
async fn without_a_good_token_there_is_nothing() {
    let world = World::new().await;
    let before = world.snapshot().await;
    let (unsigned, altered) =
        (super::tokens::unsigned(&world.user.token), super::tokens::altered(&world.user.token));
    for route in world.routes().iter().filter(|route| !OPEN.contains(&route.stem.as_str())) {
        let body = || valid_body(&route.stem).map_or(Payload::None, Payload::Json);
        world
            .user
            .api
            .call(&route.method, &route.path, None, body())
            .await
            .problem(401, "unauthenticated");
        for forged in ["nonsense", "a.b.c", &unsigned, &altered, &world.user.refresh_token] {
            world
                .user
                .api
                .call(&route.method, &route.path, Some(forged), body())
                .await
                .problem(401, "token_invalid");
        }
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn malformed_json_is_said_to_be_that() {
    let world = World::new().await;
    let before = world.snapshot().await;
    for (route, body) in world.routes_with_body() {
        let good = body.to_string();
        let broken: Vec<Vec<u8>> = vec![
            b"{".to_vec(),
            b"nonsense".to_vec(),
            b"\0".to_vec(),
            b"{'a': 1}".to_vec(),
            good.as_bytes()[..good.len() - 1].to_vec(),
            format!("{good}}}").into_bytes(),
            format!("{good}\0").into_bytes(),
            [b"{\"a\": \"\xff\xfe\"}".as_slice()].concat(),
            nested(DEPTH).into_bytes(),
            "[".repeat(DEPTH).into_bytes(),
            "{\"a\":".repeat(DEPTH).into_bytes(),
        ];
        for text in broken {
            world.send(&route, "application/json", text).await.problem_of(BAD);
        }
        world.send(&route, "application/json", "").await.problem_of(BAD);
        world
            .send(&route, "application/json", good[..good.len() - 1].to_owned())
            .await
            .problem(400, "malformed_json");
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let world = World::new().await;
    let before = world.snapshot().await;
    for (route, body) in world.routes_with_body() {
        for wrong in [json!([]), json!([body]), json!(7), Value::Null, json!("text"), json!(true)] {
            world.send(&route, "application/json", wrong.to_string()).await.problem_of(BAD);
        }
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_unsupported() {
    let world = World::new().await;
    let before = world.snapshot().await;
    for (route, body) in world.routes_with_body() {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "multipart/form-data; boundary=x",
        ] {
            world
                .send(&route, content_type, body.to_string())
                .await
                .problem(415, "unsupported_type");
        }
    }
    assert_eq!(world.snapshot().await, before);
    let charset = world
        .user
        .call("PATCH", "/users/me", Payload::Raw("application/json; charset=utf-8", b"{}".to_vec()))
        .await;
    charset.ok(200);
}

#[tokio::test]
async fn a_wrong_type_in_any_member_is_named() {
    let world = World::new().await;
    let before = world.snapshot().await;
    for (route, body) in world.routes_with_body() {
        for member in body.as_object().unwrap().keys() {
            for wrong in [
                json!(7),
                json!(-0.5),
                json!(true),
                json!([]),
                json!(["a"]),
                json!({}),
                json!({"a": 1}),
            ] {
                let mut body = body.clone();
                body[member] = wrong;
                world
                    .send(&route, "application/json", body.to_string())
                    .await
                    .invalid(&format!("/{member}"));
            }
        }
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn numbers_depths_and_surrogates_beyond_all_bounds() {
    let world = World::new().await;
    let before = world.snapshot().await;
    let deep = nested(DEPTH);
    for (route, body) in world.routes_with_body() {
        for member in body.as_object().unwrap().keys() {
            for raw in [
                "1e400",
                "-1e400",
                "99999999999999999999999999999999",
                &deep,
                r#""\ud800""#,
                r#""\udc00\ud800""#,
                r#""a\ud83dz""#,
            ] {
                world
                    .send(&route, "application/json", with_raw(&body, member, raw))
                    .await
                    .problem_of(BAD);
            }
        }
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn the_character_nul_is_no_text() {
    let world = World::new().await;
    let before = world.snapshot().await;
    for (route, body) in world.routes_with_body() {
        for member in body.as_object().unwrap().keys() {
            // A password may be any bytes, and a token is only compared.
            if matches!(member.as_str(), "password" | "refresh_token") || route.stem == "login" {
                continue;
            }
            for raw in [r#""\u0000""#, r#""a\u0000b""#, "\"a\0b\""] {
                world
                    .send(&route, "application/json", with_raw(&body, member, raw))
                    .await
                    .problem_of(BAD);
            }
        }
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn a_body_of_300_kb_is_too_large() {
    let world = World::new().await;
    let before = world.snapshot().await;
    let large = "x".repeat(300 * 1024);
    for (route, body) in world.routes_with_body() {
        let member = body.as_object().unwrap().keys().next().unwrap().clone();
        let mut body = body;
        body[member] = json!(large);
        world
            .send(&route, "application/json", body.to_string())
            .await
            .problem(413, "payload_too_large");
    }
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn what_is_no_id_is_unknown() {
    let world = World::new().await;
    let before = world.snapshot().await;
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
    let parameters = ["{room_id}", "{message_id}", "{user_id}"];
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
            answer.problem_of(&[(404, "not_found"), (405, "method_not_allowed")]);
        }
    }
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
                answer.problem_of(&[(400, "validation_failed"), (404, "not_found")]);
            }
        }
    }
}
