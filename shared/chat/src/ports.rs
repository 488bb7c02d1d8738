//! What the use cases need of the world, as capabilities. A function's IAM statement lists the
//! actions behind the ports its use case names. `store` and `cloud` implement them.
//!
//! Every read filters on expiry: a row that has expired is gone, whether or not TTL has deleted it.

use crate::event::Fanout;
use crate::faces::FaceNews;
use crate::gate::Principal;
pub use crate::room_ports::*;
use bytes::Bytes;
use domain::search::{Clause, Has};
use domain::{
    AttachmentId, Audit, Ban, Bucket, ChatError, Connection, ConnectionId, Credentials, Face,
    FileKind, Finding, Invite, InviteCode, LogEntry, Membership, Message, MessageId, Picture,
    Presence, Profile, PushEntry, PushId, PushList, PushSubscription, RateLimit, RateWindow,
    ReadMark, Report, ReportId, ReportStatus, Result, Room, RoomId, RoomKind, Sent, Session,
    SessionId, Silence, StoredFile, Timestamp, UserId, Version,
};
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::time::Duration;

mod contacts;
pub use contacts::{
    CallPeers, Introduction, KeepContacts, KeepPeerEvents, Met, PeerAnswer, PeerEvent, SendInTurn,
    SentEvent, TakenPart, Turn, TurnEnd, WakeContacts, WakeTask,
};
mod faces;
pub use faces::{HandOnLater, WatchTyping};
mod notifications;
pub use notifications::{MarkNotices, ReadNotices, WriteNotices};
mod presence;
pub use presence::{AskCheck, KeepPresence, NoteActivity};
mod push;
pub use push::{KeepPushes, PushMessage, PushTask, Pushed, QueuePushes, SendPush};

/// A future that may move between threads, as the runtime wants it.
pub trait Answer<T>: Future<Output = Result<T>> + Send {}
impl<T, F: Future<Output = Result<T>> + Send> Answer<T> for F {}

/// Whose requests a rate window counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RateKey {
    /// A user's sends, over all rooms and transports.
    Send(UserId),
    /// Failed sign-ins for a (folded) username from an address.
    Login(String, String),
}

/// What a [`Look`] should bring. Each entry is one item (`BatchGetItem` takes 100 a call).
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// A session of a user.
    pub session: Option<(UserId, SessionId)>,
    /// Rooms.
    pub rooms: Vec<RoomId>,
    /// Memberships.
    pub members: Vec<(RoomId, UserId)>,
    /// Users.
    pub profiles: Vec<UserId>,
    /// Messages.
    pub messages: Vec<MessageId>,
    /// A rate window.
    pub rate: Option<RateKey>,
    /// The record of a send by its idempotency key.
    pub sent: Option<(UserId, RoomId, String)>,
    /// Folded usernames, to learn whose they are.
    pub usernames: Vec<String>,
    /// Files.
    pub files: Vec<AttachmentId>,
    /// Bans.
    pub bans: Vec<(RoomId, UserId)>,
    /// Silences, also of those who are not in the room.
    pub silences: Vec<(RoomId, UserId)>,
    /// Invitations, expired and revoked ones included.
    pub invites: Vec<InviteCode>,
    /// The invitation that answered a user's idempotency key.
    pub invited: Option<(UserId, RoomId, String)>,
    /// Whether the first has blocked the second.
    pub blocks: Vec<(UserId, UserId)>,
    /// Reports.
    pub reports: Vec<ReportId>,
    /// Push subscriptions.
    pub pushes: Vec<PushId>,
    /// Whose list of push subscriptions.
    pub push_list: Option<UserId>,
}

/// What there was. Deleted rooms and expired rows are left out.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The session, if it stands.
    pub session: Option<Session>,
    /// Rooms by id.
    pub rooms: HashMap<RoomId, Room>,
    /// Memberships by room and user.
    pub members: HashMap<(RoomId, UserId), Membership>,
    /// Users by id.
    pub profiles: HashMap<UserId, Profile>,
    /// Messages by id, tombstones included.
    pub messages: HashMap<MessageId, Message>,
    /// The rate window; empty if there was none.
    pub rate: RateWindow,
    /// The send that used the key before.
    pub sent: Option<Sent>,
    /// Users by folded username.
    pub user_ids: HashMap<String, UserId>,
    /// Files by id.
    pub files: HashMap<AttachmentId, StoredFile>,
    /// Bans by room and user.
    pub bans: HashMap<(RoomId, UserId), Ban>,
    /// Silences that have not ended, by room and user.
    pub silences: HashMap<(RoomId, UserId), Silence>,
    /// Invitations by code.
    pub invites: HashMap<InviteCode, Invite>,
    /// The invitation that answered the key before.
    pub invited: Option<Invited>,
    /// Those of the pairs asked for where the first has blocked the second.
    pub blocks: HashSet<(UserId, UserId)>,
    /// Reports by id.
    pub reports: HashMap<ReportId, Report>,
    /// Push subscriptions by id.
    pub pushes: HashMap<PushId, PushSubscription>,
    /// The list of push subscriptions that was asked for; empty if there is none.
    pub push_list: PushList,
}

