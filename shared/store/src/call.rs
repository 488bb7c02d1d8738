//! Calls: their errors without user data, and how long to wait before the next try.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use domain::ChatError;
use rand::Rng;
use std::time::Duration;

/// How often a write that met another transaction, or a batch that was cut short, is tried.
pub(crate) const TRIES_MAX: u32 = 8;
/// The first wait is at most this long, in milliseconds; each further one twice as long …
const WAIT_MS: u64 = 10;
/// … up to this, in milliseconds.
const WAIT_MS_MAX: u64 = 400;

/// Waits before try `tried + 1`: a random part of a bound that doubles, so that those who collided
/// do not meet again.
pub(crate) async fn back_off(tried: u32) {
    let bound = (WAIT_MS << tried.min(10)).min(WAIT_MS_MAX);
    let wait = rand::rng().random_range(1..=bound);
    tokio::time::sleep(Duration::from_millis(wait)).await;
}

/// The error of a failed call: operation and code, never what was asked for.
pub(crate) fn failed<E: ProvideErrorMetadata, R>(
    operation: &str,
    error: &SdkError<E, R>,
) -> ChatError {
    let code = match error {
        SdkError::ServiceError(context) => context.err().code().unwrap_or("unknown"),
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "unreachable",
        SdkError::ResponseError(_) => "garbled answer",
        SdkError::ConstructionFailure(_) => "not sent",
        _ => "unknown",
    };
    ChatError::unavailable(format_args!("dynamodb {operation}: {code}"))
}
