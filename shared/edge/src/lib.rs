//! What every function binary shares: the event in, the answer out, who is asking, errors, logs.
//!
//! A binary is one call: `edge::serve_rest(about, route)`, `serve_socket`, `serve_queue` and so on, with a
//! route that parses its request, makes one call into `chat` and shapes the answer.

mod about;
mod about_events;
mod about_frame;
mod app;
mod auth;
mod bytes;
mod etag;
mod events;
mod face;
mod fields;
mod form;
mod params;
mod problem;
mod queue;
mod rest;
mod schemas;
mod serve;
mod socket;
mod stream;

pub use about::About;
pub use about_frame::{AboutFrame, Nothing};
pub use app::App;
pub use auth::Signer;
pub use bytes::{Part, disposition, names_etag};
pub use events::{serve_bucket, serve_event};
pub use face::{FaceAnswer, FaceCall, serve_face_socket};
pub use fields::Patch;
pub use form::FormFile;
pub use params::{Limit, Text};
pub use queue::{Received, serve_events, serve_queue, serve_queue_counted};
pub use rest::{
    Reply, Request, serve_face, serve_face_open, serve_open, serve_rest, serve_unknown,
};
pub use serve::Exit;
pub use socket::{
    Frame, Handshake, Hangup, serve_authorizer, serve_connect, serve_disconnect, serve_socket,
    serve_unknown_frame,
};
pub use stream::serve_stream;
