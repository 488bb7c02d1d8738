//! The Lambda loop, the same for every kind of event.

use crate::App;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// What a `main` returns.
pub type Exit = ExitCode;

/// An event that cannot be served at all; Lambda reports it as a function error.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Builds the app once, then answers events until Lambda stops the process.
pub(crate) fn serve<E, A>(handle: impl AsyncFn(&App, E, &str) -> Result<A, Failure>) -> Exit
where
    E: DeserializeOwned,
    A: Serialize,
{
    // CloudWatch wants lines of JSON without colours; `RUST_LOG` sets the level.
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::from_default_env())
        .with_target(false)
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let served = runtime.block_on(async {
        let app = App::start().await;
        let (app, handle) = (&app, &handle);
        let once = |event: LambdaEvent<E>| async move {
            // Boxed, because the compiler lays futures out within each other, and goes only so deep.
            Box::pin(handle(app, event.payload, &event.context.request_id)).await
        };
        lambda_runtime::run(service_fn(once)).await
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The host has gone; nobody is left to answer.
            tracing::debug!(%error, "the runtime ended");
            ExitCode::FAILURE
        }
    }
}
