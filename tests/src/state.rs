//! A client's state of one room: loaded once, then kept by applying events, as `docs/api.md` says. Whatever happens,
//! it must equal what a client has that loads afresh.

use crate::user::User;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One room as a client holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomState {
    /// Name, type, description and the counts.
    pub room: BTreeMap<&'static str, Value>,
    /// Role and silence by user id.
    pub members: BTreeMap<String, Value>,
    /// Messages by number.
    pub messages: BTreeMap<u64, BTreeMap<String, Value>>,
}

/// The fields of a room that events keep.
const ROOM_FIELDS: [&str; 6] =
    ["name", "description", "type", "member_count", "pin_count", "last_message_at"];
/// The fields of a message that differ by who looks, or by when its people were renamed.
const PERSONAL: [&str; 2] = ["sender", "reactions"];

impl RoomState {
    /// Loads everything; also the number up to which the state holds, if nothing happens meanwhile.
    pub async fn load(user: &User, room: &str) -> (Self, u64) {
        let shown = user.room(room).await;
        let position = shown["last_seq"].as_u64().expect("a position");
        let mut state =
            Self { room: BTreeMap::new(), members: BTreeMap::new(), messages: BTreeMap::new() };
        state.set_room(&shown);
        let mut query = "limit=100".to_owned();
        loop {
            let page = user.get(&format!("/rooms/{room}/members?{query}")).await.ok(200);
            for member in page["members"].as_array().into_iter().flatten() {
                let id = member["user"]["id"].as_str().unwrap_or_default().to_owned();
                state.members.insert(id, member_of(member));
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("limit=100&cursor={cursor}"),
                None => break,
            }
        }
        let mut query = "limit=100".to_owned();
        loop {
            let page = user.get(&format!("/rooms/{room}/messages?{query}")).await.ok(200);
            for message in page["messages"].as_array().into_iter().flatten() {
                state.put(message);
            }
            match page["prev_cursor"].as_str() {
                Some(cursor) => query = format!("limit=100&before={cursor}"),
                None => return (state, position),
            }
        }
    }

    fn set_room(&mut self, shown: &Value) {
        for field in ROOM_FIELDS {
            self.room.insert(field, shown[field].clone());
        }
    }

