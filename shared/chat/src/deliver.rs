//! Fan-out: from the queue to the sockets of everybody who is a member at this moment.
//!
//! Two round trips whatever the size of the batch: the rooms' members, their connections (beyond
//! 100 of either, several calls side by side); then one post per connection and frame. Events for
//! one connection that meet in a batch share a frame if the client can take it.

use crate::compose;
use crate::event::{Audience, Event, Fanout, Receipt};
use crate::faces::Gathered;
use crate::ports::{
    Commit, FindConnections, HandOn, KeepConnections, ListRecipients, ListRooms, MarkDelivered,
    Posted, Publish, Push,
};
use domain::{
    ChatError, Connection, ConnectionId, Presence, Result, RoomId, Subscription, Timestamp, UserId,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Members served by one queue message; a larger room goes on in another.
const SHARD_MEMBERS_MAX: usize = 500;
/// Posts under way at once.
const POSTS_IN_FLIGHT_MAX: usize = 64;
/// Bytes of one frame (API Gateway: 32 KB).
const FRAME_BYTES_MAX: usize = 31 * 1024;
/// Rooms of a user whose members hear of a change of their profile.
const ACQUAINTANCE_ROOMS_MAX: usize = 100;
/// How long after it was opened a connection is not believed to be gone: API Gateway answers 410
/// until `$connect` has returned.
const YOUNG_MS: i64 = 10_000;

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Places in the batch of those that are to be tried again.
    pub failed: Vec<usize>,
    /// Frames accepted.
    pub posts: usize,
    /// Connections found gone.
    pub gone: usize,
    /// Frames given up; their clients will see the hole.
    pub given_up: usize,
    /// Why some failed, for the log.
    pub error: Option<ChatError>,
}

impl Delivered {
    /// Nothing was delivered: all of the batch is to be tried again.
    fn failed(batch: &[Fanout], error: ChatError) -> Self {
        Self { failed: (0..batch.len()).collect(), error: Some(error), ..Self::default() }
    }
}

/// Who receives something, and whether it is for a room they are in.
struct Recipient<'a> {
    user: Option<UserId>,
    connection: Connection,
    events: Vec<&'a Fanout>,
}

/// Delivers a batch. Safe to run twice: clients drop what they have seen.
pub async fn deliver(
    store: &(impl ListRecipients + ListRooms + FindConnections + KeepConnections + MarkDelivered),
    fanout: &impl Publish,
    sockets: &impl Push,
    faces: &impl HandOn,
    now: Timestamp,
    batch: &[Fanout],
) -> Delivered {
    let users = match audiences(store, fanout, batch).await {
        Ok(users) => users,
        Err(error) => return Delivered::failed(batch, error),
    };
    let everybody: HashSet<UserId> = users.iter().flatten().copied().collect();
    let everybody: Vec<UserId> = everybody.into_iter().collect();
    let open = if everybody.is_empty() {
        Ok(Vec::new())
    } else {
        store.connections(&everybody, now).await
    };
    let open = match open {
        Ok(open) => open,
        Err(error) => return Delivered::failed(batch, error),
    };
    let mut others: Vec<Gathered> = batch.iter().map(|_| Gathered::default()).collect();
    let recipients = match_up(batch, &users, open, now, &mut others);
    let handed = hand_on(faces, batch, others).await;
    let outcomes: Vec<Outcome> = stream::iter(recipients)
        .map(|recipient| post_all(sockets, now, recipient))
        .buffer_unordered(POSTS_IN_FLIGHT_MAX)
        .collect()
        .await;
    let mut done = handed;
    let mut gone: BTreeMap<UserId, Vec<ConnectionId>> = BTreeMap::new();
    let mut arrived: BTreeMap<(RoomId, UserId), (Receipt, u64)> = BTreeMap::new();
    for outcome in outcomes {
        for (room, receipt, seq) in outcome.arrived {
            let last = arrived.entry((room, receipt.to)).or_insert((receipt, seq));
            last.1 = last.1.max(seq);
        }
        done.posts += outcome.posts;
        done.given_up += usize::from(outcome.gave_up);
        if outcome.gone {
            done.gone += 1;
            if let Some(user) = outcome.user {
                gone.entry(user).or_default().push(outcome.connection);
            }
        }
    }
    for (user, ids) in gone {
        // Left for the next time if it fails: a dead connection costs one more post.
        let _ = store.drop_connections(user, &ids, now).await;
    }
    for ((room, _), (receipt, seq)) in arrived {
        // Left for the next message or page if it fails: the mark only says too little until then.
        let _ = note_arrival(store, fanout, room, receipt, seq, now).await;
    }
    done
}

