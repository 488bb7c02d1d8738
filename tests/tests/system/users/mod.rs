//! `/users`

mod get_user;
mod search_users;
mod update_me;
