//! Objects as clients see them, in REST answers and in events alike (docs/api.md, "Objects").

use domain::{
    Attached, AttachmentId, FileStatus, Membership, Message, MessageId, MessageKind, NotifyLevel,
    Presence, Profile, Role, Room, RoomId, RoomKind, Status, StoredFile, SystemKind, Timestamp,
    UserId,
};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Profiles by id, for everything that names people.
pub type People = HashMap<UserId, Profile>;

/// A user where they are only named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct CompactUser {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub avatar_url: Option<String>,
    /// May no longer sign in; what they wrote stays.
    pub deactivated: bool,
}

impl CompactUser {
    /// The user, or a placeholder for one who is gone.
    pub fn of(id: UserId, people: &People) -> Self {
        match people.get(&id) {
            Some(p) => Self {
                id,
                username: p.username.clone(),
                display_name: p.display_name.clone(),
                avatar_url: p.avatar_url.clone(),
                deactivated: p.deactivated,
            },
            None => Self {
                id,
                username: "unknown".into(),
                display_name: "Unknown user".into(),
                avatar_url: None,
                deactivated: true,
            },
        }
    }
}

/// A user's profile.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UserView {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub avatar_url: Option<String>,
    pub status: Status,
    pub status_message: Option<String>,
    pub status_emoji: Option<String>,
    pub status_expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Null where it is not to be seen: by strangers, or by anybody at the user's wish.
    pub last_seen: Option<Timestamp>,
    /// May no longer sign in; what they wrote stays.
    pub deactivated: bool,
}

impl UserView {
    /// The profile without presence, as strangers see it, and whom the user has blocked: offline,
    /// seen nobody knows when.
    #[must_use]
    pub fn from_afar(self) -> Self {
        Self { status: Status::Offline, last_seen: None, ..self }
    }

    /// The profile as it counts now, with the status that others were told.
    pub fn of(profile: &Profile, presence: &Presence, now: Timestamp) -> Self {
        let profile = profile.clone().at(now);
        let status = presence.status(&profile, now);
        Self {
            id: profile.id,
            username: profile.username,
            display_name: profile.display_name,
            avatar_url: profile.avatar_url,
            status,
            status_message: profile.status_message,
            status_emoji: profile.status_emoji,
            status_expires_at: profile.status_expires_at,
            created_at: profile.created_at,
            last_seen: (!profile.hides_last_seen).then_some(profile.last_seen),
            deactivated: profile.deactivated,
        }
    }
}

/// What a user has chosen for themselves and others do not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Settings {
    pub hides_read: bool,
    pub hides_last_seen: bool,
}

impl Settings {
    /// The settings in a profile.
    pub fn of(profile: &Profile) -> Self {
        Self { hides_read: profile.hides_read, hides_last_seen: profile.hides_last_seen }
    }
}

/// A user as they see themselves.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct OwnUserView {
    #[serde(flatten)]
    pub user: UserView,
    pub settings: Settings,
}

/// The caller, with what a client's start needs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Me {
    #[serde(flatten)]
    pub own: OwnUserView,
    /// Unread messages in all rooms that are not muted.
    pub unread_total: u64,
    /// Whether they review reports of all rooms.
    pub moderator: bool,
}

/// Reactions with one emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReactionView {
    pub emoji: String,
    pub count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub me: Option<bool>,
    pub users: Vec<CompactUser>,
}

/// How many of those who reacted are named.
pub const REACTION_USERS_MAX: usize = 5;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MessageView {
    pub id: MessageId,
    pub room_id: RoomId,
    pub seq: u64,
    pub sender: CompactUser,
    #[serde(rename = "type")]
    pub kind: MessageKind,
    pub content: String,
    pub content_html: Option<String>,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted: bool,
    pub deleted_at: Option<Timestamp>,
    pub deleted_by: Option<UserId>,
    pub parent_message_id: Option<MessageId>,
    pub reply_to_message_id: Option<MessageId>,
    pub client_id: Option<String>,
    pub reactions: Vec<ReactionView>,
    pub attachments: Vec<AttachmentView>,
    pub mentions: Vec<UserId>,
    pub mentions_all: bool,
    pub reply_count: u64,
    pub last_reply_at: Option<Timestamp>,
    pub pinned: bool,
    pub system: Option<SystemView>,
}

