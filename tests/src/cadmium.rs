//! A client of the Cadmium face: a stock WebSocket client that knows the protocol's envelope and nothing of
//! this server. What the server sends unasked is kept in the order of arrival.

use crate::DEADLINE;
use crate::stack::Stack;
use crate::user::{PASSWORD, User};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The server part of entity ids, as the template has it.
pub const SERVER: &str = "localhost";
/// A text with files.
pub const GENERAL: &str = "urn:cadmium:chats:message-types:general";
/// A sound.
pub const AUDIO: &str = "urn:cadmium:chats:message-types:audio";
/// A place.
pub const GEOLOCATION: &str = "urn:cadmium:chats:message-types:geolocation";
/// The three types of private chats.
pub const MESSAGE: &str = "urn:cadmium:chats:private:message";
/// See [`MESSAGE`].
pub const READ: &str = "urn:cadmium:chats:private:read";
/// See [`MESSAGE`].
pub const TYPING: &str = "urn:cadmium:chats:private:typing";

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Default)]
struct Inbox {
    frames: Vec<(Value, bool)>,
    closed: Option<Option<u16>>,
}

#[derive(Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    changed: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection.
pub struct Cadmium {
    shared: Arc<Shared>,
    sink: AsyncMutex<SplitSink<Stream, Message>>,
    reader: tokio::task::JoinHandle<()>,
    next: AtomicU64,
}

/// `@name@server`
pub fn entity(user: &User) -> String {
    format!("@{}@{SERVER}", user.name.to_lowercase())
}

impl Stack {
    /// Where Cadmium clients connect.
    pub fn cadmium(&self) -> String {
        self.http().replacen("http", "ws", 1) + "/cadmium"
    }
}

impl Cadmium {
    /// A connection that is nobody's yet.
    pub async fn open(stack: &Stack) -> Self {
        Self::handshake(stack, "", None).await.expect("a handshake that succeeds")
    }