/// Reads many things in one strongly consistent round trip (`dynamodb:BatchGetItem`).
pub trait Look: Sync {
    /// Brings what was asked for, as of one moment per item.
    fn look(&self, ask: Ask, now: Timestamp) -> impl Answer<Seen>;
}

/// A number taken in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The event's number.
    pub seq: u64,
    /// The room's message count with it.
    pub ordinal: u64,
}

/// Takes the next number of a room (`dynamodb:UpdateItem`). A number that is taken and then not
/// used stays void for ever.
pub trait TakeSeq: Sync {
    /// For a new message: also counts it and moves the room's last-message fields.
    /// `not_found` if the room is gone.
    fn take_message_seq(&self, room: RoomId, now: Timestamp) -> impl Answer<Taken>;
    /// For any other event of the room.
    fn take_event_seq(&self, room: RoomId, now: Timestamp) -> impl Answer<Taken>;
    /// Notes that a message number came to nothing, so that nobody has it unread; forgets the oldest
    /// such notes beyond [`domain::VOIDS_MAX`].
    fn void_message(&self, room: &Room, ordinal: u64) -> impl Answer<()>;
}

/// How a conditional write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// Written, all of it.
    Done,
    /// Nothing was written: what the write depended on has changed since it was read. Load again.
    Stale,
}

/// Everything that one send writes, in one transaction.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// The message; its place must be free.
    pub message: &'a Message,
    /// The idempotency record under the sender, the room and `message.client_key`; must be free.
    pub sent: Option<&'a Sent>,
    /// The rate window to store, conditional on the version before it.
    pub rate: (&'a RateWindow, RateLimit),
}

/// Stores a message (`dynamodb:TransactWriteItems` over PutItem and UpdateItem).
pub trait CommitMessage: Sync {
    /// Writes message, idempotency record, rate window and the sender's read mark together, on
    /// condition that the sender is a member and not silenced. A reply is also entered into its
    /// thread and counted on its root; one to the root itself is `Stale` if that has been deleted.
    fn commit_message(&self, new: NewMessage<'_>) -> impl Answer<Commit>;
}

/// Changes a message and logs the change, in one transaction. Each is `Stale` when the message is
/// not as it was read (`changed_seq` differs) or has been deleted.
pub trait ChangeMessage: Sync {
    /// New text and mentions, those of `edited`; the text of `was`, the message as it was read, is
    /// kept as a version.
    fn commit_edit(&self, was: &Message, edited: &Message, entry: &LogEntry)
    -> impl Answer<Commit>;
    /// The tombstone: text, earlier versions, reactions and client key go, and a reply is no longer
    /// counted on its root. `Stale` if it is one already, or has been answered since.
    fn commit_delete(&self, was: &Message, entry: &LogEntry) -> impl Answer<Commit>;
}

/// How a reaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reacted {
    /// Written.
    Done,
    /// It is there already (adding), or not there (removing), or the message is gone, or its limits
    /// are reached: read the message again to tell which.
    Refused,
}

/// Adds and removes reactions (`dynamodb:TransactWriteItems`), several at once without loss.
pub trait React: Sync {
    /// Adds one; refused beyond 50 emoji or 5,000 reactions.
    fn commit_reaction(
        &self,
        message: MessageId,
        emoji: &str,
        entry: &LogEntry,
    ) -> impl Answer<Reacted>;
    /// Removes one's own.
    fn commit_unreaction(
        &self,
        message: MessageId,
        emoji: &str,
        entry: &LogEntry,
    ) -> impl Answer<Reacted>;
}

/// One page of a room's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Only messages after this number.
    pub after: Option<u64>,
    /// Only messages before this number.
    pub before: Option<u64>,
    /// The room's last number, so that no empty bucket is read.
    pub last_seq: u64,
    /// From the newest backwards, or from the oldest forwards.
    pub newest_first: bool,
    /// How many at most, 1-101.
    pub limit: usize,
}

