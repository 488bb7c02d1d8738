//! Web Push: devices that are told while no page is open. They are registered, and each notification
//! is brought to each of them by a task of its own.
//!
//! A subscription belongs to whoever registered its endpoint last, and ends with the session it was
//! registered in: that is looked at when something is to be brought there, so nothing has to be cleared
//! up when a session ends.

use crate::done::Deleted;
use crate::gate::{Principal, no_such};
use crate::notifications::{NotificationView, show, unread_from};
use crate::ports::{
    Ask, Commit, KeepPushes, Look, PushMessage, PushTask, Pushed, ReadNotices, SendPush, Throttle,
};
use domain::{
    Bucket, ChatError, NotificationKind, PUSH_MS, PushEndpoint, PushId, PushKeys, PushSubscription,
    PushUrgency, Result, RoomId, Timestamp,
};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// How often a registration starts over because another device of the user was faster.
const ROUNDS_MAX: usize = 8;
/// Bytes of a payload: what push services must take is 4,096 with some 100 of encryption (RFC 8030,
/// 7.2; RFC 8291, 4), and some take less.
const PAYLOAD_BYTES_MAX: usize = 3_000;
/// How long a push service keeps a message for a device that is away, in seconds (a day). Older news
/// is found in the list of notifications.
const TTL_S: u32 = 24 * 60 * 60;

/// A device as its browser describes it.
#[derive(Clone, Debug)]
pub struct NewPush {
    /// Where messages go.
    pub endpoint: PushEndpoint,
    /// What they are encrypted with.
    pub keys: PushKeys,
    /// When the browser says that it ends.
    pub expires_at: Option<Timestamp>,
}

/// A registered device. The keys are not shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PushSubscription")]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct PushView {
    pub id: PushId,
    #[schemars(with = "PushEndpoint")]
    pub endpoint: String,
    pub created_at: Timestamp,
}

/// Registers a device of the caller's, or renews it; with more than [`domain::PUSHES_MAX`] the oldest
/// goes.
pub async fn save_push_subscription(
    store: &(impl Look + KeepPushes + Throttle),
    who: Principal,
    now: Timestamp,
    new: NewPush,
) -> Result<PushView> {
    let id = PushId::of_hash(Sha256::digest(new.endpoint.as_str()).into());
    let ask = Ask { pushes: vec![id], push_list: Some(who.user), ..who.ask() };
    let mut seen = crate::look_within(store, Bucket::Change, who.user, ask.clone(), now).await?;
    for _ in 0..ROUNDS_MAX {
        who.check(&seen)?;
        let own = seen.pushes.get(&id).filter(|push| push.user == who.user);
        let latest = now.plus_ms(PUSH_MS);
        let push = PushSubscription {
            id,
            user: who.user,
            session: who.session,
            endpoint: new.endpoint.clone(),
            keys: new.keys.clone(),
            created_at: own.map_or(now, |push| push.created_at),
            ends_at: new.expires_at.map_or(latest, |end| end.min(latest)),
        };
        let surplus = seen.push_list.surplus(id);
        if store.put_push(&push, &seen.push_list, &surplus).await? == Commit::Done {
            // Out of the list they reach nobody any more; what is left of them would end by itself.
            for old in surplus {
                store.forget_push(who.user, old.id, old.session).await?;
            }
            let endpoint = push.endpoint.as_str().to_owned();
            return Ok(PushView { id, endpoint, created_at: push.created_at });
        }
        seen = store.look(ask.clone(), now).await?;
    }
    Err(ChatError::unavailable("push: a user's list of subscriptions changes too often"))
}

/// Takes one of the caller's devices off.
pub async fn delete_push_subscription(
    store: &(impl Look + KeepPushes),
    who: Principal,
    now: Timestamp,
    id: PushId,
) -> Result<Deleted> {
    who.check(&store.look(who.ask(), now).await?)?;
    if store.drop_push(who.user, id).await? {
        Ok(Deleted::DONE)
    } else {
        Err(no_such("subscription"))
    }
}

/// What is brought to a device: the event `notification` of the sockets.
#[derive(Clone, Debug, Serialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: &'static str,
    data: PayloadData,
}

