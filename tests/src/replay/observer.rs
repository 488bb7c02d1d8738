//! Somebody who listens to one room the whole time, applies events by number and heals holes by `resume`.

use super::{Tally, crew};
use crate::socket::Socket;
use crate::user::User;
use crate::view::{Applied, RoomView};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The queue in front of the sockets keeps no order, so a hole often closes by itself: wait this long.
const HOLE_PATIENCE: Duration = Duration::from_millis(250);
const RESUME_PATIENCE: Duration = Duration::from_secs(10);

/// What an observer has seen at the end.
pub struct Seen {
    /// The room as it was put together.
    pub view: RoomView,
    /// When each message (by id) came live over the socket.
    pub live: HashMap<String, Instant>,
    /// How often a hole was asked about.
    pub resumes: u64,
}

/// Listens from `view`'s position until everything is written and nothing is missing up to `end`'s number.
pub async fn observe(user: User, mut view: RoomView, tally: Arc<Tally>) -> Seen {
    let mut live = HashMap::new();
    let mut resumes = 0;
    let mut socket = crew::open(&user).await;
    let mut read = 0;
    let mut hole_since: Option<Instant> = None;
    loop {
        let waiting = if view.has_hole() { HOLE_PATIENCE } else { Duration::from_secs(1) };
        match socket.next_after(read, waiting).await {
            Some(frame) => {
                read += 1;
                let applied = view.apply(&frame);
                if matches!(applied, Applied::New | Applied::Hole)
                    && let Some(id) = frame.data["message"]["id"].as_str()
                {
                    live.insert(id.to_owned(), frame.at);
                }
            }
            None if socket.is_closed() => {
                Tally::count(&tally.reconnects);
                socket = crew::open(&user).await;
                read = 0;
                resumes += 1;
                view.heal(&socket, RESUME_PATIENCE).await;
            }
            None if tally.is_written() => {
                // Everything is acknowledged, so everything is stored: one last question brings the rest.
                resumes += 1;
                if heal_to_the_end(&mut view, &socket).await {
                    return Seen { view, live, resumes };
                }
            }
            None => {}
        }
        hole_since =
            if view.has_hole() { hole_since.or_else(|| Some(Instant::now())) } else { None };
        if hole_since.is_some_and(|since| since.elapsed() > HOLE_PATIENCE) {
            resumes += 1;
            hole_since = None;
            view.heal(&socket, RESUME_PATIENCE).await;
        }
    }
}

async fn heal_to_the_end(view: &mut RoomView, socket: &Socket) -> bool {
    view.heal(socket, RESUME_PATIENCE).await && !view.has_hole()
}
