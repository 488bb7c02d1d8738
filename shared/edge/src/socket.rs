//! WebSocket routes: the handshake, the frames, the end.

use crate::App;
use crate::about;
use crate::about_frame::{self, AboutFrame};
use crate::app::now;
use crate::fields::{from_json, json_object};
use crate::problem;
use crate::serve::{Exit, Failure, serve};
use chat::Principal;
use chat::event::Event;
use chat::event_data::SessionExpired;
use domain::{ChatError, Code, ConnectionId, Result, Timestamp};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The parts of a WebSocket event that routes use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SocketEvent {
    #[serde(default)]
    headers: Option<HashMap<String, String>>,
    #[serde(default)]
    query_string_parameters: Option<HashMap<String, String>>,
    #[serde(default)]
    method_arn: Option<String>,
    pub(crate) request_context: SocketContext,
    #[serde(default)]
    pub(crate) body: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SocketContext {
    #[serde(default)]
    pub(crate) connection_id: String,
    #[serde(default)]
    pub(crate) identity: SocketIdentity,
    #[serde(default)]
    authorizer: Option<Authorized>,
}

/// Where a connection comes from; in every event of it.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SocketIdentity {
    pub(crate) source_ip: String,
    pub(crate) user_agent: Option<String>,
}

/// What `socket_authorize` found out, carried by API Gateway into every later event of the
/// connection. Context values are strings.
#[derive(Serialize, Deserialize)]
struct Authorized {
    user_id: String,
    session_id: String,
    expires_at: String,
}

impl Authorized {
    fn of(who: Principal) -> Self {
        Self {
            user_id: who.user.to_string(),
            session_id: who.session.to_string(),
            expires_at: (who.expires_at.ms() / 1000).to_string(),
        }
    }

    fn principal(&self) -> Option<Principal> {
        Some(Principal {
            user: self.user_id.parse().ok()?,
            session: self.session_id.parse().ok()?,
            expires_at: Timestamp::from_ms(
                self.expires_at.parse::<i64>().ok()?.saturating_mul(1000),
            ),
        })
    }
}

impl SocketEvent {
    fn principal(&self) -> Result<Principal, Failure> {
        let who = self.request_context.authorizer.as_ref().and_then(Authorized::principal);
        who.ok_or_else(|| "an event without the authorizer's context".into())
    }

    /// A header by its lower-case name: WebSocket APIs pass names on as the client wrote them.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.headers.as_ref()?;
        headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters.as_ref()?.get(name).map(String::as_str)
    }

    /// The token of `Sec-WebSocket-Protocol: bearer, <token>`: browsers cannot set other headers.
    fn subprotocol_token(&self) -> Option<&str> {
        let mut offered = self.header("sec-websocket-protocol")?.split(',').map(str::trim);
        offered.next().filter(|first| *first == "bearer")?;
        offered.next()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SocketAnswer {
    status_code: u16,
    #[serde(skip_serializing_if = "HashMap::is_empty")]
    headers: HashMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    body: String,
}

impl SocketAnswer {
    fn of(status_code: u16, body: String) -> Self {
        Self { status_code, headers: HashMap::new(), body }
    }
}

/// Serves the authorizer of `$connect`. `by_ticket` turns a ticket into its owner, `standing`
/// refuses a session that has ended.
pub fn serve_authorizer(
    by_ticket: impl AsyncFn(&App, &str, Timestamp) -> Result<Principal>,
    standing: impl AsyncFn(&App, Principal, Timestamp) -> Result<()>,
) -> Exit {
    serve(async |app, event: SocketEvent, _: &str| {
        let now = now();
        let found = async {
            let header = event.header("authorization").and_then(|h| h.split_once(' '));
            let token = header
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim())
                .or_else(|| event.subprotocol_token())
                .or_else(|| event.query("token"));
            let who = match (token, event.query("ticket")) {
                (Some(token), _) => app.verify(token, None, now).await?,
                (None, Some(ticket)) => by_ticket(app, ticket, now).await?,
                (None, None) => return Err(ChatError::new(Code::Unauthenticated)),
            };
            standing(app, who, now).await?;
            Ok(who)
        };
        match found.await {
            Ok(who) => Ok(json!({
                "principalId": who.user,
                "policyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{
                        "Action": "execute-api:Invoke",
                        "Effect": "Allow",
                        "Resource": event.method_arn,
                    }],
                },
                "context": Authorized::of(who),
            })),
            Err(error) => {
                if error.code == Code::Unavailable {
                    tracing::error!(detail = %error.detail, "failed");
                }
                // API Gateway answers 401 to exactly this message.
                Err("Unauthorized".into())
            }
        }
    })
}

/// The query parameters of a handshake, as the contract names them.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only described: a handshake is no REST request")]
pub(crate) struct Handshaken {
    /// The access token, for clients that can set no header.
    #[schemars(with = "String")]
    token: Option<String>,
    /// A ticket from `POST /auth/ticket`.
    #[schemars(with = "String")]
    ticket: Option<String>,
    /// `explicit`: only rooms that `join_room` named.
    #[schemars(with = "String")]
    subscribe: Option<String>,
    /// `1`: several events may come in one frame.
    #[schemars(with = "String")]
    batch: Option<String>,
}

/// A handshake that has been authorised.
pub struct Handshake {
    /// Whose.
    pub principal: Principal,
    /// The connection to be.
    pub connection: ConnectionId,
    /// `?subscribe=explicit`.
    pub explicit: bool,
    /// `?batch=1`.
    pub batch: bool,
    /// When.
    pub now: Timestamp,
}