/// Reads a room's messages in order (`dynamodb:Query`, strongly consistent).
pub trait ReadHistory: Sync {
    /// Messages of the range, tombstones included, in the asked order.
    fn history(&self, room: RoomId, range: Range) -> impl Answer<Vec<Message>>;
}

/// Reads a room's events after a number (`dynamodb:Query`, strongly consistent).
pub trait ReadLog: Sync {
    /// At most `limit` messages and log entries each, oldest first, up to `last_seq`.
    fn log(
        &self,
        room: RoomId,
        after: u64,
        last_seq: u64,
        limit: usize,
    ) -> impl Answer<(Vec<Message>, Vec<LogEntry>)>;
}

/// Opens rooms (`dynamodb:TransactWriteItems`).
pub trait OpenRoom: Sync {
    /// Room, directory entry if public, and the owner's membership. `Stale` if the id is taken.
    fn open_room(&self, room: &Room, owner: &Membership) -> impl Answer<Commit>;
    /// Room and both memberships; `Err(other id)` inside if the pair has a room already. The first
    /// of the pair asks: `you_blocked_user` or `blocked` if one has blocked the other.
    fn open_direct(
        &self,
        room: &Room,
        pair: [&Membership; 2],
    ) -> impl Answer<std::result::Result<(), RoomId>>;
    /// The pair's room.
    fn direct_room(&self, a: UserId, b: UserId) -> impl Answer<Option<RoomId>>;
}

/// What `PUT /rooms/{id}` changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomPatch {
    /// A new name.
    pub name: Option<String>,
    /// A new description; `Some(None)` clears.
    pub description: Option<Option<String>>,
    /// A new kind.
    pub kind: Option<RoomKind>,
}

/// Changes and deletes rooms (`dynamodb:TransactWriteItems`, `UpdateItem`).
pub trait ChangeRoom: Sync {
    /// Writes the room's settings, its directory entry and the log entry. `room` is the room as it
    /// shall be, `was` as it was read: `Stale` if its settings have changed since.
    fn commit_room(&self, was: &Room, room: &Room, entry: &LogEntry) -> impl Answer<Commit>;
    /// Marks the room deleted and takes it off the directory. `Stale` if it is gone, if `by` is not
    /// its owner any more, or if `members` is given and it has another number of them.
    fn delete_room(
        &self,
        room: RoomId,
        by: UserId,
        members: Option<u64>,
        now: Timestamp,
    ) -> impl Answer<Commit>;
}

/// Adds and removes members (`dynamodb:TransactWriteItems`).
pub trait ChangeMembers: Sync {
    /// Membership, the user's list entry, the room's member count, the log entry. `Stale` if they
    /// are a member, the room is gone, they are banned, or their silence is not the one that `member`
    /// carries; and, where somebody else adds them, if that one is no longer an admin.
    fn add_member(&self, member: &Membership, entry: &LogEntry) -> impl Answer<Commit>;
    /// The reverse. `Stale` if they are not a member with this role; and, where somebody else removes
    /// them, if that one no longer outranks them.
    fn remove_member(&self, member: &Membership, entry: &LogEntry) -> impl Answer<Commit>;
    /// Takes a direct room off a member's list until an event passes `seq`.
    fn hide_room(&self, room: RoomId, user: UserId, seq: u64) -> impl Answer<()>;
}

/// Moves read marks (`dynamodb:UpdateItem`). `was` is the membership as it was read.
pub trait MarkRead: Sync {
    /// Moves the mark forward and forgets the mentions it passes; `Stale` if it is there or further,
    /// or they are not a member any more.
    fn mark_read(&self, was: &Membership, mark: ReadMark, now: Timestamp) -> impl Answer<Commit>;
    /// Moves the mark back, for its owner only, and remembers `mentions` after it again; `Stale` if
    /// it has moved since it was read.
    fn mark_unread(
        &self,
        was: &Membership,
        mark: ReadMark,
        mentions: &[u64],
    ) -> impl Answer<Commit>;
}

/// Notes what has reached a member of a direct room (`dynamodb:UpdateItem`).
pub trait MarkDelivered: Sync {
    /// Moves the mark forward; `Stale` if it is there or further, or they are not a member.
    fn mark_delivered(
        &self,
        room: RoomId,
        user: UserId,
        seq: u64,
        now: Timestamp,
    ) -> impl Answer<Commit>;
}

