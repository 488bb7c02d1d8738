//! `/rooms` and direct rooms

mod create_room;
mod delete_room;
mod get_room;
mod join_room;
mod leave_room;
mod list_pins;
mod list_public_rooms;
mod list_rooms;
mod open_direct_room;
mod pin_message;
mod set_notification_level;
mod set_typing;
mod unpin_message;
mod update_room;
