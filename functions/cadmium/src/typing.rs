//! Typing towards the clients: they show it for one second, ours lasts five. So each start is said at once
//! and again after every second that is left of it, by messages that wait in the queue: no function waits.

use crate::events::Types;
use chat::FaceNews;
use chat::event::Event;
use chat::ports::{HandOnLater, WatchTyping};
use domain::{Face, Result, Timestamp};
use edge::App;

/// The kind of the repetitions in this face's own queue.
pub(crate) const REPEATED: &str = "user_typing_repeated";
/// When a start is repeated, in seconds after it: together with the first time five seconds.
const REPEATED_AFTER_S: [i32; 4] = [1, 2, 3, 4];

/// Has a start repeated.
pub(crate) async fn repeat(app: &App, news: &FaceNews) -> Result<()> {
    let event = Event { kind: REPEATED.into(), ..news.event.clone() };
    let later = FaceNews { event, ..news.clone() };
    app.faces().hand_on_later(Face::Cadmium, &later, &REPEATED_AFTER_S).await
}

/// Whether the start that a repetition belongs to still counts: it has not been ended, and no later start
/// has repetitions of its own.
pub(crate) async fn still(app: &App, said: &Types, ts: Timestamp, now: Timestamp) -> Result<bool> {
    Ok(app.table.typing_since(said.user_id, said.room_id, now).await? == Some(ts))
}
