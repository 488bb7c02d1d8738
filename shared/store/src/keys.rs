//! Every key of the table, built and parsed here and nowhere else.

use domain::{
    AttachmentId, ConnectionId, ContactId, ContactKey, InviteCode, MessageId, NotificationId,
    PushId, ReportId, RoomId, SessionId, Timestamp, UserId,
};

/// Numbers of a room that share a partition. Ten thousand events at the usual 0.5-1 KB stay far
/// below the 10 GB where a partition key cannot be split further, and a page of a hundred messages
/// crosses a boundary once in a hundred pages.
pub const BUCKET_SEQS: u64 = 10_000;

/// Partition of the directory index that lists public rooms.
pub(crate) const PUBLIC: &str = "PUBLIC";
/// Partition of the directory index that lists users.
pub(crate) const USERS: &str = "USERS";
/// Partition of the directory index that lists files by the time of their end.
pub(crate) const ENDING: &str = "ENDING";
/// Sort keys of memberships begin with this.
pub(crate) const MEMBERS: &str = "MEMBER#";
/// Sort keys of a user's room list begin with this.
pub(crate) const ROOMS: &str = "ROOM#";
/// Sort keys of a user's typing notes begin with this.
pub(crate) const TYPINGS: &str = "TYPING#";

/// Sort keys of a room's audit records begin with this.
pub(crate) const AUDITS: &str = "AUDIT#";

/// Sort keys of a user's sessions begin with this.
pub(crate) const SESSIONS: &str = "SESSION#";
/// Sort keys of a user's blocks begin with this.
pub(crate) const BLOCKS: &str = "BLOCK#";

/// Length of a UUID in its hyphenated form.
const UUID_CHARS: usize = 36;

/// An item's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// Whether a message lies there.
    pub(crate) fn is_message(&self) -> bool {
        self.sk.starts_with("M#") && room_in(&self.pk).is_some()
    }

    /// Whether a log entry lies there.
    pub(crate) fn is_entry(&self) -> bool {
        self.sk.starts_with("E#") && room_in(&self.pk).is_some()
    }

    /// Whether a room lies there.
    pub(crate) fn is_room(&self) -> bool {
        self.sk == "ROOM"
    }
}

pub(crate) fn room_pk(room: RoomId) -> String {
    format!("ROOM#{room}")
}

pub(crate) fn user_pk(user: UserId) -> String {
    format!("USER#{user}")
}

/// The partition that holds a room's numbers `bucket * BUCKET_SEQS ..`.
pub(crate) fn bucket_pk(room: RoomId, bucket: u64) -> String {
    format!("ROOM#{room}#{bucket}")
}

pub(crate) const fn bucket_of(seq: u64) -> u64 {
    seq / BUCKET_SEQS
}

/// A message's place within its bucket: twelve digits sort as numbers.
pub(crate) fn message_sk(seq: u64) -> String {
    format!("M#{seq:012}")
}

/// A log entry's place within its bucket.
pub(crate) fn entry_sk(seq: u64) -> String {
    format!("E#{seq:012}")
}

pub(crate) fn room(room: RoomId) -> Key {
    Key::new(room_pk(room), "ROOM")
}

pub(crate) fn member(room: RoomId, user: UserId) -> Key {
    Key::new(room_pk(room), format!("{MEMBERS}{user}"))
}

pub(crate) fn directory(room: RoomId) -> Key {
    Key::new(room_pk(room), "DIRECTORY")
}

/// Where a public room stands in the directory: by name, then by id so that no two collide.
pub(crate) fn directory_sort(folded_name: &str, room: RoomId) -> String {
    format!("{folded_name}#{room}")
}

pub(crate) fn message(id: MessageId) -> Key {
    Key::new(bucket_pk(id.room, bucket_of(id.seq)), message_sk(id.seq))
}

pub(crate) fn entry(room: RoomId, seq: u64) -> Key {
    Key::new(bucket_pk(room, bucket_of(seq)), entry_sk(seq))
}