/// Reads a message's thread (`dynamodb:Query`, strongly consistent).
pub trait ReadThread: Sync {
    /// Numbers of the replies under `root` that the range asks for, in the asked order.
    fn replies(&self, root: MessageId, range: Range) -> impl Answer<Vec<u64>>;
}

/// Reads a message's earlier texts (`dynamodb:Query`, strongly consistent).
pub trait ReadVersions: Sync {
    /// The kept ones, oldest first.
    fn versions(&self, message: MessageId) -> impl Answer<Vec<Version>>;
}

/// A page and where the next begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What there is, in order.
    pub items: Vec<T>,
    /// Opaque; `None` at the end.
    pub next: Option<String>,
}

/// Lists (`dynamodb:Query`).
pub trait ListRooms: Sync {
    /// Ids of the rooms a user is in, at most 1,000.
    fn rooms_of(&self, user: UserId) -> impl Answer<Vec<RoomId>>;
}

/// The directory of public rooms (`dynamodb:Query` on the directory index).
pub trait ListDirectory: Sync {
    /// Ids of public rooms by name, whose folded name contains `containing`. A page may hold fewer
    /// than `limit` and still have a next: it looks at no more than 1,000 entries.
    fn public_rooms(
        &self,
        containing: Option<&str>,
        limit: usize,
        cursor: Option<&str>,
    ) -> impl Answer<Page<RoomId>>;
}

/// Members of a room (`dynamodb:Query`, strongly consistent).
pub trait ListMembers: Sync {
    /// Members by user id, after `after`.
    fn members(
        &self,
        room: RoomId,
        limit: usize,
        after: Option<UserId>,
    ) -> impl Answer<Page<Membership>>;
}

/// Members as fan-out needs them (`dynamodb:Query`, strongly consistent).
pub trait ListRecipients: Sync {
    /// Up to `limit` members' ids after `after`; `next` is the last one where there are more.
    fn recipients(
        &self,
        room: RoomId,
        limit: usize,
        after: Option<UserId>,
    ) -> impl Answer<(Vec<UserId>, Option<UserId>)>;
}

/// Accounts (`dynamodb:GetItem`, `TransactWriteItems`).
pub trait Accounts: Sync {
    /// Profile and credentials; `Stale` if the username is taken.
    fn create_account(&self, profile: &Profile, password_hash: &str) -> impl Answer<Commit>;
    /// What the (folded) username signs in with.
    fn credentials(&self, folded_username: &str) -> impl Answer<Option<Credentials>>;
}

/// Sessions (`dynamodb:PutItem`, `GetItem`, `UpdateItem`, `DeleteItem`).
pub trait Sessions: Sync {
    /// Stores a session.
    fn put_session(&self, session: &Session) -> impl Answer<()>;
    /// Replaces the refresh token; `Stale` if it is not `was` any more.
    fn rotate_session(&self, was: &Session, next: &Session) -> impl Answer<Commit>;
    /// Ends a session; fine if it has ended.
    fn end_session(&self, user: UserId, session: SessionId) -> impl Answer<()>;
}

/// Signs in on condition (`dynamodb:TransactWriteItems` over PutItem and ConditionCheck).
pub trait OpenSession: Sync {
    /// Stores a session, on condition that the password is still the one that was checked and the
    /// account is not deactivated.
    fn open_session(
        &self,
        session: &Session,
        folded_username: &str,
        password_hash: &str,
    ) -> impl Answer<Commit>;
}

/// A user's signed-in devices (`dynamodb:Query`, `DeleteItem`).
pub trait Devices: Sync {
    /// The sessions that stand, oldest first; at most 1,000.
    fn sessions_of(&self, user: UserId, now: Timestamp) -> impl Answer<Vec<Session>>;
    /// Ends these; fine for those that have ended.
    fn end_sessions(&self, user: UserId, sessions: &[SessionId]) -> impl Answer<()>;
}

/// Changes passwords (`dynamodb:UpdateItem`).
pub trait ChangePassword: Sync {
    /// Replaces the hash; `Stale` if it is not `was` any more.
    fn change_password(&self, folded_username: &str, was: &str, next: &str) -> impl Answer<Commit>;
}

