//! `/auth`

mod login;
mod logout;
mod me;
mod refresh;
mod register;
mod ticket;
