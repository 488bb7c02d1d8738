//! `POST /auth/register`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

async fn register(body: Value) -> Answer {
    stack().api().call("POST", "/auth/register", None, body).await
}

#[tokio::test]
async fn a_new_person_gets_a_session_that_works() {
    let name = username();
    let session = register(json!({"username": name, "password": PASSWORD})).await.ok(201);
    shape::session(&session);
    assert_eq!(session["user"]["username"], name);
    assert_eq!(session["user"]["display_name"], name, "the username by default");
    let user = User::of(stack().api(), stack().ws(), &session);
    assert_eq!(user.get("/auth/me").await.ok(200)["id"], user.id);
    assert_ne!(session["token"], session["refresh_token"]);
}

#[tokio::test]
async fn a_token_lives_a_day_and_a_refresh_token_a_month() {
    let session = register(json!({"username": username(), "password": PASSWORD})).await.ok(201);
    let moment = |name: &str| shape::moment(session[name].as_str().unwrap()).unwrap();
    let created = shape::moment(session["user"]["created_at"].as_str().unwrap()).unwrap();
    let minutes = |name: &str| (moment(name) - created).whole_minutes();
    // created_at and the expiries may be read off the clock some moments apart.
    assert!((24 * 60 - 2..=24 * 60 + 2).contains(&minutes("expires_at")), "{session}");
    assert!(
        (30 * 24 * 60 - 2..=30 * 24 * 60 + 2).contains(&minutes("refresh_expires_at")),
        "{session}"
    );
}

#[tokio::test]
async fn usernames_are_3_to_20_letters_digits_or_underscores() {
    let fits = &username()[..12];
    let longest = format!("{fits:_<20}");
    let shortest = loop {
        // Three characters are few; another test run's stack may not exist, but this one's other tests do.
        let name = &username()[1..4];
        if register(json!({"username": name, "password": PASSWORD})).await.status == 201 {
            break name.to_owned();
        }
    };
    assert_eq!(shortest.len(), 3);
    register(json!({"username": longest, "password": PASSWORD})).await.ok(201);
    for wrong in [
        "",
        "ab",
        &format!("{fits:_<21}"),
        "with space",
        "umläut",
        "dash-ed",
        "dot.ted",
        "emoji😀",
        "a\nb",
        "ａｂｃ",
        " abc",
        "abc ",
        "@abc",
    ] {
        register(json!({"username": wrong, "password": PASSWORD})).await.invalid("/username");
    }
}

#[tokio::test]
async fn reserved_names_are_nobodys() {
    for name in
        ["all", "channel", "here", "everyone", "me", "search", "system", "admin", "Admin", "SYSTEM"]
    {
        // "me" is too short as well as reserved.
        let answer = register(json!({"username": name, "password": PASSWORD})).await;
        answer.problem_of(&[(400, "validation_failed"), (409, "username_taken")]);
    }
}

#[tokio::test]
async fn a_name_is_taken_without_regard_to_case() {
    let name = username();
    register(json!({"username": name, "password": PASSWORD})).await.ok(201);
    for again in [name.clone(), name.to_uppercase()] {
        register(json!({"username": again, "password": PASSWORD}))
            .await
            .problem(409, "username_taken");
    }
}

#[tokio::test]
async fn one_of_many_at_once_gets_the_name() {
    let name = username();
    let tries = (0..8).map(|number| {
        let spelling = if number % 2 == 0 { name.clone() } else { name.to_uppercase() };
        register(json!({"username": spelling, "password": PASSWORD}))
    });
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "username_taken");
    }
}

#[tokio::test]
async fn passwords_are_8_to_256_bytes() {
    for (password, fits) in [
        ("1234567".to_owned(), false),
        ("12345678".to_owned(), true),
        ("x".repeat(256), true),
        ("x".repeat(257), false),
        ("😀😀".to_owned(), true),
        ("😀".repeat(64), true),
        ("😀".repeat(65), false),
    ] {
        let answer = register(json!({"username": username(), "password": password})).await;
        if fits {
            answer.ok(201);
        } else {
            answer.invalid("/password");
        }
    }
}

#[tokio::test]
async fn a_password_of_any_script_signs_in_again() {
    let (name, password) = (username(), " пароль 🔑 with spaces ");
    register(json!({"username": name, "password": password})).await.ok(201);
    let api = stack().api();
    api.call("POST", "/auth/login", None, json!({"username": name, "password": password}))
        .await
        .ok(200);
    let trimmed = json!({"username": name, "password": password.trim()});
    api.call("POST", "/auth/login", None, trimmed).await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn display_names_are_1_to_50_characters_after_trimming() {
    for (given, kept) in [
        ("  Ada Lovelace ", Some("Ada Lovelace")),
        (&"n".repeat(50), Some(&*"n".repeat(50))),
        (&"😀".repeat(50), Some(&*"😀".repeat(50))),
        (&"n".repeat(51), None),
        ("   ", None),
        ("", None),
    ] {
        let answer =
            register(json!({"username": username(), "password": PASSWORD, "display_name": given}))
                .await;
        match kept {
            Some(kept) => assert_eq!(answer.ok(201)["user"]["display_name"], kept),
            None => drop(answer.invalid("/display_name")),
        }
    }
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named() {
    register(json!({"password": PASSWORD})).await.invalid("/username");
    register(json!({"username": username()})).await.invalid("/password");
    register(json!({"username": 7, "password": PASSWORD})).await.invalid("/username");
    let name = username();
    register(json!({"username": name, "password": "short"})).await.invalid("/password");
    register(json!({"username": name, "password": PASSWORD, "more": {"is": "ignored"}}))
        .await
        .ok(201);
}

#[tokio::test]
async fn a_closed_house_takes_nobody_new() {
    let stack = Stack::start(Options::new().param("Registration", "closed"));
    let body = json!({"username": username(), "password": PASSWORD});
    stack
        .api()
        .call("POST", "/auth/register", None, body)
        .await
        .problem(403, "registration_closed");
}

#[tokio::test]
async fn a_moderators_name_cannot_be_taken() {
    let stack = Stack::start(Options::new().param("Moderators", "Ada_L, bob_m"));
    for name in ["ada_l", "ADA_L", "Bob_M"] {
        let body = json!({"username": name, "password": PASSWORD});
        stack.api().call("POST", "/auth/register", None, body).await.invalid("/username");
    }
    stack.user_named("ada_m", None).await;
}

#[tokio::test]
async fn several_people_may_have_the_same_display_name() {
    let display_name = format!("Dr. {}", username());
    let one = stack().user_named(&username(), Some(&display_name)).await;
    let two = stack().user_named(&username(), Some(&display_name)).await;
    let three = stack().user().await;
    three.patch("/users/me", json!({"display_name": display_name})).await.ok(200);
    for user in [&one, &two, &three] {
        let seen = one.get(&format!("/users/{}", user.id)).await.ok(200);
        assert_eq!(
            (&seen["display_name"], &seen["username"]),
            (&json!(display_name), &json!(user.name))
        );
    }
}
