//! A user's notifications: listed, counted, marked as read.
//!
//! A stored notification holds no text and no state of its room: what it shows and whether it is read
//! come from the message and the membership as they are now. So one whose message was deleted, or
//! whose room the user is no longer in, shows nothing, and reading a room reads its notifications.

use crate::event::{Audience, Event, Fanout};
use crate::event_data::NotificationsRead;
use crate::gate::{Principal, no_such};
use crate::ports::{Ask, Look, MarkNotices, Publish, ReadNotices, Seen};
use crate::view::{CompactUser, People};
use domain::{
    MessageId, NOTIFICATION_CHARS_MAX, Notification, NotificationId, NotificationKind, ReadUpTo,
    Result, RoomId, Timestamp, UNREAD_NOTIFICATIONS_MAX, UserId,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// How long after its event a notification may still be stored, in milliseconds. What is older was
/// stored before everything was marked as read.
const LATE_MS: i64 = 60 * 60 * 1000;
/// How long a write may be under way, in milliseconds: longer than any function waits for one.
const UNDER_WAY_MS: i64 = 15_000;

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Notification")]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct NotificationView {
    pub id: NotificationId,
    #[serde(rename = "type")]
    pub kind: NotificationKind,
    pub room_id: RoomId,
    /// Null for an invitation.
    pub message_id: Option<MessageId>,
    /// The message's number, or that of the invitation: read with the room once the mark is there.
    pub seq: u64,
    pub actor: CompactUser,
    /// The beginning of the message, or the room's name.
    pub content: String,
    /// Messages it stands for; more than one in direct rooms only.
    pub count: u64,
    pub created_at: Timestamp,
    pub read: bool,
}

/// A page of notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Notifications {
    pub notifications: Vec<NotificationView>,
    pub unread_count: u64,
    pub next_cursor: Option<NotificationId>,
}

/// What was marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct NotificationRead {
    pub id: NotificationId,
    pub read: bool,
    pub unread_count: u64,
}

/// All were marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct AllRead {
    pub unread_count: u64,
}

/// The caller's notifications, newest first. A page may hold fewer than `limit` and still have a
/// next: what has nothing to show any more is left out.
pub async fn list_notifications(
    store: &(impl Look + ReadNotices),
    who: Principal,
    now: Timestamp,
    unread_only: bool,
    limit: usize,
    cursor: Option<NotificationId>,
) -> Result<Notifications> {
    let (seen, page, up_to) = futures_util::future::try_join3(
        store.look(who.ask(), now),
        store.notices(who.user, cursor, None, limit + 1, now),
        store.read_up_to(who.user),
    )
    .await?;
    who.check(&seen)?;
    let more = page.len() > limit;
    let next_cursor = page.get(limit.saturating_sub(1)).filter(|_| more).map(|last| last.id);
    let page = &page[..page.len().min(limit)];
    // Counting is a read of its own, a moment later. What was stored in between is on no page this
    // caller has, so it is not counted either: its own event brings the new count.
    let newer = |id: NotificationId| next_cursor.is_none_or(|last| id > last);
    let missed = |id| cursor.is_none() && newer(id) && page.iter().all(|shown| shown.id != id);
    let (shown, unread_count) = futures_util::future::try_join(
        show(store, who.user, now, page, up_to),
        count_from(store, who.user, now, up_to, |notice| !missed(notice.id)),
    )
    .await?;
    let wanted = |notice: &NotificationView| !(unread_only && notice.read);
    let notifications = shown.into_iter().filter(wanted).collect();
    Ok(Notifications { notifications, unread_count, next_cursor })
}

/// Marks one as read; fine if it is.
pub async fn read_notification(
    store: &(impl Look + ReadNotices + MarkNotices),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: NotificationId,
) -> Result<NotificationRead> {
    let seen = store.look(who.ask(), now).await?;
    who.check(&seen)?;
    if !store.mark_notice(who.user, id, now).await? {
        return Err(no_such("notification"));
    }
    let unread_count = unread_notifications(store, who.user, now).await?;
    let read = NotificationsRead { ids: vec![id], all_before: None, unread_count };
    tell(fanout, who.user, now, read).await?;
    Ok(NotificationRead { id, read: true, unread_count })
}

/// Marks as read all that there are, or `before` and all older ones. One that is being stored at this
/// moment stays unread.
pub async fn read_all_notifications(
    store: &(impl Look + ReadNotices + MarkNotices),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    before: Option<NotificationId>,
) -> Result<AllRead> {
    let newest = async {
        match before {
            Some(id) => store.notice(who.user, id, now).await,
            None => Ok(store.notices(who.user, None, None, 1, now).await?.pop()),
        }
    };
    let (seen, newest) = futures_util::future::try_join(store.look(who.ask(), now), newest).await?;
    who.check(&seen)?;
    let Some(newest) = newest else {
        if before.is_some() {
            return Err(no_such("notification"));
        }
        return Ok(AllRead { unread_count: 0 });
    };
    // A write that is under way has its time already and is not there yet. So what is young is marked
    // one by one, as far as it is there, and the mark covers the rest.
    let settled = now.plus_ms(-UNDER_WAY_MS);
    let mark = ReadUpTo { id: newest.id, created_at: newest.created_at, noted_at: settled };
    store.mark_up_to(who.user, mark).await?;
    let since = NotificationId::new(newest.created_at.plus_ms(-LATE_MS), [0; 10]);
    let there = store.notices(who.user, None, Some(since), UNREAD_NOTIFICATIONS_MAX, now).await?;
    let young = there.iter().filter(|n| n.id <= newest.id && n.noted_at > settled && !n.read);
    let marks = young.map(|notice| store.mark_notice(who.user, notice.id, now));
    futures_util::future::try_join_all(marks).await?;
    let unread_count = unread_notifications(store, who.user, now).await?;
    let read = NotificationsRead { ids: Vec::new(), all_before: Some(newest.id), unread_count };
    tell(fanout, who.user, now, read).await?;
    Ok(AllRead { unread_count })
}

