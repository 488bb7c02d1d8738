//! The other end of DirectChat: a server of somebody else's on this machine, written after the document and
//! without a line of the server's code. And a user's own view of such contacts.

use crate::DEADLINE;
use crate::answer::Answer;
use crate::user::User;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What somebody has posted to a peer.
#[derive(Clone, Debug)]
pub struct Got {
    /// Where to, as it stood on the wire.
    pub path: String,
    /// Headers by their names in lower case, read as UTF-8.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub bytes: Vec<u8>,
    /// The body, where it is JSON.
    pub body: Value,
    /// What was answered.
    pub status: u16,
    /// What the peer calls it, if it took it.
    pub event_id: String,
}

impl Got {
    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The text of a message, whichever way its content was written.
    pub fn text(&self) -> String {
        let content = &self.body["content"];
        let content = match content.as_str() {
            Some(text) => serde_json::from_str(text).unwrap(),
            None => content.clone(),
        };
        content["text"].as_str().unwrap_or_default().to_owned()
    }
}

/// How the next call is answered.
#[derive(Clone, Debug)]
pub enum Mood {
    /// A status, without taking it.
    Status(u16),
    /// A redirect.
    Redirect(String),
    /// These bytes as a 200, whatever they are.
    Says(Vec<u8>),
    /// Nothing, for ever.
    Silence,
    /// It is taken, and the answer never comes.
    Lost,
}

#[derive(Default)]
struct State {
    got: Vec<Got>,
    moods: VecDeque<Mood>,
    /// The mood of every call while it is set.
    always: Option<Mood>,
}

/// A user of another server, with that server.
#[derive(Clone)]
pub struct Peer {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// How it identifies itself; it tells that as `sender_id`.
    pub secret: String,
    /// What it shows itself as.
    pub nickname: String,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    http: reqwest::Client,
}

/// A secret nobody else has.
pub fn secret() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{number}", uuid::Uuid::now_v7().simple())
}

