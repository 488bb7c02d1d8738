//! The index that all tests share, and rooms of their own for each.

use chat::ports::{Hit, HitOrder, HitPlace, TableChange, Wanted};
use cloud::SearchIndex;
use domain::search::SearchQuery;
use domain::{Message, MessageId, Result, RoomId, Timestamp, UserId};
use parlance_local::metrics::Metrics;
use parlance_local::net;
use parlance_local::opensearch::{Domains, path_of};
use parlance_local::rights::Rights;
use parlance_local::template::model::SearchDomainSpec;
use std::sync::{Arc, OnceLock};

/// When the first message of a room is sent.
pub const NOW: Timestamp = Timestamp::from_ms(1_790_000_000_000);

/// The index under test.
pub fn index() -> SearchIndex {
    static ENDPOINT: OnceLock<String> = OnceLock::new();
    let endpoint = ENDPOINT.get_or_init(|| {
        std::env::var("OPENSEARCH_ENDPOINT").unwrap_or_else(|_| embedded("shared"))
    });
    SearchIndex::unsigned(endpoint)
}

/// A fresh embedded engine on a thread of its own; its address.
pub fn embedded(id: &str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let path = path_of(id);
    let spec = SearchDomainSpec { id: id.to_owned(), name: id.to_owned() };
    std::thread::spawn(move || {
        let folder = tempfile::tempdir().unwrap();
        let (metrics, rights) = (Arc::new(Metrics::default()), Arc::new(Rights::default()));
        let domains = Domains::open(folder.path(), &[spec], &metrics, &rights).unwrap();
        let domains = Arc::new(domains);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            net::serve(listener, move |request, _| {
                let domains = Arc::clone(&domains);
                async move {
                    let (parts, body) = request.into_parts();
                    let body = net::read(body, usize::MAX / 2).await.unwrap();
                    let query = parts.uri.query().unwrap_or_default();
                    domains.handle(None, &parts.method, parts.uri.path(), query, body).await
                }
            })
            .await;
        });
    });
    format!("http://{address}{path}")
}

/// A room nobody else has.
pub struct Room {
    pub id: RoomId,
    pub index: SearchIndex,
}

impl Room {
    pub fn new() -> Self {
        Self { id: RoomId::new(NOW, rand::random()), index: index() }
    }

    /// A message of the room; each a second after the one before.
    pub fn message(&self, seq: u64, body: &str) -> Message {
        let id = MessageId { room: self.id, seq };
        let at = NOW.plus_ms(i64::try_from(seq).unwrap() * 1000);
        Message::new(id, sender(1), body.to_owned(), at, seq)
    }

    /// Indexes what the stream says, and waits until searches see it.
    pub async fn take(&self, changes: &[TableChange]) {
        let done = chat::index_messages(&self.index, changes).await;
        assert!(done.failed.is_empty() && done.refused.is_empty(), "{done:?}");
        self.index.refresh().await.unwrap();
    }

    /// Sends messages, numbered from 1.
    pub async fn send(&self, bodies: &[&str]) {
        let message = |(seq, body): (u64, &&str)| sent(self.message(seq, body));
        self.take(&(1..).zip(bodies).map(message).collect::<Vec<_>>()).await;
    }

    /// Sends messages with the same words to other rooms.
    pub async fn send_others(&self) {
        let other = Self::new();
        other.send(&["tea tea tea tea", "green", "green green teapot"]).await;
    }

    /// The numbers that a query finds, in order.
    pub async fn find(&self, query: &str) -> Vec<u64> {
        numbers(&self.hits(query, HitOrder::Recent, None, 100).await.unwrap())
    }

    /// A page of hits.
    pub async fn hits(
        &self,
        query: &str,
        order: HitOrder,
        after: Option<HitPlace>,
        limit: usize,
    ) -> Result<Vec<Hit>> {
        let query = SearchQuery::parse(query).unwrap();
        let rooms = [self.id];
        let wanted = Wanted { order, after, limit, ..wanted(&query, &rooms) };
        chat::ports::FindMessages::find(&self.index, &wanted).await
    }
}

/// What a query without names asks of rooms.
pub fn wanted<'a>(query: &'a SearchQuery, rooms: &'a [RoomId]) -> Wanted<'a> {
    Wanted {
        clauses: &query.clauses,
        rooms,
        senders: &[],
        not_senders: &[],
        has: &query.has,
        since: query.since,
        until: query.until,
        order: HitOrder::Recent,
        after: None,
        limit: 100,
    }
}

pub fn numbers(hits: &[Hit]) -> Vec<u64> {
    hits.iter().map(|hit| hit.id.seq).collect()
}

pub fn sender(n: u8) -> UserId {
    UserId::new(NOW, [n; 10])
}

/// A message that is new.
pub fn sent(message: Message) -> TableChange {
    TableChange::Message { was: None, is: Some(Box::new(message)) }
}

/// A message that is another now.
pub fn changed(was: &Message, is: &Message) -> TableChange {
    TableChange::Message { was: Some(Box::new(was.clone())), is: Some(Box::new(is.clone())) }
}
