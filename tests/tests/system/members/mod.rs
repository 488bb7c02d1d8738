//! `/rooms/{room_id}/members`

mod add_member;
mod ban_member;
mod change_role;
mod list_bans;
mod list_members;
mod remove_member;
mod silence_member;
mod unban_member;
mod unsilence_member;
