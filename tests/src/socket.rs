//! One WebSocket: answers are awaited by `ref`, events are kept in the order of arrival and looked up.
//!
//! Events may arrive twice and out of order (the queue in front of `deliver` is a standard one), so nothing
//! here expects "the next frame": [`Socket::expect`] finds a frame wherever it is in the log, each once.

use crate::DEADLINE;
pub use crate::inbox::Frame;
use crate::inbox::{Inbox, Shared};
use crate::user::User;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex as AsyncMutex;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Where the credential goes in the handshake.
#[derive(Clone)]
pub enum SignIn {
    /// `Authorization: Bearer <token>`
    Header(String),
    /// `Sec-WebSocket-Protocol: bearer, <token>`
    Subprotocol(String),
    /// `?token=`
    Query(String),
    /// `?ticket=`
    Ticket(String),
    /// No credential.
    Nothing,
}

/// One connection.
pub struct Socket {
    shared: Arc<Shared>,
    sink: AsyncMutex<SplitSink<Stream, Message>>,
    reader: tokio::task::JoinHandle<()>,
    next_ref: std::sync::atomic::AtomicU64,
    /// The subprotocol the server chose.
    pub subprotocol: Option<String>,
}

impl Socket {
    /// Connects with the user's token in the header.
    pub async fn connect(user: &User) -> Self {
        Self::open(&user.ws, SignIn::Header(user.token.clone()), "")
            .await
            .expect("a handshake that succeeds")
    }

    /// Connects with further query parameters, such as `batch=1`.
    pub async fn connect_with(user: &User, query: &str) -> Self {
        Self::open(&user.ws, SignIn::Header(user.token.clone()), query)
            .await
            .expect("a handshake that succeeds")
    }

    /// Connects in any way.
    ///
    /// # Errors
    /// The handshake's failure; see [`refused`].
    pub async fn open(ws: &str, sign_in: SignIn, query: &str) -> Result<Self, Error> {
        let mut parameters: Vec<String> =
            (!query.is_empty()).then(|| query.to_owned()).into_iter().collect();
        match &sign_in {
            SignIn::Query(token) => parameters.push(format!("token={token}")),
            SignIn::Ticket(ticket) => parameters.push(format!("ticket={ticket}")),
            _ => {}
        }
        let url = if parameters.is_empty() {
            ws.to_owned()
        } else {
            format!("{ws}?{}", parameters.join("&"))
        };
        let mut request = url.into_client_request()?;
        match &sign_in {
            SignIn::Header(token) => {
                request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
            }
            SignIn::Subprotocol(token) => {
                request
                    .headers_mut()
                    .insert("sec-websocket-protocol", format!("bearer, {token}").parse()?);
            }
            _ => {}
        }
        let connecting =
            tokio::time::timeout(DEADLINE, connect_async_with_config(request, None, true));
        let (stream, response) = connecting.await.map_err(|_| Error::ConnectionClosed)??;
        Ok(Self::over(stream, &response))
    }