    fn put(&mut self, message: &Value) {
        let seq = message["seq"].as_u64().expect("a message's number");
        let members = message.as_object().expect("a message").iter();
        let mut kept: BTreeMap<String, Value> = members
            .filter(|(name, _)| !PERSONAL.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        kept.insert("sender".into(), message["sender"]["id"].clone());
        let groups = message["reactions"].as_array().into_iter().flatten();
        let counts = groups.map(|group| json!([group["emoji"], group["count"]])).collect();
        kept.insert("reactions".into(), counts);
        self.messages.insert(seq, kept);
    }

    fn message(&mut self, id: &Value) -> Option<&mut BTreeMap<String, Value>> {
        let seq = id.as_str()?.rsplit('-').next()?.parse().ok()?;
        self.messages.get_mut(&seq)
    }

    fn add(&mut self, field: &'static str, by: i64) {
        let count = self.room.get(field).and_then(Value::as_i64).unwrap_or(0);
        self.room.insert(field, json!(count + by));
    }

    /// Applies one event; each number once, in order.
    pub fn apply(&mut self, event: &Value) {
        let data = &event["data"];
        if data["system_message"].is_object() {
            self.put(&data["system_message"]);
        }
        match event["type"].as_str().unwrap_or_default() {
            "message_created" => self.created(&data["message"]),
            "message_updated" => self.updated(&data["message"]),
            "message_deleted" => self.deleted(data),
            "reaction_added" | "reaction_removed" => self.reacted(data),
            "message_pinned" => self.pinned(data, true),
            "message_unpinned" => self.pinned(data, false),
            "user_joined" => {
                let id = data["user"]["id"].as_str().unwrap_or_default().to_owned();
                self.members.insert(id, member_of(data));
                // The room in it is for the newcomer: after a resume it is the room of now.
                self.add("member_count", 1);
            }
            "user_left" => {
                self.members.remove(data["user_id"].as_str().unwrap_or_default());
                self.add("member_count", -1);
            }
            "member_updated" => {
                let id = data["user_id"].as_str().unwrap_or_default().to_owned();
                self.members.insert(id, member_of(data));
            }
            "ownership_transferred" => {
                for (id, role) in [("from_user_id", "admin"), ("to_user_id", "owner")] {
                    if let Some(member) =
                        self.members.get_mut(data[id].as_str().unwrap_or_default())
                    {
                        member["role"] = json!(role);
                    }
                }
            }
            "room_updated" => {
                for field in ["name", "description", "type"] {
                    self.room.insert(field, data["room"][field].clone());
                }
            }
            other => panic!("an event of a room that no client knows: {other}"),
        }
    }

    /// The thread's count is kept: it follows from the replies' own events, which come besides.
    fn updated(&mut self, message: &Value) {
        let kept = self.message(&message["id"]).map(|known| {
            ["reply_count", "last_reply_at"].map(|name| (name.to_owned(), known[name].clone()))
        });
        self.put(message);
        if let Some(known) = self.message(&message["id"]) {
            known.extend(kept.into_iter().flatten());
        }
    }

    fn created(&mut self, message: &Value) {
        self.put(message);
        self.room.insert("last_message_at", message["created_at"].clone());
        let at = message["created_at"].clone();
        if let Some(root) = self.message(&message["parent_message_id"]) {
            root.insert("reply_count".into(), json!(root["reply_count"].as_u64().unwrap_or(0) + 1));
            root.insert("last_reply_at".into(), at);
        }
    }

    fn deleted(&mut self, data: &Value) {
        if let Some(root) = self.message(&data["parent_message_id"]) {
            let left = root["reply_count"].as_u64().unwrap_or(0).saturating_sub(1);
            root.insert("reply_count".into(), json!(left));
            if left == 0 {
                root.insert("last_reply_at".into(), Value::Null);
            }
        }
        let Some(message) = self.message(&data["message_id"]) else { return };
        let was_pinned = message["pinned"] == true;
        for (name, value) in message.iter_mut() {
            *value = match name.as_str() {
                "content" => json!("[deleted]"),
                "deleted" => json!(true),
                "deleted_at" | "deleted_by" => data[name].clone(),
                "type" => json!("text"),
                "pinned" | "mentions_all" => json!(false),
                "edited_at" | "client_id" | "content_html" => Value::Null,
                "reactions" | "attachments" | "mentions" => json!([]),
                _ => continue,
            };
        }
        if was_pinned {
            self.add("pin_count", -1);
        }
    }

    fn reacted(&mut self, data: &Value) {
        let Some(message) = self.message(&data["message_id"]) else { return };
        let mut groups = message["reactions"].as_array().cloned().unwrap_or_default();
        match groups.iter_mut().find(|group| group[0] == data["emoji"]) {
            Some(group) => group[1] = data["count"].clone(),
            None => groups.push(json!([data["emoji"], data["count"]])),
        }
        groups.retain(|group| group[1] != 0);
        message.insert("reactions".into(), groups.into());
    }

    fn pinned(&mut self, data: &Value, pinned: bool) {
        if let Some(message) = self.message(&data["message_id"]) {
            message.insert("pinned".into(), json!(pinned));
        }
        self.add("pin_count", if pinned { 1 } else { -1 });
    }

    /// What differs, in words; empty if nothing does.
    pub fn difference(&self, other: &Self) -> String {
        let mut lines = vec![];
        for (field, value) in &self.room {
            if other.room.get(field) != Some(value) {
                lines.push(format!("room.{field}: {value} and {:?}", other.room.get(field)));
            }
        }
        if self.members != other.members {
            lines.push(format!("members: {:?} and {:?}", self.members, other.members));
        }
        for seq in self.messages.keys().chain(other.messages.keys()) {
            let (mine, theirs) = (self.messages.get(seq), other.messages.get(seq));
            let (Some(mine), Some(theirs)) = (mine, theirs) else {
                if mine != theirs {
                    lines.push(format!("message {seq}: {mine:?} and {theirs:?}"));
                }
                continue;
            };
            for name in mine.keys().chain(theirs.keys()) {
                if mine.get(name) != theirs.get(name) {
                    let (mine, theirs) = (mine.get(name), theirs.get(name));
                    lines.push(format!("message {seq}.{name}: {mine:?} and {theirs:?}"));
                }
            }
        }
        lines.dedup();
        lines.join("\n")
    }
}

fn member_of(member: &Value) -> Value {
    json!({"role": member["role"], "silenced_until": member["silenced_until"]})
}
