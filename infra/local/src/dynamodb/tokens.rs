//! `ClientRequestToken` of `TransactWriteItems`: the same token within ten minutes is the same
//! request, done once. The SDKs send one with every transaction.
//!
//! The engine has this too, but looks through all tokens of the last ten minutes at every call. Here a
//! call costs the same however many went before it.

use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a token is remembered (API reference of `TransactWriteItems`).
const REMEMBERED: Duration = Duration::from_secs(600);

/// What a token stands for: the request's hash, and its answer once it has succeeded. Locked while
/// the request runs, so that a second one waits and then finds the answer.
#[derive(Default)]
struct Known {
    request: u64,
    answer: Option<Bytes>,
}

#[derive(Default)]
struct Table {
    known: HashMap<String, Arc<Mutex<Known>>>,
    by_age: VecDeque<(Instant, String)>,
}

/// The tokens of the last ten minutes. Lost with the process, as a restart of the stack ends every
/// call that could be retried.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Table>);

/// How a request under a token ended.
pub(super) enum Once<E> {
    /// Done now, or before.
    Done(Bytes),
    /// The token stands for another request.
    Mismatch,
    /// It failed; the token is free again.
    Failed(E),
}

impl Tokens {
    /// Runs the request unless it has succeeded under this token.
    pub(super) fn once<E>(
        &self,
        token: &str,
        body: &[u8],
        run: impl FnOnce() -> Result<Bytes, E>,
    ) -> Once<E> {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let request = hasher.finish();
        let slot = self.slot(token);
        let mut known = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match &known.answer {
            Some(_) if known.request != request => Once::Mismatch,
            Some(answer) => Once::Done(answer.clone()),
            None => match run() {
                Ok(answer) => {
                    *known = Known { request, answer: Some(answer.clone()) };
                    Once::Done(answer)
                }
                Err(error) => Once::Failed(error),
            },
        }
    }

    fn slot(&self, token: &str) -> Arc<Mutex<Known>> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while table.by_age.front().is_some_and(|(since, _)| since.elapsed() > REMEMBERED) {
            if let Some((_, old)) = table.by_age.pop_front() {
                table.known.remove(&old);
            }
        }
        if let Some(slot) = table.known.get(token) {
            return Arc::clone(slot);
        }
        let slot = Arc::<Mutex<Known>>::default();
        table.known.insert(token.to_owned(), Arc::clone(&slot));
        table.by_age.push_back((Instant::now(), token.to_owned()));
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_token_is_done_once_however_many_ask() {
        let (tokens, runs) = (Tokens::default(), AtomicUsize::new(0));
        let run = || {
            runs.fetch_add(1, Ordering::SeqCst);
            Ok::<_, ()>(Bytes::from_static(b"{}"))
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!(matches!(tokens.once("t", b"same", run), Once::Done(_))));
            }
        });
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        assert!(matches!(tokens.once("t", b"other", run), Once::Mismatch));
        assert!(matches!(tokens.once("u", b"other", run), Once::Done(_)));
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_failure_frees_the_token() {
        let tokens = Tokens::default();
        assert!(matches!(tokens.once("t", b"a", || Err("no")), Once::Failed("no")));
        assert!(matches!(tokens.once("t", b"b", || Ok::<_, ()>(Bytes::new())), Once::Done(_)));
    }
}
