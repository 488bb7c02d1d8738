//! What must hold at the end: every line once, in one order for everybody, with the right replies.

use super::observer::Seen;
use super::writer::Sent;
use crate::user::User;
use serde_json::Value;
use std::collections::HashMap;

/// The most violations that are worth printing for one room.
const SHOWN_MAX: usize = 10;

/// Reads a room from both ends as several people and compares with what was sent and what was observed.
pub async fn judge(room: &str, sent: &[Sent], readers: &[User], observers: &[Seen]) -> Vec<String> {
    let mut violations = vec![];
    for (reader, limit) in readers.iter().zip([100, 37].into_iter().cycle()) {
        let mut backwards = reader.history(room, limit).await;
        backwards.reverse();
        compare(&format!("history read backwards by {limit}"), sent, &backwards, &mut violations);
        if let Some(oldest) = backwards.first().and_then(|message| message["id"].as_str()) {
            let forwards = reader.history_forwards(room, oldest, limit).await;
            compare(&format!("history read forwards by {limit}"), sent, &forwards, &mut violations);
        }
        replies(sent, &backwards, &mut violations);
    }
    for (index, seen) in observers.iter().enumerate() {
        compare(&format!("observer {index}"), sent, &seen.view.messages(), &mut violations);
    }
    let more = violations.len().saturating_sub(SHOWN_MAX);
    violations.truncate(SHOWN_MAX);
    if more > 0 {
        violations.push(format!("… and {more} more"));
    }
    violations
}

fn compare(what: &str, sent: &[Sent], messages: &[Value], violations: &mut Vec<String>) {
    if sent.len() != messages.len() {
        violations.push(format!("{what}: {} messages for {} lines", messages.len(), sent.len()));
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    for message in messages {
        *times.entry(message["id"].as_str().unwrap_or_default()).or_default() += 1;
    }
    for line in sent {
        match times.get(line.id.as_str()) {
            Some(1) => {}
            Some(count) => {
                violations.push(format!("{what}: line {} is there {count} times", line.number))
            }
            None => violations
                .push(format!("{what}: line {} is missing (seq {})", line.number, line.seq)),
        }
    }
    for (line, message) in sent.iter().zip(messages) {
        let same = message["id"] == line.id.as_str()
            && message["seq"] == line.seq
            && message["sender"]["id"] == line.sender.as_str();
        if !same || message["content"] != line.text.as_str() {
            violations
                .push(format!("{what}: line {} (seq {}) is {message}", line.number, line.seq));
            break;
        }
    }
}

fn replies(sent: &[Sent], messages: &[Value], violations: &mut Vec<String>) {
    let stored: HashMap<&str, &Value> =
        messages.iter().filter_map(|message| Some((message["id"].as_str()?, message))).collect();
    let mut roots: HashMap<&str, &str> = HashMap::new();
    for line in sent {
        let Some(message) = stored.get(line.id.as_str()) else { continue };
        let root = line
            .answers
            .as_deref()
            .map(|answered| roots.get(answered).copied().unwrap_or(answered));
        if let Some(root) = root {
            roots.insert(&line.id, root);
        }
        let right = message["reply_to_message_id"].as_str() == line.answers.as_deref()
            && message["parent_message_id"].as_str() == root;
        if !right {
            violations.push(format!(
                "line {}: answers {:?} in the thread of {root:?}, but is {message}",
                line.number, line.answers
            ));
        }
    }
}