/// Notes that everything up to `seq` has reached its recipient, and tells the sender if that is news.
pub(crate) async fn note_arrival(
    store: &impl MarkDelivered,
    fanout: &impl Publish,
    room: RoomId,
    receipt: Receipt,
    seq: u64,
    now: Timestamp,
) -> Result<()> {
    if store.mark_delivered(room, receipt.to, seq, now).await? == Commit::Done {
        fanout.publish(&compose::delivered(room, receipt, seq, now)).await?;
    }
    Ok(())
}

/// Hands what is for clients of other protocols to their faces.
async fn hand_on(faces: &impl HandOn, batch: &[Fanout], others: Vec<Gathered>) -> Delivered {
    let mut done = Delivered::default();
    for (place, (entry, gathered)) in batch.iter().zip(others).enumerate() {
        for (face, news) in gathered.news(entry) {
            if let Err(error) = faces.hand_on(face, &news).await {
                // Our own clients hear of it once more, and drop what they have seen.
                done.failed.push(place);
                done.error = Some(error);
                break;
            }
        }
    }
    done
}

/// The users of each entry of the batch. Each room is read once.
async fn audiences(
    store: &(impl ListRecipients + ListRooms),
    fanout: &impl Publish,
    batch: &[Fanout],
) -> Result<Vec<Vec<UserId>>> {
    let mut rooms: HashMap<(RoomId, Option<UserId>), Vec<&Fanout>> = HashMap::new();
    for entry in batch {
        if let Audience::Room(room) = entry.audience {
            rooms.entry((room, entry.after)).or_default().push(entry);
        }
    }
    let members: HashMap<(RoomId, Option<UserId>), Vec<UserId>> = stream::iter(rooms)
        .map(async |((room, after), entries)| {
            let (users, next) = store.recipients(room, SHARD_MEMBERS_MAX, after).await?;
            if next.is_some() {
                for entry in entries {
                    // The next shard first: it can then be served beside this one.
                    let rest = Fanout { after: next, also: Vec::new(), ..entry.clone() };
                    fanout.publish(&rest).await?;
                }
            }
            Ok::<_, ChatError>(((room, after), users))
        })
        .buffer_unordered(POSTS_IN_FLIGHT_MAX)
        .try_collect()
        .await?;
    let mut users = Vec::with_capacity(batch.len());
    for entry in batch {
        let mut these = match &entry.audience {
            Audience::Room(room) => members.get(&(*room, entry.after)).cloned().unwrap_or_default(),
            Audience::Users(users) => users.clone(),
            Audience::Acquaintances(user) => acquaintances(store, *user).await?,
            Audience::Connections(_) => Vec::new(),
        };
        these.extend(&entry.also);
        these.retain(|user| !entry.except.contains(user));
        these.sort_unstable();
        these.dedup();
        users.push(these);
    }
    Ok(users)
}

