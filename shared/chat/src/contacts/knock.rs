//! Tries a peer's addresses: the main one, then the fallbacks.

use crate::ports::PeerAnswer;
use domain::{Contact, PeerAddress, Result};

/// What came of it.
pub(super) struct Knocked {
    /// The first that took it; else the first that may take it later; else why it was refused.
    pub(super) answer: PeerAnswer,
    /// Where it was taken.
    pub(super) address: Option<PeerAddress>,
    /// How long it took, in milliseconds.
    pub(super) took_ms: i64,
}

/// Calls one address after the other until one has taken it. `before` is done before each call, with what
/// the calls have taken so far; nothing more is tried once it says no.
pub(super) async fn knock(
    contact: &Contact,
    before: impl AsyncFn(i64) -> Result<bool>,
    call: impl AsyncFn(&PeerAddress) -> (PeerAnswer, i64),
) -> Result<Option<Knocked>> {
    let mut knocked = Knocked {
        answer: PeerAnswer::Refused("there is no address".to_owned()),
        address: None,
        took_ms: 0,
    };
    for address in &contact.addresses {
        if !before(knocked.took_ms).await? {
            return Ok(None);
        }
        let (answer, ms) = call(address).await;
        knocked.took_ms += ms;
        match (&knocked.answer, answer) {
            (_, taken @ PeerAnswer::Taken { .. }) => {
                let address = Some(address.clone());
                return Ok(Some(Knocked { answer: taken, address, ..knocked }));
            }
            (PeerAnswer::Refused(_), next) => knocked.answer = next,
            _ => {}
        }
    }
    Ok(Some(knocked))
}
