//! `POST /api/v1/apps`

use parlance_tests::pleroma::refused;
use parlance_tests::prelude::*;

async fn create(payload: impl Into<Payload>) -> Answer {
    stack().api().call("POST", "/api/v1/apps", None, payload).await
}

#[tokio::test]
async fn an_app_is_named_in_any_kind_of_body() {
    let body = json!({"client_name": "Reader", "redirect_uris": "urn:x", "scopes": "read write"});
    let app = create(body).await.ok(200);
    assert_eq!((&app["name"], &app["redirect_uri"]), (&json!("Reader"), &json!("urn:x")));
    for name in ["id", "client_id", "client_secret"] {
        assert!(app[name].as_str().is_some_and(|text| text.len() == 32), "{app}");
    }
    let form = "client_name=Reader&redirect_uris=urn%3Ax&scopes=read+write";
    let form = Payload::Raw("application/x-www-form-urlencoded", form.into());
    assert_eq!(create(form).await.ok(200), app);
    let part = |name: &str, text: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let parts = part("client_name", "Reader") + &part("redirect_uris", "urn:x");
    let parts = parts + &part("scopes", "read write") + "--b--\r\n";
    let parts = Payload::Raw("multipart/form-data; boundary=b", parts.into());
    assert_eq!(create(parts).await.ok(200), app);
    let list =
        json!({"client_name": "Reader", "redirect_uris": ["urn:x"], "scopes": ["read", "write"]});
    assert_eq!(create(list).await.ok(200), app);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let answer = create(json!({"client_name": "Reader"})).await;
    refused(&answer, 400, "Missing field: redirect_uris.");
    assert_eq!(answer.json["errors"][0]["source"]["pointer"], "/redirect_uris");
    refused(&create(json!({"client_name": 1, "redirect_uris": "x"})).await, 400, "client_name ");
    refused(&create(json!([])).await, 400, "The request ");
    refused(&create(Payload::Raw("application/json", b"{".to_vec())).await, 400, "not valid JSON");
}