/// What a system message tells; clients put it into words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct SystemView {
    pub kind: SystemKind,
    pub actor: CompactUser,
    pub subject: Option<CompactUser>,
    pub text: Option<String>,
}

/// A file that came with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct AttachmentView {
    pub id: AttachmentId,
    pub filename: String,
    pub size: u64,
    pub mime_type: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub thumbhash: Option<String>,
    pub thumbnails: Vec<u16>,
    pub status: FileStatus,
    pub url: String,
    pub created_at: Timestamp,
}

impl AttachmentView {
    /// The file as a message keeps it.
    pub fn of(file: &Attached) -> Self {
        let Attached { id, filename, size, mime_type, .. } = file.clone();
        Self {
            id,
            filename,
            size,
            mime_type,
            width: file.width,
            height: file.height,
            thumbhash: file.thumbhash.clone(),
            thumbnails: file.thumbnails.clone(),
            // A message is sent with clean files only.
            status: FileStatus::Clean,
            url: format!("/attachments/{id}"),
            created_at: file.created_at,
        }
    }

    /// The file as its owner sees it before it is sent.
    pub fn of_file(file: &StoredFile) -> Self {
        Self { status: file.status, ..Self::of(&file.attached()) }
    }
}

impl MessageView {
    /// The message as `viewer` sees it; events go to many and have none.
    pub fn of(message: &Message, people: &People, viewer: Option<UserId>) -> Self {
        let at = |seq| MessageId { room: message.id.room, seq };
        let deleted = message.deleted.is_some();
        let content = if deleted { "[deleted]".into() } else { message.body.clone() };
        Self {
            id: message.id,
            room_id: message.id.room,
            seq: message.id.seq,
            sender: CompactUser::of(message.sender, people),
            kind: message.kind,
            content,
            content_html: message.content_html(),
            created_at: message.created_at,
            edited_at: if deleted { None } else { message.edited_at },
            deleted,
            deleted_at: message.deleted.map(|(when, _)| when),
            deleted_by: message.deleted.map(|(_, by)| by),
            parent_message_id: message.parent_seq.map(at),
            reply_to_message_id: message.reply_to_seq.map(at),
            client_id: message.client_key.clone(),
            reactions: reactions(message, people, viewer),
            attachments: message.attachments.iter().map(AttachmentView::of).collect(),
            mentions: message.mentions.clone(),
            mentions_all: message.mentions_all,
            reply_count: message.reply_count,
            last_reply_at: message.last_reply_at.filter(|_| message.reply_count > 0),
            pinned: message.pinned,
            system: message.system.as_ref().map(|system| SystemView {
                kind: system.kind,
                actor: CompactUser::of(message.sender, people),
                subject: system.subject.map(|user| CompactUser::of(user, people)),
                text: system.text.clone(),
            }),
        }
    }

    /// Everybody this view names, so that their profiles can be looked up.
    pub fn names(message: &Message) -> impl Iterator<Item = UserId> + '_ {
        let reacted =
            message.reactions.iter().flat_map(|r| r.users.iter().take(REACTION_USERS_MAX));
        let subject = message.system.iter().filter_map(|system| system.subject);
        std::iter::once(message.sender).chain(reacted.copied()).chain(subject)
    }
}

/// A message's reactions, grouped, in order of first use.
pub fn reactions(message: &Message, people: &People, viewer: Option<UserId>) -> Vec<ReactionView> {
    let group = |r: &domain::Reaction| ReactionView {
        emoji: r.emoji.clone(),
        count: r.users.len(),
        me: viewer.map(|v| r.users.contains(&v)),
        users: r
            .users
            .iter()
            .take(REACTION_USERS_MAX)
            .map(|u| CompactUser::of(*u, people))
            .collect(),
    };
    message.reactions.iter().map(group).collect()
}

