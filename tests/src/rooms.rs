//! What tests do all the time: rooms, messages, pages.

use crate::api::Payload;
use crate::shape;
use crate::user::User;
use serde_json::{Value, json};

impl User {
    /// Makes a room of a type; its id.
    pub async fn make_room(&self, kind: &str, name: &str) -> String {
        let room = self.post("/rooms", json!({"type": kind, "name": name})).await.ok(201);
        shape::room_of_member(&room);
        text(&room["id"])
    }

    /// Makes a public room that the others join; its id.
    pub async fn room_with(&self, others: &[&Self]) -> String {
        let room = self.make_room("public", "a room").await;
        for other in others {
            other.join(&room).await;
        }
        room
    }

    /// Makes a private room with members. There are no invitations here, so they come in while it is public.
    pub async fn private_room_with(&self, others: &[&Self]) -> String {
        let room = self.room_with(others).await;
        self.put(&format!("/rooms/{room}"), json!({"type": "private"})).await.ok(200);
        room
    }

    /// The direct room with somebody; its id.
    pub async fn direct_room(&self, peer: &Self) -> String {
        let answer = self.poke(&format!("/users/{}/dm", peer.id)).await;
        assert!(matches!(answer.status, 200 | 201), "{}: {}", answer.what, answer.text);
        text(&answer.json["id"])
    }

    /// Joins a room.
    pub async fn join(&self, room: &str) -> Value {
        self.poke(&format!("/rooms/{room}/join")).await.ok(200)
    }

    /// Leaves a room.
    pub async fn leave(&self, room: &str) -> Value {
        self.poke(&format!("/rooms/{room}/leave")).await.ok(200)
    }

    /// Sends by REST; the message.
    pub async fn send(&self, room: &str, content: &str) -> Value {
        self.send_as(room, json!({"content": content})).await
    }

    /// Sends any body by REST; the message.
    pub async fn send_as(&self, room: &str, body: Value) -> Value {
        let message = self.post(&format!("/rooms/{room}/messages"), body).await.ok(201);
        shape::message(&message);
        message
    }

    /// Sends several messages one after the other.
    pub async fn send_all<S: AsRef<str>>(
        &self,
        room: &str,
        contents: impl IntoIterator<Item = S>,
    ) -> Vec<Value> {
        let mut messages = vec![];
        for content in contents {
            messages.push(self.send(room, content.as_ref()).await);
        }
        messages
    }

    /// One page of history; `query` without the question mark.
    pub async fn page(&self, room: &str, query: &str) -> Value {
        let page = self.get(&format!("/rooms/{room}/messages?{query}")).await.ok(200);
        shape::page(&page);
        page
    }

    /// Everything people wrote, newest first, by paging backwards. The system's lines are left out.
    pub async fn history(&self, room: &str, limit: usize) -> Vec<Value> {
        let mut messages = vec![];
        let mut query = format!("limit={limit}");
        loop {
            let page = self.page(room, &query).await;
            messages.extend(page["messages"].as_array().cloned().unwrap_or_default());
            match page["prev_cursor"].as_str() {
                Some(cursor) if page["has_more_before"] == true => {
                    query = format!("limit={limit}&before={cursor}")
                }
                _ => return written(messages),
            }
        }
    }

    /// Everything people wrote, oldest first, by paging forwards from the oldest message.
    pub async fn history_forwards(&self, room: &str, oldest: &str, limit: usize) -> Vec<Value> {
        let mut messages = vec![self.message(oldest).await];
        let mut anchor = oldest.to_owned();
        loop {
            let page = self.page(room, &format!("limit={limit}&order=asc&after={anchor}")).await;
            messages.extend(page["messages"].as_array().cloned().unwrap_or_default());
            match page["next_cursor"].as_str() {
                Some(cursor) if page["has_more_after"] == true => cursor.clone_into(&mut anchor),
                _ => return written(messages),
            }
        }
    }

    /// One message by id.
    pub async fn message(&self, id: &str) -> Value {
        self.get(&format!("/messages/{id}")).await.ok(200)
    }

    /// The room as this person sees it.
    pub async fn room(&self, id: &str) -> Value {
        self.get(&format!("/rooms/{id}")).await.ok(200)
    }
}

/// Messages without the system's lines (joined, left, renamed …).
pub fn written(messages: Vec<Value>) -> Vec<Value> {
    messages.into_iter().filter(|message| message["type"] != "system").collect()
}

/// The system's lines of a page, by kind, in their order.
pub fn system_lines(messages: &Value) -> Vec<String> {
    let lines = list(messages).into_iter().filter(|message| message["type"] == "system");
    lines.map(|message| text(&message["system"]["kind"])).collect()
}

/// The contents of what people wrote (or of a page of it), in their order.
pub fn contents(messages: &Value) -> Vec<String> {
    written(list(messages)).iter().map(|message| text(&message["content"])).collect()
}

/// The ids of objects, in their order; of messages those that people wrote.
pub fn ids(objects: &Value) -> Vec<String> {
    written(list(objects)).iter().map(|object| text(&object["id"])).collect()
}

/// The numbers of messages, in their order.
pub fn seqs(messages: &[Value]) -> Vec<u64> {
    messages.iter().map(|message| message["seq"].as_u64().expect("a seq")).collect()
}

fn list(value: &Value) -> Vec<Value> {
    let list = if value["messages"].is_array() { &value["messages"] } else { value };
    list.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// One transparent pixel as a form with the field `file`.
pub fn pixel_form(filename: &str) -> Payload {
    let pixel = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
         Content-Type: image/gif\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(pixel);
    body.extend_from_slice(b"\r\n--b--\r\n");
    Payload::Raw("multipart/form-data; boundary=b", body)
}
