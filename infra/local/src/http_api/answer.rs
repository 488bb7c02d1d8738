//! From what a function returned to what the client gets.

use super::message;
use crate::net::Answer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proxied<'a> {
    status_code: Value,
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default, borrow)]
    body: Option<Cow<'a, str>>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// The answer; what a function returns without `statusCode` is the body of a 200.
pub(super) fn from_function(result: &Bytes, head: bool) -> Answer {
    let mut answer = match serde_json::from_slice::<Proxied<'_>>(result) {
        Ok(proxied) => match build(proxied) {
            Some(answer) => answer,
            None => return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        },
        Err(_) => match serde_json::from_slice::<Value>(result) {
            // An object that has the field and is not well-formed is an error, not a body.
            Ok(Value::Object(map)) if map.contains_key("statusCode") => {
                return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            Ok(inferred) => {
                let body = match inferred {
                    Value::String(text) => Bytes::from(text),
                    _ => result.clone(),
                };
                crate::net::answer(StatusCode::OK, "application/json", body)
            }
            Err(_) => return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        },
    };
    if head {
        *answer.body_mut() = Full::new(Bytes::new());
    }
    answer
}

fn build(proxied: Proxied<'_>) -> Option<Answer> {
    let code = match &proxied.status_code {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }?;
    let status = StatusCode::from_u16(u16::try_from(code).ok()?).ok()?;
    let text = proxied.body.unwrap_or_default().into_owned();
    let body = if proxied.is_base64_encoded == Some(true) {
        Bytes::from(STANDARD.decode(text).ok()?)
    } else {
        Bytes::from(text)
    };
    let mut answer = Answer::new(Full::new(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in proxied.headers.into_iter().flatten() {
        let value = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        // The length is counted here; the rest are matters of one connection.
        if matches!(
            name.to_ascii_lowercase().as_str(),
            "content-length" | "transfer-encoding" | "connection"
        ) {
            continue;
        }
        headers.insert(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    for cookie in proxied.cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
    }
    if !headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> StatusCode {
        from_function(&Bytes::from(json.to_owned()), false).status()
    }

    #[test]
    fn forms_of_an_answer() {
        assert_eq!(status(r#"{"statusCode": 201, "body": "x"}"#), 201);
        assert_eq!(status(r#"{"statusCode": "404"}"#), 404);
        assert_eq!(status(r#"{"any": "object"}"#), 200);
        assert_eq!(status(r#""text""#), 200);
        assert_eq!(status(r#"{"statusCode": "abc"}"#), 500);
        assert_eq!(status(r#"{"statusCode": 200, "body": {"not": "text"}}"#), 500);
        assert_eq!(status("not json"), 500);
    }

    #[test]
    fn headers_and_cookies() {
        let json = r#"{"statusCode":200,"headers":{"X-A":"1","Content-Length":"99"},"cookies":["a=1","b=2"],
                       "body":"aGk=","isBase64Encoded":true}"#;
        let answer = from_function(&Bytes::from_static(json.as_bytes()), false);
        assert_eq!(answer.headers()["x-a"], "1");
        assert!(!answer.headers().contains_key("content-length"));
        assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
    }
}
