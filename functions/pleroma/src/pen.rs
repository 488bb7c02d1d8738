//! What writes our views as Pleroma's entities, for one viewer.

use crate::account::Account;
use crate::chats::Chat;
use chat::ports::Objects;
use chat::view::RoomView;
use domain::{ChatError, Code, Result, Timestamp, UserId};
use edge::{App, Request};

/// For whom, when, and with which addresses.
pub struct Pen<'a, O> {
    /// Signs the addresses of files.
    pub(crate) files: &'a O,
    /// Where the deployment is reached.
    pub base: String,
    pub(crate) now: Timestamp,
    pub(crate) viewer: UserId,
}

/// The pen of a request.
pub fn of_request<'a>(
    app: &'a App,
    request: &Request,
    viewer: UserId,
) -> Pen<'a, impl Objects + 'a> {
    Pen::new(app.files(), crate::base(app, request), request.now, viewer)
}

impl<'a, O: Objects> Pen<'a, O> {
    /// A pen.
    pub fn new(files: &'a O, base: String, now: Timestamp, viewer: UserId) -> Self {
        Self { files, base, now, viewer }
    }

    /// The chat that a direct room is.
    pub async fn chat(&self, room: &RoomView) -> Result<Chat> {
        // Direct rooms that are shown to a member have both.
        let mine = room.mine.as_ref().ok_or_else(|| ChatError::new(Code::NotFound))?;
        let peer = mine.peer.as_ref().ok_or_else(|| ChatError::new(Code::NotFound))?;
        let last_message = match &mine.last_message {
            Some(message) => Some(self.message(message, mine.last_read_seq).await?),
            None => None,
        };
        Ok(Chat {
            id: room.id,
            account: Account::of(peer, &self.base),
            unread: mine.unread_count,
            updated_at: room.last_message_at.unwrap_or(room.created_at).to_string(),
            created_at: room.created_at.to_string(),
            last_message,
            pinned: false,
        })
    }

    /// Several.
    pub async fn chats(&self, rooms: &[RoomView]) -> Result<Vec<Chat>> {
        let mut chats = Vec::with_capacity(rooms.len());
        for room in rooms {
            chats.push(self.chat(room).await?);
        }
        Ok(chats)
    }
}
