//! What tests of managing rooms do all the time: roles, bans, silences, pins, invitations.

use crate::api::Payload;
use crate::shape;
use crate::user::User;
use serde_json::{Value, json};

impl User {
    /// Adds somebody to a room; the membership.
    pub async fn add(&self, room: &str, user: &Self) -> Value {
        let path = format!("/rooms/{room}/members");
        let member = self.post(&path, json!({"user_id": user.id})).await.ok(201);
        shape::membership(&member);
        member
    }

    /// Gives somebody a role; the membership.
    pub async fn appoint(&self, room: &str, user: &Self, role: &str) -> Value {
        let path = format!("/rooms/{room}/members/{}/role", user.id);
        let member = self.patch(&path, json!({"role": role})).await.ok(200);
        shape::membership(&member);
        assert_eq!(member["role"], role, "{member}");
        member
    }

    /// A room with an admin and others in it; its id.
    pub async fn room_with_admin(&self, admin: &Self, others: &[&Self]) -> String {
        let room = self.room_with(others).await;
        admin.join(&room).await;
        self.appoint(&room, admin, "admin").await;
        room
    }

    /// Silences somebody until it is lifted; the membership.
    pub async fn silence(&self, room: &str, user: &Self) -> Value {
        let path = format!("/rooms/{room}/members/{}/silence", user.id);
        let member = self.put(&path, json!({})).await.ok(200);
        shape::membership(&member);
        member
    }

    /// Bans somebody; the ban.
    pub async fn ban(&self, room: &str, user: &Self) -> Value {
        let path = format!("/rooms/{room}/bans/{}", user.id);
        let ban = self.put(&path, json!({"reason": "spam"})).await.ok(200);
        shape::ban(&ban);
        ban
    }

    /// Pins a message; the pin.
    pub async fn pin(&self, room: &str, message: &str) -> Value {
        let path = format!("/rooms/{room}/pins/{message}");
        let pin = self.call("PUT", &path, Payload::None).await.ok(200);
        shape::pin(&pin);
        pin
    }

    /// The pinned messages' contents, the newest pin first.
    pub async fn pinned(&self, room: &str) -> Vec<String> {
        let page = self.get(&format!("/rooms/{room}/pins")).await.ok(200);
        let pins = page["pins"].as_array().map_or(&[][..], Vec::as_slice);
        pins.iter().for_each(shape::pin);
        let content = |pin: &Value| pin["message"]["content"].as_str().map(str::to_owned);
        pins.iter().filter_map(content).collect()
    }

    /// Makes an invitation; the whole of it.
    pub async fn invitation(&self, room: &str, body: Value) -> Value {
        let invite = self.post(&format!("/rooms/{room}/invites"), body).await.ok(201);
        shape::invite(&invite);
        invite
    }

    /// Makes an invitation; its code.
    pub async fn invite_code(&self, room: &str, body: Value) -> String {
        let invite = self.invitation(room, body).await;
        invite["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Their role in a room, as the room's owner or a member sees it; none if they are not in it.
    pub async fn role_of(&self, room: &str, user: &Self) -> Option<String> {
        let page = self.get(&format!("/rooms/{room}/members?limit=100")).await.ok(200);
        let members = page["members"].as_array().map_or(&[][..], Vec::as_slice);
        let theirs = members.iter().find(|member| member["user"]["id"] == user.id.as_str());
        theirs.and_then(|member| member["role"].as_str()).map(str::to_owned)
    }
}
