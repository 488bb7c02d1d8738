//! WebSocket routes of other protocols: handshake, frames and end look alike, and each face decides for
//! itself who is asking and what is answered.

use crate::App;
use crate::app::now;
use crate::problem;
use crate::serve::{Exit, serve};
use crate::socket::SocketEvent;
use domain::{Code, ConnectionId, Face, Result, Timestamp};
use serde::Serialize;
use std::collections::HashMap;

/// A handshake, a frame or an end.
pub struct FaceCall {
    event: SocketEvent,
    /// The connection.
    pub connection: ConnectionId,
    /// When.
    pub now: Timestamp,
}

impl FaceCall {
    /// The frame; nothing for handshake and end.
    pub fn body(&self) -> &str {
        self.event.body.as_deref().unwrap_or_default()
    }

    /// A header of the handshake, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.header(name)
    }

    /// A query parameter of the handshake.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.event.query(name)
    }

    /// The caller's address, as API Gateway saw it.
    pub fn address(&self) -> &str {
        &self.event.request_context.identity.source_ip
    }

    /// What the client says it is (`User-Agent`), at most 200 characters.
    pub fn device(&self) -> Option<String> {
        crate::rest::device_of(self.event.request_context.identity.user_agent.as_deref()?)
    }

    /// The token of the handshake's `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }
}

/// What a call is answered with. A frame's text goes back over the socket, unless it is empty.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaceAnswer {
    status_code: u16,
    #[serde(skip_serializing_if = "HashMap::is_empty")]
    headers: HashMap<&'static str, String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    body: String,
}

impl FaceAnswer {
    /// Nothing is said.
    pub fn silent() -> Self {
        Self::text(String::new())
    }

    /// A frame.
    pub fn text(body: String) -> Self {
        Self { status_code: 200, headers: HashMap::new(), body }
    }

    /// A handshake that is refused.
    pub fn refused(status_code: u16) -> Self {
        Self { status_code, ..Self::silent() }
    }

    /// Adds a header to the answer of a handshake.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }
}

/// Serves a WebSocket route of a face. What fails answers with the status of its code and no text, so a route
/// says a caller's mistakes in its own words and leaves only our own faults to this.
pub fn serve_face_socket(
    face: Face,
    route: impl AsyncFn(&App, &FaceCall) -> Result<FaceAnswer>,
) -> Exit {
    serve(async |app, event: SocketEvent, request_id: &str| {
        let connection = ConnectionId::of(face, &event.request_context.connection_id);
        let call = FaceCall { event, connection, now: now() };
        match route(app, &call).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                if error.code == Code::Unavailable {
                    tracing::error!(request_id, detail = %error.detail, "failed");
                }
                Ok(FaceAnswer::refused(problem::status(error.code)))
            }
        }
    })
}
