//! Messages and reactions

mod add_reaction;
mod delete_message;
mod edit_message;
mod get_message;
mod list_messages;
mod remove_reaction;
mod send_message;
