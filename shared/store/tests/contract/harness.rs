//! A table of its own for each test, and things to put into it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableStatus,
};
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use chat::ports::{Ask, Commit, CommitMessage, Look, NewMessage, OpenRoom, RateKey, TakeSeq};
use domain::{
    Change, LogEntry, Membership, Message, MessageId, Profile, RateLimit, Role, Room, RoomId,
    RoomKind, Sent, SessionId, Timestamp, UserId,
};
use std::collections::VecDeque;
use std::env::var;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use store::Table;

/// A limit that no test meets by accident.
pub const LIMIT: RateLimit = RateLimit { max: 10_000, window_ms: 10_000 };
/// When the tests take place.
pub const NOW: Timestamp = Timestamp::from_ms(1_790_000_000_000);

/// Operations by name, as they went over the wire; and answers put in place of the table's.
#[derive(Clone, Debug)]
pub struct Calls {
    http: Arc<Connector>,
    made: Arc<Mutex<Vec<String>>>,
    tokens: Arc<Mutex<Vec<String>>>,
    faults: Arc<Mutex<VecDeque<(u16, String)>>>,
}

impl Calls {
    /// What has been called since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.made.lock().unwrap())
    }

    /// The transactions' tokens since the last time.
    pub fn take_tokens(&self) -> Vec<String> {
        std::mem::take(&mut self.tokens.lock().unwrap())
    }

    /// Answers one of the next requests with this, instead of passing it on.
    pub fn fault(&self, status: u16, body: impl Into<String>) {
        self.faults.lock().unwrap().push_back((status, body.into()));
    }
}

impl HttpConnector for Calls {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        self.made.lock().unwrap().push(operation);
        let body: serde_json::Value =
            serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        if let Some(token) = body["ClientRequestToken"].as_str() {
            self.tokens.lock().unwrap().push(token.to_owned());
        }
        let Some((status, body)) = self.faults.lock().unwrap().pop_front() else {
            return self.http.call(request);
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), body.into())))
    }
}

impl HttpClient for Calls {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// A fresh table.
pub struct Stack {
    pub table: Table,
    pub client: Client,
    pub name: String,
    pub calls: Calls,
}

/// The server all tests share; it runs on a thread of its own, because each test has its runtime.
fn server() -> SocketAddr {
    static SERVER: OnceLock<SocketAddr> = OnceLock::new();
    *SERVER.get_or_init(|| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()).await;
            });
        });
        address
    })
}

fn keys(pk: &str, sk: &str) -> Vec<KeySchemaElement> {
    [(pk, KeyType::Hash), (sk, KeyType::Range)]
        .map(|(name, kind)| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
        })
        .to_vec()
}