/// Takes accounts out of use and back (`dynamodb:UpdateItem`).
pub trait Deactivate: Sync {
    /// Marks the account, clears its status and takes it out of the directory, or the reverse. Fine if it is so.
    fn set_deactivated(&self, profile: &Profile, deactivated: bool) -> impl Answer<()>;
    /// Notes on a direct room that one of the two is gone, or back.
    fn mark_gone(&self, room: RoomId, user: UserId, gone: bool) -> impl Answer<()>;
}

/// One-use tickets for sockets, kept by their hash (`dynamodb:PutItem`, `DeleteItem`).
pub trait Tickets: Sync {
    /// Stores a ticket until `expires_at`; `token_expires_at` is the end of the token behind it.
    fn put_ticket(&self, hash: &str, ticket: Ticket) -> impl Answer<()>;
    /// Takes it: at most one caller gets it.
    fn take_ticket(&self, hash: &str, now: Timestamp) -> impl Answer<Option<Ticket>>;
}

/// Who speaks over the connection of a face, where the protocol says so in frames (`dynamodb:GetItem`,
/// `PutItem`, `DeleteItem`).
pub trait Callers: Sync {
    /// Notes who it is from now on; gone when their token ends.
    fn note_caller(&self, connection: &ConnectionId, who: Principal) -> impl Answer<()>;
    /// Who it is; nobody once their token has ended.
    fn caller(&self, connection: &ConnectionId, now: Timestamp) -> impl Answer<Option<Principal>>;
    /// Forgets them.
    fn forget_caller(&self, connection: &ConnectionId) -> impl Answer<()>;
}

/// What a ticket stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Who asked for it.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// When the ticket ends.
    pub expires_at: Timestamp,
    /// When the token it was asked with ends.
    pub token_expires_at: Timestamp,
}

/// Stores rate windows outside a send (`dynamodb:PutItem`).
pub trait SaveRate: Sync {
    /// Stores the window if its version is still the one before.
    fn save_rate(
        &self,
        key: &RateKey,
        window: &RateWindow,
        limit: RateLimit,
    ) -> impl Answer<Commit>;
}

/// Counts requests in buckets (`dynamodb:UpdateItem`). Nothing has to be read for it, so it is made
/// beside a use case's first look ([`crate::look_within`]).
pub trait Throttle: Sync {
    /// Takes one from the user's bucket, or says how long to wait. A full bucket is spent at once or
    /// bit by bit; it fills evenly, and is full again after one window.
    fn spend(&self, bucket: Bucket, user: UserId, now: Timestamp) -> impl Answer<()>;
}

/// Changes and finds users.
pub trait ChangeProfile: Sync {
    /// Stores the profile (`dynamodb:UpdateItem`).
    fn save_profile(&self, profile: &Profile) -> impl Answer<()>;
    /// Notes beside the user's sockets whether they keep to themselves what they read
    /// (`dynamodb:UpdateItem`).
    fn note_hides_read(&self, user: UserId, hides: bool) -> impl Answer<()>;
}

/// Changes a profile together with the file that is its picture (`dynamodb:TransactWriteItems` over
/// UpdateItem).
pub trait ChangeAvatar: Sync {
    /// Stores the profile; the file `to` becomes its picture, the file `from` ends. `Stale` if `to` is
    /// not a clean, unused picture of theirs any more.
    fn save_avatar(
        &self,
        profile: &Profile,
        from: Option<AttachmentId>,
        to: Option<AttachmentId>,
        now: Timestamp,
    ) -> impl Answer<Commit>;
}

/// Keeps reports (`dynamodb:TransactWriteItems` over PutItem; `PutItem` for a new one).
pub trait KeepReports: Sync {
    /// Stores a new report; `Stale` if its reporter has reported the message already.
    fn put_report(&self, report: &Report) -> impl Answer<Commit>;
    /// Stores a decision and the record of it; `Stale` if the report is not the version before.
    fn commit_decision(&self, report: &Report) -> impl Answer<Commit>;
}