/// Earlier texts of a message sort under its number. There are as many places as versions are kept, and
/// the newest takes that of the oldest.
pub(crate) fn version(id: MessageId, edit: u64) -> Key {
    let place = edit % domain::EDITS_KEPT;
    Key::new(bucket_pk(id.room, bucket_of(id.seq)), format!("{}{place:02}", versions_sk(id.seq)))
}

/// Sort keys of a message's earlier texts begin with this.
pub(crate) fn versions_sk(seq: u64) -> String {
    format!("H#{seq:012}#")
}

/// The partition of the replies to a message.
pub(crate) fn thread_pk(root: MessageId) -> String {
    format!("THREAD#{}#{}", root.room, root.seq)
}

/// A reply's place in its thread.
pub(crate) fn reply_sk(seq: u64) -> String {
    format!("R#{seq:012}")
}

pub(crate) fn reply(root: MessageId, seq: u64) -> Key {
    Key::new(thread_pk(root), reply_sk(seq))
}

pub(crate) fn profile(user: UserId) -> Key {
    Key::new(user_pk(user), "PROFILE")
}

pub(crate) fn session(user: UserId, session: SessionId) -> Key {
    Key::new(user_pk(user), format!("{SESSIONS}{session}"))
}

/// A room in a user's list.
pub(crate) fn listed(user: UserId, room: RoomId) -> Key {
    Key::new(user_pk(user), format!("{ROOMS}{room}"))
}

pub(crate) fn connections(user: UserId) -> Key {
    Key::new(user_pk(user), "CONNECTIONS")
}

pub(crate) fn send_rate(user: UserId) -> Key {
    Key::new(user_pk(user), "RATE#SEND")
}

/// A bucket of a user, by its name.
pub(crate) fn bucket_rate(user: UserId, bucket: &str) -> Key {
    Key::new(user_pk(user), format!("RATE#{bucket}"))
}

pub(crate) fn login_rate(folded: &str, address: &str) -> Key {
    Key::new(format!("LOGIN#{folded}#{address}"), "RATE")
}

pub(crate) fn typing(user: UserId, room: RoomId) -> Key {
    Key::new(user_pk(user), format!("{TYPINGS}{room}"))
}

/// Sort keys of a user's notifications begin with this.
pub(crate) const NOTICES: &str = "NOTICE#";

/// A notification's place: ids sort by time.
pub(crate) fn notice_sk(id: NotificationId) -> String {
    format!("{NOTICES}{id}")
}

pub(crate) fn notice(user: UserId, id: NotificationId) -> Key {
    Key::new(user_pk(user), notice_sk(id))
}

/// The notification of `NOTICE#<id>`.
pub(crate) fn notice_in(sk: &str) -> Option<NotificationId> {
    sk.strip_prefix(NOTICES)?.parse().ok()
}

/// Which notification is the unread one of a direct room.
pub(crate) fn direct_notice(user: UserId, room: RoomId) -> Key {
    Key::new(user_pk(user), format!("NOTICE-DIRECT#{room}"))
}

/// Up to where a user has marked all notifications as read.
pub(crate) fn notices_read(user: UserId) -> Key {
    Key::new(user_pk(user), "NOTICES-READ")
}

/// A push subscription.
pub(crate) fn push(id: PushId) -> Key {
    Key::new(format!("PUSH#{id}"), "PUSH")
}

/// The subscription of `PUSH#<id>`.
pub(crate) fn push_in(pk: &str) -> Option<PushId> {
    pk.strip_prefix("PUSH#")?.parse().ok()
}

/// A user's list of push subscriptions.
pub(crate) fn pushes(user: UserId) -> Key {
    Key::new(user_pk(user), "PUSHES")
}

pub(crate) fn sent(user: UserId, room: RoomId, client_key: &str) -> Key {
    Key::new(user_pk(user), format!("SENT#{room}#{client_key}"))
}

/// A room's reports. Apart from the room, so that they outlive its deletion.
pub(crate) fn reports_pk(room: RoomId) -> String {
    format!("REPORTS#{room}")
}

