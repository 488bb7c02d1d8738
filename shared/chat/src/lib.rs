//! The use cases of the chat: one file per verb, each the same shape: load, decide (the rules are
//! in `domain`), write, publish. They know ports, not services.
//!
//! How a room event is written: take the room's next number, commit under that number, publish. If
//! a process dies after the first step the number stays void; after the second, the client's retry
//! finds what was stored and publishes it again.

mod account;
mod audit;
mod avatar;
mod bans;
mod blocks;
mod change_role;
mod change_room;
pub mod compose;
pub mod contacts;
mod create_room;
mod delete_message;
mod deliver;
mod direct;
mod done;
mod edit_message;
mod enter;
pub mod event;
pub mod event_data;
mod faces;
mod faces_catch_up;
pub mod files;
mod find_direct;
mod gate;
mod index_messages;
mod invites;
mod join_room;
mod list_messages;
mod list_receipts;
mod list_thread;
mod manage_members;
mod me;
pub mod notifications;
mod notify;
mod pins;
pub mod ports;
mod preference;
mod presence;
mod profiles;
mod purge;
mod push;
mod reach;
mod react;
mod read_message;
mod read_rooms;
mod reports;
mod resume;
mod room_ports;
mod search_messages;
mod send_message;
mod sign_in;
mod silence;
mod sockets;
pub mod sync;
mod throttle;
mod typing;
pub mod view;

pub use account::{
    DeviceView, change_password, deactivate_me, end_session, list_sessions, reactivate,
};
pub use audit::{AuditPage, AuditRecord, list_audit};
pub use bans::{BanView, Bans, ban_member, list_bans, unban_member};
pub use blocks::{BlockView, block_user, blocked_by, list_blocks, unblock_user};
pub use change_role::{Succession, change_role, succeed_owner};
pub use change_room::{delete_room, update_room};
pub use create_room::{NewRoom, create_room, open_direct_room};
pub use delete_message::delete_message;
pub use deliver::{Delivered, deliver};
pub use direct::{
    DirectMessage, DirectPage, DirectScene, direct_messages, direct_read_seq, direct_room,
    direct_scene, hide_direct_room, list_direct_rooms,
};
pub use done::{
    Blocked, Deactivated, Deleted, Left, Lifted, LoggedOut, PasswordChanged, Removed, Revoked,
    SessionEnded, Unbanned, Unpinned,
};
pub use edit_message::edit_message;
pub use faces::{FaceDevice, FaceFrame, FaceNews, FaceRecipient, FaceTold, tell_face};
pub use faces_catch_up::{CaughtUp, catch_up_face};
pub use find_direct::{DirectWith, find_direct_room};
pub use gate::Principal;
pub use index_messages::index_messages;
pub use invites::{
    Draft, InvitePreview, InviteView, Invites, accept_invite, create_invite, get_invite,
    list_invites, revoke_invite,
};
pub use join_room::{Joined, MemberView, Members, join_room, leave_room, list_members};
pub use list_messages::{Anchor, Messages, get_message, list_messages};
pub use list_receipts::{RECEIPTS_MEMBERS_MAX, Receipt, Receipts, list_receipts};
pub use list_thread::{Thread, VersionView, Versions, list_edits, list_thread};
pub use manage_members::{add_member, remove_member};
pub use me::{Moderators, me};
pub use notifications::{list_notifications, read_all_notifications, read_notification};
pub use notify::{Written, notify};
pub use pins::{PinView, Pins, list_pins, pin_message, unpin_message};
pub use preference::{NotificationPreference, set_notification_level};
pub use presence::{Check, LAST_SEEN_EVERY_MS, check_presence, set_presence, touch};
pub use profiles::{ProfilePatch, get_user, search_users, update_me};
pub use purge::purge_room;
pub use push::{
    NewPush, PushDone, PushView, delete_push_subscription, push_notification,
    save_push_subscription,
};
pub use reach::Ways;
pub use react::{
    ReactionBy, ReactionPage, Reactions, add_reaction, list_reactions, remove_reaction,
};
pub use read_message::{mark_unread, read_message, read_room};
pub use read_rooms::{Rooms, get_room, list_public_rooms, list_rooms};
pub use reports::{
    Decision, OwnReport, ReportNews, ReportQuery, ReportView, Reports, SnapshotView, decide_report,
    get_report, list_reports, report_message,
};
pub use resume::{Resumed, resume};
pub use search_messages::{SearchAsk, SearchResults, search_messages};
pub use send_message::{NewText, Outcome, send_message};
pub use sign_in::{
    REFRESH_MS, Registration, SignIn, SignedIn, ask_ticket, check_session, login, logout, refresh,
    register, use_ticket,
};
pub use silence::{silence_member, unsilence_member};
pub use sockets::{HEARTBEAT_MS, connect, disconnect, refuse_frame, subscribe};
pub use throttle::look_within;
pub use typing::{TYPING_MS, TYPING_THROTTLE_MS, start_typing, stop_typing};

use domain::{Result, Timestamp, UserId};

/// Profiles by id, in one round trip; none if nobody is asked for.
pub(crate) async fn people(
    store: &impl ports::Look,
    ids: impl IntoIterator<Item = UserId>,
    now: Timestamp,
) -> Result<view::People> {
    let mut profiles: Vec<UserId> = ids.into_iter().collect();
    profiles.sort_unstable();
    profiles.dedup();
    if profiles.is_empty() {
        return Ok(view::People::new());
    }
    let ask = ports::Ask { profiles, ..Default::default() };
    Ok(store.look(ask, now).await?.profiles)
}