/// Serves `$connect`.
pub fn serve_connect(route: impl AsyncFn(&App, Handshake) -> Result<()>) -> Exit {
    serve(async |app, event: SocketEvent, _: &str| {
        let handshake = Handshake {
            principal: event.principal()?,
            connection: ConnectionId(event.request_context.connection_id.clone()),
            explicit: event.query("subscribe") == Some("explicit"),
            batch: event.query("batch") == Some("1"),
            now: now(),
        };
        if let Err(error) = route(app, handshake).await {
            tracing::error!(detail = %error.detail, "failed");
            return Ok(SocketAnswer::of(problem::status(error.code), String::new()));
        }
        let mut answer = SocketAnswer::of(200, String::new());
        if event.subprotocol_token().is_some() {
            // The protocol that was chosen; the token must not come back.
            answer.headers.insert("Sec-WebSocket-Protocol", "bearer");
        }
        Ok(answer)
    })
}

/// A connection that has ended.
pub struct Hangup {
    /// Whose.
    pub principal: Principal,
    /// Which.
    pub connection: ConnectionId,
    /// When.
    pub now: Timestamp,
}

/// Serves `$disconnect`. A failure is retried by Lambda: the route must be safe to run twice.
pub fn serve_disconnect(route: impl AsyncFn(&App, Hangup) -> Result<()>) -> Exit {
    serve(async |app, event: SocketEvent, _: &str| {
        let hangup = Hangup {
            principal: event.principal()?,
            connection: ConnectionId(event.request_context.connection_id.clone()),
            now: now(),
        };
        route(app, hangup).await.map_err(|error| error.to_string())?;
        Ok(SocketAnswer::of(200, String::new()))
    })
}

/// A frame as a route sees it.
pub struct Frame {
    /// Who sent it.
    pub principal: Principal,
    /// Over which connection.
    pub connection: ConnectionId,
    /// When.
    pub now: Timestamp,
    body: String,
}

impl Frame {
    /// The frame as it is.
    pub fn whole<T: DeserializeOwned>(&self) -> Result<T> {
        from_json(self.body.as_bytes())
    }

    /// The frame's fields: those under `data` if there is one, else the frame itself.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T> {
        #[derive(Deserialize)]
        struct Enveloped<'a> {
            #[serde(borrow, default)]
            data: Option<&'a serde_json::value::RawValue>,
        }
        json_object(self.body.as_bytes())?;
        let enveloped = serde_json::from_str::<Enveloped<'_>>(&self.body).ok().and_then(|e| e.data);
        let data = enveloped.map(|raw| raw.get()).filter(|raw| raw.starts_with('{'));
        from_json(data.unwrap_or(&self.body).as_bytes())
    }

    /// The caller's `ref`, a string or a number, to come back in the answer.
    fn reference(&self) -> Option<Value> {
        #[derive(Deserialize)]
        struct Referenced {
            #[serde(default, rename = "ref")]
            reference: Option<Value>,
        }
        let reference = serde_json::from_str::<Referenced>(&self.body).ok()?.reference?;
        let short = match &reference {
            Value::String(text) => text.len() <= 128,
            other => other.is_number(),
        };
        short.then_some(reference)
    }
}

/// What a frame is answered with.
#[derive(Serialize)]
struct AnswerFrame<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<Value>,
    ts: Timestamp,
    data: T,
}

/// Serves a frame's route; its result is answered as a frame of type `kind` (`ack`, `pong`).
pub fn serve_socket<T: Serialize>(
    about: impl FnOnce() -> AboutFrame,
    kind: &'static str,
    route: impl AsyncFn(&App, &Frame) -> Result<T>,
) -> Exit {
    if about::asked() {
        return about_frame::print_frame(about, kind);
    }
    serve_unknown_frame(kind, route)
}

/// Serves the frames of no known type: there is nothing to describe.
pub fn serve_unknown_frame<T: Serialize>(
    kind: &'static str,
    route: impl AsyncFn(&App, &Frame) -> Result<T>,
) -> Exit {
    serve(async |app, event: SocketEvent, request_id: &str| {
        let frame = Frame {
            principal: event.principal()?,
            connection: ConnectionId(event.request_context.connection_id),
            now: now(),
            body: event.body.unwrap_or_default(),
        };
        let reference = frame.reference();
        let result = if frame.principal.expires_at <= frame.now {
            Err(ChatError::new(Code::TokenExpired))
        } else {
            route(app, &frame).await
        };
        let error = match result {
            Ok(data) => {
                let answer = AnswerFrame { kind, reference, ts: frame.now, data };
                return Ok(SocketAnswer::of(200, serde_json::to_string(&answer)?));
            }
            Err(error) => error,
        };
        if error.code == Code::Unavailable {
            tracing::error!(request_id, detail = %error.detail, "failed");
        }
        let data = problem::frame_data(&error);
        let answer = AnswerFrame { kind: "error", reference, ts: frame.now, data };
        if matches!(error.code, Code::TokenExpired | Code::SessionRevoked) {
            // API Gateway offers no close codes: the frame comes first, then the end.
            use chat::ports::Push;
            let expired = serde_json::to_vec(&Event::of(frame.now, SessionExpired {}))?;
            app.sockets().post(&frame.connection, expired, false).await;
            app.sockets().close(&frame.connection).await;
        }
        Ok(SocketAnswer::of(200, serde_json::to_string(&answer)?))
    })
}