impl Peer {
    /// Starts one.
    pub async fn start(nickname: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(DEADLINE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let peer = Self {
            address,
            secret: secret(),
            nickname: nickname.to_owned(),
            state: Arc::default(),
            changed: Arc::new(Notify::new()),
            http,
        };
        let serving = peer.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let answer = service_fn(|request| serving.clone().answer(request));
                    let http = hyper::server::conn::http1::Builder::new();
                    let _ = http.serve_connection(TokioIo::new(socket), answer).await;
                });
            }
        });
        peer
    }

    /// The same server for somebody with another secret.
    #[must_use]
    pub fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }

    /// The same user under another name.
    #[must_use]
    pub fn with_nickname(&self, nickname: &str) -> Self {
        Self { nickname: nickname.to_owned(), ..self.clone() }
    }

    /// The same user, who claims to be somewhere else.
    #[must_use]
    pub fn with_address(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        let of = |value: &hyper::header::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers =
            request.headers().iter().map(|(name, value)| (name.to_string(), of(value))).collect();
        let Ok(body) = request.into_body().collect().await else {
            return Ok(Response::new(Full::default()));
        };
        let bytes = body.to_bytes().to_vec();
        let mood = {
            let mut state = self.state();
            state.moods.pop_front().or_else(|| state.always.clone())
        };
        let event_id = format!("peer/{}", secret());
        let taken = match path.as_str() {
            "/upload" => json!({"url": format!("sha256://{:x}", Sha256::digest(&bytes))}),
            _ => json!({"event_id": event_id, "sender_id": self.secret}),
        };
        let (status, said, location) = match &mood {
            None | Some(Mood::Lost) => (200, taken.to_string().into_bytes(), None),
            Some(Mood::Status(status)) => (*status, b"{\"error\":\"no\"}".to_vec(), None),
            Some(Mood::Redirect(to)) => (307, Vec::new(), Some(to.clone())),
            Some(Mood::Says(bytes)) => (200, bytes.clone(), None),
            Some(Mood::Silence) => (0, Vec::new(), None),
        };
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        self.state().got.push(Got { path, headers, bytes, body, status, event_id });
        self.changed.notify_waiters();
        if matches!(mood, Some(Mood::Silence | Mood::Lost)) {
            std::future::pending::<()>().await;
        }
        let mut answer = Response::builder().status(status);
        if let Some(to) = location {
            answer = answer.header("location", to);
        }
        Ok(answer.body(Full::new(Bytes::from(said))).unwrap())
    }

    /// How the next calls are answered; then, and by default, they are taken.
    pub fn next(&self, moods: impl IntoIterator<Item = Mood>) {
        self.state().moods.extend(moods);
    }

    /// How all calls are answered from now on.
    pub fn always(&self, mood: Option<Mood>) {
        self.state().always = mood;
    }

    /// All calls so far.
    pub fn calls(&self) -> Vec<Got> {
        self.state().got.clone()
    }

    /// The events it took, in the order in which they came, without those that it has had already: it knows
    /// them by their key.
    pub fn events(&self) -> Vec<Got> {
        let mut keys = Vec::new();
        let taken = self.calls().into_iter().filter(|got| got.status == 200);
        let events = taken.filter(|got| got.path.contains("/send/"));
        events
            .filter(|got| {
                let key = got.header("idempotency-key").to_owned();
                let fresh = key.is_empty() || !keys.contains(&key);
                keys.push(key);
                fresh
            })
            .collect()
    }

    /// Waits until what it got is as wanted.
    pub async fn until(&self, what: &str, wanted: impl Fn(&[Got]) -> bool) -> Vec<Got> {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let calls = self.calls();
                if wanted(&calls) {
                    return calls;
                }
                changed.await;
            }
        };
        match tokio::time::timeout(DEADLINE, waiting).await {
            Ok(calls) => calls,
            Err(_) => panic!("{what} never came to the peer; it got {:#?}", self.calls()),
        }
    }

    /// Waits for an event of a type with a text, and returns it.
    pub async fn heard(&self, kind: &str, text: &str) -> Got {
        let is = |got: &Got| {
            got.status == 200 && got.body["type"] == kind && (text.is_empty() || got.text() == text)
        };
        let calls = self.until(&format!("{kind} {text:?}"), |calls| calls.iter().any(is)).await;
        calls.into_iter().find(is).unwrap()
    }

    /// The headers that it sends.
    pub fn headers(&self) -> Vec<(String, String)> {
        let pairs = [
            ("Chat-Nickname", self.nickname.as_str()),
            ("Chat-Identification", &self.secret),
            ("Chat-Reply", &self.address),
            ("Chat-Version", "v1"),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// Posts anything, with its headers but for those that are given: an empty one is left out.
    pub async fn post(&self, url: &str, changed: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut headers = self.headers();
        for (name, value) in changed {
            headers.retain(|(there, _)| !there.eq_ignore_ascii_case(name));
            if !value.is_empty() {
                headers.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let mut request = self.http.post(url).body(body);
        for (name, value) in headers {
            let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap_or_else(|e| panic!("POST {url}: {e:?}"));
        answer(format!("POST {url}"), response).await
    }

    /// Sends an event to a user; what they answer.
    pub async fn try_send(&self, to: &User, event: Value) -> Answer {
        let url = format!("{}/send/%23main", to.directchat());
        self.post(&url, &[("content-type", "application/json")], event.to_string().into()).await
    }

    /// Sends an event that is taken: `{event_id, sender_id}`. Who is asked to try again does.
    pub async fn send(&self, to: &User, event: Value) -> Value {
        let begun = std::time::Instant::now();
        loop {
            let answer = self.try_send(to, event.clone()).await;
            if answer.status != 429 || begun.elapsed() > DEADLINE {
                return answer.ok(200);
            }
            assert!(answer.header("retry-after").is_some());
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    /// Says something; what they call it.
    pub async fn say(&self, to: &User, text: &str) -> String {
        let said = self.send(to, chat(text)).await;
        said["event_id"].as_str().unwrap().to_owned()
    }
}

/// A message.
pub fn chat(text: &str) -> Value {
    json!({"type": "chat", "schema": "m.text", "content": {"format": "plain", "text": text}})
}

/// A message, a reply or an edit, about something.
pub fn about(kind: &str, target: &str, text: &str) -> Value {
    let mut event = chat(text);
    event["type"] = kind.into();
    event["target"] = target.into();
    event
}

async fn answer(what: String, response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap().to_vec();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { what, status, headers, bytes, text, json }
}

impl User {
    /// Where users of other servers find this one.
    pub fn directchat(&self) -> String {
        format!("{}/directchat/{}", self.api.base, self.name)
    }

    /// Asks for this user's contacts: these routes are not in the contract of our own.
    pub async fn contacts_call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap();
        let url = format!("{}/directchat/contacts{path}", self.api.base);
        let mut request = http.request(method.parse().unwrap(), &url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(format!("{method} {url}"), request.send().await.unwrap()).await
    }

    /// Makes a contact of a peer.
    pub async fn add_contact(&self, address: &str) -> Value {
        let body = json!({"address": address});
        self.contacts_call("POST", "", Some(body)).await.ok(201)
    }

    /// This user's contacts.
    pub async fn contacts(&self) -> Vec<Value> {
        let all = self.contacts_call("GET", "", None).await.ok(200);
        all["contacts"].as_array().unwrap().clone()
    }

    /// The only contact there is.
    pub async fn only_contact(&self) -> Value {
        let mut all = self.contacts().await;
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }
}
