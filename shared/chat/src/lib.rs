//! The use cases of the chat: one file per verb, each the same shape: load, decide (the rules are
//! in `domain`), write, publish. They know ports, not services.
//!
//! How a room event is written: take the room's next number, commit under that number, publish. If
//! a process dies after the first step the number stays void; after the second, the client's retry
//! finds what was stored and publishes it again.

mod bans;
mod blocks;
mod change_role;
mod change_room;
pub mod compose;
mod create_room;
mod delete_message;
mod deliver;
mod done;
mod edit_message;
mod enter;
pub mod event;
pub mod event_data;
pub mod files;
mod gate;
mod index_messages;
mod invites;
mod join_room;
mod list_messages;
mod manage_members;
mod pins;
pub mod ports;
mod preference;
mod profiles;
mod purge;
mod react;
mod read_message;
mod read_rooms;
mod resume;
mod room_ports;
mod search_messages;
mod send_message;
mod sign_in;
mod silence;
mod sockets;
mod throttle;
mod typing;
pub mod view;

pub use bans::{BanView, Bans, ban_member, list_bans, unban_member};
pub use blocks::blocked_by;
pub use change_role::{Succession, change_role, succeed_owner};
pub use change_room::{delete_room, update_room};
pub use create_room::{NewRoom, create_room, open_direct_room};
pub use delete_message::delete_message;
pub use deliver::{Delivered, deliver};
pub use done::{Deleted, Left, Lifted, LoggedOut, Removed, Revoked, Unbanned, Unpinned};
pub use edit_message::edit_message;
pub use gate::Principal;
pub use index_messages::index_messages;
pub use invites::{
    Draft, InvitePreview, InviteView, Invites, accept_invite, create_invite, get_invite,
    list_invites, revoke_invite,
};
pub use join_room::{Joined, MemberView, Members, join_room, leave_room, list_members};
pub use list_messages::{Anchor, Messages, get_message, list_messages};
pub use manage_members::{add_member, remove_member};
pub use pins::{PinView, Pins, list_pins, pin_message, unpin_message};
pub use preference::{NotificationPreference, set_notification_level};
pub use profiles::{ProfilePatch, get_user, search_users, update_me};
pub use purge::purge_room;
pub use react::{Reactions, add_reaction, remove_reaction};
pub use read_message::read_message;
pub use read_rooms::{Rooms, get_room, list_public_rooms, list_rooms};
pub use resume::{Resumed, resume};
pub use search_messages::{SearchAsk, SearchResults, search_messages};
pub use send_message::{NewText, Outcome, send_message};
pub use sign_in::{
    REFRESH_MS, Registration, SignedIn, TOKEN_MS, ask_ticket, check_session, login, logout,
    refresh, register, use_ticket,
};
pub use silence::{silence_member, unsilence_member};
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
