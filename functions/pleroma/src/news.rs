//! What happened, in the words of the streaming socket.
//!
//! A new message is a `pleroma:chat_update` to both, with that message as the last one. An edit or a deletion is
//! one with the message that is last now, where it changes what is last; elsewhere clients find it in the
//! history. There are no words for reactions, reading, typing, presence.

use crate::pen::Pen;
use crate::streams::{self, CHAT, NOTIFICATION, USER};
use chat::event::Event;
use chat::ports::{Look, Objects, ReadHistory};
use chat::{DirectScene, FaceFrame};
use domain::{MessageId, NotificationId, Result, Timestamp, UserId};
use serde::Deserialize;
use serde_json::Value;

/// Bytes of one frame (API Gateway: 32 KB).
const FRAME_BYTES_MAX: usize = 31 * 1024;

/// What an event is about, of what there are words for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    /// A message was written.
    Written(MessageId),
    /// A message was changed, or is gone.
    Changed(MessageId),
    /// Somebody is notified of a message.
    Noticed(Notice),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Notice {
    id: NotificationId,
    message_id: MessageId,
    created_at: Timestamp,
    read: bool,
}

/// An event with what is needed to tell it.
#[derive(Debug)]
pub struct News {
    told: Told,
}

#[derive(Debug)]
enum Told {
    Chat { scene: Box<DirectScene>, written: bool },
    Notice(Notice),
    Nothing,
}

impl News {
    /// Loads what an event is about: once, whoever is told.
    pub async fn of(
        store: &(impl Look + ReadHistory),
        now: Timestamp,
        event: &Event,
    ) -> Result<Self> {
        let told = match subject(event) {
            Some(Subject::Written(id)) => scene(store, now, id, true).await?,
            Some(Subject::Changed(id)) => scene(store, now, id, false).await?,
            Some(Subject::Noticed(notice)) => Told::Notice(notice),
            None => Told::Nothing,
        };
        Ok(Self { told })
    }

    /// The frames for a user, whose pen this is.
    pub async fn words(
        &self,
        store: &impl Look,
        pen: &Pen<'_, impl Objects>,
        user: UserId,
    ) -> Result<Vec<FaceFrame>> {
        match &self.told {
            Told::Chat { scene, written } => {
                let room = if *written { scene.with_message(user) } else { scene.with_last(user) };
                let Some(mut room) = room else { return Ok(Vec::new()) };
                let frames = chat_frames(&serde_json::to_value(pen.chat(&room).await?));
                if frames.iter().all(|frame| frame.text.len() <= FRAME_BYTES_MAX) {
                    return Ok(frames);
                }
                // A long text: the chat alone, so that its client looks into the history.
                if let Some(mine) = &mut room.mine {
                    mine.last_message = None;
                }
                Ok(chat_frames(&serde_json::to_value(pen.chat(&room).await?)))
            }
            Told::Notice(notice) => {
                let ids = vec![notice.message_id];
                let mut found = chat::direct_messages(store, user, pen.now, ids).await?;
                let Some(about) = found.remove(&notice.message_id) else { return Ok(Vec::new()) };
                let notice = pen.notice(notice.id, notice.created_at, notice.read, &about).await?;
                let frames =
                    frames("notification", &serde_json::to_value(notice), [USER, NOTIFICATION]);
                let fits = |frame: &FaceFrame| frame.text.len() <= FRAME_BYTES_MAX;
                Ok(frames.into_iter().filter(fits).collect())
            }
            Told::Nothing => Ok(Vec::new()),
        }
    }
}

async fn scene(
    store: &(impl Look + ReadHistory),
    now: Timestamp,
    id: MessageId,
    written: bool,
) -> Result<Told> {
    let scene = chat::direct_scene(store, now, id).await?;
    // What has something after it does not change what is last.
    let scene = scene.filter(|scene| written || scene.ends_with(id.seq));
    Ok(scene.map_or(Told::Nothing, |scene| Told::Chat { scene: Box::new(scene), written }))
}

fn chat_frames(chat: &serde_json::Result<Value>) -> Vec<FaceFrame> {
    frames("pleroma:chat_update", chat, [USER, CHAT])
}

/// One frame per stream: clients route by what stands in it.
fn frames(
    event: &str,
    payload: &serde_json::Result<Value>,
    topics: [&'static str; 2],
) -> Vec<FaceFrame> {
    let Ok(payload) = payload else { return Vec::new() };
    let frame = |topic| {
        let text = streams::frame(&[topic], event, payload);
        FaceFrame { topics: vec![topic], text }
    };
    topics.map(frame).into()
}

fn subject(event: &Event) -> Option<Subject> {
    let read = |place: &str| event.data.pointer(place).and_then(Value::as_str);
    let id = |place: &str| read(place)?.parse().ok();
    match event.kind.as_str() {
        "message_created" if read("/message/type") != Some("system") => {
            id("/message/id").map(Subject::Written)
        }
        "message_updated" => id("/message/id").map(Subject::Changed),
        "message_deleted" => id("/message_id").map(Subject::Changed),
        "notification" => {
            let notice = event.data.get("notification")?;
            Notice::deserialize(notice).ok().map(Subject::Noticed)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::RoomId;
    use serde_json::json;

    #[test]
    fn only_what_there_are_words_for_is_loaded() {
        let room = RoomId::new(Timestamp::from_ms(0), [1; 10]);
        let id = MessageId { room, seq: 7 };
        let event = |kind: &str, data: Value| Event {
            kind: kind.into(),
            seq: None,
            ts: Timestamp::from_ms(0),
            data,
        };
        let message = |kind: &str| json!({"message": {"id": id, "type": kind}});
        let subject = |kind: &str, data: Value| subject(&event(kind, data));
        assert_eq!(subject("message_created", message("text")), Some(Subject::Written(id)));
        assert_eq!(subject("message_created", message("system")), None);
        assert_eq!(subject("message_updated", message("text")), Some(Subject::Changed(id)));
        assert_eq!(
            subject("message_deleted", json!({"message_id": id})),
            Some(Subject::Changed(id))
        );
        assert_eq!(subject("message_deleted", json!({})), None);
        assert_eq!(subject("reaction_added", json!({"message_id": id})), None);
        let notice = NotificationId::new(Timestamp::from_ms(5), [2; 10]);
        let data = |message: Value| {
            let at = Timestamp::from_ms(5);
            json!({"notification": {"id": notice, "message_id": message, "created_at": at, "read": false, "x": 1}})
        };
        let noticed = subject("notification", data(json!(id)));
        assert!(matches!(noticed, Some(Subject::Noticed(found)) if found.message_id == id));
        assert_eq!(subject("notification", data(Value::Null)), None, "an invitation");
    }
}