async fn tell(
    fanout: &impl Publish,
    user: UserId,
    now: Timestamp,
    read: NotificationsRead,
) -> Result<()> {
    let event = Event::of(now, read);
    fanout.publish(&Fanout::new(Audience::Users(vec![user]), event)).await
}

/// How many notifications of a user are unread, at most [`UNREAD_NOTIFICATIONS_MAX`]: three round
/// trips.
pub(crate) async fn unread_notifications(
    store: &(impl Look + ReadNotices),
    user: UserId,
    now: Timestamp,
) -> Result<u64> {
    unread_from(store, user, now, store.read_up_to(user).await?).await
}

/// The same where the mark is known: two round trips.
pub(crate) async fn unread_from(
    store: &(impl Look + ReadNotices),
    user: UserId,
    now: Timestamp,
    up_to: Option<ReadUpTo>,
) -> Result<u64> {
    count_from(store, user, now, up_to, |_| true).await
}

async fn count_from(
    store: &(impl Look + ReadNotices),
    user: UserId,
    now: Timestamp,
    up_to: Option<ReadUpTo>,
    counts: impl Fn(&Notification) -> bool,
) -> Result<u64> {
    let since = up_to.map(|m| NotificationId::new(m.created_at.plus_ms(-LATE_MS), [0; 10]));
    let mut open = store.notices(user, None, since, UNREAD_NOTIFICATIONS_MAX, now).await?;
    open.retain(|notice| counts(notice) && !notice.is_read(up_to, 0));
    if open.is_empty() {
        return Ok(0);
    }
    let seen = store.look(rooms_of(user, &open), now).await?;
    let unread = open.iter().filter(|notice| match place(&seen, notice) {
        Some(read_seq) => !notice.is_read(up_to, read_seq),
        None => false,
    });
    Ok(unread.count() as u64)
}

/// The rooms of notifications and the user's places in them.
fn rooms_of(user: UserId, notices: &[Notification]) -> Ask {
    let rooms: BTreeSet<RoomId> = notices.iter().map(|notice| notice.room).collect();
    Ask {
        members: rooms.iter().map(|room| (*room, user)).collect(),
        rooms: rooms.into_iter().collect(),
        ..Ask::default()
    }
}

/// How far the user has read the notification's room; none if they may not see it any more.
fn place(seen: &Seen, notice: &Notification) -> Option<u64> {
    seen.rooms.get(&notice.room)?;
    seen.members.get(&(notice.room, notice.user)).map(|member| member.read.seq)
}

/// Notifications as they are now: two round trips, however many.
pub(crate) async fn show(
    store: &impl Look,
    user: UserId,
    now: Timestamp,
    notices: &[Notification],
    up_to: Option<ReadUpTo>,
) -> Result<Vec<NotificationView>> {
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    let ask = Ask {
        messages: notices.iter().filter_map(message).collect(),
        profiles: notices.iter().map(|notice| notice.actor).collect(),
        ..rooms_of(user, notices)
    };
    let seen = store.look(ask, now).await?;
    Ok(notices.iter().filter_map(|notice| view(&seen, notice, up_to)).collect())
}

/// The message a notification is about.
pub(crate) fn message(notice: &Notification) -> Option<MessageId> {
    let about = notice.kind != NotificationKind::RoomInvite;
    about.then_some(MessageId { room: notice.room, seq: notice.seq })
}

fn view(seen: &Seen, notice: &Notification, up_to: Option<ReadUpTo>) -> Option<NotificationView> {
    let read_seq = place(seen, notice)?;
    let content = match message(notice) {
        Some(id) => {
            let message = seen.messages.get(&id)?;
            if message.deleted.is_some() {
                return None;
            }
            excerpt(&message.body)
        }
        None => excerpt(seen.rooms.get(&notice.room)?.name.as_deref().unwrap_or_default()),
    };
    Some(compose(notice, &seen.profiles, content, notice.is_read(up_to, read_seq)))
}

pub(crate) fn compose(
    notice: &Notification,
    people: &People,
    content: String,
    read: bool,
) -> NotificationView {
    NotificationView {
        id: notice.id,
        kind: notice.kind,
        room_id: notice.room,
        message_id: message(notice),
        seq: notice.seq,
        actor: CompactUser::of(notice.actor, people),
        content,
        count: notice.count,
        created_at: notice.created_at,
        read,
    }
}

/// The beginning of a text, on one line.
pub(crate) fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= NOTIFICATION_CHARS_MAX {
        return line;
    }
    let cut: String = line.chars().take(NOTIFICATION_CHARS_MAX - 1).collect();
    cut.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts() {
        assert_eq!(excerpt(" a\n\n b "), "a b");
        assert_eq!(excerpt(""), "");
        let long = excerpt(&"😀".repeat(500));
        assert_eq!(long.chars().count(), NOTIFICATION_CHARS_MAX);
        assert!(long.ends_with('…'));
        assert_eq!(excerpt(&"x".repeat(200)), "x".repeat(200));
    }
}
