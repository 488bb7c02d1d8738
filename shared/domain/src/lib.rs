//! Types that cannot be wrong, and the rules of the chat.
//!
//! Nothing here is async, knows AWS, reads a clock or does I/O: a value is parsed once, at the edge,
//! into one of these types, and every rule is a function from values to a decision. Use cases in
//! `chat` load, ask these rules, and write.

mod attachment;
mod contact;
mod emoji;
mod error;
mod file;
mod file_kind;
mod filename;
mod ids;
mod invite;
pub mod markdown;
mod message;
mod moderation;
mod notification;
mod pin;
mod presence;
mod push;
mod rate;
mod records;
mod report;
mod role;
mod schema;
pub mod search;
mod text;
mod time;

pub use attachment::{ATTACHMENTS_MAX, Attached};
pub use contact::{
    Channel, Contact, ContactKey, Hold, IDENTIFICATIONS_MAX, Identification, PEER_ADDRESSES_MAX,
    PeerAddress, PeerState, ReplyMethod, SentUpTo, nickname,
};
pub use emoji::Emoji;
pub use error::{ChatError, Code, FieldError, Result};
pub use file::{
    FILE_BYTES_MAX, FileFault, FileStatus, FileUse, Finding, Picture, StoredFile, message_kind,
    thumbnail_for,
};
pub use file_kind::{FileKind, Stated};
pub use filename::FileName;
pub use ids::{
    AttachmentId, ClientKey, ConnectionId, ContactId, Face, MessageId, NotificationId, RoomId,
    SessionId, UserId,
};
pub use invite::{
    INVITE_SECONDS, INVITE_SECONDS_MAX, INVITE_SECONDS_MIN, INVITE_USES_MAX, Invite, InviteCode,
};
pub use message::{
    EDIT_WINDOW_MS, EDITS_KEPT, MENTION_ALL_MEMBERS_MAX, MENTIONS_MAX, Message, MessageKind,
    REACTION_EMOJIS_MAX, REACTIONS_MAX, Reaction, Version, may_delete, may_edit, may_mention_all,
    may_react, may_see_edits, thread_root,
};
pub use moderation::{Ban, Reason, Silence};
pub use notification::{
    DirectNotice, NOTIFICATION_CHARS_MAX, NOTIFICATION_MS, Notification, NotificationKind,
    ReadUpTo, UNREAD_NOTIFICATIONS_MAX,
};
pub use pin::{Pin, may_pin};
pub use presence::{PRESENCE_EXPIRY_MS, Presence, PresenceTimes, Shown};
pub use push::{
    PUSH_MS, PUSHES_MAX, PushEndpoint, PushEntry, PushId, PushKeys, PushList, PushSubscription,
    PushUrgency,
};
pub use rate::{Bucket, RateLimit, RateTaken, RateWindow};
pub use records::{
    Change, Connection, Credentials, LeaveReason, LogEntry, MENTION_SEQS_MAX, Membership,
    NotifyLevel, PINS_MAX, Profile, QUIET_MEMBERS_MAX, ReadMark, Room, Sent, Session, Status,
    Subscription, System, SystemKind, VOIDS_MAX,
};
pub use report::{
    Audit, AuditAction, REVIEW_KEPT_MS, Remark, Report, ReportAction, ReportId, ReportReason,
    ReportStatus, Snapshot, may_report,
};
pub use role::{Role, RoomKind};
pub use text::{
    AvatarUrl, Description, DisplayName, MessageBody, Password, RoomName, StatusEmoji,
    StatusMessage, Username,
};
pub use time::Timestamp;
