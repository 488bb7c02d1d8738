//! Brings to a connection of another protocol what its user has not received yet, for protocols that have
//! no history of their own to fetch.
//!
//! Live frames wait meanwhile: the connection follows its topic only once it has caught up, so the order
//! within a conversation holds. What was sent between the last look and that moment is looked for once more
//! from where this connection stands, and may reach it twice.

use crate::compose;
use crate::deliver::note_arrival;
use crate::event::{Event, Receipt};
use crate::faces::{FaceDevice, FaceFrame, wants};
use crate::ports::{
    Ask, KeepConnections, ListRooms, Look, MarkDelivered, Posted, Publish, Push, Range, ReadHistory,
};
use crate::view::MessageView;
use domain::{Message, MessageKind, Result, RoomId, Timestamp, UserId};
use std::collections::HashMap;

/// Messages brought by one run; the next goes on.
const MESSAGES_MAX: usize = 500;
/// Messages read of a room at a time.
const PAGE: usize = 100;

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// Frames accepted.
    pub posts: usize,
    /// Whether the connection was found gone.
    pub gone: bool,
    /// Whether there is more, for another run.
    pub more: bool,
}

/// A direct room in which something waits.
struct Waiting {
    id: RoomId,
    receipt: Receipt,
    after: u64,
    last_seq: u64,
}

impl Waiting {
    fn next_page(&self) -> Range {
        Range {
            after: Some(self.after),
            before: None,
            last_seq: self.last_seq,
            newest_first: false,
            limit: PAGE,
        }
    }
}

/// Posts the messages of the user's direct rooms that have not reached any device, in the order of each
/// room, then lets the connection follow its topics, and `live` as the last. `words` translates as for
/// [`crate::tell_face`]; what it has no words for is passed over.
#[allow(clippy::too_many_arguments, reason = "whom, over what, and in whose words")]
pub async fn catch_up_face(
    store: &(impl Look + ListRooms + ReadHistory + KeepConnections + MarkDelivered),
    fanout: &impl Publish,
    sockets: &impl Push,
    now: Timestamp,
    user: UserId,
    device: &FaceDevice,
    live: &str,
    words: impl AsyncFn(Receipt, &Event) -> Result<Vec<FaceFrame>>,
) -> Result<CaughtUp> {
    let mut done = CaughtUp::default();
    let mut held: HashMap<RoomId, u64> = HashMap::new();
    for following in [false, true] {
        for mut room in waiting(store, user, now, &mut held).await? {
            loop {
                let page = store.history(room.id, room.next_page()).await?;
                let Some(last) = page.last().map(|message| message.id.seq) else { break };
                let brought = bring(store, sockets, now, device, &room, &page, &words).await?;
                done.posts += brought.posts;
                if let Some(seq) = brought.arrived {
                    note_arrival(store, fanout, room.id, room.receipt, seq, now).await?;
                }
                if brought.gone {
                    let gone = std::slice::from_ref(&device.id);
                    store.drop_connections(user, gone, now).await?;
                    return Ok(CaughtUp { gone: true, ..done });
                }
                if brought.arrived != Some(last) {
                    // What the user wrote, and what is gone, need not be read again; nobody is told.
                    store.mark_delivered(room.id, user, last, now).await?;
                }
                room.after = last;
                held.insert(room.id, last);
                if page.len() < PAGE {
                    break;
                }
                if done.posts >= MESSAGES_MAX {
                    return Ok(CaughtUp { more: true, ..done });
                }
            }
        }
        if !following {
            for topic in device.topics.iter().map(String::as_str).chain([live]) {
                store.follow(user, &device.id, topic, true).await?;
            }
        }
    }
    Ok(done)
}

/// What became of a page.
#[derive(Default)]
struct Brought {
    posts: usize,
    /// The last of the other one's messages that the connection has been given.
    arrived: Option<u64>,
    gone: bool,
}

/// Posts the other one's messages of a page.
async fn bring(
    store: &impl Look,
    sockets: &impl Push,
    now: Timestamp,
    device: &FaceDevice,
    room: &Waiting,
    page: &[Message],
    words: &impl AsyncFn(Receipt, &Event) -> Result<Vec<FaceFrame>>,
) -> Result<Brought> {
    let mut brought = Brought::default();
    let theirs: Vec<&Message> = page.iter().filter(|m| is_news(m, room.receipt.from)).collect();
    let names = theirs.iter().flat_map(|message| MessageView::names(message));
    let people = crate::people(store, names, now).await?;
    for message in theirs {
        let event = compose::message_created(message, &people);
        let frames = words(room.receipt, &event).await?;
        for frame in frames.into_iter().filter(|frame| wants(device, frame)) {
            match sockets.post(&device.id, frame.text.into_bytes(), true).await {
                Posted::Sent => brought.posts += 1,
                Posted::GaveUp => {}
                Posted::Gone => return Ok(Brought { gone: true, ..brought }),
            }
        }
        brought.arrived = Some(message.id.seq);
    }
    Ok(brought)
}

/// Whether a message is for a client that has never heard of it.
fn is_news(message: &Message, from: UserId) -> bool {
    message.sender == from && message.deleted.is_none() && message.kind != MessageKind::System
}

/// The direct rooms that have gone on since what has been delivered, or since what `held` says of this
/// connection; `held` learns where the others stand.
async fn waiting(
    store: &(impl Look + ListRooms),
    user: UserId,
    now: Timestamp,
    held: &mut HashMap<RoomId, u64>,
) -> Result<Vec<Waiting>> {
    let rooms = store.rooms_of(user).await?;
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let members = rooms.iter().map(|room| (*room, user)).collect();
    let seen = store.look(Ask { rooms, members, ..Ask::default() }, now).await?;
    let mut all = Vec::new();
    for member in seen.members.values() {
        let Some(room) = seen.rooms.get(&member.room) else { continue };
        let Some(from) = room.peer_of(user) else { continue };
        let after = *held.entry(room.id).or_insert(member.delivered_seq);
        if room.last_message_seq > after {
            let (receipt, last_seq) = (Receipt { from, to: user }, room.last_seq);
            let room = (room.active_at(), Waiting { id: room.id, receipt, after, last_seq });
            all.push(room);
        }
    }
    all.sort_by_key(|(active_at, room)| (*active_at, room.id));
    Ok(all.into_iter().map(|(_, room)| room).collect())
}
