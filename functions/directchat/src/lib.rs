//! DirectChat: users of other people's servers write to ours, and ours to them. The protocol is two POSTs
//! between servers; everything else is here only put into its words. The contract: `docs/directchat.md`.

mod body;
mod call;
mod html;
mod names;
mod peer;
mod refuse;
mod task;

pub use body::{Event, parse_event};
pub use call::{caller, channel};
pub use names::{local_user, own_address};
pub use peer::HttpPeers;
pub use refuse::refuse;
pub use task::Task;

use cloud::outbound::OutboundError;
use domain::{FieldError, PeerAddress, Result};
use edge::App;

/// Refuses an address that nothing is ever sent to: what it names can be seen to be no address of the open
/// internet.
pub fn may_be_called(app: &App, address: &PeerAddress, field: &'static str) -> Result<()> {
    match app.outbound().check(address.as_str()) {
        Ok(()) | Err(OutboundError::Unreachable(_)) => Ok(()),
        Err(OutboundError::Forbidden(why)) => {
            let expected = format!("must be reachable from the open internet over https: {why}");
            Err(FieldError::new(field, "invalid", expected).into())
        }
    }
}