/// Lists reports.
pub trait ListReports: Sync {
    /// Those of a room, of the latest message first (`dynamodb:Query`, strongly consistent). A page
    /// may hold fewer than `limit` and still have a next: it looks at no more than 1,000.
    fn reports_in(
        &self,
        room: RoomId,
        status: ReportStatus,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> impl Answer<Page<Report>>;
    /// Those of all rooms, the latest first (`dynamodb:Query` on the directory index).
    fn all_reports(
        &self,
        status: ReportStatus,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> impl Answer<Page<Report>>;
}

/// Lists what those with a rank have done (`dynamodb:Query`, strongly consistent). The records are
/// written with what they record.
pub trait ListAudit: Sync {
    /// The latest first.
    fn audit(
        &self,
        room: RoomId,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> impl Answer<Page<Audit>>;
}

/// Who administers a room (`dynamodb:Query`, strongly consistent).
pub trait ListAdmins: Sync {
    /// Admins and the owner; looks at no more than 10,000 members.
    fn admins_of(&self, room: RoomId) -> impl Answer<Vec<UserId>>;
}

/// Blocks one user may have.
pub const BLOCKS_MAX: usize = 1_000;

/// Who has blocked whom (`dynamodb:GetItem`, `TransactWriteItems` over UpdateItem and
/// ConditionCheck; a read is `dynamodb:Query`).
pub trait Blocks: Sync {
    /// The first blocks the second, also in the direct room they may have. `false` if it is so
    /// already.
    fn block(&self, blocker: UserId, blocked: UserId, now: Timestamp) -> impl Answer<bool>;
    /// The reverse. `false` if there was no block.
    fn unblock(&self, blocker: UserId, blocked: UserId) -> impl Answer<bool>;
    /// Whom a user has blocked and since when, by their ids; at most [`BLOCKS_MAX`].
    fn blocks_of(&self, user: UserId) -> impl Answer<Vec<(UserId, Timestamp)>>;
}

/// Finds users (`dynamodb:Query` on the directory index).
pub trait SearchUsers: Sync {
    /// Users whose folded username begins with `folded`, then those whose folded username or
    /// display name contains it; looks at no more than 1,000 entries.
    fn search_users(&self, folded: &str, limit: usize) -> impl Answer<Vec<Profile>>;
}

/// Open sockets, one item per user (`dynamodb:UpdateItem`).
pub trait KeepConnections: Sync {
    /// Adds a connection; drops the user's expired ones, and the oldest beyond 50. Returns what
    /// there is now.
    fn add_connection(
        &self,
        user: UserId,
        connection: &Connection,
        now: Timestamp,
    ) -> impl Answer<Presence>;
    /// Removes exactly these. Returns what there is now.
    fn drop_connections(
        &self,
        user: UserId,
        ids: &[ConnectionId],
        now: Timestamp,
    ) -> impl Answer<Presence>;
    /// Adds a room to, or takes it from, what an explicit connection receives, and notes whether
    /// the connection's user is looking at that room.
    fn subscribe(
        &self,
        user: UserId,
        connection: &ConnectionId,
        room: RoomId,
        on: bool,
    ) -> impl Answer<()>;
    /// Adds a topic to what the connection of a face has asked for, or takes it away; nothing where there
    /// is no such connection. The caller bounds what topics there are.
    fn follow(
        &self,
        user: UserId,
        connection: &ConnectionId,
        topic: &str,
        on: bool,
    ) -> impl Answer<()>;
    /// Counts a frame that was not one of ours and returns how many there were on this connection.
    fn count_bad_frame(&self, user: UserId, connection: &ConnectionId) -> impl Answer<u32>;
}

/// Reads open sockets (`dynamodb:BatchGetItem`, strongly consistent).
pub trait FindConnections: Sync {
    /// The live connections of each of these users, with what else is kept of their presence.
    fn connections(&self, users: &[UserId], now: Timestamp)
    -> impl Answer<Vec<(UserId, Presence)>>;
    /// The same with their push subscriptions: as many calls, twice the items.
    fn devices(
        &self,
        users: &[UserId],
        now: Timestamp,
    ) -> impl Answer<Vec<(UserId, Presence, Vec<PushEntry>)>>;
}

/// Typing, kept for seconds (`dynamodb:UpdateItem`, `DeleteItem`, `Query`).
pub trait Typing: Sync {
    /// Notes that the user types; `false` if it was noted less than 3 s ago.
    fn start_typing(&self, user: UserId, room: RoomId, now: Timestamp) -> impl Answer<bool>;
    /// Ends it; `false` if nothing was noted (or it has expired).
    fn stop_typing(&self, user: UserId, room: RoomId, now: Timestamp) -> impl Answer<bool>;
    /// Ends it everywhere and returns where it was.
    fn stop_typing_everywhere(&self, user: UserId, now: Timestamp) -> impl Answer<Vec<RoomId>>;
}

/// Hands events to the fan-out queue (`sqs:SendMessage`).
pub trait Publish: Sync {
    /// Returns when the queue has accepted it.
    fn publish(&self, fanout: &Fanout) -> impl Answer<()>;
}

/// Hands what happened to the queues of the faces whose clients are to hear of it (`sqs:SendMessage`).
pub trait HandOn: Sync {
    /// Returns when the face's queue has accepted it; at once where the deployment has left the face out.
    fn hand_on(&self, face: Face, news: &FaceNews) -> impl Answer<()>;
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Accepted for the connection.
    Sent,
    /// The connection does not exist any more (410).
    Gone,
    /// Not delivered after retries; the client will see the hole.
    GaveUp,
}

/// Writes to open sockets (`execute-api:ManageConnections`).
pub trait Push: Sync {
    /// Posts one frame of at most 32 KB; backs off when told to. `young`: the connection may not
    /// stand yet, so 410 is worth some more tries (about a second in all).
    fn post(
        &self,
        connection: &ConnectionId,
        frame: Vec<u8>,
        young: bool,
    ) -> impl Future<Output = Posted> + Send;
    /// Closes a connection; fine if it is closed.
    fn close(&self, connection: &ConnectionId) -> impl Future<Output = ()> + Send;
}

/// Public keys by `kid` (`dynamodb:GetItem`; `PutItem` for sign-in).
pub trait Keys: Sync {
    /// A 32-byte Ed25519 public key in hex.
    fn public_key(&self, kid: &str) -> impl Answer<Option<String>>;
    /// Publishes one; the same again is fine.
    fn publish_key(&self, kid: &str, public_hex: &str) -> impl Answer<()>;
}

/// Records of files (`dynamodb:PutItem`, `UpdateItem`, `DeleteItem`; `Query` on the directory index).
pub trait Files: Sync {
    /// Stores a new file. `Stale` if the id is taken, be it by one that has ended and was not swept yet.
    fn create_file(&self, file: &StoredFile) -> impl Answer<Commit>;
    /// Stores what a check came to: status, finding, size, digest, picture. `Stale` if the file is
    /// not pending any more.
    fn settle_file(&self, file: &StoredFile, now: Timestamp) -> impl Answer<Commit>;
    /// Ends an unused file of `owner` now, so that the sweep finds it. `Stale` if it is in use, not
    /// theirs or gone.
    fn end_file(&self, file: AttachmentId, owner: UserId, now: Timestamp) -> impl Answer<Commit>;
    /// Removes the record of a file that has ended.
    fn forget_file(&self, file: AttachmentId, now: Timestamp) -> impl Answer<()>;
    /// Files that have ended, the oldest first, at most `limit`.
    fn ended_files(&self, now: Timestamp, limit: usize) -> impl Answer<Vec<AttachmentId>>;
}

/// Where bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// As they came; nobody is served from here.
    Quarantine(AttachmentId),
    /// Checked.
    Clean(AttachmentId),
    /// A thumbnail, by its size in pixels.
    Thumbnail(AttachmentId, u16),
}

/// How bytes answer a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Their media type.
    pub content_type: &'static str,
    /// `Content-Disposition`.
    pub disposition: String,
}

/// An upload that S3 takes from whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUpload {
    /// Where to.
    pub url: String,
    /// Headers that are part of the signature and must be sent as they are.
    pub headers: Vec<(String, String)>,
}

