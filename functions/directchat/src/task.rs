//! What the queue of `directchat_dispatch` carries: news that `deliver` hands on, and contacts to look at
//! again.

use chat::event::Event;
use chat::ports::WakeTask;
use chat::{FaceDevice, FaceNews};
use domain::{ContactKey, UserId};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// One entry of the queue.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Task {
    /// A contact whose events are to be sent.
    Wake(WakeTask),
    /// Something has happened that users of other servers may have to hear.
    News(Box<FaceNews>),
}

impl Task {
    /// The contacts that may have something to be sent. What is said is read from the rooms: the news only
    /// say that there is something.
    pub fn contacts(&self) -> BTreeSet<ContactKey> {
        let news = match self {
            Self::Wake(task) => return [task.contact].into(),
            Self::News(news) => news,
        };
        let concerned =
            news.to.iter().filter(|to| to.user.is_some_and(|user| concerns(&news.event, user)));
        let contact = |device: &FaceDevice| {
            let owner = device.topics.first()?.parse().ok()?;
            Some(ContactKey { owner, id: device.id.at_gateway().parse().ok()? })
        };
        concerned.flat_map(|to| &to.devices).filter_map(contact).collect()
    }
}

/// Whether an event is one that the protocol has a word for, and not the user's own.
fn concerns(event: &Event, user: UserId) -> bool {
    let by = match event.kind.as_str() {
        "message_created" | "message_updated" => event.data.pointer("/message/sender/id"),
        "message_deleted" => event.data.get("deleted_by"),
        "reaction_added" => event.data.get("user_id"),
        "user_updated" => event.data.pointer("/user/id"),
        _ => return false,
    };
    by.and_then(Value::as_str) != Some(user.to_string().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OWNER: &str = "0198c0de-7b0a-7c3e-8f00-000000000001";
    const REMOTE: &str = "0198c0de-7b0a-7c3e-8f00-000000000002";
    const CONTACT: &str = "0198c0de-7b0a-7c3e-8f00-000000000003";

    fn news(kind: &str, data: Value) -> Task {
        let device = json!({"id": format!("directchat:{CONTACT}"), "topics": [OWNER]});
        let event = json!({"type": kind, "ts": "2026-11-20T13:20:01.123Z", "data": data});
        let news = json!({"event": event, "to": [{"user": REMOTE, "devices": [device]}]});
        serde_json::from_value(news).unwrap()
    }

    #[test]
    fn only_what_others_did_and_can_be_said() {
        let by = |id: &str| json!({"message": {"sender": {"id": id}}});
        for (task, concerned) in [
            (news("message_created", by(OWNER)), true),
            (news("message_created", by(REMOTE)), false),
            (news("message_updated", by(OWNER)), true),
            (news("message_deleted", json!({"deleted_by": OWNER})), true),
            (news("reaction_added", json!({"user_id": REMOTE})), false),
            (news("user_updated", json!({"user": {"id": OWNER}})), true),
            (news("user_typing", json!({"user_id": OWNER})), false),
            (news("message_read", json!({"user_id": OWNER})), false),
        ] {
            assert_eq!(!task.contacts().is_empty(), concerned, "{task:?}");
        }
    }

    #[test]
    fn wakes_name_their_contact() {
        let task = json!({"contact": {"owner": OWNER, "id": CONTACT}});
        let task: Task = serde_json::from_value(task).unwrap();
        let contacts = task.contacts();
        assert_eq!(contacts.len(), 1);
    }
}
