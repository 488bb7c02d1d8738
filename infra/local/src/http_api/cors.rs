//! Cross-origin rules of the API itself. Where they are configured, API Gateway answers preflights
//! and sets these headers, whatever the functions say.

use crate::net::Answer;
use crate::template::model::CorsSpec;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;

pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight. What is not allowed gets no headers, and the browser refuses.
pub(super) fn preflight<B>(cors: &CorsSpec, origin: &HeaderValue, request: &Request<B>) -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::new()));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let wanted = request
        .headers()
        .get(header::ACCESS_CONTROL_REQUEST_METHOD)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    let allowed =
        cors.methods.iter().any(|method| method == "*" || method.eq_ignore_ascii_case(wanted));
    if allowed && allowed_origin(cors, origin).is_some() {
        let headers = answer.headers_mut();
        set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &cors.methods.join(","));
        set(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers.join(","));
        if let Some(seconds) = cors.max_age_s {
            set(headers, header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
    }
    answer
}

/// Sets the headers that every answer to an allowed origin carries.
pub(super) fn decorate(cors: &CorsSpec, origin: &HeaderValue, headers: &mut HeaderMap) {
    headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let Some(allowed) = allowed_origin(cors, origin) else { return };
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, &allowed);
    if allowed != "*" {
        set(headers, header::VARY, "origin");
    }
    set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose.join(","));
    if cors.credentials {
        set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
}

fn allowed_origin(cors: &CorsSpec, origin: &HeaderValue) -> Option<String> {
    let origin = origin.to_str().ok()?;
    cors.origins.iter().find_map(|allowed| match allowed.as_str() {
        "*" => Some("*".to_owned()),
        "http://*" if origin.starts_with("http://") => Some(origin.to_owned()),
        "https://*" if origin.starts_with("https://") => Some(origin.to_owned()),
        exact if exact.eq_ignore_ascii_case(origin) => Some(origin.to_owned()),
        _ => None,
    })
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}
