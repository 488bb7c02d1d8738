//! Bad frames: an error frame with a stable code, an open socket that still answers, nothing stored.
//!
//! The tenth frame of a connection that is not a known JSON frame closes it, so those are spread over several.

use parlance_tests::prelude::*;
use parlance_tests::socket::assert_error;
use parlance_tests::template::Template;

const BAD: &[&str] = &["validation_failed", "malformed_json", "not_found"];

struct World {
    user: User,
    room: String,
    message: String,
    socket: Socket,
    /// Frames on this connection that count towards its end.
    unknown: usize,
}

const UNKNOWN_MAX: usize = 9;

impl World {
    async fn new() -> Self {
        let user = stack().user().await;
        let room = user.make_room("public", "Tea").await;
        let message = user.send(&room, "as it was").await["id"].as_str().unwrap().to_owned();
        let socket = Socket::connect(&user).await;
        Self { user, room, message, socket, unknown: 0 }
    }

    /// A frame that the route would take, for every route with members.
    fn valid(&self, route: &str) -> Option<Value> {
        Some(match route {
            "send_message" => {
                json!({"type": route, "room_id": self.room, "content": "new", "client_id": "k", "parent_id": self.message})
            }
            "read_message" => json!({"type": route, "message_id": self.message}),
            "typing_start" | "typing_stop" | "join_room" | "leave_room" => {
                json!({"type": route, "room_id": self.room})
            }
            "set_presence" => json!({"type": route, "status": "away"}),
            "resume" => json!({"type": route, "rooms": {&self.room: 0}}),
            _ => return None,
        })
    }

    fn routes(&self) -> Vec<Value> {
        Template::load().socket_routes().iter().filter_map(|route| self.valid(route)).collect()
    }

    /// Sends a frame that has no usable `ref` and takes the error it gets.
    async fn refuse_text(&mut self, text: String) {
        if self.unknown == UNKNOWN_MAX {
            self.socket = Socket::connect(&self.user).await;
            self.unknown = 0;
        }
        self.unknown += 1;
        self.socket.send_text(text.clone()).await;
        let error = self.socket.expect("error", |_| true).await;
        assert_error(&text, &error, BAD);
        self.socket.ping().await;
    }

    async fn unchanged(&self) {
        assert_eq!(contents(&self.user.page(&self.room, "").await), ["as it was"]);
    }
}

#[tokio::test]
async fn every_route_with_members_is_in_the_sweep() {
    let world = World::new().await;
    for route in Template::load().socket_routes() {
        let plain = ["$connect", "$disconnect", "$default", "ping"];
        assert!(
            plain.contains(&route.as_str()) || world.valid(&route).is_some(),
            "add {route} to World::valid"
        );
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_an_error() {
    let mut world = World::new().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for text in [
        "",
        " ",
        "nonsense",
        "{",
        "}",
        "[]",
        "7",
        "null",
        "true",
        "\"text\"",
        "{\"type\":",
        "{\"type\":\"ping\"",
        "\0",
        "{'type':'ping'}",
        &deep,
        "[[[[",
    ] {
        world.refuse_text(text.to_owned()).await;
    }
    for value in ["\"\\ud800\"", "1e400", &deep] {
        world.refuse_text(format!("{{\"type\":{value}}}")).await;
    }
    world.unchanged().await;
}

#[tokio::test]
async fn a_wrong_type_in_any_member_is_an_error() {
    let world = World::new().await;
    for frame in world.routes() {
        for member in frame.as_object().unwrap().keys().filter(|member| *member != "type") {
            for wrong in [
                json!(7),
                json!(true),
                json!([]),
                json!(["a"]),
                json!({"a": "b"}),
                json!("\0"),
                json!(".."),
            ] {
                if matches!(member.as_str(), "client_id" | "content") && wrong == ".." {
                    continue; // As good a text as any.
                }
                let mut flat = frame.clone();
                flat[member] = wrong;
                let mut data = flat.clone();
                data.as_object_mut().unwrap().remove("type");
                let enveloped = json!({"type": flat["type"], "data": data});
                for frame in [flat, enveloped] {
                    world.socket.refused(frame, BAD).await;
                }
            }
        }
        // Without its members a frame is refused; a resume that names no rooms asks for all positions.
        for data in [json!(7), json!("text"), json!([]), json!(true)] {
            if frame["type"] == "resume" {
                continue;
            }
            world.socket.refused(json!({"type": frame["type"], "data": data}), BAD).await;
        }
        world.socket.ping().await;
    }
    world.unchanged().await;
}

#[tokio::test]
async fn what_no_parser_likes_is_an_error() {
    let mut world = World::new().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for frame in world.routes() {
        for member in frame.as_object().unwrap().keys().filter(|member| *member != "type") {
            for raw in ["1e400", "99999999999999999999999999", "\"\\ud800\"", "\"a\0b\"", &deep] {
                let mut frame = frame.clone();
                frame[member] = json!("placeholder");
                world.refuse_text(frame.to_string().replace("\"placeholder\"", raw)).await;
            }
        }
    }
    world.unchanged().await;
}

#[tokio::test]
async fn strange_refs_are_given_back_or_left_out() {
    let world = World::new().await;
    for reference in [
        json!({}),
        json!([1]),
        json!(true),
        Value::Null,
        json!(1.5),
        json!(""),
        json!("x".repeat(10_000)),
        json!("\u{0}"),
    ] {
        world
            .socket
            .send_text(
                json!({"type": "typing_stop", "room_id": world.room, "ref": reference}).to_string(),
            )
            .await;
        world.socket.ping().await;
    }
}

#[tokio::test]
async fn binary_frames_do_no_harm() {
    let world = World::new().await;
    for bytes in [vec![0xff, 0xfe, 0], vec![], br#"{"type":"nonsense"}"#.to_vec()] {
        world.socket.send_binary(bytes).await;
        world.socket.ping().await;
    }
    world.unchanged().await;
}

#[tokio::test]
async fn a_frame_above_32_kb_is_not_taken() {
    let world = World::new().await;
    let frame = |size: usize| {
        let long = "x".repeat(size);
        json!({"type": "send_message", "room_id": world.room, "content": "new", "padding": long, "ref": "large"}).to_string()
    };
    for size in [33 * 1024, 100 * 1024, 200 * 1024] {
        let socket = Socket::connect(&world.user).await;
        // The gateway closes such a connection (1009); an error frame on an open one is as good.
        if socket.try_send_text(frame(size)).await.is_ok()
            && let Some(answer) = socket.answer("large", parlance_tests::DEADLINE).await
        {
            assert_error("a large frame", &answer, &["payload_too_large"]);
            socket.ping().await;
        } else {
            socket.expect_closed().await;
        }
    }
    world.socket.ping().await;
    world.unchanged().await;
}
