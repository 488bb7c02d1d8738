//! Types that cannot be wrong, and the rules of the chat.
//!
//! Nothing here is async, knows AWS, reads a clock or does I/O: a value is parsed once, at the edge,
//! into one of these types, and every rule is a function from values to a decision. Use cases in
//! `chat` load, ask these rules, and write.

mod attachment;
mod emoji;
mod error;
mod file;
mod file_kind;
mod filename;
mod ids;
mod invite;
mod message;
mod moderation;
mod pin;
mod rate;
mod records;
mod role;
mod schema;
pub mod search;
mod text;
mod time;

pub use attachment::{ATTACHMENTS_MAX, Attached};
pub use emoji::Emoji;
pub use error::{ChatError, Code, FieldError, Result};
pub use file::{
    FILE_BYTES_MAX, FileFault, FileStatus, FileUse, Finding, Picture, StoredFile, message_kind,
    thumbnail_for,
};
pub use file_kind::{FileKind, Stated};
pub use filename::FileName;
pub use ids::{
    AttachmentId, ClientKey, ConnectionId, MessageId, NotificationId, RoomId, SessionId, UserId,
};
pub use invite::{
    INVITE_SECONDS, INVITE_SECONDS_MAX, INVITE_SECONDS_MIN, INVITE_USES_MAX, Invite, InviteCode,
};
pub use message::{
    EDIT_WINDOW_MS, MENTIONS_MAX, Message, MessageKind, REACTION_EMOJIS_MAX, REACTIONS_MAX,
    Reaction, may_delete, may_edit, may_react, thread_root,
};
pub use moderation::{Ban, Reason, Silence};
pub use pin::{Pin, may_pin};
pub use rate::{Bucket, RateLimit, RateTaken, RateWindow};
pub use records::{
    Change, Connection, Credentials, LeaveReason, LogEntry, MENTION_SEQS_MAX, Membership,
    NotifyLevel, PINS_MAX, Profile, QUIET_MEMBERS_MAX, ReadMark, Room, Sent, Session, Status,
    Subscription, System, SystemKind, VOIDS_MAX,
};
pub use role::{Role, RoomKind};
pub use text::{
    AvatarUrl, Description, DisplayName, MessageBody, Password, RoomName, StatusEmoji,
    StatusMessage, Username,
};
pub use time::Timestamp;
