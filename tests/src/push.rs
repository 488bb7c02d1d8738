//! The other end of Web Push: a push service on this machine, and the browsers that subscribe with it.
//! Written after RFC 8030, 8188, 8291 and 8292, without the library the server uses.

use crate::DEADLINE;
use crate::user::User;
use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What somebody has posted.
#[derive(Clone, Debug)]
pub struct Posted {
    /// Where to.
    pub path: String,
    /// Headers by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, encrypted.
    pub body: Vec<u8>,
}

#[derive(Default)]
struct State {
    posted: Vec<Posted>,
    answers: HashMap<String, VecDeque<u16>>,
    held: Vec<String>,
}

/// A push service that lives as long as the test.
#[derive(Clone)]
pub struct PushService {
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

impl PushService {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let service = Self { origin, state: Arc::default(), changed: Arc::new(Notify::new()) };
        let serving = service.clone();
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
        service
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        let of = |value: &hyper::header::HeaderValue| value.to_str().unwrap_or("?").to_owned();
        let headers =
            request.headers().iter().map(|(name, value)| (name.to_string(), of(value))).collect();
        let body = request.into_body().collect().await.unwrap().to_bytes().to_vec();
        self.state().posted.push(Posted { path: path.clone(), headers, body });
        self.changed.notify_waiters();
        let status = loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state();
                let next = state.answers.get_mut(&path).and_then(VecDeque::pop_front);
                match next {
                    Some(status) => break status,
                    None if !state.held.contains(&path) => break 201,
                    None => {}
                }
            }
            changed.await;
        };
        let answer = Response::builder().status(status).body(Full::default());
        Ok(answer.unwrap())
    }

    /// What the next messages for a browser are answered with; then, and by default, 201.
    pub fn answers(&self, browser: &Browser, statuses: &[u16]) {
        let path = browser.path.clone();
        self.state().answers.entry(path).or_default().extend(statuses);
        self.changed.notify_waiters();
    }

    /// Answers nothing for a browser until there is an answer.
    pub fn hold(&self, browser: &Browser) {
        self.state().held.push(browser.path.clone());
    }

    /// The opposite.
    pub fn release(&self, browser: &Browser) {
        self.state().held.retain(|path| *path != browser.path);
        self.changed.notify_waiters();
    }

    /// What has come for a browser so far.
    pub fn posted(&self, browser: &Browser) -> Vec<Posted> {
        self.state().posted.iter().filter(|posted| posted.path == browser.path).cloned().collect()
    }

    /// The first `count` messages for a browser, as soon as they are there.
    pub async fn first(&self, browser: &Browser, count: usize) -> Vec<Posted> {
        let enough = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let posted = self.posted(browser);
                if posted.len() >= count {
                    return posted;
                }
                changed.await;
            }
        };
        match tokio::time::timeout(DEADLINE, enough).await {
            Ok(posted) => posted,
            Err(_) => panic!("{} of {count} messages were pushed", self.posted(browser).len()),
        }
    }

    /// The same for a message whose notification satisfies `wanted`; how many came up to it.
    pub async fn until(&self, browser: &Browser, wanted: impl Fn(&Value) -> bool) -> usize {
        for count in 1.. {
            let posted = self.first(browser, count).await;
            let last = browser.read(&posted[count - 1]);
            if wanted(&last["data"]["notification"]) {
                return count;
            }
        }
        unreachable!("there is always a next")
    }
}

/// A browser that has subscribed.
pub struct Browser {
    /// The endpoint.
    pub endpoint: String,
    path: String,
    private: SecretKey,
    auth: [u8; 16],
}

impl Browser {
    /// Subscribes with a service.
    pub fn subscribe(service: &PushService) -> Self {
        let name = uuid::Uuid::now_v7();
        let path = format!("/push/{name}");
        let secret = Sha256::digest(name.as_bytes());
        let mut auth = [0; 16];
        auth.copy_from_slice(&Sha256::digest(secret)[..16]);
        let private = SecretKey::from_slice(&secret).unwrap();
        Self { endpoint: format!("{}{path}", service.origin), path, private, auth }
    }

