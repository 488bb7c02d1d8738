//! The socket's routes

mod socket_authorize;
mod socket_connect;
mod socket_default;
mod socket_disconnect;
mod socket_join_room;
mod socket_leave_room;
mod socket_ping;
mod socket_read_message;
mod socket_resume;
mod socket_send_message;
mod socket_set_presence;
mod socket_typing_start;
mod socket_typing_stop;