/// Bytes in an object store.
pub trait Objects: Sync {
    /// Stores bytes (`s3:PutObject`).
    fn put(&self, at: Place, bytes: Bytes, content_type: &'static str) -> impl Answer<()>;
    /// Stores bytes where there are none; `false` if there are (`s3:PutObject`).
    fn put_new(&self, at: Place, bytes: Bytes, content_type: &'static str) -> impl Answer<bool>;
    /// Reads bytes, or `range` (first, last) of them; `None` if there are none (`s3:GetObject`).
    fn get(&self, at: Place, range: Option<(u64, u64)>) -> impl Answer<Option<Bytes>>;
    /// Reads bytes if they are exactly those with this ETag; `None` if they are not.
    fn get_version(&self, at: Place, etag: &str) -> impl Answer<Option<Bytes>>;
    /// Removes bytes; fine if there are none (`s3:DeleteObject`).
    fn remove(&self, at: &[Place]) -> impl Answer<()>;
    /// Signs an upload of exactly this many bytes of this type (`s3:PutObject`). Asks nobody.
    fn sign_upload(
        &self,
        at: Place,
        size: u64,
        content_type: &'static str,
        valid: Duration,
    ) -> impl Answer<SignedUpload>;
    /// Signs a download with its headers (`s3:GetObject`). Asks nobody.
    fn sign_download(&self, at: Place, served: &Served, valid: Duration) -> impl Answer<String>;
    /// Files whose bytes have lain in the quarantine since before `than`, at most `limit`
    /// (`s3:ListBucket` under that prefix).
    fn quarantined_before(&self, than: Timestamp, limit: usize) -> impl Answer<Vec<AttachmentId>>;
}

/// What a scanner says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// It must not pass.
    Bad(Finding),
    /// Somebody else is looking, and will tell.
    Later,
}

/// A picture and its thumbnails (WebP), by their size in pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// What is known of it.
    pub picture: Picture,
    /// The thumbnails.
    pub thumbnails: Vec<(u16, Vec<u8>)>,
}