    /// The browser's `PushSubscription` as JSON.
    pub fn json(&self) -> Value {
        let public = self.private.public_key().to_encoded_point(false);
        json!({
            "endpoint": self.endpoint,
            "expirationTime": null,
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(public.as_bytes()),
                "auth": URL_SAFE_NO_PAD.encode(self.auth),
            },
        })
    }

    /// Registers with Parlance.
    pub async fn register(&self, user: &User) -> Value {
        user.put("/push/subscriptions", self.json()).await.ok(200)
    }

    /// A new browser of somebody's, registered.
    pub async fn of(user: &User, service: &PushService) -> Self {
        let browser = Self::subscribe(service);
        browser.register(user).await;
        browser
    }

    /// Decrypts what was pushed (RFC 8188, RFC 8291).
    pub fn read(&self, posted: &Posted) -> Value {
        assert_eq!(posted.headers["content-encoding"], "aes128gcm");
        let (header, rest) = posted.body.split_at(21);
        let (salt, size) = (&header[..16], u32::from_be_bytes(header[16..20].try_into().unwrap()));
        let (key, record) = rest.split_at(usize::from(header[20]));
        assert!(record.len() <= size as usize, "one record");
        assert!(posted.body.len() <= 4_096, "no more than every service takes");
        let sender = PublicKey::from_sec1_bytes(key).unwrap();
        let shared =
            p256::ecdh::diffie_hellman(self.private.to_nonzero_scalar(), sender.as_affine());
        let own = self.private.public_key().to_encoded_point(false);
        let info = [b"WebPush: info\0".as_slice(), own.as_bytes(), key].concat();
        let material: [u8; 32] = derive(&self.auth, shared.raw_secret_bytes().as_ref(), &info);
        let content: [u8; 16] = derive(salt, &material, b"Content-Encoding: aes128gcm\0");
        let nonce: [u8; 12] = derive(salt, &material, b"Content-Encoding: nonce\0");
        let cipher = Aes128Gcm::new(&content.into());
        let mut text = cipher.decrypt(&Nonce::from(nonce), record).expect("it is for us");
        while text.last() == Some(&0) {
            text.pop();
        }
        assert_eq!(text.pop(), Some(2), "the last record");
        assert!(text.len() <= 3_000, "{}", text.len());
        serde_json::from_slice(&text).unwrap()
    }
}

fn derive<const N: usize>(salt: &[u8], material: &[u8], info: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut key).unwrap();
    key
}

/// Checks who says to have sent a message (RFC 8292): signed with the key that browsers subscribe with,
/// for this service, for a while, with a contact.
pub fn assert_signed(posted: &Posted, service: &PushService, key: &str) {
    let header = posted.headers["authorization"].strip_prefix("vapid t=").expect("VAPID");
    let (token, public) = header.split_once(", k=").expect("a key");
    assert_eq!(public, key);
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let verifying = VerifyingKey::from_sec1_bytes(&bytes(public)).unwrap();
    let signature = Signature::from_slice(&bytes(signature)).unwrap();
    verifying.verify(signed.as_bytes(), &signature).expect("a good signature");
    let (head, claims) = signed.split_once('.').unwrap();
    let read = |text: &str| serde_json::from_slice::<Value>(&bytes(text)).unwrap();
    assert_eq!(read(head)["alg"], "ES256");
    let claims = read(claims);
    assert_eq!(claims["aud"], service.origin.as_str());
    assert!(claims["sub"].as_str().unwrap().starts_with("mailto:"));
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let ends = claims["exp"].as_i64().unwrap();
    assert!(ends > now && ends <= now + 24 * 60 * 60, "{ends}, and it is {now}");
}
