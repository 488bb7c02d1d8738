//! State + events = state: a client that applies events to what it loaded once equals one that loads afresh, after
//! everything that can happen to a room, on a socket that stayed and on one that was cut and came back.

use parlance_tests::prelude::*;
use parlance_tests::state::RoomState;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// A client: its state, how far it holds, and its socket.
struct Client {
    state: RoomState,
    view: RoomView,
    applied: u64,
    socket: Socket,
    read: usize,
}

impl Client {
    async fn start(user: &User, room: &str) -> Self {
        let socket = Socket::connect(user).await;
        let (state, position) = RoomState::load(user, room).await;
        let view = RoomView::new(room, position);
        Self { state, view, applied: position, socket, read: 0 }
    }

    /// Takes in events as they come until the room's last number is settled.
    async fn follow(&mut self, last_seq: u64) {
        while self.view.position < last_seq {
            match self.socket.next_after(self.read, Duration::from_secs(2)).await {
                Some(frame) => {
                    self.read += 1;
                    self.view.apply(&frame);
                }
                // Nothing came for a while: a number came to nothing, or its event was lost.
                None => assert!(self.view.heal(&self.socket, PATIENCE).await, "resume"),
            }
        }
        self.apply();
    }

    /// Comes back on a new socket and asks for what it missed.
    async fn come_back(&mut self, user: &User) {
        self.socket = Socket::connect(user).await;
        self.read = 0;
        assert!(self.view.heal(&self.socket, PATIENCE).await, "resume");
        self.apply();
    }

    fn apply(&mut self) {
        for (_, event) in self.view.events.range(self.applied + 1..=self.view.position) {
            self.state.apply(event);
        }
        self.applied = self.view.position;
    }
}

/// The people and the room of the play, and what it made on the way.
struct Stage {
    owner: User,
    admin: User,
    member: User,
    guest: User,
    room: String,
    root: String,
    reply: String,
    other: String,
}

/// Everything that can happen to a room, in an order in which it can.
const ACTS: &[&str] = &[
    "send",
    "reply",
    "reply again",
    "react",
    "react too",
    "unreact",
    "edit",
    "pin",
    "pin another",
    "unpin",
    "rename",
    "promote",
    "describe",
    "join",
    "add",
    "silence",
    "unsilence",
    "remove",
    "ban",
    "delete a reply",
    "delete a pinned one",
    "delete by admin",
    "transfer",
    "attach",
    "leave",
    "close",
];

