//! Who has read a message, and in a direct room whether it has arrived.

use crate::gate::{Principal, no_such};
use crate::ports::{ListMembers, Look};
use crate::view::CompactUser;
use domain::{FieldError, Membership, MessageId, Profile, Result, RoomKind, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Reverse;

/// Members looked at. In a larger room, readers beyond them are not listed.
pub const RECEIPTS_MEMBERS_MAX: usize = 1_000;

/// What one member has done with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Receipt {
    pub user: CompactUser,
    pub delivered_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
}

/// A page of receipts, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Receipts {
    pub message_id: MessageId,
    pub read_count: usize,
    pub receipts: Vec<Receipt>,
    pub next_cursor: Option<String>,
}

/// The members whose mark has reached `id`, without its sender, without those who are deactivated and
/// those who keep it to themselves; whoever does that sees of nobody what they have read.
pub async fn list_receipts(
    store: &(impl Look + ListMembers),
    who: Principal,
    now: Timestamp,
    id: MessageId,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Receipts> {
    let after = cursor.map(parse_cursor).transpose()?;
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    ask.profiles = vec![who.user];
    let (seen, members) = futures_util::future::try_join(
        store.look(ask, now),
        store.members(id.room, RECEIPTS_MEMBERS_MAX, None),
    )
    .await?;
    let (room, _) = who.member(&seen, id.room)?;
    let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
    let direct = room.kind == RoomKind::Direct;
    let reached = |m: &&Membership| {
        m.user != message.sender && (m.seen_seq >= id.seq || direct && m.delivered_seq >= id.seq)
    };
    let reached: Vec<&Membership> = members.items.iter().filter(reached).collect();
    let people = crate::people(store, reached.iter().map(|m| m.user), now).await?;
    let private = |p: &Profile| p.hides_read;
    let mine = seen.profiles.get(&who.user).is_some_and(private);
    let mut all: Vec<(Reverse<Option<Timestamp>>, UserId, Receipt)> = Vec::new();
    for member in reached {
        let Some(profile) = people.get(&member.user).filter(|p| !p.deactivated) else { continue };
        let own = member.user == who.user;
        let shown = own || !(mine || private(profile));
        let read = member.seen_seq >= id.seq && shown;
        let receipt = Receipt {
            user: CompactUser::of(member.user, &people),
            delivered_at: member.delivered_at.filter(|_| direct && member.delivered_seq >= id.seq),
            read_at: member.read_at.filter(|_| read),
        };
        if read || receipt.delivered_at.is_some() {
            all.push((Reverse(receipt.read_at), member.user, receipt));
        }
    }
    all.sort_by_key(|(at, user, _)| (*at, *user));
    let read_count = all.iter().filter(|(_, _, receipt)| receipt.read_at.is_some()).count();
    if let Some(after) = after {
        all.retain(|(at, user, _)| (*at, *user) > after);
    }
    let more = all.len() > limit;
    all.truncate(limit);
    let next_cursor = all
        .last()
        .filter(|_| more)
        .map(|(Reverse(at), user, _)| format!("{}_{user}", at.map_or(0, Timestamp::ms)));
    let receipts = all.into_iter().map(|(_, _, receipt)| receipt).collect();
    Ok(Receipts { message_id: id, read_count, receipts, next_cursor })
}

fn parse_cursor(text: &str) -> Result<(Reverse<Option<Timestamp>>, UserId)> {
    let parts =
        text.split_once('_').and_then(|(ms, user)| Some((ms.parse().ok()?, user.parse().ok()?)));
    let (ms, user): (i64, UserId) =
        parts.ok_or_else(|| FieldError::new("cursor", "invalid", "must be a next_cursor"))?;
    Ok((Reverse((ms > 0).then(|| Timestamp::from_ms(ms))), user))
}