/// Everybody who shares a room with `user`, and the user.
async fn acquaintances(
    store: &(impl ListRecipients + ListRooms),
    user: UserId,
) -> Result<Vec<UserId>> {
    let mut rooms = store.rooms_of(user).await?;
    rooms.truncate(ACQUAINTANCE_ROOMS_MAX);
    let mut all: Vec<Vec<UserId>> = stream::iter(rooms)
        .map(async |room| {
            Ok::<_, ChatError>(store.recipients(room, SHARD_MEMBERS_MAX, None).await?.0)
        })
        .buffer_unordered(POSTS_IN_FLIGHT_MAX)
        .try_collect()
        .await?;
    all.push(vec![user]);
    Ok(all.concat())
}

/// Turns "these events for these users" into "these events for this connection", in the batch's
/// order; what is for other protocols goes into `others`, by the event's place in the batch.
fn match_up<'a>(
    batch: &'a [Fanout],
    users: &[Vec<UserId>],
    open: Vec<(UserId, Presence)>,
    now: Timestamp,
    others: &mut [Gathered],
) -> Vec<Recipient<'a>> {
    let mut recipients: Vec<Recipient<'a>> = Vec::new();
    for (user, Presence { connections, hides_read, .. }) in open {
        let theirs: Vec<(usize, &Fanout)> = batch
            .iter()
            .enumerate()
            .zip(users)
            .filter(|(_, users)| users.binary_search(&user).is_ok())
            .map(|(entry, _)| entry)
            .filter(|(_, entry)| !(entry.mutual && hides_read))
            .collect();
        for connection in connections {
            if let Some(face) = connection.id.face() {
                for (place, _) in &theirs {
                    if let Some(gathered) = others.get_mut(*place) {
                        gathered.add(face, Some(user), &connection);
                    }
                }
                continue;
            }
            let events: Vec<&Fanout> = theirs
                .iter()
                .map(|(_, entry)| *entry)
                .filter(|e| wants(&connection.subscription, &e.audience))
                .collect();
            if !events.is_empty() {
                recipients.push(Recipient { user: Some(user), connection, events });
            }
        }
    }
    for (entry, gathered) in batch.iter().zip(others) {
        let Audience::Connections(ids) = &entry.audience else { continue };
        for id in ids {
            let connection = Connection::new(
                id.clone(),
                domain::SessionId::new(now, [0; 10]),
                // Only a greeting is worth waiting for; a farewell to a closed socket is not.
                if entry.close { Timestamp::from_ms(0) } else { entry.event.ts },
                now.plus_ms(YOUNG_MS),
            );
            match id.face() {
                Some(face) => gathered.add(face, None, &connection),
                None => recipients.push(Recipient { user: None, connection, events: vec![entry] }),
            }
        }
    }
    recipients
}

/// What is not about a room flows always.
fn wants(subscription: &Subscription, audience: &Audience) -> bool {
    match (subscription, audience) {
        (Subscription::Explicit(rooms), Audience::Room(room)) => rooms.contains(room),
        _ => true,
    }
}

struct Outcome {
    user: Option<UserId>,
    connection: ConnectionId,
    posts: usize,
    gone: bool,
    gave_up: bool,
    /// Messages of direct rooms that a device of their recipient has accepted.
    arrived: Vec<(RoomId, Receipt, u64)>,
}

async fn post_all(sockets: &impl Push, now: Timestamp, recipient: Recipient<'_>) -> Outcome {
    let Recipient { user, connection, events } = recipient;
    let young = now.since_ms(connection.opened_at) < YOUNG_MS;
    let mut outcome = Outcome {
        user,
        connection: connection.id,
        posts: 0,
        gone: false,
        gave_up: false,
        arrived: Vec::new(),
    };
    // A greeting waits until its socket stands; anything else its client fetches after that.
    let greeting = outcome.user.is_none() && young;
    for frame in frames(&events, connection.batch) {
        match sockets.post(&outcome.connection, frame, greeting).await {
            Posted::Sent => outcome.posts += 1,
            Posted::Gone => {
                outcome.gone = !young;
                break;
            }
            Posted::GaveUp => outcome.gave_up = true,
        }
    }
    if !outcome.gone && !outcome.gave_up && outcome.posts > 0 {
        outcome.arrived = events.iter().filter_map(|entry| arrival(entry, user?)).collect();
    }
    if events.iter().any(|entry| entry.close) {
        sockets.close(&outcome.connection).await;
    }
    outcome
}

