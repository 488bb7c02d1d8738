//! Bad input on every route of the template: the decided 4xx with a stable code, never a 5xx, nothing stored.

use super::sweep::{
    ALL_OPTIONAL, BAD, BODYLESS, DEPTH, Findings, LINES, OPEN, World, nested, valid_body, with_raw,
};
use parlance_tests::prelude::*;
use parlance_tests::template::Template;

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
    let (before, mut found) = (world.snapshot().await, Findings::default());
    let (unsigned, altered) =
        (super::tokens::unsigned(&world.user.token), super::tokens::altered(&world.user.token));
    let forgeries = ["nonsense", "a.b.c", &unsigned, &altered, &world.user.refresh_token];
    for route in world.routes().iter().filter(|route| !OPEN.contains(&route.stem.as_str())) {
        let body = || valid_body(&route.stem).map_or(Payload::None, Payload::Json);
        let api = &world.user.api;
        let answer = api.call(&route.method, &route.path, None, body()).await;
        found.add(answer.judge(&[(401, "unauthenticated")]));
        for forged in forgeries {
            let answer = api.call(&route.method, &route.path, Some(forged), body()).await;
            found.add(answer.judge(&[(401, "token_invalid")]));
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn malformed_json_is_said_to_be_that() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
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
            "[".repeat(DEPTH).into_bytes(),
            "{\"a\":".repeat(DEPTH).into_bytes(),
        ];
        for text in broken {
            world.refuse(&mut found, &route, text, &[(400, "malformed_json")]).await;
        }
        // A document that is too deep is refused before it is seen whether it is well formed.
        world.refuse(&mut found, &route, nested(DEPTH), BAD).await;
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn no_body_at_all_changes_nothing() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
    for (route, _) in world.routes_with_body() {
        let answer = world.send(&route, "application/json", "").await;
        // Bytes that are no UTF-8: the gateway hands on what it makes of them, in a member nobody reads.
        let no_text = world.send(&route, "application/json", b"{\"a\": \"\xff\xfe\"}").await;
        // Where every member may be missing, so may the body; the owner still acts on nobody of their rank.
        let optional = ALL_OPTIONAL.contains(&route.stem.as_str());
        for answer in [no_text, answer] {
            if !(optional && matches!(answer.status, 200 | 201 | 403)) {
                found.add(answer.judge(BAD));
            }
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
    for (route, body) in world.routes_with_body() {
        for wrong in [json!([]), json!([body]), json!(7), Value::Null, json!("text"), json!(true)] {
            world.refuse(&mut found, &route, wrong.to_string(), BAD).await;
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_unsupported() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
    for (route, body) in world.routes_with_body() {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "multipart/form-data; boundary=x",
        ] {
            let answer = world.send(&route, content_type, body.to_string()).await;
            // The one route that takes forms finds none in it.
            let takes_forms = route.stem == "upload_attachment";
            let is_form = content_type.starts_with("multipart/");
            let expected = match takes_forms && is_form {
                true => (400, "validation_failed"),
                false => (415, "unsupported_type"),
            };
            found.add(answer.judge(&[expected]));
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
    let charset = Payload::Raw("application/json; charset=utf-8", b"{}".to_vec());
    world.user.call("PATCH", "/users/me", charset).await.ok(200);
}

#[tokio::test]
async fn a_wrong_type_in_any_member_is_named() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
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
                // What is wanted is no wrong type.
                let number = wrong.is_u64() && body[member].is_u64();
                let both = |is: fn(&Value) -> bool| is(&wrong) && is(&body[member]);
                if number || both(Value::is_boolean) || both(Value::is_object) {
                    continue;
                }
                let mut body = body.clone();
                body[member] = wrong;
                let answer = world.send(&route, "application/json", body.to_string()).await;
                found.add(answer.judge(&[(400, "validation_failed")]));
                if !answer.points_at(&format!("/{member}")) {
                    found.add(Err(format!(
                        "{}: does not name {member}: {}",
                        answer.what, answer.text
                    )));
                }
            }
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn numbers_depths_and_surrogates_beyond_all_bounds() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
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
                world.refuse(&mut found, &route, with_raw(&body, member, raw), BAD).await;
            }
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn the_character_nul_is_no_text() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
    for (route, body) in world.routes_with_body() {
        for member in body.as_object().unwrap().keys() {
            let raw = with_raw(&body, member, "\"a\0b\"");
            world.refuse(&mut found, &route, raw, &[(400, "malformed_json")]).await;
            // A password may be any text, and a token is only compared.
            let any_text =
                matches!(member.as_str(), "password" | "refresh_token" | "current_password")
                    || matches!(route.stem.as_str(), "login" | "reactivate");
            if any_text || LINES.contains(&member.as_str()) {
                continue;
            }
            for raw in [r#""\u0000""#, r#""a\u0000b""#] {
                world.refuse(&mut found, &route, with_raw(&body, member, raw), BAD).await;
            }
        }
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}

#[tokio::test]
async fn nobody_hides_behind_control_characters() {
    let [ada, bob] = stack().users().await;
    let disguised = "A\u{0}\u{7}d\u{202e}a\r\n L.";
    let seen = ada.patch("/users/me", json!({"display_name": disguised})).await.ok(200);
    assert_eq!(seen["display_name"], "A d a L.");
    let room = bob.post("/rooms", json!({"type": "public", "name": disguised})).await.ok(201);
    assert_eq!(room["name"], "A d a L.");
    bob.post("/rooms", json!({"type": "public", "name": "\u{0}\u{202e} \u{feff}"}))
        .await
        .invalid("/name");
}

#[tokio::test]
async fn a_body_of_300_kb_is_too_large() {
    let world = World::new().await;
    let (before, mut found) = (world.snapshot().await, Findings::default());
    let large = "x".repeat(300 * 1024);
    for (route, mut body) in world.routes_with_body() {
        let member = body.as_object().unwrap().keys().next().unwrap().clone();
        body[member] = json!(large);
        let allowed = [(413, "payload_too_large")];
        world.refuse(&mut found, &route, body.to_string(), &allowed).await;
    }
    found.none();
    assert_eq!(world.snapshot().await, before);
}
