//! What a member wants to be told about a room.

use crate::event::{Audience, Event, Fanout};
use crate::gate::Principal;
use crate::ports::{Look, Prefer, Publish};
use domain::{Membership, NotifyLevel, Result, RoomId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// The level that counts now, as an answer and as an event to one's other devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct NotificationPreference {
    pub room_id: RoomId,
    pub notification_level: NotifyLevel,
}

/// Chooses the caller's level; `None` goes back to what fits the kind and size of the room.
pub async fn set_notification_level(
    store: &(impl Look + Prefer),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    level: Option<NotifyLevel>,
) -> Result<NotificationPreference> {
    let seen = store.look(who.ask_room(id), now).await?;
    let (room, member) = who.member(&seen, id)?;
    if member.notify != level {
        store.prefer(id, who.user, level).await?;
    }
    let member = Membership { notify: level, ..member.clone() };
    let preference =
        NotificationPreference { room_id: id, notification_level: member.notify_level(room) };
    // Also when nothing has changed: an earlier try may have died before it told the other devices.
    let event = Event::of(now, preference.clone());
    fanout.publish(&Fanout::new(Audience::Users(vec![who.user]), event)).await?;
    Ok(preference)
}