    fn over(stream: Stream, response: &Response) -> Self {
        let subprotocol = response.headers().get("sec-websocket-protocol");
        let subprotocol = subprotocol.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (sink, mut incoming) = stream.split();
        let shared = Arc::new(Shared::default());
        let writer = Arc::clone(&shared);
        let reader = tokio::spawn(async move {
            let code = loop {
                match incoming.next().await {
                    Some(Ok(Message::Text(text))) => writer.take(&text),
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
        Self { shared, sink: AsyncMutex::new(sink), reader, next_ref: 1.into(), subprotocol }
    }

    /// Sends a text frame as it is.
    ///
    /// # Errors
    /// If the connection is gone.
    pub async fn try_send_text(&self, text: impl Into<String>) -> Result<(), Error> {
        self.sink.lock().await.send(Message::text(text.into())).await
    }

    /// Sends a text frame on a connection that must be open.
    pub async fn send_text(&self, text: impl Into<String>) {
        self.try_send_text(text).await.expect("an open socket");
    }

    /// Sends a binary frame.
    pub async fn send_binary(&self, bytes: Vec<u8>) {
        self.sink.lock().await.send(Message::binary(bytes)).await.expect("an open socket");
    }

    /// Sends a frame with a fresh `ref` and returns that.
    ///
    /// # Errors
    /// If the connection is gone.
    pub async fn post(&self, mut frame: Value) -> Result<String, Error> {
        let number = self.next_ref.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let reference = format!("r{number}");
        frame["ref"] = json!(reference);
        self.shared.lock().asked.insert(reference.clone(), frame.clone());
        self.try_send_text(frame.to_string()).await?;
        Ok(reference)
    }

    /// Waits for the ack or error of a frame; `None` if the connection ended, `patience` did, or the gateway
    /// said in the meantime that a function failed.
    pub async fn answer(&self, reference: &str, patience: Duration) -> Option<Frame> {
        let failures = self.shared.lock().gateway_errors;
        let found = self.wait(patience, |inbox| match inbox.answers.remove(reference) {
            Some(frame) => Some(Some(frame)),
            None if inbox.closed.is_some() || inbox.gateway_errors > failures => Some(None),
            None => None,
        });
        found.await.flatten()
    }

    /// Sends a frame and returns its answer, ack or error.
    pub async fn ask(&self, frame: Value) -> Frame {
        let what = frame.to_string();
        let reference =
            self.post(frame).await.unwrap_or_else(|error| panic!("{what:.200}: {error}"));
        let answer = self.answer(&reference, DEADLINE).await;
        answer.unwrap_or_else(|| panic!("{what:.200}: no answer; {}", self.describe()))
    }

    /// Sends a frame that must be acknowledged; its `data`.
    pub async fn ack(&self, frame: Value) -> Value {
        let what = frame.to_string();
        let answer = self.ask(frame).await;
        assert_eq!(answer.kind, "ack", "{what:.200}: {}", answer.raw);
        answer.data
    }

    /// Sends a frame that must be refused with one of these codes; the error's `data`.
    pub async fn refused(&self, frame: Value, codes: &[&str]) -> Value {
        let what = frame.to_string();
        let answer = self.ask(frame).await;
        assert_error(&what, &answer, codes);
        answer.data
    }

    /// `ping`, and waits for the `pong`: the socket is open and answers.
    pub async fn ping(&self) {
        let before = self.shared.lock().pongs;
        self.send_text(json!({"type": "ping", "ref": "ping"}).to_string()).await;
        let pong = self.wait(DEADLINE, |inbox| (inbox.pongs > before).then_some(()));
        assert!(pong.await.is_some(), "no pong; {}", self.describe());
    }

    /// Waits for an event that was not taken yet, wherever it stands in the log, and takes it.
    pub async fn expect(&self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Frame {
        let found = self.wait(DEADLINE, |inbox| inbox.take(kind, &wanted));
        let found = found.await;
        found.unwrap_or_else(|| panic!("no {kind} came; {}", self.describe()))
    }

    /// Like [`Socket::expect`], with `None` when the connection or `patience` ends first.
    pub async fn wait_for(
        &self,
        patience: Duration,
        kind: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Option<Frame> {
        let found = self.wait(patience, |inbox| match inbox.take(kind, &wanted) {
            Some(frame) => Some(Some(frame)),
            None => inbox.closed.is_some().then_some(None),
        });
        found.await.flatten()
    }

    /// Waits for a room's event about a message with this content.
    pub async fn expect_message(&self, room: &str, content: &str) -> Frame {
        self.expect("message_created", |data| {
            data["room_id"] == room && data["message"]["content"] == content
        })
        .await
    }

    /// Waits for the next event after the first `from` of the log, in order of arrival; `None` at the end
    /// of the connection.
    pub async fn next_after(&self, from: usize, patience: Duration) -> Option<Frame> {
        let found = self.wait(patience, |inbox| match inbox.events.get(from) {
            Some(frame) => Some(Some(frame.clone())),
            None => inbox.closed.is_some().then_some(None),
        });
        found.await.flatten()
    }

    /// All events so far, in order of arrival.
    pub fn events(&self) -> Vec<Frame> {
        self.shared.lock().events.clone()
    }

    /// The events so far that `wanted` picks.
    pub fn seen(&self, wanted: impl Fn(&Frame) -> bool) -> Vec<Frame> {
        self.shared.lock().events.iter().filter(|frame| wanted(frame)).cloned().collect()
    }

    /// Whether events are kept from now on; answers always are. What was kept so far is dropped with `false`.
    pub fn keep_events(&self, keep: bool) {
        let mut inbox = self.shared.lock();
        inbox.forget_events = !keep;
        if !keep {
            inbox.events.clear();
            inbox.taken.clear();
        }
    }

    /// How many text frames came (a batch counts once) and the size of the largest in bytes.
    pub fn frames(&self) -> (usize, usize) {
        let inbox = self.shared.lock();
        (inbox.frames, inbox.largest)
    }

    /// Waits for the end of the connection; its close code if it had one.
    pub async fn expect_closed(&self) -> Option<u16> {
        let closed = self.wait(DEADLINE, |inbox| inbox.closed);
        closed.await.unwrap_or_else(|| panic!("still open; {}", self.describe()))
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.shared.lock().closed.is_some()
    }

    /// Closes properly and waits for the other side.
    pub async fn close(&self) {
        let _ = self.sink.lock().await.close().await;
        self.wait(DEADLINE, |inbox| inbox.closed).await;
    }

    /// Cuts the connection without a goodbye, as a lost network does.
    pub fn cut(self) {
        self.reader.abort();
    }

    /// Everything that came so far is as documented.
    #[track_caller]
    fn assert_contract(&self) {
        let breaches = std::mem::take(&mut self.shared.lock().breaches);
        assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    }

    fn describe(&self) -> String {
        let inbox = self.shared.lock();
        let kinds: Vec<String> =
            inbox.events.iter().map(|frame| format!("{:.300}", frame.raw)).collect();
        let last = &kinds[kinds.len().saturating_sub(12)..];
        format!(
            "closed: {:?}, {} failures of functions, {} events, the last: {last:#?}",
            inbox.closed,
            inbox.gateway_errors,
            kinds.len()
        )
    }

    async fn wait<T>(
        &self,
        patience: Duration,
        mut look: impl FnMut(&mut Inbox) -> Option<T>,
    ) -> Option<T> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            self.assert_contract();
            if let Some(found) = look(&mut self.shared.lock()) {
                return Some(found);
            }
            tokio::time::timeout_at(deadline, changed).await.ok()?;
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
        if !std::thread::panicking() {
            self.assert_contract();
        }
    }
}

/// Asserts that an answer is a complete error frame with one of these codes.
#[track_caller]
pub fn assert_error(what: &str, answer: &Frame, codes: &[&str]) {
    let code = answer.data["code"].as_str().unwrap_or_default();
    assert_eq!(answer.kind, "error", "{what:.200}: {}", answer.raw);
    assert!(codes.contains(&code), "{what:.200}: expected {codes:?}, got {}", answer.raw);
    assert!(
        answer.data["message"].as_str().is_some_and(|text| !text.is_empty()),
        "{what:.200}: {}",
        answer.raw
    );
}

/// The status of a handshake that was refused.
#[track_caller]
pub fn refused(result: Result<Socket, Error>) -> u16 {
    match result {
        Ok(_) => panic!("the handshake was accepted"),
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("no HTTP answer to the handshake: {error:?}"),
    }
}
