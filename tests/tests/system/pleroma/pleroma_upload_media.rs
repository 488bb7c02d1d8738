//! `POST /api/v1/media`, `POST /api/v2/media`

use parlance_tests::files::{eicar, encrypted_zip, form, pdf, png, zip};
use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_file_is_checked_and_has_addresses() {
    let client = Client::of(&stack().user().await).await;
    for (path, name, mime, kind, bytes) in [
        ("/api/v1/media", "a.png", "image/png", "image", png(40, 30)),
        ("/api/v2/media", "a.pdf", "application/pdf", "unknown", pdf()),
    ] {
        let media = client.call("POST", path, form(Some(name), Some(mime), &bytes)).await.ok(200);
        assert_eq!((&media["type"], &media["pleroma"]["mime_type"]), (&json!(kind), &json!(mime)));
        assert_eq!(media["pleroma"]["status"], "clean");
        let answer = reqwest::get(media["url"].as_str().unwrap()).await.unwrap();
        assert_eq!(answer.headers()["content-type"], mime);
        assert_eq!(answer.bytes().await.unwrap(), bytes);
    }
    let key = [("idempotency-key", "k")];
    let send =
        || client.call_with("POST", "/api/v1/media", &key, form(Some("a.png"), None, &png(9, 9)));
    assert_eq!(send().await.ok(200)["id"], send().await.ok(200)["id"]);
}

#[tokio::test]
async fn what_must_not_pass_does_not() {
    let client = Client::of(&stack().user().await).await;
    let upload = async |payload: Payload| client.call("POST", "/api/v1/media", payload).await;
    let virus = zip(&[("a.txt", &eicar())]);
    for (payload, status) in [
        (form(Some("a.zip"), None, &virus), 422),
        (form(Some("a.zip"), None, &encrypted_zip()), 422),
        (form(Some("a.png"), Some("image/png"), b"no picture"), 422),
        (form(Some("a.txt"), Some("text/plain"), b"words"), 415),
        (form(Some("a.png"), None, b""), 400),
        (Payload::None, 400),
        (json!({"file": "x"}).into(), 400),
        (Payload::Raw("multipart/form-data; boundary=b", b"--b--\r\n".to_vec()), 400),
        (Payload::Raw("multipart/form-data", b"x".to_vec()), 400),
    ] {
        refused(&upload(payload).await, status, "");
    }
}
