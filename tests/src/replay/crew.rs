//! The people who write: one user per nick, each with one socket that is opened when needed. Only so many
//! are open at once; who was quiet longest gives way.

use super::Tally;
use crate::socket::{SignIn, Socket};
use crate::user::User;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How many sockets of writers are open at once.
const OPEN_MAX: usize = 100;

struct Seat {
    user: User,
    socket: Mutex<Option<Arc<Socket>>>,
}

/// Everybody who writes.
pub struct Crew {
    seats: HashMap<String, Seat>,
    /// Nicks with an open socket, the longest unused first.
    open: Mutex<VecDeque<String>>,
    tally: Arc<Tally>,
}

impl Crew {
    /// A crew of users by nick.
    pub fn new(users: HashMap<String, User>, tally: Arc<Tally>) -> Self {
        let seats = users
            .into_iter()
            .map(|(nick, user)| (nick, Seat { user, socket: Mutex::new(None) }))
            .collect();
        Self { seats, open: Mutex::new(VecDeque::new()), tally }
    }

    /// The user of a nick.
    pub fn user(&self, nick: &str) -> &User {
        &self.seats[nick].user
    }

    /// The nick's socket, opened if it is not; tries until it is.
    pub async fn socket(&self, nick: &str) -> Arc<Socket> {
        self.touch(nick).await;
        let seat = &self.seats[nick];
        let mut socket = seat.socket.lock().await;
        if let Some(socket) = socket.as_ref().filter(|socket| !socket.is_closed()) {
            return Arc::clone(socket);
        }
        let opened = Arc::new(open(&seat.user).await);
        // Nobody looks at a writer's events; keeping them would only cost memory.
        opened.keep_events(false);
        *socket = Some(Arc::clone(&opened));
        opened
    }

    /// Gives up a socket that failed, unless somebody has replaced it already.
    pub async fn drop_socket(&self, nick: &str, failed: &Arc<Socket>) {
        let mut socket = self.seats[nick].socket.lock().await;
        if socket.as_ref().is_some_and(|socket| Arc::ptr_eq(socket, failed)) {
            *socket = None;
            Tally::count(&self.tally.reconnects);
        }
    }

    async fn touch(&self, nick: &str) {
        let quiet = {
            let mut open = self.open.lock().await;
            open.retain(|other| other != nick);
            open.push_back(nick.to_owned());
            if open.len() > OPEN_MAX { open.pop_front() } else { None }
        };
        if let Some(quiet) = quiet {
            let socket = self.seats[&quiet].socket.lock().await.take();
            if let Some(socket) = socket {
                // Whoever still waits for an answer keeps it open until that came.
                tokio::spawn(async move {
                    while Arc::strong_count(&socket) > 1 {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    socket.close().await;
                });
            }
        }
    }
}

/// Opens a socket for a user; tries until it is open.
pub async fn open(user: &User) -> Socket {
    let mut pause = Duration::from_millis(20);
    loop {
        if let Ok(socket) = Socket::open(&user.ws, SignIn::Header(user.token.clone()), "").await {
            return socket;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}
