//! The Cadmium face, by a stock WebSocket client (`parlance_tests::cadmium`).

mod authorization;
mod bad_input;
mod budget;
mod cadmium_auth;
mod cadmium_connect;
mod cadmium_deliver;
mod cadmium_disconnect;
mod cadmium_login;
mod cadmium_message;
mod cadmium_open;
mod cadmium_read;
mod cadmium_register;
mod cadmium_typing;
mod cadmium_unhandled;
mod conversation;
mod restart;
