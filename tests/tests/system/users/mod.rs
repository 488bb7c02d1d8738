//! `/users`

mod block_user;
pub mod deactivate_me;
mod get_user;
mod list_blocks;
mod search_users;
mod unblock_user;
mod update_me;
