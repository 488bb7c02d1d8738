//! Filling the index: bulks of changes, each with the number of the event that made it as its version.

use super::{ALIAS, JSON, SearchIndex};
use chat::ports::{IndexChange, IndexMessages, Indexed};
use domain::{ChatError, Result, RoomId};
use serde_json::{Value, json};
use std::fmt::Write;

/// Most bytes of one bulk; AWS takes 10 MiB on its smallest machines.
const BULK_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Documents that one step of forgetting a room deletes; it must be done within one try.
const FORGET_STEP: u64 = 2_000;

impl IndexMessages for SearchIndex {
    async fn index(&self, changes: &[IndexChange]) -> Result<Indexed> {
        let mut outcome = Indexed::default();
        let mut first = 0;
        while first < changes.len() {
            let (body, count) = bulk(&changes[first..]);
            let items = self.bulk(body).await?;
            if items.len() != count {
                return Err(ChatError::unavailable("opensearch _bulk: garbled answer"));
            }
            for (place, item) in (first..).zip(&items) {
                match verdict(item) {
                    Verdict::Done => {}
                    Verdict::Again => outcome.failed.push(place),
                    Verdict::Never(why) => outcome.refused.push((place, why)),
                }
            }
            first += count;
        }
        Ok(outcome)
    }

    async fn forget_room(&self, room: RoomId) -> Result<()> {
        // A deletion sees what a search sees.
        match self.refresh().await {
            Ok(()) => {}
            Err(error) if error.detail.contains("index_not_found_exception") => return Ok(()),
            Err(error) => return Err(error),
        }
        let body = json!({"query": {"term": {"room": room}}}).to_string();
        let path = format!("{ALIAS}/_delete_by_query?conflicts=proceed&max_docs={FORGET_STEP}");
        loop {
            let answer = self.call("POST", &path, JSON, body.clone()).await?;
            if !answer.is_ok() {
                return Err(answer.failed("_delete_by_query"));
            }
            let count = |name: &str| answer.body[name].as_u64().unwrap_or(0);
            if count("version_conflicts") > 0 {
                // Somebody changes these at this moment; what is left is for the next try.
                return Err(ChatError::unavailable("opensearch _delete_by_query: conflicts"));
            }
            if count("deleted") < FORGET_STEP {
                return Ok(());
            }
            self.refresh().await?;
        }
    }
}

impl SearchIndex {
    /// One bulk; its items. Where the index is missing it is made, once.
    async fn bulk(&self, body: String) -> Result<Vec<Value>> {
        let path = format!("{ALIAS}/_bulk?require_alias=true");
        for made in [false, true] {
            let answer = self.call("POST", &path, "application/x-ndjson", body.clone()).await?;
            let items = answer.body["items"].as_array().cloned().unwrap_or_default();
            let missing = answer.error_kind() == "index_not_found_exception"
                || items.iter().any(|item| kind(item) == Some("index_not_found_exception"));
            if missing && !made {
                self.make().await?;
            } else if answer.is_ok() {
                return Ok(items);
            } else {
                return Err(answer.failed("_bulk"));
            }
        }
        Err(ChatError::unavailable("opensearch _bulk: no index"))
    }
}

/// The lines of as many changes as fit one bulk, and how many those are.
fn bulk(changes: &[IndexChange]) -> (String, usize) {
    let mut body = String::new();
    let mut count = 0;
    for change in changes {
        let head =
            json!({"_id": change.id, "version": change.version, "version_type": "external_gte"});
        let lines = match &change.findable {
            None => format!("{}\n", json!({"delete": head})),
            Some(_) => format!("{}\n{}\n", json!({"index": head}), document(change)),
        };
        if count > 0 && body.len() + lines.len() > BULK_BYTES_MAX {
            break;
        }
        // Writing to a string cannot fail.
        let _ = body.write_str(&lines);
        count += 1;
    }
    (body, count)
}

fn document(change: &IndexChange) -> Value {
    let Some(findable) = &change.findable else { return Value::Null };
    let has: Vec<&str> = findable.has.iter().map(|has| has.as_str()).collect();
    json!({
        "words": findable.words,
        "also": findable.also,
        "room": change.id.room,
        "sender": findable.sender,
        "has": has,
        "at": findable.created_at.ms(),
        "seq": change.id.seq,
        "tie": tie(change.id.room),
    })
}

/// A number that differs from room to room: 60 bits of the random part of its id.
fn tie(room: RoomId) -> i64 {
    let digits: String = room.to_string().chars().filter(char::is_ascii_hexdigit).collect();
    i64::from_str_radix(&digits[digits.len().saturating_sub(15)..], 16).unwrap_or(0)
}

enum Verdict {
    Done,
    Again,
    Never(String),
}

/// How one entry of a bulk ended. A conflict means that a later change is there already.
fn verdict(item: &Value) -> Verdict {
    let result = item.as_object().and_then(|object| object.values().next());
    let status = result.and_then(|result| result["status"].as_u64()).unwrap_or(0);
    match status {
        200..300 | 409 => Verdict::Done,
        // Deleted before, or never there.
        404 if kind(item).is_none() => Verdict::Done,
        400 => Verdict::Never(kind(item).unwrap_or("unknown").to_owned()),
        _ => Verdict::Again,
    }
}

fn kind(item: &Value) -> Option<&str> {
    item.as_object()?.values().next()?.pointer("/error/type")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{MessageId, Timestamp};

    #[test]
    fn rooms_have_ties_of_their_own() {
        let at = Timestamp::from_ms(1_790_000_000_000);
        let (a, b) = (RoomId::new(at, [1; 10]), RoomId::new(at, [0xff; 10]));
        assert!(tie(a) > 0 && tie(b) > 0 && tie(a) != tie(b));
    }

    #[test]
    fn bulks_are_bounded() {
        let room = RoomId::new(Timestamp::from_ms(0), [1; 10]);
        let change =
            |seq| IndexChange { id: MessageId { room, seq }, version: seq, findable: None };
        let changes: Vec<_> = (1..=30_000).map(change).collect();
        let (mut done, mut bulks) = (0, 0);
        while done < changes.len() {
            let (body, count) = bulk(&changes[done..]);
            assert!(body.len() <= BULK_BYTES_MAX && body.lines().count() == count);
            (done, bulks) = (done + count, bulks + 1);
        }
        assert!(bulks > 1);
    }
}
