//! A client of Pleroma's chats: a person with a token of that face, and its streaming socket.

use crate::DEADLINE;
use crate::answer::Answer;
use crate::api::{Api, Payload};
use crate::user::{PASSWORD, User};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Where the chats are.
pub const CHATS: &str = "/api/v1/pleroma/chats";

/// Somebody with a token of this face.
#[derive(Clone)]
pub struct Client {
    /// The same person over our own routes.
    pub user: User,
    /// The token of this face.
    pub token: String,
    /// Its refresh token.
    pub refresh_token: String,
}

impl Client {
    /// Signs somebody in.
    pub async fn of(user: &User) -> Self {
        let body = json!({"grant_type": "password", "username": user.name, "password": PASSWORD});
        let token = user.api.call("POST", "/oauth/token", None, body).await.ok(200);
        let text = |name: &str| token[name].as_str().unwrap_or_default().to_owned();
        Self {
            user: user.clone(),
            token: text("access_token"),
            refresh_token: text("refresh_token"),
        }
    }

    /// The person's id, which is that of the account.
    pub fn id(&self) -> &str {
        &self.user.id
    }

    fn api(&self) -> &Api {
        &self.user.api
    }

    /// Any request.
    pub async fn call(&self, method: &str, path: &str, payload: impl Into<Payload>) -> Answer {
        self.api().call(method, path, Some(&self.token), payload).await
    }

    /// Any request with headers.
    pub async fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        payload: impl Into<Payload>,
    ) -> Answer {
        let payload = payload.into();
        match self.api().try_call(method, path, Some(&self.token), headers, payload).await {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: no answer: {error:?}"),
        }
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Payload::None).await
    }

    /// POST
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    /// POST without a body
    pub async fn poke(&self, path: &str) -> Answer {
        self.call("POST", path, Payload::None).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, Payload::None).await
    }

    /// The id of the chat with somebody.
    pub async fn chat(&self, peer: &User) -> String {
        let chat = self.poke(&format!("{CHATS}/by-account-id/{}", peer.id)).await.ok(200);
        chat["id"].as_str().unwrap_or_default().to_owned()
    }

    /// Sends a text.
    pub async fn send(&self, chat: &str, content: &str) -> Value {
        self.post(&format!("{CHATS}/{chat}/messages"), json!({"content": content})).await.ok(200)
    }

    /// What a page of a chat says, newest first.
    pub async fn contents(&self, chat: &str, query: &str) -> Vec<String> {
        let page = self.get(&format!("{CHATS}/{chat}/messages?{query}")).await.ok(200);
        contents(&page)
    }

    /// Opens the streaming socket with the token in the header.
    pub async fn live(&self, query: &str) -> Live {
        let header = ("authorization", format!("Bearer {}", self.token));
        let open = Live::open(&self.api().base, query, &[(header.0, &header.1)]).await;
        open.unwrap_or_else(|status| panic!("a handshake that succeeds, not {status}"))
    }
}

/// What messages say.
pub fn contents(messages: &Value) -> Vec<String> {
    let all = messages.as_array().map_or(&[][..], Vec::as_slice);
    all.iter().map(|one| one["content"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Asserts an error in Pleroma's shape, whose text begins so.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, begins: &str) {
    assert_eq!(answer.status, status, "{}: {}", answer.what, answer.text);
    let kind = answer.header("content-type").unwrap_or_default();
    assert_eq!(kind, "application/json", "{}", answer.what);
    let error = answer.json["error"].as_str().unwrap_or_default();
    assert!(error.starts_with(begins) && !error.is_empty(), "{}: {}", answer.what, answer.text);
}

/// Id in a `Link` header under a relation.
pub fn link(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.header("link")?;
    let one = links.split(", <").find(|one| one.contains(&format!("rel=\"{relation}\"")))?;
    let address = one.trim_start_matches('<').split('>').next()?;
    Some(address.to_owned())
}

/// A streaming socket.
pub struct Live {
    frames: Arc<Mutex<Vec<Value>>>,
    changed: Arc<Notify>,
    sink: AsyncMutex<SplitSink<Stream, Message>>,
    reader: tokio::task::JoinHandle<()>,
    /// The subprotocol the server chose.
    pub subprotocol: Option<String>,
}

impl Live {
    /// Connects; `query` stands behind the path as it is.
    ///
    /// # Errors
    /// The status of a handshake that is refused.
    pub async fn open(base: &str, query: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let url = format!("{}/api/v1/streaming{query}", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            let name = tokio_tungstenite::tungstenite::http::HeaderName::try_from(*name);
            request.headers_mut().insert(name.expect("a name"), value.parse().expect("a value"));
        }
        let opened = tokio::time::timeout(DEADLINE, connect_async(request)).await;
        let (stream, response) = match opened.expect("an answer in time") {
            Ok(opened) => opened,
            Err(Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("no handshake: {error}"),
        };
        let subprotocol = response.headers().get("sec-websocket-protocol");
        let subprotocol = subprotocol.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (sink, mut incoming) = stream.split();
        let (frames, changed) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let (into, notify) = (Arc::clone(&frames), Arc::clone(&changed));
        let reader = tokio::spawn(async move {
            while let Some(Ok(message)) = incoming.next().await {
                let Message::Text(text) = message else { continue };
                let mut frame: Value = serde_json::from_str(&text).expect("a frame of JSON");
                // What crashes a published client if it is missing.
                assert!(frame["stream"].is_array() && frame["payload"].is_string(), "{frame}");
                let payload = frame["payload"].as_str().unwrap_or_default();
                frame["payload"] = serde_json::from_str(payload).expect("a payload of JSON");
                into.lock().unwrap_or_else(PoisonError::into_inner).push(frame);
                notify.notify_waiters();
            }
            into.lock().unwrap_or_else(PoisonError::into_inner).push(json!({"closed": true}));
            notify.notify_waiters();
        });
        Ok(Self { frames, changed, sink: AsyncMutex::new(sink), reader, subprotocol })
    }

    /// Sends a text.
    pub async fn say(&self, text: impl Into<String>) {
        let _ = self.sink.lock().await.send(Message::text(text.into())).await;
    }

    /// Begins (or ends) a stream, and waits for the answer.
    pub async fn follow(&self, kind: &str, stream: &str) -> Value {
        self.say(json!({"type": kind, "stream": stream}).to_string()).await;
        let answer = self.expect(|frame| frame["event"] == "pleroma:respond").await;
        answer["payload"].clone()
    }

    /// Waits for a frame that was not taken yet, and takes it; its payload is read.
    pub async fn expect(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = self.within(DEADLINE, wanted).await;
        found.unwrap_or_else(|| panic!("no such frame; there are {:#?}", self.seen()))
    }

    /// The update of a chat whose last message says so.
    pub async fn update(&self, content: &str) -> Value {
        let says = |frame: &Value| frame["payload"]["last_message"]["content"] == content;
        self.expect(|frame| frame["event"] == "pleroma:chat_update" && says(frame)).await
    }

    /// Waits until the server has hung up.
    pub async fn closed(&self) {
        self.expect(|frame| frame["closed"] == true).await;
    }

    /// Frames that were not taken.
    pub fn seen(&self) -> Vec<Value> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn within(&self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let search = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                {
                    let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(at) = frames.iter().position(&wanted) {
                        return frames.remove(at);
                    }
                }
                changed.await;
            }
        };
        tokio::time::timeout(patience, search).await.ok()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.reader.abort();
    }
}
