//! Messages and reactions

mod add_reaction;
mod delete_message;
mod edit_message;
mod get_message;
mod list_edits;
mod list_messages;
mod list_reactions;
mod list_receipts;
mod list_thread;
mod mark_unread;
mod read_room;
mod remove_reaction;
mod send_message;
