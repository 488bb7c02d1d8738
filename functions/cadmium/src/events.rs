//! What this face reads of our events.

use domain::{AttachmentId, MessageId, RoomId, Timestamp, UserId};
use serde::Deserialize;

/// `message_created`
#[derive(Deserialize)]
pub(crate) struct Created {
    pub(crate) message: Written,
}

/// The message of it.
#[derive(Deserialize)]
pub(crate) struct Written {
    pub(crate) id: MessageId,
    pub(crate) sender: Named,
    pub(crate) content: String,
    pub(crate) deleted: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) reply_to_message_id: Option<MessageId>,
    pub(crate) client_id: Option<String>,
    pub(crate) attachments: Vec<Attached>,
}

#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) username: String,
}

#[derive(Deserialize)]
pub(crate) struct Attached {
    pub(crate) id: AttachmentId,
    pub(crate) filename: String,
    pub(crate) mime_type: String,
    /// Set for pictures that could be drawn.
    pub(crate) width: Option<u32>,
}

/// `message_read`
#[derive(Deserialize)]
pub(crate) struct WasRead {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
    pub(crate) message_id: MessageId,
}

/// `user_typing`
#[derive(Deserialize)]
pub(crate) struct Types {
    pub(crate) room_id: RoomId,
    pub(crate) user_id: UserId,
    pub(crate) typing: bool,
}
