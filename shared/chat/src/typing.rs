//! Who is writing. Lives five seconds, is announced at most once in three, is never kept.

use crate::blocks::blocked_by;
use crate::event::{Audience, Event, Fanout};
use crate::event_data::UserTyping;
use crate::gate::Principal;
use crate::ports::{Blocks, Look, Publish, Throttle, Typing};
use crate::throttle::look_within;
use domain::{Bucket, Result, RoomId, Timestamp, UserId};

/// How long typing lasts without another word, in milliseconds.
pub const TYPING_MS: i64 = 5_000;
/// How often a start is announced at most, in milliseconds.
pub const TYPING_THROTTLE_MS: i64 = 3_000;

/// Tells the room that the caller writes; more often than every three seconds it is not repeated.
pub async fn start_typing(
    store: &(impl Look + Typing + Blocks + Throttle),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    room: RoomId,
) -> Result<()> {
    let seen = look_within(store, Bucket::Typing, who.user, who.ask_room(room), now).await?;
    let (found, member) = who.member(&seen, room)?;
    member.may_write(now)?;
    found.may_reach_peer(who.user)?;
    if store.start_typing(who.user, room, now).await? {
        let unseen = blocked_by(store, who.user).await?;
        fanout.publish(&typing(who.user, room, true, now, &unseen)).await?;
    }
    Ok(())
}

/// Tells the room that the caller has stopped, if it was told that they write.
pub async fn stop_typing(
    store: &(impl Look + Typing + Blocks + Throttle),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    room: RoomId,
) -> Result<()> {
    let seen = look_within(store, Bucket::Typing, who.user, who.ask_room(room), now).await?;
    who.member(&seen, room)?;
    if store.stop_typing(who.user, room, now).await? {
        let unseen = blocked_by(store, who.user).await?;
        fanout.publish(&typing(who.user, room, false, now, &unseen)).await?;
    }
    Ok(())
}

/// The event; `unseen` are those whom the user has blocked.
pub(crate) fn typing(
    user: UserId,
    room: RoomId,
    on: bool,
    now: Timestamp,
    unseen: &[UserId],
) -> Fanout {
    let expires_in_ms = if on { TYPING_MS } else { 0 };
    let data = UserTyping { room_id: room, user_id: user, typing: on, expires_in_ms };
    let event = Event::of(now, data);
    Fanout { except: [&[user], unseen].concat(), ..Fanout::new(Audience::Room(room), event) }
}
