//! Pinned messages.

use crate::{
    ChatError, Code, FieldError, Message, MessageId, MessageKind, Result, Timestamp, UserId,
};

/// A message that stands out in its room until somebody takes the pin away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The message.
    pub message: MessageId,
    /// The number of the event that pinned it; pins are shown newest first.
    pub seq: u64,
    /// Who pinned it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Any message that stands, except the system's.
pub fn may_pin(message: &Message) -> Result<()> {
    if message.deleted.is_some() {
        return Err(ChatError::new(Code::MessageDeleted));
    }
    if message.kind == MessageKind::System {
        return Err(FieldError::new("message_id", "invalid", "must not be a system message").into());
    }
    Ok(())
}
