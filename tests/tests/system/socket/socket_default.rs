//! `$default`: frames of no known type.

use parlance_tests::prelude::*;

#[tokio::test]
async fn an_unknown_type_is_an_error_with_the_ref() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    for kind in [
        json!("nonsense"),
        json!(""),
        json!(7),
        Value::Null,
        json!("$connect"),
        json!("$disconnect"),
        json!("deliver"),
        json!("PING"),
    ] {
        let error = socket.ask(json!({"type": kind})).await;
        assert_eq!(error.kind, "error", "{}", error.raw);
        assert!(
            error.data["code"].is_string() && error.data["message"].is_string(),
            "{}",
            error.raw
        );
        socket.ping().await;
    }
}

#[tokio::test]
async fn a_ref_may_be_a_text_or_a_number() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    socket.send_text(r#"{"type": "typing_start", "room_id": "nonsense", "ref": 41}"#).await;
    let answer = socket.answer("41", parlance_tests::DEADLINE).await.expect("an answer");
    assert_eq!(answer.raw["ref"], 41, "as it was given");
    socket
        .send_text(
            r#"{"type": "typing_start", "data": {"room_id": "nonsense"}, "ref": "forty-two"}"#,
        )
        .await;
    assert_eq!(
        socket.answer("forty-two", parlance_tests::DEADLINE).await.expect("an answer").raw["ref"],
        "forty-two"
    );
}

#[tokio::test]
async fn nine_frames_are_forgiven_and_the_tenth_closes() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    for number in 0..9 {
        let error = socket.ask(json!({"type": "nonsense", "number": number})).await;
        assert_eq!(error.kind, "error");
        socket.ping().await;
    }
    socket.send_text("not json at all").await;
    socket.expect_closed().await;
    // Another connection begins afresh.
    let again = Socket::connect(&user).await;
    assert_eq!(again.ask(json!({"type": "nonsense"})).await.kind, "error");
    again.ping().await;
}

#[tokio::test]
async fn refused_frames_of_known_types_never_close() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    for _ in 0..25 {
        socket.refused(json!({"type": "send_message"}), &["validation_failed"]).await;
    }
    socket.ping().await;
}
