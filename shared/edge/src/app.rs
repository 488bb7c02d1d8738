//! A function's world, built once per process: the table, the queue, the sockets, the keys.

use crate::auth::{Signer, Verifier};
use domain::{ChatError, Face, PresenceTimes, RateLimit, Result, Timestamp};
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};
use tokio::sync::OnceCell;

/// Everything a route may reach. What a route does not ask for is neither built nor linked.
pub struct App {
    clients: cloud::Clients,
    /// The table, as the ports of `chat`.
    pub table: store::Table,
    fanout: OnceLock<cloud::FanoutQueue>,
    presence: OnceLock<cloud::PresenceQueue>,
    sockets: OnceLock<cloud::Sockets>,
    faces: OnceLock<cloud::FaceQueues>,
    files: OnceLock<cloud::FileBucket>,
    search: OnceLock<cloud::SearchIndex>,
    purges: OnceLock<cloud::PurgeQueue>,
    pushes: OnceLock<cloud::PushQueue>,
    contacts: OnceLock<cloud::ContactQueue>,
    outbound: OnceLock<cloud::outbound::Outbound>,
    push_key: OnceCell<cloud::PushKey>,
    web_push: OnceCell<cloud::WebPush>,
    signer: OnceCell<Signer>,
    verifier: Verifier,
}

impl App {
    /// Reads the environment the template gives. Panics name what is missing: a function that is
    /// deployed wrongly must not start.
    pub(crate) async fn start() -> Self {
        let clients = cloud::Clients::from_env().await;
        let table = store::Table::new(clients.dynamodb(), required("TABLE_NAME"));
        let table = table.with_send_limit(send_limit());
        Self {
            clients,
            table,
            fanout: OnceLock::new(),
            presence: OnceLock::new(),
            sockets: OnceLock::new(),
            faces: OnceLock::new(),
            files: OnceLock::new(),
            search: OnceLock::new(),
            purges: OnceLock::new(),
            pushes: OnceLock::new(),
            contacts: OnceLock::new(),
            outbound: OnceLock::new(),
            push_key: OnceCell::new(),
            web_push: OnceCell::new(),
            signer: OnceCell::new(),
            verifier: Verifier::default(),
        }
    }

    /// The fan-out queue.
    pub fn fanout(&self) -> &cloud::FanoutQueue {
        self.fanout.get_or_init(|| {
            cloud::FanoutQueue::new(self.clients.sqs(), required("FANOUT_QUEUE_URL"))
        })
    }

    /// The queue of deleted rooms.
    pub fn purges(&self) -> &cloud::PurgeQueue {
        self.purges.get_or_init(|| {
            let seconds = required("PURGE_DELAY_SECONDS").parse();
            let Ok(delay_s @ 0..=900) = seconds else {
                misconfigured("PURGE_DELAY_SECONDS must be a number from 0 to 900")
            };
            cloud::PurgeQueue::new(self.clients.sqs(), required("PURGE_QUEUE_URL"), delay_s)
        })
    }

    /// The bucket of files.
    pub fn files(&self) -> &cloud::FileBucket {
        self.files
            .get_or_init(|| cloud::FileBucket::new(self.clients.s3(), required("FILES_BUCKET")))
    }

    /// How long a file stays that nothing uses, in milliseconds: the template's `UnusedFileSeconds`.
    pub fn unused_file_ms(&self) -> i64 {
        match required("UNUSED_FILE_SECONDS").parse::<u32>() {
            Ok(seconds @ 1..) => i64::from(seconds) * 1000,
            _ => misconfigured("UNUSED_FILE_SECONDS must be a number from 1"),
        }
    }

    /// The queue of presence checks.
    pub fn presence(&self) -> &cloud::PresenceQueue {
        self.presence.get_or_init(|| {
            cloud::PresenceQueue::new(self.clients.sqs(), required("PRESENCE_QUEUE_URL"))
        })
    }

