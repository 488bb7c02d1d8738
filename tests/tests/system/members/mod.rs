//! `/rooms/{room_id}/members`

mod list_members;