/// A room as anybody may see it who may see it at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct RoomView {
    pub id: RoomId,
    pub name: String,
    pub description: Option<String>,
    #[serde(rename = "type")]
    pub kind: RoomKind,
    pub creator_id: UserId,
    pub created_at: Timestamp,
    pub member_count: u64,
    pub pin_count: u64,
    pub last_seq: u64,
    pub last_message_at: Option<Timestamp>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub mine: Option<MyRoom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined: Option<bool>,
}

/// What a member sees besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MyRoom {
    pub role: Role,
    pub unread_count: u64,
    pub mention_count: u64,
    pub notification_level: NotifyLevel,
    pub silenced_until: Option<Timestamp>,
    pub last_read_message_id: Option<MessageId>,
    pub last_read_seq: u64,
    pub last_message: Option<MessageView>,
    pub peer: Option<CompactUser>,
    pub peer_read_seq: Option<u64>,
    pub peer_delivered_seq: Option<u64>,
}

impl RoomView {
    /// The part that events and strangers get.
    pub fn of(room: &Room) -> Self {
        Self {
            id: room.id,
            name: room.name.clone().unwrap_or_default(),
            description: room.description.clone(),
            kind: room.kind,
            creator_id: room.creator,
            created_at: room.created_at,
            member_count: room.member_count,
            pin_count: room.pin_count,
            last_seq: room.last_seq,
            last_message_at: room.last_message_at,
            mine: None,
            joined: None,
        }
    }

    /// A short name for the settings (name, description, type): whoever read these settings and
    /// sends it along changes them only if they are still so.
    pub fn settings_tag(&self) -> String {
        let mut hash = Sha256::new();
        for text in
            [self.kind.as_str(), self.name.as_str(), self.description.as_deref().unwrap_or("")]
        {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The whole, for a member.
    pub fn for_member(
        room: &Room,
        member: &Membership,
        last_message: Option<&Message>,
        people: &People,
    ) -> Self {
        let peer = room.peer_of(member.user).map(|id| CompactUser::of(id, people));
        let mut view = Self::of(room);
        if let Some(peer) = &peer {
            view.name.clone_from(&peer.display_name);
        }
        view.mine = Some(MyRoom {
            role: member.role,
            unread_count: member.unread(room),
            mention_count: member.mentions_unread(),
            notification_level: member.notify_level(room),
            silenced_until: member.silenced_until,
            last_read_message_id: read_id(member),
            last_read_seq: member.read.seq,
            last_message: last_message.map(|m| MessageView::of(m, people, Some(member.user))),
            peer,
            peer_read_seq: None,
            peer_delivered_seq: None,
        });
        view
    }

    /// Adds how far the other member of a direct room has read, unless one of the two keeps that to
    /// themselves, and what has reached them.
    pub fn add_peer(&mut self, peer: &Membership, private: bool) {
        let Some(mine) = &mut self.mine else { return };
        mine.peer_read_seq = (!private).then_some(peer.seen_seq);
        mine.peer_delivered_seq = Some(peer.delivered_seq);
    }
}

fn read_id(member: &Membership) -> Option<MessageId> {
    (member.read.seq > 0).then_some(MessageId { room: member.room, seq: member.read.seq })
}

/// How far the caller has read, as an answer and as an event to their other devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReadState {
    pub room_id: RoomId,
    pub last_read_message_id: Option<MessageId>,
    pub last_read_seq: u64,
    pub unread_count: u64,
    pub mention_count: u64,
}

impl ReadState {
    /// The state of a member.
    pub fn of(member: &Membership, room: &Room) -> Self {
        Self {
            room_id: room.id,
            last_read_message_id: read_id(member),
            last_read_seq: member.read.seq,
            unread_count: member.unread(room),
            mention_count: member.mentions_unread(),
        }
    }
}

/// Somebody's place in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MembershipView {
    pub room_id: RoomId,
    pub user_id: UserId,
    pub role: Role,
    pub joined_at: Timestamp,
    pub silenced_until: Option<Timestamp>,
}

impl MembershipView {
    /// The membership.
    pub fn of(member: &Membership) -> Self {
        Self {
            room_id: member.room,
            user_id: member.user,
            role: member.role,
            joined_at: member.joined_at,
            silenced_until: member.silenced_until,
        }
    }
}