    /// How long presence lasts: the template's `PresenceExpirySeconds` and `PresenceGraceSeconds`.
    pub fn presence_times(&self) -> PresenceTimes {
        let ms = |name: &str| required(name).parse::<u32>().map(|s| i64::from(s) * 1000);
        let (Ok(expiry_ms @ 1..), Ok(grace_ms)) =
            (ms("PRESENCE_EXPIRY_SECONDS"), ms("PRESENCE_GRACE_SECONDS"))
        else {
            misconfigured("PRESENCE_EXPIRY_SECONDS and PRESENCE_GRACE_SECONDS must be numbers")
        };
        PresenceTimes { expiry_ms, grace_ms }
    }

    /// The open sockets.
    pub fn sockets(&self) -> &cloud::Sockets {
        self.sockets
            .get_or_init(|| cloud::Sockets::new(self.clients.sockets(&required("SOCKET_ENDPOINT"))))
    }

    /// The queues of the other protocols: `FACE_QUEUES`, a list of `name=url` with commas between; a face
    /// that was left out has no address.
    pub fn faces(&self) -> &cloud::FaceQueues {
        self.faces.get_or_init(|| {
            let list = required("FACE_QUEUES");
            let mut urls = Vec::new();
            for (name, url) in list.split(',').filter_map(|one| one.split_once('=')) {
                let Some(face) = Face::ALL.into_iter().find(|face| face.as_str() == name) else {
                    misconfigured("FACE_QUEUES names a face that there is not")
                };
                if !url.is_empty() {
                    urls.push((face, url.to_owned()));
                }
            }
            cloud::FaceQueues::new(self.clients.sqs(), urls)
        })
    }

    /// Whose token this is, if it was made for this face (none: for our own routes). The session behind it
    /// is the use case's to check.
    pub async fn verify(
        &self,
        token: &str,
        face: Option<Face>,
        now: Timestamp,
    ) -> Result<chat::Principal> {
        self.verifier.verify(self, token, face, now).await
    }

    /// The search index; `unavailable` where the deployment has left search out.
    pub fn search(&self) -> Result<&cloud::SearchIndex> {
        let endpoint = std::env::var("SEARCH_ENDPOINT").unwrap_or_default();
        if endpoint.is_empty() {
            return Err(ChatError::unavailable("search is switched off (SearchEnabled)"));
        }
        Ok(self.search.get_or_init(|| self.clients.search(&endpoint)))
    }

    /// The queue of what is to be pushed; none where the deployment has left Web Push out.
    pub fn pushes(&self) -> Option<&cloud::PushQueue> {
        let url = required("PUSH_QUEUE_URL");
        let queue = || self.pushes.get_or_init(|| cloud::PushQueue::new(self.clients.sqs(), &url));
        (!url.is_empty()).then(queue)
    }

    /// How long a push waits where a device is connected, in milliseconds: the template's
    /// `PushDelaySeconds`.
    pub fn push_delay_ms(&self) -> i64 {
        match required("PUSH_DELAY_SECONDS").parse::<u32>() {
            Ok(seconds @ ..=900) => i64::from(seconds) * 1000,
            _ => misconfigured("PUSH_DELAY_SECONDS must be a number up to 900"),
        }
    }

    /// The key that push services know the deployment by; none where it has left Web Push out.
    pub async fn push_key(&self) -> Result<Option<&cloud::PushKey>> {
        let arn = required("PUSH_KEY_ARN");
        if arn.is_empty() {
            return Ok(None);
        }
        let read = async || {
            let secret = cloud::SigningSecret::new(self.clients.secrets(), arn);
            cloud::PushKey::parse(&secret.read().await?)
        };
        self.push_key.get_or_try_init(read).await.map(Some)
    }

    /// The push services.
    pub async fn web_push(&self) -> Result<&cloud::WebPush> {
        let start = async || {
            let off = || ChatError::unavailable("Web Push is switched off (PushContact)");
            let key = self.push_key().await?.ok_or_else(off)?.clone();
            let outbound = cloud::outbound::Outbound::new(self.outbound_local());
            Ok(cloud::WebPush::new(key, required("PUSH_CONTACT"), outbound))
        };
        self.web_push.get_or_try_init(start).await
    }