    /// A connection with query parameters and a token in the header.
    ///
    /// # Errors
    /// The handshake's failure.
    pub async fn handshake(
        stack: &Stack,
        query: &str,
        bearer: Option<&str>,
    ) -> Result<Self, Error> {
        let mut request = format!("{}{query}", stack.cadmium()).into_client_request()?;
        if let Some(token) = bearer {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
        }
        let connecting = tokio::time::timeout(DEADLINE, connect_async(request));
        let (stream, _) = connecting.await.map_err(|_| Error::ConnectionClosed)??;
        let (sink, mut incoming) = stream.split();
        let shared = Arc::new(Shared::default());
        let writer = Arc::clone(&shared);
        let reader = tokio::spawn(async move {
            let code = loop {
                match incoming.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let frame =
                            serde_json::from_str(&text).unwrap_or_else(|_| json!(text.as_str()));
                        writer.lock().frames.push((frame, false));
                        writer.changed.notify_waiters();
                    }
                    Some(Ok(Message::Close(frame))) => {
                        break frame.map(|frame| u16::from(frame.code));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => break None,
                }
            };
            writer.lock().closed.get_or_insert(code);
            writer.changed.notify_waiters();
        });
        Ok(Self { shared, sink: AsyncMutex::new(sink), reader, next: 1.into() })
    }

    /// A connection of somebody who signs in by `profile:login`; their token too.
    pub async fn login(stack: &Stack, user: &User) -> (Self, String) {
        let client = Self::open(stack).await;
        let payload = json!({"username": user.name, "password": PASSWORD});
        let answer = client.yes("profile:login", json!([SERVER]), payload).await;
        let token = answer["authToken"].as_str().expect("a token").to_owned();
        (client, token)
    }

    /// A connection of somebody.
    pub async fn of(stack: &Stack, user: &User) -> Self {
        Self::login(stack, user).await.0
    }

    /// Sends any text.
    pub async fn send_text(&self, text: impl Into<String>) {
        self.sink.lock().await.send(Message::text(text.into())).await.expect("an open socket");
    }

    /// Sends a binary frame.
    pub async fn send_binary(&self, bytes: Vec<u8>) {
        self.sink.lock().await.send(Message::binary(bytes)).await.expect("an open socket");
    }

    /// Sends a frame under a fresh id and returns its answer, whatever it is.
    pub async fn ask(&self, mut frame: Value) -> Value {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}-{number}", uuid::Uuid::now_v7());
        frame["id"] = json!(id);
        self.send_text(frame.to_string()).await;
        self.expect(|answer| answer["id"] == id).await
    }

    /// Sends a request that must succeed; the answer's payload.
    pub async fn yes(&self, kind: &str, to: Value, payload: Value) -> Value {
        let answer = self.ask(json!({"type": kind, "to": to, "payload": payload})).await;
        assert_eq!(answer["type"], kind, "{answer}");
        assert_eq!((&answer["ok"], &answer["from"]), (&json!(true), &json!(SERVER)), "{answer}");
        answer["payload"].clone()
    }

    /// Sends a request that must be refused with this id; the answer's payload.
    pub async fn no(&self, kind: &str, to: Value, payload: Value, error: &str) -> Value {
        let answer = self.ask(json!({"type": kind, "to": to, "payload": payload})).await;
        assert_refused(&answer, error);
        assert_eq!(answer["type"], kind, "{answer}");
        answer["payload"].clone()
    }

    /// Sends a text; the message's id.
    pub async fn say(&self, to: &User, text: &str) -> String {
        let payload = json!({"type": GENERAL, "content": {"text": text}});
        let sent = self.yes(MESSAGE, json!([entity(to)]), payload).await;
        sent["messageID"].as_str().expect("an id").to_owned()
    }

    /// Waits for a frame that was not taken yet, and takes it.
    pub async fn expect(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait_for(DEADLINE, wanted).await.unwrap_or_else(|| {
            panic!("it did not come; closed: {:?}, {:#?}", self.shared.lock().closed, self.frames())
        })
    }

    /// Like [`Cadmium::expect`], with `None` when the connection or `patience` ends first.
    pub async fn wait_for(
        &self,
        patience: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Option<Value> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut inbox = self.shared.lock();
                let found = inbox.frames.iter_mut().find(|(frame, taken)| !taken && wanted(frame));
                if let Some((frame, taken)) = found {
                    *taken = true;
                    return Some(frame.clone());
                }
                if inbox.closed.is_some() {
                    return None;
                }
            }
            tokio::time::timeout_at(deadline, changed).await.ok()?;
        }
    }

    /// Waits for a push of a type.
    pub async fn push(&self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.expect(|frame| is_push(frame) && frame["type"] == kind && wanted(&frame["payload"]))
            .await
    }

    /// Waits for a message with this text.
    pub async fn text(&self, text: &str) -> Value {
        self.push(MESSAGE, |payload| payload["content"]["text"] == text).await
    }

    /// All frames so far, in the order of arrival.
    pub fn frames(&self) -> Vec<Value> {
        self.shared.lock().frames.iter().map(|(frame, _)| frame.clone()).collect()
    }

    /// The texts of the messages that were pushed so far.
    pub fn texts(&self) -> Vec<String> {
        let pushes = self.frames().into_iter().filter(|f| is_push(f) && f["type"] == MESSAGE);
        let text = |frame: Value| frame["payload"]["content"]["text"].as_str().map(str::to_owned);
        pushes.filter_map(text).collect()
    }

    /// The connection is open and answers.
    pub async fn ping(&self) {
        let answer = self.ask(json!({"type": "urn:example:ping"})).await;
        assert_refused(&answer, "unhandled");
    }

    /// Waits for the end of the connection; its close code if it had one.
    pub async fn expect_closed(&self) -> Option<u16> {
        let _ = self.wait_for(DEADLINE, |_| false).await;
        self.shared.lock().closed.expect("a connection that has ended")
    }

    /// Closes properly and waits for the other side.
    pub async fn close(&self) {
        let _ = self.sink.lock().await.close().await;
        let _ = self.wait_for(DEADLINE, |_| false).await;
    }
}

impl Drop for Cadmium {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Whether a frame came unasked: answers carry the ids of requests, and those of this client begin with a
/// UUID and a number.
fn is_push(frame: &Value) -> bool {
    frame["ok"] == true && frame["from"].as_str().is_some_and(|from| from.starts_with('@'))
}

/// Asserts that an answer is a complete refusal with this id.
#[track_caller]
pub fn assert_refused(answer: &Value, error: &str) {
    assert_eq!((&answer["ok"], &answer["from"]), (&json!(false), &json!(SERVER)), "{answer}");
    assert_eq!(answer["payload"]["errID"], error, "{answer}");
    assert!(answer["payload"]["errText"].as_str().is_some_and(|text| !text.is_empty()), "{answer}");
    assert!(answer["id"].is_string() && answer["type"].is_string(), "{answer}");
}

/// The names of an object's members, sorted.
pub fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}