/// The message of a direct room that `user` was waiting for, if that is what the event brings.
fn arrival(entry: &Fanout, user: UserId) -> Option<(RoomId, Receipt, u64)> {
    let receipt = entry.receipt.filter(|receipt| receipt.to == user)?;
    let Audience::Room(room) = entry.audience else { return None };
    Some((room, receipt, entry.event.seq?))
}

/// The frames that carry these events, none larger than API Gateway takes.
fn frames(events: &[&Fanout], batch: bool) -> Vec<Vec<u8>> {
    let single: Vec<Vec<u8>> = events.iter().map(|entry| frame(&entry.event)).collect();
    if !batch || single.len() < 2 {
        return single;
    }
    const AROUND: &[u8] = br#"{"type":"batch","events":[]}"#;
    let mut frames: Vec<Vec<u8>> = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    let close = |events: Vec<u8>| {
        let mut whole = AROUND[..AROUND.len() - 2].to_vec();
        whole.extend(events);
        whole.extend(b"]}");
        whole
    };
    for event in single {
        if !open.is_empty() && open.len() + event.len() + AROUND.len() > FRAME_BYTES_MAX {
            frames.push(close(std::mem::take(&mut open)));
        }
        if !open.is_empty() {
            open.push(b',');
        }
        open.extend(event);
    }
    frames.push(close(open));
    frames
}

/// One event as JSON; one that is too large as a stub that tells where to fetch it.
fn frame(event: &Event) -> Vec<u8> {
    let whole = serde_json::to_vec(event).unwrap_or_default();
    if whole.len() <= FRAME_BYTES_MAX {
        return whole;
    }
    let stub = event.stub();
    serde_json::to_vec(&stub).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plain(kind: &str, ts: Timestamp, data: serde_json::Value) -> Event {
        Event { kind: kind.to_owned(), seq: None, ts, data }
    }

    fn entry(text: &str) -> Fanout {
        let event = plain("x", Timestamp::from_ms(0), json!({"room_id": "r", "text": text}));
        Fanout::new(Audience::Users(Vec::new()), event)
    }

    #[test]
    fn events_share_frames_only_where_asked_and_only_up_to_the_limit() {
        let (small, large) = (entry("a"), entry(&"x".repeat(20_000)));
        let all = [&small, &small, &large, &large, &small];
        assert_eq!(frames(&all, false).len(), 5);
        let batched = frames(&all, true);
        assert_eq!(batched.len(), 2);
        let mut events = 0;
        for frame in &batched {
            assert!(frame.len() <= 32 * 1024);
            let json: serde_json::Value = serde_json::from_slice(frame).unwrap();
            assert_eq!(json["type"], "batch");
            events += json["events"].as_array().unwrap().len();
        }
        assert_eq!(events, 5);
        assert_eq!(frames(&[&small], true), vec![frame(&small.event)], "one needs no wrapping");
    }

    #[test]
    fn what_does_not_fit_a_frame_is_a_stub() {
        let mut event = plain(
            "message_created",
            Timestamp::from_ms(0),
            json!({"room_id": "r",
            "message": {"id": "r-7", "content": "😀".repeat(10_000)}}),
        );
        event.seq = Some(7);
        let stub: serde_json::Value = serde_json::from_slice(&frame(&event)).unwrap();
        assert_eq!(stub["type"], "truncated");
        assert_eq!(stub["seq"], 7);
        assert_eq!(stub["data"]["message_id"], "r-7");
        assert_eq!(stub["data"]["event"], "message_created");
    }
}