impl Stage {
    async fn perform(&mut self, act: &str) {
        let room = self.room.clone();
        let at = |rest: &str| format!("/rooms/{room}{rest}");
        let on = |user: &User| format!("/rooms/{room}/members/{}", user.id);
        match act {
            "send" => {
                self.root = id(&self.owner.send(&room, "the *root*").await);
                self.other = id(&self.member.send(&room, "another").await);
            }
            "reply" => self.reply = id(&self.answer("first").await),
            "reply again" => {
                self.answer("second").await;
            }
            "react" => self.react(&self.owner, "👍").await,
            "react too" => {
                self.react(&self.member, "👍").await;
                self.react(&self.member, "🎉").await;
            }
            "unreact" => {
                let path = format!("/messages/{}/reactions/%F0%9F%91%8D", self.root);
                self.owner.delete(&path).await.ok(200);
            }
            "edit" => {
                let path = format!("/messages/{}", self.root);
                self.owner.put(&path, json!({"content": "the **new** root"})).await.ok(200);
            }
            "pin" => self.pin(&self.root.clone(), true).await,
            "pin another" => self.pin(&self.other.clone(), true).await,
            "unpin" => self.pin(&self.root.clone(), false).await,
            "rename" => drop(self.owner.put(&at(""), json!({"name": "Coffee"})).await.ok(200)),
            "describe" => {
                drop(self.admin.put(&at(""), json!({"description": "Hot"})).await.ok(200))
            }
            "join" => drop(self.guest.join(&room).await),
            "add" => {
                self.guest.leave(&room).await;
                let body = json!({"user_id": self.guest.id});
                self.owner.post(&at("/members"), body).await.ok(201);
            }
            "promote" => {
                let path = format!("{}/role", on(&self.admin));
                self.owner.patch(&path, json!({"role": "admin"})).await.ok(200);
            }
            "silence" => {
                let path = format!("{}/silence", on(&self.member));
                self.admin.put(&path, json!({})).await.ok(200);
            }
            "unsilence" => {
                self.admin.delete(&format!("{}/silence", on(&self.member))).await.ok(200);
            }
            "remove" => drop(self.admin.delete(&on(&self.guest)).await.ok(200)),
            "ban" => {
                self.guest.join(&room).await;
                let path = format!("/rooms/{room}/bans/{}", self.guest.id);
                self.admin.put(&path, json!({})).await.ok(200);
            }
            "delete a reply" => {
                self.member.delete(&format!("/messages/{}", self.reply)).await.ok(200);
            }
            "delete a pinned one" => {
                self.member.delete(&format!("/messages/{}", self.other)).await.ok(200);
            }
            "delete by admin" => {
                let message = id(&self.member.send(&room, "to go").await);
                self.admin.delete(&format!("/messages/{message}")).await.ok(200);
            }
            "transfer" => {
                let path = format!("{}/role", on(&self.member));
                self.owner.patch(&path, json!({"role": "owner"})).await.ok(200);
                std::mem::swap(&mut self.owner, &mut self.member);
            }
            "attach" => {
                let form = parlance_tests::rooms::pixel_form("pixel.gif");
                let file = self.admin.call("POST", "/attachments/upload", form).await.ok(201);
                let body = json!({"content": "", "attachments": [file["id"]]});
                self.admin.send_as(&room, body).await;
            }
            "leave" => drop(self.member.leave(&room).await),
            "close" => drop(self.owner.put(&at(""), json!({"type": "private"})).await.ok(200)),
            other => panic!("nobody knows how to {other}"),
        }
    }

    async fn answer(&self, text: &str) -> Value {
        let body = json!({"content": text, "parent_message_id": self.root});
        self.member.send_as(&self.room, body).await
    }

    async fn react(&self, user: &User, emoji: &str) {
        let path = format!("/messages/{}/reactions", self.root);
        user.post(&path, json!({"emoji": emoji})).await.ok(201);
    }

    async fn pin(&self, message: &str, on: bool) {
        let path = format!("/rooms/{}/pins/{message}", self.room);
        let method = if on { "PUT" } else { "DELETE" };
        self.owner.call(method, &path, Payload::None).await.ok(200);
    }
}

fn id(message: &Value) -> String {
    message["id"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn whatever_happens_events_lead_to_the_state_of_who_loads_afresh() {
    let [owner, admin, member, guest, watcher] = stack().users().await;
    let room = owner.room_with(&[&admin, &member, &watcher]).await;
    let mut staying = Client::start(&watcher, &room).await;
    let mut returning = Client::start(&watcher, &room).await;
    let none = String::new;
    let (root, reply, other) = (none(), none(), none());
    let mut stage = Stage { owner, admin, member, guest, room: room.clone(), root, reply, other };
    for (number, act) in ACTS.iter().enumerate() {
        stage.perform(act).await;
        let (fresh, last_seq) = RoomState::load(&watcher, &room).await;
        staying.follow(last_seq).await;
        let difference = staying.state.difference(&fresh);
        assert!(difference.is_empty(), "after {act}, who stayed and who loads:\n{difference}");
        // Cut off for three acts at a time.
        if number % 3 == 2 {
            returning.come_back(&watcher).await;
            let difference = returning.state.difference(&fresh);
            assert!(
                difference.is_empty(),
                "after {act}, who came back and who loads:\n{difference}"
            );
        }
    }
}
