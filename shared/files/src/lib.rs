//! What is in a file: its kind by content, whether it may pass, and its thumbnails.
//!
//! Every file goes through the same structural check ([`structure`]), whichever scanner is chosen:
//! archives are unpacked within limits, executables and bombs are found, what cannot be looked into
//! does not pass. A scanner comes after it: none (`builtin`), a `clamd` that is asked over its
//! socket, or GuardDuty, whose verdict arrives later as an event.

mod archive;
mod clamd;
mod danger;
mod picture;
mod sniff;
mod sound;
mod structure;

pub use clamd::Clamd;

use bytes::Bytes;
use chat::ports::{Drawn, Inspect, Verdict};
use domain::{ChatError, FileKind, Finding, Result};
use std::sync::OnceLock;
use std::time::Duration;

/// How long drawing a picture may take. Pixels and scans are bounded, so this is for a machine that
/// is short of breath: the file then goes without thumbnails.
const DRAWING_MAX: Duration = Duration::from_secs(12);

/// Who decides, once the structure is sound.
#[derive(Clone, Debug)]
enum Scanner {
    /// Nobody: the structural check is all.
    Builtin,
    /// A clamd.
    Clamd(Clamd),
    /// GuardDuty, which looks at the quarantine by itself.
    GuardDuty,
}

/// Looks into files.
#[derive(Clone, Debug)]
pub struct Inspector(Scanner);

impl Inspector {
    /// The scanner a deployment has chosen: `builtin`, `clamd` (at `address`) or `guardduty`.
    ///
    /// # Errors
    /// One sentence when there is no such scanner, or clamd's address cannot be read.
    pub fn new(scanner: &str, address: &str) -> std::result::Result<Self, String> {
        Ok(Self(match scanner {
            "builtin" => Scanner::Builtin,
            "clamd" => Scanner::Clamd(Clamd::at(address)?),
            "guardduty" => Scanner::GuardDuty,
            other => return Err(format!("there is no scanner {other}")),
        }))
    }

    /// The process's own, made when it is first asked for.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Inspector> = OnceLock::new();
        SHARED.get_or_init(Self::from_env)
    }

    /// The one that the function's environment names in `SCANNER` and `CLAMD_ADDRESS`.
    ///
    /// # Panics
    /// When they cannot be used: a function that is deployed wrongly must not let files pass.
    #[allow(clippy::panic, clippy::disallowed_methods, reason = "start-up, fail closed")]
    pub fn from_env() -> Self {
        let value = |name: &str| std::env::var(name).unwrap_or_default();
        match Self::new(&value("SCANNER"), &value("CLAMD_ADDRESS")) {
            Ok(inspector) => inspector,
            Err(sentence) => panic!("misconfigured: {sentence}"),
        }
    }
}

impl Inspect for Inspector {
    fn sniff(&self, bytes: &[u8]) -> Option<FileKind> {
        sniff::kind(bytes)
    }

    async fn scan(&self, kind: FileKind, bytes: Bytes) -> Result<Verdict> {
        let inside = bytes.clone();
        let found = tokio::task::spawn_blocking(move || structure::check(kind, &inside)).await;
        if let Some(finding) = found.map_err(|_| ChatError::unavailable("scan: stopped"))? {
            return Ok(Verdict::Bad(finding));
        }
        match &self.0 {
            Scanner::Builtin => Ok(Verdict::Clean),
            Scanner::Clamd(clamd) => clamd.scan(&bytes).await,
            Scanner::GuardDuty => Ok(Verdict::Later),
        }
    }

    async fn draw(&self, kind: FileKind, bytes: Bytes) -> Option<Drawn> {
        if !kind.is_picture() {
            return None;
        }
        let drawing = tokio::task::spawn_blocking(move || picture::draw(kind, &bytes));
        match tokio::time::timeout(DRAWING_MAX, drawing).await {
            Ok(Ok(Ok(drawn))) => Some(drawn),
            Ok(Ok(Err(reason))) => {
                tracing::info!(%reason, kind = kind.extension(), "no thumbnails");
                None
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(kind = kind.extension(), "drawing did not end");
                None
            }
        }
    }
}

/// A finding of something dangerous.
fn infected(detail: impl Into<String>) -> Finding {
    Finding::new(domain::FileFault::Infected, detail)
}

/// A finding that nobody can tell.
fn unreadable(detail: impl Into<String>) -> Finding {
    Finding::new(domain::FileFault::Unreadable, detail)
}