#[derive(Clone, Debug, Serialize)]
struct PayloadData {
    notification: NotificationView,
    unread_count: u64,
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushDone {
    /// The push service answered so, or did not.
    Answered(Pushed),
    /// There is nothing to bring any more: read or withdrawn meanwhile, a membership or a session that
    /// has ended, a device that was taken off.
    Void,
}

/// Brings one notification to one device, as it is now.
pub async fn push_notification(
    store: &(impl Look + ReadNotices + KeepPushes),
    sender: &impl SendPush,
    now: Timestamp,
    task: PushTask,
) -> Result<PushDone> {
    let PushTask { user, notification, subscription, session } = task;
    let ask = Ask { session: Some((user, session)), pushes: vec![subscription], ..Ask::default() };
    let (seen, notice, up_to) = futures_util::future::try_join3(
        store.look(ask, now),
        store.notice(user, notification, now),
        store.read_up_to(user),
    )
    .await?;
    let device = seen.pushes.get(&subscription);
    let device = device.filter(|push| (push.user, push.session) == (user, session));
    let Some(device) = device.filter(|_| seen.session.is_some()) else {
        store.forget_push(user, subscription, session).await?;
        return Ok(PushDone::Void);
    };
    let Some(notice) = notice.filter(|notice| !notice.is_read(up_to, 0)) else {
        return Ok(PushDone::Void);
    };
    // What it shows, if its room and message still show it to this user.
    let shown = show(store, user, now, &[notice], up_to).await?.pop();
    let Some(shown) = shown.filter(|shown| !shown.read) else { return Ok(PushDone::Void) };
    let unread_count = unread_from(store, user, now, up_to).await?;
    let message = PushMessage {
        ttl_s: TTL_S,
        urgency: PushUrgency::of(shown.kind),
        topic: (shown.kind == NotificationKind::DirectMessage)
            .then(|| topic(shown.room_id, subscription)),
        payload: payload(shown, unread_count)?,
    };
    let answer = sender.send_push(device, &message, now).await?;
    if answer == Pushed::Gone {
        store.forget_push(user, subscription, session).await?;
    }
    Ok(PushDone::Answered(answer))
}

/// One topic for each direct room, 32 characters. It says nothing to the push service, not even that
/// two devices are told of the same room.
fn topic(room: RoomId, subscription: PushId) -> String {
    let hash = Sha256::digest(format!("{subscription} {room}"));
    PushId::of_hash(hash.into()).to_string()
}

fn payload(notification: NotificationView, unread_count: u64) -> Result<Vec<u8>> {
    let mut payload =
        Payload { kind: "notification", data: PayloadData { notification, unread_count } };
    loop {
        let bytes = serde_json::to_vec(&payload)
            .map_err(|_| ChatError::unavailable("push: a payload cannot be written as JSON"))?;
        let notice = &mut payload.data.notification;
        if bytes.len() <= PAYLOAD_BYTES_MAX {
            return Ok(bytes);
        }
        // Names and texts are bounded, the address of a picture is not by as much.
        if notice.actor.avatar_url.take().is_none() {
            let half = notice.content.chars().count() / 2;
            if half == 0 {
                return Err(ChatError::unavailable("push: a payload is too large"));
            }
            notice.content = notice.content.chars().take(half).collect::<String>() + "…";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::CompactUser;
    use domain::{NotificationId, UserId};

    fn shown(content: String, avatar_url: Option<String>) -> NotificationView {
        let at = Timestamp::from_ms(1_790_000_000_000);
        NotificationView {
            id: NotificationId::new(at, [1; 10]),
            kind: NotificationKind::Mention,
            room_id: RoomId::new(at, [2; 10]),
            message_id: None,
            seq: 7,
            actor: CompactUser {
                id: UserId::new(at, [3; 10]),
                username: "u".repeat(20),
                display_name: "😀".repeat(50),
                avatar_url,
                deactivated: false,
            },
            content,
            count: 1,
            created_at: at,
            read: false,
        }
    }

    #[test]
    fn payloads_fit() {
        let read = |notice| {
            let bytes = payload(notice, 3).unwrap();
            assert!(bytes.len() <= PAYLOAD_BYTES_MAX, "{}", bytes.len());
            serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
        };
        let small = read(shown("hello".into(), Some("https://example.org/a".into())));
        assert_eq!(small["type"], "notification");
        assert_eq!(small["data"]["unread_count"], 3);
        let notice = &small["data"]["notification"];
        assert_eq!((&notice["content"], &notice["type"]), (&"hello".into(), &"mention".into()));
        assert_eq!(notice["actor"]["avatar_url"], "https://example.org/a");
        // The longest text a notification has, in characters that JSON writes with six bytes.
        let long = "\u{1b}".repeat(200);
        let large = read(shown(long.clone(), Some(format!("https://e.org/{}", "x".repeat(2_000)))));
        let notice = &large["data"]["notification"];
        assert_eq!(
            (&notice["content"], &notice["actor"]["avatar_url"]),
            (&long.into(), &().into())
        );
        assert!(payload(shown("\u{1b}".repeat(5_000), None), 0).is_ok(), "cut, not refused");
    }

    #[test]
    fn topics_tell_rooms_apart_and_name_none() {
        let room = |n| RoomId::new(Timestamp::from_ms(1_790_000_000_000), [n; 10]);
        let device = |n| PushId::of_hash([n; 32]);
        let one = topic(room(1), device(1));
        assert_eq!(one.len(), 32, "the most there may be");
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(one, topic(room(1), device(1)));
        assert_ne!(one, topic(room(2), device(1)));
        assert_ne!(one, topic(room(1), device(2)), "nobody can see that it is the same room");
    }
}