    /// The queue of contacts on other people's servers whose events are to be sent.
    pub fn contacts(&self) -> &cloud::ContactQueue {
        self.contacts.get_or_init(|| {
            cloud::ContactQueue::new(self.clients.sqs(), required("DIRECTCHAT_QUEUE_URL"))
        })
    }

    /// The domain under which every user has a host name of their own: the template's `DirectChatDomain`.
    /// None: users are named by the path.
    pub fn directchat_domain(&self) -> Option<String> {
        Some(required("DIRECTCHAT_DOMAIN").to_ascii_lowercase()).filter(|name| !name.is_empty())
    }

    /// When a peer that did not answer is asked again for the first time, in milliseconds: the template's
    /// `DirectChatRetrySeconds`.
    pub fn directchat_retry_ms(&self) -> i64 {
        match required("DIRECTCHAT_RETRY_SECONDS").parse::<u32>() {
            Ok(seconds @ 1..=900) => i64::from(seconds) * 1000,
            _ => misconfigured("DIRECTCHAT_RETRY_SECONDS must be a number from 1 to 900"),
        }
    }

    /// Sends requests to addresses that users have named.
    pub fn outbound(&self) -> &cloud::outbound::Outbound {
        self.outbound.get_or_init(|| cloud::outbound::Outbound::new(self.outbound_local()))
    }

    /// Whether requests to addresses that users have named may go to this machine, and without TLS: the
    /// template's `OutboundLocal`.
    pub fn outbound_local(&self) -> bool {
        required("OUTBOUND_LOCAL") == "true"
    }

    /// Signs tokens; only the sign-in functions may read the key behind it.
    pub async fn signer(&self) -> Result<&Signer> {
        let start = async || {
            let arn = required("SIGNING_KEY_ARN");
            let secret = cloud::SigningSecret::new(self.clients.secrets(), arn);
            Signer::start(&self.table, &secret.read().await?).await
        };
        self.signer.get_or_try_init(start).await
    }

    /// The site's moderators: the template's `Moderators`.
    pub fn moderators(&self) -> chat::Moderators {
        chat::Moderators::parse(&required("MODERATORS"))
    }

    /// The server part of people's addresses in other protocols.
    pub fn server_name(&self) -> String {
        required("SERVER_NAME")
    }

    /// Where clients of other protocols reach this deployment, without a slash at its end: the template's
    /// `PublicUrl`; none where it is not said.
    pub fn public_url(&self) -> Option<String> {
        let url = required("PUBLIC_URL").trim_end_matches('/').to_owned();
        Some(url).filter(|url| !url.is_empty())
    }

    /// Whether new accounts may be registered: the template's `Registration`.
    pub fn registration_open(&self) -> bool {
        required("REGISTRATION") != "closed"
    }

    /// How long an access token lives, in milliseconds: the template's `TokenSeconds`.
    pub fn token_ms(&self) -> i64 {
        match required("TOKEN_SECONDS").parse::<u32>() {
            Ok(seconds @ 1..) => i64::from(seconds) * 1000,
            _ => misconfigured("TOKEN_SECONDS must be a number from 1"),
        }
    }

    /// How many messages a user may send: the template's `SendRateMax` per
    /// `SendRateWindowSeconds`.
    pub fn send_limit(&self) -> RateLimit {
        send_limit()
    }
}

fn send_limit() -> RateLimit {
    let number = |name: &str| required(name).parse::<u32>();
    let (Ok(max @ 1..), Ok(seconds @ 1..)) =
        (number("SEND_RATE_MAX"), number("SEND_RATE_WINDOW_SECONDS"))
    else {
        misconfigured("SEND_RATE_MAX and SEND_RATE_WINDOW_SECONDS must be numbers from 1")
    };
    RateLimit { max, window_ms: i64::from(seconds) * 1000 }
}

/// The time. Read here, at the edge, and handed down.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn required(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| misconfigured(&format!("{name} is not set")))
}

#[allow(clippy::panic, reason = "a function that is deployed wrongly must not serve")]
fn misconfigured(what: &str) -> ! {
    panic!("misconfigured: {what} (see the function's Environment in template.yaml)")
}
