//! What the functions of the Cadmium face share: envelopes, entity ids, contents and errors of the protocol,
//! and how they translate to the use cases of `chat` (docs/cadmium.md).

mod content;
mod dialect;
mod direct;
mod entity;
mod envelope;
mod events;
mod frame;
mod media;
mod message_id;
mod push;
mod refusal;
mod session;
mod sign_in;
mod tell;
mod typing;

pub use content::Content;
pub use dialect::{Dialect, Kind};
pub use direct::{find, open};
pub use entity::{Entity, NotAnEntity};
pub use envelope::Envelope;
pub use frame::{Frame, serve_frame};
pub use message_id::{connection_uuid, decode, encode, origin, send_key};
pub use refusal::Refusal;
pub use session::{admit, whose};
pub use sign_in::{LoggedIn, password_login, registered};
pub use tell::tell;
