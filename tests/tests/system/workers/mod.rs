//! The queue's consumers, seen from the sockets

mod clamd;
mod deliver;
mod index;
mod notify;
mod notify_whom;
mod presence;
mod purge;
mod push;
mod scan;
mod scan_result;
mod sweep_files;

use parlance_tests::DEADLINE;

/// Asks again and again until there is something.
pub async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "{what} did not come");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