/// A report's place within its room: by message, then by reporter.
pub(crate) fn report(id: ReportId) -> Key {
    Key::new(reports_pk(id.message.room), format!("{:012}#{}", id.message.seq, id.reporter))
}

/// The report at `REPORTS#<room> / <seq>#<reporter>`.
pub(crate) fn report_at(pk: &str, sk: &str) -> Option<ReportId> {
    let room = pk.strip_prefix("REPORTS#")?.parse().ok()?;
    let (seq, reporter) = sk.split_once('#')?;
    let message = MessageId { room, seq: seq.parse().ok()? };
    Some(ReportId { message, reporter: reporter.parse().ok()? })
}

/// A record of what somebody with a rank has done in a room.
pub(crate) fn audit(room: RoomId, id: &str) -> Key {
    Key::new(room_pk(room), format!("{AUDITS}{id}"))
}

/// That `blocker` has blocked `blocked`.
pub(crate) fn block(blocker: UserId, blocked: UserId) -> Key {
    Key::new(user_pk(blocker), format!("{BLOCKS}{blocked}"))
}

pub(crate) fn username(folded: &str) -> Key {
    Key::new(format!("USERNAME#{folded}"), "USERNAME")
}

/// A pair has one direct room, whoever of the two asks.
pub(crate) fn direct(a: UserId, b: UserId) -> Key {
    Key::new(format!("DIRECT#{}#{}", a.min(b), a.max(b)), "DIRECT")
}

pub(crate) fn ticket(hash: &str) -> Key {
    Key::new(format!("TICKET#{hash}"), "TICKET")
}

pub(crate) fn caller(connection: &ConnectionId) -> Key {
    Key::new(format!("CONN#{}", connection.0), "CALLER")
}

pub(crate) fn public_key(kid: &str) -> Key {
    Key::new("KEYS".to_owned(), format!("KEY#{kid}"))
}

pub(crate) fn file(id: AttachmentId) -> Key {
    Key::new(format!("FILE#{id}"), "FILE")
}

/// The file of `FILE#<id>`.
pub(crate) fn file_in(pk: &str) -> Option<AttachmentId> {
    pk.strip_prefix("FILE#")?.parse().ok()
}

/// Where a file stands among those with an end: by time, then by id so that no two collide. Thirteen
/// digits of milliseconds sort as numbers until the year 2286.
pub(crate) fn ending_sort(ends_at: Timestamp, id: AttachmentId) -> String {
    format!("{:013}#{id}", ends_at.ms())
}

/// Before every file that ends after `now`, and behind those that have ended.
pub(crate) fn ending_before(now: Timestamp) -> String {
    format!("{:013}~", now.ms())
}

/// Sort keys of bans begin with this.
pub(crate) const BANS: &str = "BAN#";
/// Sort keys of silences begin with this.
pub(crate) const SILENCES: &str = "SILENCE#";
/// Sort keys of pins begin with this.
pub(crate) const PINS: &str = "PIN#";
/// Sort keys of a room's list of invitations begin with this.
pub(crate) const INVITES: &str = "INVITE#";

pub(crate) fn ban(room: RoomId, user: UserId) -> Key {
    Key::new(room_pk(room), format!("{BANS}{user}"))
}

pub(crate) fn silence(room: RoomId, user: UserId) -> Key {
    Key::new(room_pk(room), format!("{SILENCES}{user}"))
}

pub(crate) fn pin(id: MessageId) -> Key {
    Key::new(room_pk(id.room), format!("{PINS}{:012}", id.seq))
}

pub(crate) fn invite(code: &InviteCode) -> Key {
    Key::new(format!("INVITE#{code}"), "INVITE")
}

/// Where an invitation stands in its room's list: by its making, thirteen digits sort as numbers.
pub(crate) fn invite_place(created_at: Timestamp, code: &InviteCode) -> String {
    format!("{:013}-{code}", created_at.ms())
}

/// An invitation in its room's list.
pub(crate) fn listed_invite(room: RoomId, place: &str) -> Key {
    Key::new(room_pk(room), format!("{INVITES}{place}"))
}