/// Looks into files.
pub trait Inspect: Sync {
    /// The kind the content shows.
    fn sniff(&self, bytes: &[u8]) -> Option<FileKind>;
    /// Whether it may pass. An error when that cannot be found out now; it must not pass then.
    fn scan(&self, kind: FileKind, bytes: Bytes) -> impl Answer<Verdict>;
    /// Draws a picture; `None` for what is none, is too large or cannot be drawn.
    fn draw(&self, kind: FileKind, bytes: Bytes) -> impl Future<Output = Option<Drawn>> + Send;
}

/// What a message can be found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findable {
    /// Who sent it.
    pub sender: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Its words, one for each place, with a space between them.
    pub words: String,
    /// Further names, each once, with a space between them.
    pub also: String,
    /// What else it has.
    pub has: Vec<Has>,
}

/// A change of what a message can be found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexChange {
    /// The message.
    pub id: MessageId,
    /// The room event that made it so; a change does not undo a later one.
    pub version: u64,
    /// What it can be found by from now on; `None`: it cannot be found.
    pub findable: Option<Findable>,
}

/// What became of changes of the index, by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Not done; may be tried again.
    pub failed: Vec<usize>,
    /// Refused for what they are; trying again would not help. With the reason's name.
    pub refused: Vec<(usize, String)>,
    /// Why something failed, for the log.
    pub error: Option<ChatError>,
}

/// Fills the search index (`es:ESHttpPost`, `es:ESHttpPut`).
pub trait IndexMessages: Sync {
    /// Makes changes; one that is there already, or older than what is there, is done.
    fn index(&self, changes: &[IndexChange]) -> impl Answer<Indexed>;
    /// Takes everything of a room out.
    fn forget_room(&self, room: RoomId) -> impl Answer<()>;
}

/// How results are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HitOrder {
    /// Newest first.
    #[default]
    Recent,
    /// Best first; of equals the newest.
    Rank,
}

/// A place in the order of results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HitPlace {
    /// How good it is, when ordered by that; finite and not negative.
    pub score: Option<f64>,
    /// When it was sent, in milliseconds.
    pub at_ms: i64,
    /// Its number in its room.
    pub seq: i64,
    /// Tells apart what is the same in all of this.
    pub tie: i64,
}

/// A message that the index holds for a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The message.
    pub id: MessageId,
    /// Where it stands among the results.
    pub place: HitPlace,
}

/// What the index is asked for.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// What the text must and must not have.
    pub clauses: &'a [Clause],
    /// Only in these rooms, at least one.
    pub rooms: &'a [RoomId],
    /// Only by these, if there are any.
    pub senders: &'a [UserId],
    /// Not by these.
    pub not_senders: &'a [UserId],
    /// What else they must have, or (`false`) must not.
    pub has: &'a [(Has, bool)],
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// In this order.
    pub order: HitOrder,
    /// Only after this place.
    pub after: Option<HitPlace>,
    /// How many at most.
    pub limit: usize,
}

/// Asks the search index (`es:ESHttpPost`). It may be a second behind the table.
pub trait FindMessages: Sync {
    /// The first hits, in order.
    fn find(&self, wanted: &Wanted<'_>) -> impl Answer<Vec<Hit>>;
}

/// What a record of the table's stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableChange {
    /// A message is there, is another, or is gone.
    Message {
        /// As it was.
        was: Option<Box<Message>>,
        /// As it is.
        is: Option<Box<Message>>,
    },
    /// Something else happened in a room.
    Logged(Box<LogEntry>),
    /// A room was deleted.
    RoomDeleted(RoomId),
    /// Nothing that anybody here asks for.
    Other,
}
