//! A client's picture of one room: events applied by number, duplicates dropped, holes noticed and healed.
//!
//! A sender takes its number before it writes, so a hole may be a message on its way or a number that came to
//! nothing. `resume` tells: up to its `last_seq` nothing can be added any more. A number that does come after
//! it was said to be void is counted as late; there must be none.

use crate::socket::{Frame, Socket};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What an event did to the view.
#[derive(Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was new and leaves no hole.
    New,
    /// It was known.
    Duplicate,
    /// It was new and a number before it is missing: resume.
    Hole,
    /// It is not a numbered event of this room.
    Unrelated,
}

/// One room as a client sees it.
pub struct RoomView {
    /// The room.
    pub room: String,
    /// Events by number.
    pub events: BTreeMap<u64, Value>,
    /// All numbers up to this one were seen or are void.
    pub position: u64,
    /// Numbers without an event that the server has settled.
    pub void: BTreeSet<u64>,
    /// Events dropped because they were known.
    pub duplicates: u64,
    /// Numbers that a resume brought.
    pub healed: u64,
    /// Void numbers that came after all.
    pub late: u64,
    /// Numbers that came in `truncated` frames and are to be fetched.
    pub truncated: BTreeSet<u64>,
}

impl RoomView {
    /// A view that begins after `position` (the room's `last_seq` when the history was loaded).
    pub fn new(room: &str, position: u64) -> Self {
        Self {
            room: room.to_owned(),
            events: BTreeMap::new(),
            position,
            void: BTreeSet::new(),
            duplicates: 0,
            healed: 0,
            late: 0,
            truncated: BTreeSet::new(),
        }
    }

    /// Takes in one frame from a socket.
    pub fn apply(&mut self, frame: &Frame) -> Applied {
        self.take(&frame.raw)
    }

    /// Whether a number below the newest one is missing.
    pub fn has_hole(&self) -> bool {
        self.events.last_key_value().is_some_and(|(newest, _)| *newest > self.position)
    }

    /// Asks for what is missing until the server says that is all. False if the connection ended.
    pub async fn heal(&mut self, socket: &Socket, patience: Duration) -> bool {
        let mut from = self.position;
        loop {
            let Ok(reference) =
                socket.post(json!({"type": "resume", "rooms": {&self.room: from}})).await
            else {
                return false;
            };
            let Some(answer) = socket.answer(&reference, patience).await else { return false };
            if answer.kind != "ack" {
                return false;
            }
            match self.take_resumed(&answer.data, from) {
                Some(next) => from = next,
                None => return true,
            }
        }
    }

    /// Takes in the answer of a `resume` from `from`. The number to ask from next, or `None` if complete.
    pub fn take_resumed(&mut self, data: &Value, from: u64) -> Option<u64> {
        let mut newest = from;
        for event in data["events"].as_array().into_iter().flatten() {
            if event["data"]["room_id"] != self.room.as_str() {
                continue;
            }
            newest = newest.max(event["seq"].as_u64().unwrap_or(0));
            if matches!(self.take(event), Applied::New | Applied::Hole) {
                self.healed += 1;
            }
        }
        let state = &data["rooms"][&self.room];
        self.close_holes(state["last_seq"].as_u64().unwrap_or(0));
        (state["complete"] == false && newest > from).then_some(newest)
    }

    /// The messages' contents in order, as events left them.
    pub fn contents(&self) -> Vec<String> {
        self.messages()
            .iter()
            .map(|message| message["content"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The messages in order, as they were created.
    pub fn messages(&self) -> Vec<Value> {
        let created = self.events.values().filter(|event| event["type"] == "message_created");
        created.map(|event| event["data"]["message"].clone()).collect()
    }

    fn take(&mut self, raw: &Value) -> Applied {
        let Some(seq) = raw["seq"].as_u64() else { return Applied::Unrelated };
        if raw["data"]["room_id"] != self.room.as_str() {
            return Applied::Unrelated;
        }
        let known = self.events.contains_key(&seq);
        if known || (seq <= self.position && !self.void.contains(&seq)) {
            self.duplicates += 1;
            return Applied::Duplicate;
        }
        if self.void.remove(&seq) {
            self.late += 1;
        }
        if raw["type"] == "truncated" {
            self.truncated.insert(seq);
        }
        self.events.insert(seq, raw.clone());
        self.advance();
        if self.has_hole() { Applied::Hole } else { Applied::New }
    }

    fn advance(&mut self) {
        while self.events.contains_key(&(self.position + 1))
            || self.void.contains(&(self.position + 1))
        {
            self.position += 1;
        }
    }

    fn close_holes(&mut self, upto: u64) {
        for number in self.position + 1..=upto {
            if !self.events.contains_key(&number) {
                self.void.insert(number);
            }
        }
        self.advance();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64) -> Value {
        json!({"type": "message_created", "seq": seq, "data": {"room_id": "r", "seq": seq, "message": {"content": seq.to_string()}}})
    }

    #[test]
    fn what_comes_twice_is_dropped_and_order_is_by_number() {
        let mut view = RoomView::new("r", 0);
        let applied: Vec<Applied> =
            [1, 3, 3, 2, 1].iter().map(|seq| view.take(&event(*seq))).collect();
        assert_eq!(
            applied,
            [Applied::New, Applied::Hole, Applied::Duplicate, Applied::New, Applied::Duplicate]
        );
        assert_eq!(
            (view.position, view.duplicates, view.contents()),
            (3, 2, vec!["1".into(), "2".into(), "3".into()])
        );
    }

    #[test]
    fn a_hole_is_void_when_the_server_has_settled_it() {
        let mut view = RoomView::new("r", 0);
        view.take(&event(3));
        let answer = |last_seq| json!({"events": [event(1), event(3)], "rooms": {"r": {"last_seq": last_seq, "complete": true}}, "resync": []});
        assert_eq!(view.take_resumed(&answer(1), 0), None);
        assert_eq!((view.position, view.healed, view.void.len()), (1, 1, 0));
        assert!(view.has_hole());
        assert_eq!(view.take_resumed(&answer(4), 0), None);
        assert_eq!((view.position, view.healed, view.void.len()), (4, 1, 2));
        assert_eq!(view.take(&event(2)), Applied::New);
        assert_eq!((view.late, view.contents().len()), (1, 3));
    }

    #[test]
    fn an_incomplete_answer_is_continued_from_its_last_event() {
        let mut view = RoomView::new("r", 0);
        let answer = json!({"events": [event(1), event(2)], "rooms": {"r": {"last_seq": 2, "complete": false}}, "resync": []});
        assert_eq!(view.take_resumed(&answer, 0), Some(2));
        assert_eq!(view.position, 2);
    }
}