/// What a user's idempotency key for an invitation stands for.
pub(crate) fn invited(user: UserId, room: RoomId, key: &str) -> Key {
    Key::new(user_pk(user), format!("INVITED#{room}#{key}"))
}

/// Sort keys of a user's contacts on other servers begin with this.
pub(crate) const CONTACTS: &str = "CONTACT#";

pub(crate) fn contact(key: ContactKey) -> Key {
    Key::new(user_pk(key.owner), format!("{CONTACTS}{}", key.id))
}

/// The contact of `CONTACT#<id>`.
pub(crate) fn contact_in(sk: &str) -> Option<ContactId> {
    sk.strip_prefix(CONTACTS)?.parse().ok()
}

/// Who a user's contact is by the hash of an identification. Under the name, so that it is found together
/// with the user.
pub(crate) fn known_by(folded_username: &str, hash: &str) -> Key {
    Key::new(format!("USERNAME#{folded_username}"), format!("CONTACT#{hash}"))
}

/// Which of a user's contacts has been reached at an address (at most 255 bytes).
pub(crate) fn claimed(folded_username: &str, address: &str) -> Key {
    Key::new(format!("USERNAME#{folded_username}"), format!("PEER#{address}"))
}

/// What became of our message at a contact's side.
pub(crate) fn sent_event(contact: ContactId, seq: u64) -> Key {
    Key::new(format!("CONTACT#{contact}"), format!("OUT#{seq:012}"))
}

/// The number of `OUT#<seq>`.
pub(crate) fn sent_event_in(sk: &str) -> Option<u64> {
    sk.strip_prefix("OUT#")?.parse().ok()
}

/// Our message by the hash of what a contact calls it.
pub(crate) fn called_event(contact: ContactId, hash: &str) -> Key {
    Key::new(format!("CONTACT#{contact}"), format!("EVENT#{hash}"))
}

/// What a contact has said a moment ago, by its print.
pub(crate) fn heard_event(contact: ContactId, print: &str) -> Key {
    Key::new(format!("CONTACT#{contact}"), format!("SEEN#{print}"))
}

/// What a contact has uploaded, by its digest.
pub(crate) fn peer_file(contact: ContactId, digest: &str) -> Key {
    Key::new(format!("CONTACT#{contact}"), format!("FILE#{digest}"))
}

/// The user of `BAN#<user>`.
pub(crate) fn banned_in(sk: &str) -> Option<UserId> {
    sk.strip_prefix(BANS)?.parse().ok()
}

/// The user of `SILENCE#<user>`.
pub(crate) fn silenced_in(sk: &str) -> Option<UserId> {
    sk.strip_prefix(SILENCES)?.parse().ok()
}

/// The message's number in `PIN#<seq>`.
pub(crate) fn pinned_in(sk: &str) -> Option<u64> {
    sk.strip_prefix(PINS)?.parse().ok()
}

/// The code of `INVITE#<code>`.
pub(crate) fn code_in(pk: &str) -> Option<InviteCode> {
    pk.strip_prefix(INVITES)?.parse().ok()
}

/// The place of `INVITE#<place>`, the sort key of a room.
pub(crate) fn invite_place_in(sk: &str) -> Option<&str> {
    sk.strip_prefix(INVITES)
}

/// The code in a place of a room's list of invitations.
pub(crate) fn code_at(place: &str) -> Option<InviteCode> {
    let (ms, code) = place.split_once('-')?;
    let digits = ms.len() == 13 && ms.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| code.parse().ok())?
}

/// The room of `ROOM#<room>` and `ROOM#<room>#<bucket>`.
pub(crate) fn room_in(pk: &str) -> Option<RoomId> {
    pk.strip_prefix("ROOM#")?.get(..UUID_CHARS)?.parse().ok()
}

/// The user of `USER#<user>`.
pub(crate) fn user_in(pk: &str) -> Option<UserId> {
    pk.strip_prefix("USER#")?.parse().ok()
}

/// The member of `MEMBER#<user>`.
pub(crate) fn member_in(sk: &str) -> Option<UserId> {
    sk.strip_prefix(MEMBERS)?.parse().ok()
}

