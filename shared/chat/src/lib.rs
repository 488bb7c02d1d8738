//! The use cases of the chat: one file per verb, each the same shape: load, decide (the rules are
//! in `domain`), write, publish. They know ports, not services.
//!
//! How a room event is written: take the room's next number, commit under that number, publish. If
//! a process dies after the first step the number stays void; after the second, the client's retry
//! finds what was stored and publishes it again.

mod account;
mod audit;
mod blocks;
mod change_room;
pub mod compose;
mod create_room;
mod delete_message;
mod deliver;
mod done;
mod edit_message;
pub mod event;
pub mod event_data;
pub mod files;
mod gate;
mod join_room;
mod list_messages;
mod me;
pub mod ports;
mod profiles;
mod react;
mod read_message;
mod read_rooms;
mod reports;
mod resume;
mod send_message;
mod sign_in;
mod sockets;
mod throttle;
mod typing;
pub mod view;

pub use account::{
    DeviceView, change_password, deactivate_me, end_session, list_sessions, reactivate,
};
pub use audit::{AuditPage, AuditRecord, list_audit};
pub use blocks::{BlockView, block_user, blocked_by, list_blocks, unblock_user};
pub use change_room::{delete_room, update_room};
pub use create_room::{NewRoom, create_room, open_direct_room};
pub use delete_message::delete_message;
pub use deliver::{Delivered, deliver};
pub use done::{Blocked, Deactivated, Deleted, Left, LoggedOut, PasswordChanged, SessionEnded};
pub use edit_message::edit_message;
pub use gate::Principal;
pub use join_room::{Joined, MemberView, Members, join_room, leave_room, list_members};
pub use list_messages::{Anchor, Messages, get_message, list_messages};
pub use me::{Moderators, me};
pub use profiles::{ProfilePatch, get_user, search_users, update_me};
pub use react::{Reactions, add_reaction, remove_reaction};
pub use read_message::read_message;
pub use read_rooms::{Rooms, get_room, list_public_rooms, list_rooms};
pub use reports::{
    Decision, OwnReport, ReportNews, ReportQuery, ReportView, Reports, SnapshotView, decide_report,
    get_report, list_reports, report_message,
};
pub use resume::{Resumed, resume};
pub use send_message::{NewText, Outcome, send_message};
pub use sign_in::{
    REFRESH_MS, Registration, SignIn, SignedIn, TOKEN_MS, ask_ticket, check_session, login, logout,
    refresh, register, use_ticket,
};
pub use sockets::{connect, disconnect, refuse_frame, subscribe};
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
