//! `/auth`

mod change_password;
mod end_session;
mod list_sessions;
mod login;
mod logout;
mod me;
mod reactivate;
mod refresh;
mod register;
mod ticket;