/// The blocked user of `BLOCK#<user>`.
pub(crate) fn blocked_in(sk: &str) -> Option<UserId> {
    sk.strip_prefix(BLOCKS)?.parse().ok()
}

/// The session of `SESSION#<session>`.
pub(crate) fn session_in(sk: &str) -> Option<SessionId> {
    sk.strip_prefix(SESSIONS)?.parse().ok()
}

/// The number of `M#<seq>`, `E#<seq>` and `R#<seq>`.
pub(crate) fn seq_in(sk: &str) -> Option<u64> {
    let number = ["M#", "E#", "R#"].iter().find_map(|prefix| sk.strip_prefix(prefix));
    number?.parse().ok()
}

/// The name of `USERNAME#<folded>`.
pub(crate) fn username_in(pk: &str) -> Option<&str> {
    pk.strip_prefix("USERNAME#")
}

/// The room of `ROOM#<room>` and `TYPING#<room>`, which are sort keys of a user.
pub(crate) fn listed_room_in(sk: &str) -> Option<RoomId> {
    sk.strip_prefix(ROOMS).or_else(|| sk.strip_prefix(TYPINGS))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back() {
        let r = RoomId::new(Timestamp::from_ms(1), [1; 10]);
        let u = UserId::new(Timestamp::from_ms(2), [2; 10]);
        let s = SessionId::new(Timestamp::from_ms(3), [3; 10]);
        assert_eq!(room_in(&room(r).pk), Some(r));
        let place = message(MessageId { room: r, seq: 12_345 });
        assert_eq!(place.pk, format!("ROOM#{r}#1"));
        assert_eq!(place.sk, "M#000000012345");
        assert_eq!((room_in(&place.pk), seq_in(&place.sk)), (Some(r), Some(12_345)));
        assert_eq!(seq_in(&entry(r, 7).sk), Some(7));
        let root = MessageId { room: r, seq: 12_345 };
        assert_eq!(seq_in(&reply(root, 12_399).sk), Some(12_399));
        assert_eq!(username_in(&username("abc").pk), Some("abc"));
        assert_eq!(version(root, 3).sk, "H#000000012345#03");
        assert_eq!(version(root, 53), version(root, 3), "the newest takes the oldest one's place");
        assert_eq!(member_in(&member(r, u).sk), Some(u));
        assert_eq!(user_in(&profile(u).pk), Some(u));
        let f = AttachmentId::new(Timestamp::from_ms(4), [4; 10]);
        assert_eq!(file_in(&file(f).pk), Some(f));
        assert_eq!(session_in(&session(u, s).sk), Some(s));
        let p = PushId::of_hash([5; 32]);
        assert_eq!(push_in(&push(p).pk), Some(p));
        assert_eq!(listed_room_in(&listed(u, r).sk), Some(r));
        assert_eq!(listed_room_in(&typing(u, r).sk), Some(r));
        assert_eq!(blocked_in(&block(u, u).sk), Some(u));
        let id = ReportId { message: MessageId { room: r, seq: 7 }, reporter: u };
        let place = report(id);
        assert_eq!(report_at(&place.pk, &place.sk), Some(id));
        assert_eq!(report_at(&place.pk, "7"), None);
    }

    #[test]
    fn a_pair_has_one_key() {
        let a = UserId::new(Timestamp::from_ms(1), [1; 10]);
        let b = UserId::new(Timestamp::from_ms(2), [2; 10]);
        assert_eq!(direct(a, b), direct(b, a));
    }

    #[test]
    fn what_is_no_key_is_none() {
        for bad in ["", "ROOM#", "ROOM#x", "USER#1", "M#", "M#x", "MEMBER#", "É#ROOM"] {
            assert_eq!(room_in(bad), None, "{bad}");
            assert_eq!(user_in(bad), None, "{bad}");
            assert_eq!(member_in(bad), None, "{bad}");
            assert_eq!(seq_in(bad), None, "{bad}");
        }
    }
}
