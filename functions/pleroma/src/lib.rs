//! The chats of Pleroma's API, spoken by Parlance: accounts are users, chats are direct rooms. What the routes
//! share is here: entities, paging, errors, and the frames of the streaming socket. No rule of the chat is.
//!
//! docs/pleroma.md is the contract.

pub mod account;
pub mod attachment;
pub mod chats;
pub mod history;
pub mod html;
pub mod ids;
pub mod instance;
pub mod message;
pub mod news;
pub mod notices;
pub mod oauth;
pub mod paging;
pub mod pen;
pub mod problem;
pub mod streams;

use domain::{Face, Result};
use edge::{App, Exit, Reply, Request};

/// The address that clients are told: the deployment's, or where the request came to.
pub fn base(app: &App, request: &Request) -> String {
    app.public_url().unwrap_or_else(|| request.origin())
}

/// Serves a route: tokens are Pleroma's, and so are the words of a refusal.
pub fn serve(route: impl AsyncFn(&App, &Request) -> Result<Reply>) -> Exit {
    edge::serve_face(Face::Pleroma, problem::refuse, route)
}

/// The same for a route that is open to everybody.
pub fn serve_open(route: impl AsyncFn(&App, &Request) -> Result<Reply>) -> Exit {
    edge::serve_face_open(problem::refuse, route)
}
