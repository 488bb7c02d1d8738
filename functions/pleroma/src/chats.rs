//! Chats: Parlance's direct rooms.

use crate::account::Account;
use crate::message::ChatMessage;
use domain::RoomId;
use serde::Serialize;

/// A chat of the viewer's with somebody.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the fields of docs/pleroma.md")]
pub struct Chat {
    pub id: RoomId,
    /// The other one.
    pub account: Account,
    pub unread: u64,
    pub last_message: Option<ChatMessage>,
    pub updated_at: String,
    pub created_at: String,
    /// Always false: rooms of Parlance are not pinned.
    pub pinned: bool,
}

/// Whether a query parameter says yes; one library writes `True`.
pub fn says_yes(text: Option<&str>) -> bool {
    text.is_some_and(|text| text == "1" || text.eq_ignore_ascii_case("true"))
}
