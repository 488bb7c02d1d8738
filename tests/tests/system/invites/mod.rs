//! Functions of the package `invites`.

mod accept_invite;
mod create_invite;
mod get_invite;
mod list_invites;
mod revoke_invite;
