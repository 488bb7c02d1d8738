//! One room's lines, in order, each until it is acknowledged.

use super::Tally;
use super::corpus::{Conversation, Line};
use super::crew::Crew;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long an answer may take before the line is sent again on another connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Refusals that another try may mend. Any other code means that the line was understood and refused.
const WORTH_ANOTHER_TRY: &[&str] =
    &["rate_limited", "internal", "internal_error", "unavailable", "timeout", ""];

/// One line as the server acknowledged it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The line's number in its file.
    pub number: usize,
    /// The message's id.
    pub id: String,
    /// The message's number in its room.
    pub seq: u64,
    /// What was said.
    pub text: String,
    /// Who said it: the user's id.
    pub sender: String,
    /// The message it answers.
    pub answers: Option<String>,
    /// When it was first sent.
    pub first_try: Instant,
}

/// Sends a conversation into its room. A line that is refused for good is a violation, returned as text.
///
/// # Errors
/// The refusal.
pub async fn write(
    room: &str,
    talk: &Conversation,
    crew: &Crew,
    tally: &Arc<Tally>,
    pace: Option<Duration>,
) -> Result<Vec<Sent>, String> {
    let mut sent: Vec<Sent> = vec![];
    let mut ids: HashMap<usize, String> = HashMap::new();
    for line in &talk.lines {
        let answers = line.answers.and_then(|number| ids.get(&number)).cloned();
        let one = write_one(room, &talk.name, line, answers, crew, tally).await?;
        ids.insert(line.number, one.id.clone());
        sent.push(one);
        Tally::count(&tally.sent);
        if let Some(pace) = pace {
            tokio::time::sleep(pace).await;
        }
    }
    Ok(sent)
}

async fn write_one(
    room: &str,
    file: &str,
    line: &Line,
    answers: Option<String>,
    crew: &Crew,
    tally: &Tally,
) -> Result<Sent, String> {
    let key = format!("{file}-{}", line.number);
    let mut frame =
        json!({"type": "send_message", "room_id": room, "content": line.text, "client_id": key});
    if let Some(parent) = &answers {
        frame["parent_id"] = json!(parent);
    }
    let mut first_try = None;
    loop {
        let socket = crew.socket(&line.nick).await;
        let tried = Instant::now();
        let begun = *first_try.get_or_insert(tried);
        let answer = match socket.post(frame.clone()).await {
            Ok(reference) => socket.answer(&reference, PATIENCE).await,
            Err(_) => None,
        };
        match answer {
            Some(answer) if answer.kind == "ack" => {
                if answer.data["replayed"] == true {
                    Tally::count(&tally.replayed);
                }
                return acknowledged(line, answers, &answer.data, crew, begun);
            }
            Some(answer) => {
                let code = answer.data["code"].as_str().unwrap_or_default();
                if !WORTH_ANOTHER_TRY.contains(&code) {
                    return Err(format!("{file} line {}: refused: {}", line.number, answer.raw));
                }
                let pause = answer.data["retry_after_ms"].as_u64().unwrap_or(50);
                tokio::time::sleep(Duration::from_millis(pause.min(2_000))).await;
            }
            // The function failed: the connection is as good as before.
            None if !socket.is_closed() && tried.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(10)).await
            }
            None => crew.drop_socket(&line.nick, &socket).await,
        }
        Tally::count(&tally.retries);
    }
}

fn acknowledged(
    line: &Line,
    answers: Option<String>,
    data: &Value,
    crew: &Crew,
    first_try: Instant,
) -> Result<Sent, String> {
    let message = &data["message"];
    match (message["id"].as_str(), message["seq"].as_u64()) {
        (Some(id), Some(seq)) => Ok(Sent {
            number: line.number,
            id: id.to_owned(),
            seq,
            text: line.text.clone(),
            sender: crew.user(&line.nick).id.clone(),
            answers,
            first_try,
        }),
        _ => Err(format!("line {}: an ack without a message: {data}", line.number)),
    }
}