impl Stack {
    /// Creates the table as the template does.
    pub async fn new() -> Self {
        let endpoint = var("DYNAMODB_ENDPOINT").unwrap_or_else(|_| format!("http://{}", server()));
        let http = if endpoint.starts_with("https") {
            let provider = tls::Provider::rustls(tls::rustls_provider::CryptoMode::AwsLc);
            Connector::builder().tls_provider(provider).build()
        } else {
            Connector::builder().build_http()
        };
        let calls = Calls {
            http: Arc::new(http),
            made: Arc::default(),
            tokens: Arc::default(),
            faults: Arc::default(),
        };
        let or = |name: &str, other: &str| var(name).unwrap_or_else(|_| other.to_owned());
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(endpoint)
            .region(Region::new(or("AWS_REGION", "eu-central-1")))
            .credentials_provider(Credentials::new(
                or("AWS_ACCESS_KEY_ID", "local"),
                or("AWS_SECRET_ACCESS_KEY", "local"),
                var("AWS_SESSION_TOKEN").ok(),
                None,
                "tests",
            ))
            .http_client(calls.clone())
            .build();
        let client = Client::from_conf(config);
        let name = format!("contract-{:032x}", rand::random::<u128>());
        let index = GlobalSecondaryIndex::builder()
            .index_name(store::DIRECTORY_INDEX)
            .set_key_schema(Some(keys("GSI1PK", "GSI1SK")))
            .projection(Projection::builder().projection_type(ProjectionType::All).build())
            .build()
            .unwrap();
        let mut create = client
            .create_table()
            .table_name(&name)
            .set_key_schema(Some(keys("PK", "SK")))
            .billing_mode(BillingMode::PayPerRequest)
            .global_secondary_indexes(index);
        for attribute in ["PK", "SK", "GSI1PK", "GSI1SK"] {
            let definition = AttributeDefinition::builder()
                .attribute_name(attribute)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap();
            create = create.attribute_definitions(definition);
        }
        create.send().await.unwrap();
        loop {
            let table =
                client.describe_table().table_name(&name).send().await.unwrap().table.unwrap();
            if table.table_status == Some(TableStatus::Active) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        calls.take();
        Self { table: Table::new(client.clone(), &name), client, name, calls }
    }

    /// Opens a room of `kind` with its owner.
    pub async fn room(&self, kind: RoomKind, name: &str) -> (Room, Membership) {
        let owner = member(RoomId::new(NOW, rand::random()), user(), Role::Owner);
        let room = Room { name: Some(name.into()), kind, ..room_of(&owner) };
        assert_eq!(self.table.open_room(&room, &owner).await, Ok(Commit::Done));
        (room, owner)
    }

    /// Takes a number and stores a message under it.
    pub async fn send(&self, who: &Membership, text: &str) -> Message {
        let place = self.table.take_message_seq(who.room, NOW).await.unwrap();
        let message = message(who, place.seq, place.ordinal, text);
        self.store(&message).await;
        message
    }

    /// Stores a message wherever it says it belongs.
    pub async fn store(&self, message: &Message) {
        let window = self.next_window(message.sender).await;
        let new = NewMessage { message, sent: None, rate: (&window, LIMIT) };
        assert_eq!(self.table.commit_message(new).await, Ok(Commit::Done));
    }

    /// The sender's rate window with one more request in it.
    pub async fn next_window(&self, sender: UserId) -> domain::RateWindow {
        let ask = Ask { rate: Some(RateKey::Send(sender)), ..Ask::default() };
        let seen = self.table.look(ask, NOW).await.unwrap();
        seen.rate.take(LIMIT, NOW).unwrap().0
    }

    /// The message as it is stored.
    pub async fn message(&self, id: MessageId) -> Message {
        let ask = Ask { messages: vec![id], ..Ask::default() };
        self.table.look(ask, NOW).await.unwrap().messages.remove(&id).unwrap()
    }

    /// The room as it is stored, unless it is gone.
    pub async fn load_room(&self, id: RoomId) -> Option<Room> {
        let ask = Ask { rooms: vec![id], ..Ask::default() };
        self.table.look(ask, NOW).await.unwrap().rooms.remove(&id)
    }

    /// The membership as it is stored.
    pub async fn load_member(&self, room: RoomId, user: UserId) -> Option<Membership> {
        let ask = Ask { members: vec![(room, user)], ..Ask::default() };
        self.table.look(ask, NOW).await.unwrap().members.remove(&(room, user))
    }
}

/// A new user's id; later ones sort behind earlier ones.
pub fn user() -> UserId {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    UserId::new(NOW.plus_ms(i64::from(count)), rand::random())
}

pub fn session() -> SessionId {
    SessionId::new(NOW, rand::random())
}

pub fn member(room: RoomId, user: UserId, role: Role) -> Membership {
    Membership::new(&Room::new(room, RoomKind::Private, user, NOW), user, role, NOW)
}

/// A private room without a name, opened by `owner`.
pub fn room_of(owner: &Membership) -> Room {
    Room::new(owner.room, RoomKind::Private, owner.user, NOW)
}

pub fn message(who: &Membership, seq: u64, ordinal: u64, text: &str) -> Message {
    Message::new(MessageId { room: who.room, seq }, who.user, text.into(), NOW, ordinal)
}

pub fn entry(room: RoomId, seq: u64, actor: UserId, change: Change) -> LogEntry {
    LogEntry { room, seq, at: NOW, ordinal: 0, actor, change }
}

pub fn sent(seq: u64) -> Sent {
    Sent { fingerprint: "f".into(), seq }
}

pub fn profile(name: &str, display_name: &str) -> Profile {
    Profile::new(user(), name.into(), display_name.into(), NOW)
}
