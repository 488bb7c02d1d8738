//! The page: what is passed over, where it ends, what a cursor is.

use super::*;
use crate::ports::Range;
use domain::{ChatError, Code, Membership, MessageId, Role, SessionId};
use std::future::Future;
use std::sync::Mutex;

const NOW: Timestamp = Timestamp::from_ms(1_790_000_000_000);

/// A room with messages by number; the index proposes all numbers, newest first.
struct World {
    room: Room,
    who: Principal,
    texts: HashMap<u64, &'static str>,
    proposed: u64,
    member: bool,
    asked: Mutex<Vec<usize>>,
}

impl World {
    fn new(proposed: u64, texts: &[(u64, &'static str)]) -> Self {
        let user = UserId::new(NOW, [1; 10]);
        let room = Room::new(RoomId::new(NOW, [2; 10]), RoomKind::Public, user, NOW);
        let who = Principal { user, session: SessionId::new(NOW, [1; 10]), expires_at: NOW };
        let texts = texts.iter().copied().collect();
        Self { room, who, texts, proposed, member: true, asked: Mutex::default() }
    }

    fn message(&self, seq: u64) -> Option<Message> {
        let id = MessageId { room: self.room.id, seq };
        let text = self.texts.get(&seq)?;
        Some(Message::new(id, self.who.user, (*text).to_owned(), NOW, seq))
    }

    /// The numbers on the page for a query, and its end.
    fn page(
        &self,
        query: &str,
        limit: usize,
        after: Option<HitPlace>,
    ) -> (Vec<u64>, Option<HitPlace>) {
        let ask = SearchAsk {
            query: SearchQuery::parse(query).unwrap(),
            room: None,
            sender: None,
            order: HitOrder::Recent,
            after,
            limit,
        };
        let senders = Senders { only: Vec::new(), not: Vec::new() };
        let rooms = vec![self.room.id];
        let search =
            Search { store: self, index: self, who: self.who, now: NOW, ask: &ask, rooms, senders };
        let (found, next) = at_once(search.page()).unwrap();
        (found.iter().map(|one| one.message.id.seq).collect(), next)
    }
}

/// The value of a future that never waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

impl Look for World {
    async fn look(&self, ask: Ask, _: Timestamp) -> Result<Seen> {
        let messages = ask.messages.iter().filter_map(|id| Some((*id, self.message(id.seq)?)));
        let member = |(room, user): (RoomId, UserId)| {
            let member = Membership::new(&self.room, user, Role::Member, NOW);
            ((room, user), member)
        };
        Ok(Seen {
            rooms: ask.rooms.iter().map(|id| (*id, self.room.clone())).collect(),
            members: ask.members.into_iter().filter(|_| self.member).map(member).collect(),
            messages: messages.collect(),
            ..Seen::default()
        })
    }
}

impl ReadHistory for World {
    async fn history(&self, _: RoomId, _: Range) -> Result<Vec<Message>> {
        Err(ChatError::new(Code::Unavailable))
    }
}

impl FindMessages for World {
    async fn find(&self, wanted: &Wanted<'_>) -> Result<Vec<Hit>> {
        self.asked.lock().unwrap().push(wanted.limit);
        let first = wanted.after.map_or(self.proposed, |place| place.seq.unsigned_abs() - 1);
        let hit = |seq: u64| Hit {
            id: MessageId { room: self.room.id, seq },
            place: HitPlace { score: None, at_ms: 1, seq: seq.cast_signed(), tie: 0 },
        };
        Ok((1..=first).rev().take(wanted.limit).map(hit).collect())
    }
}

#[test]
fn what_is_no_longer_so_is_passed_over() {
    // 5 was edited, 3 is gone: the index does not know yet.
    let world = World::new(5, &[(5, "coffee"), (4, "tea"), (2, "tea"), (1, "tea")]);
    assert_eq!(world.page("tea", 10, None).0, [4, 2, 1]);
    let (first, next) = world.page("tea", 2, None);
    assert_eq!((first, next.map(|place| place.seq)), (vec![4, 2], Some(2)));
    let (rest, next) = world.page("tea", 2, next);
    assert_eq!((rest, next), (vec![1], None));
}

#[test]
fn an_exact_page_is_the_last() {
    let world = World::new(2, &[(2, "tea"), (1, "tea")]);
    assert_eq!(world.page("tea", 2, None), (vec![2, 1], None));
    assert_eq!(*world.asked.lock().unwrap(), [3]);
}

#[test]
fn a_stale_index_costs_bounded_work() {
    let world = World::new(1_000, &[(1, "tea")]);
    let (found, next) = world.page("tea", 10, None);
    assert!(found.is_empty());
    assert_eq!(
        next.map(|place| place.seq),
        Some(1_000 - 44 + 1),
        "and the search can be continued"
    );
    assert_eq!(world.asked.lock().unwrap().len(), ROUNDS_MAX);
}

#[test]
fn nothing_is_shown_to_a_former_member() {
    let world = World { member: false, ..World::new(2, &[(2, "tea"), (1, "tea")]) };
    assert!(world.page("tea", 10, None).0.is_empty());
}

#[test]
fn cursors_read_back() {
    let recent = HitPlace { score: None, at_ms: 7, seq: 3, tie: 9 };
    assert_eq!(HitPlace::parse(&recent.to_string(), HitOrder::Recent), Some(recent));
    let rank = HitPlace { score: Some(1.386_294_364_929_199_2), ..recent };
    assert_eq!(HitPlace::parse(&rank.to_string(), HitOrder::Rank), Some(rank));
    for (bad, order) in [
        ("", HitOrder::Recent),
        ("7_3", HitOrder::Recent),
        ("7_3_9_1", HitOrder::Recent),
        ("-7_3_9", HitOrder::Recent),
        ("7_3_9", HitOrder::Rank),
        ("NaN_7_3_9", HitOrder::Rank),
        ("inf_7_3_9", HitOrder::Rank),
        ("x_7_3_9", HitOrder::Rank),
        ("99999999999999999999_3_9", HitOrder::Recent),
    ] {
        assert_eq!(HitPlace::parse(bad, order), None, "{bad}");
    }
}
