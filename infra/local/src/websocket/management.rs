//! `@connections`: `POST`, `GET` and `DELETE /<api>/<stage>/@connections/<id>` at the AWS port.

use super::connection::{Connection, SendError};
use super::{MESSAGE_BYTES_MAX, SocketApi};
use crate::clock;
use crate::net::{self, Answer, BodyError};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio_tungstenite::tungstenite::Message;

/// The part of a path that leads here.
const MARK: &str = "/@connections/";

/// A status and the error's name.
type Refusal = (StatusCode, &'static str);

/// Whether a path is one of `@connections`.
#[must_use]
pub fn is_management(path: &str) -> bool {
    path.contains(MARK)
}

/// Answers one call; also the name it is counted under and its body's length.
pub async fn handle(
    apis: &[Arc<SocketApi>],
    request: Request<Incoming>,
) -> (Answer, &'static str, usize) {
    let (parts, body) = request.into_parts();
    let operation = match parts.method {
        Method::POST => "execute-api.PostToConnection",
        Method::GET => "execute-api.GetConnection",
        Method::DELETE => "execute-api.DeleteConnection",
        _ => {
            return (
                error(StatusCode::METHOD_NOT_ALLOWED, "BadRequestException"),
                "execute-api.Unknown",
                0,
            );
        }
    };
    let connection = find(apis, parts.uri.path());
    let body = match net::read(body, MESSAGE_BYTES_MAX).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => {
            return (
                error(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException"),
                operation,
                0,
            );
        }
        Err(BodyError::Broken) => {
            return (error(StatusCode::BAD_REQUEST, "BadRequestException"), operation, 0);
        }
    };
    let length = body.len();
    let answer = match connection {
        Err((status, kind)) => error(status, kind),
        Ok(connection) => match parts.method {
            Method::POST => post(&connection, body),
            Method::GET => describe(&connection),
            _ => {
                connection.end();
                empty(StatusCode::NO_CONTENT)
            }
        },
    };
    (answer, operation, length)
}

fn find(apis: &[Arc<SocketApi>], path: &str) -> Result<Arc<Connection>, Refusal> {
    const FORBIDDEN: Refusal = (StatusCode::FORBIDDEN, "ForbiddenException");
    let (place, id) = path.split_once(MARK).ok_or(FORBIDDEN)?;
    let (api, stage) = place.trim_start_matches('/').split_once('/').ok_or(FORBIDDEN)?;
    let api = apis.iter().find(|one| one.id == api && one.stage == stage).ok_or(FORBIDDEN)?;
    let id = percent_decode_str(id).decode_utf8_lossy();
    api.connections.get(&id).ok_or((StatusCode::GONE, "GoneException"))
}

fn post(connection: &Connection, body: Bytes) -> Answer {
    let message = match String::from_utf8(body.into()) {
        Ok(text) => Message::text(text),
        Err(bytes) => Message::binary(bytes.into_bytes()),
    };
    match connection.send(message) {
        Ok(()) => empty(StatusCode::OK),
        Err(SendError::Gone) => error(StatusCode::GONE, "GoneException"),
    }
}

fn describe(connection: &Connection) -> Answer {
    net::json(
        StatusCode::OK,
        &json!({
            "connectedAt": clock::rfc3339_of(connection.connected_at),
            "identity": {"sourceIp": connection.source_ip, "userAgent": connection.user_agent},
            "lastActiveAt": clock::rfc3339_of(connection.last_active.load(Ordering::Acquire)),
        }),
    )
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::new()));
    *answer.status_mut() = status;
    answer
}

/// The header is what the SDKs tell the errors apart by.
fn error(status: StatusCode, kind: &'static str) -> Answer {
    let mut answer = net::json(status, &json!({ "message": kind }));
    answer.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    answer
}
