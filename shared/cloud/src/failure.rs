//! What is told of a failed call: service, operation and code; and the waits between tries.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use domain::ChatError;
use rand::Rng;
use std::time::Duration;

/// The error of a failed call, without anything of what was sent.
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
    ChatError::unavailable(format_args!("{operation}: {code}"))
}

/// Waits before try `tried + 1`: between half and all of a bound that doubles from `first_ms`.
pub(crate) async fn back_off(tried: u32, first_ms: u64) {
    let bound = first_ms << tried.min(6);
    let wait = rand::rng().random_range(bound / 2..=bound);
    tokio::time::sleep(Duration::from_millis(wait)).await;
}
