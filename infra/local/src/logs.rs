//! `<data>/logs/functions.log`: what the functions print, one line each with time, function and
//! request id. Two files of at most [`FILE_BYTES_MAX`] are kept.

use crate::clock;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// When the log reaches this size it becomes `functions.log.1`, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Writes the functions' output.
pub struct Logs {
    path: PathBuf,
    verbose: bool,
    open: Mutex<(File, u64)>,
}

impl Logs {
    /// Opens the log inside `folder`, appending.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(folder: &Path, verbose: bool) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("functions.log");
        let file = append(&path)?;
        let length = file.metadata()?.len();
        Ok(Self { path, verbose, open: Mutex::new((file, length)) })
    }

    /// Adds one line. A full disk must not stop the functions, so failures are passed over.
    pub fn line(&self, function: &str, request_id: &str, text: &str) {
        let line = format!("{} {function} {request_id} {text}\n", clock::rfc3339());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.1 > FILE_BYTES_MAX {
            let _ = std::fs::rename(&self.path, self.path.with_extension("log.1"));
            if let Ok(file) = append(&self.path) {
                *open = (file, 0);
            }
        }
        let _ = open.0.write_all(line.as_bytes());
        open.1 += line.len() as u64;
        drop(open);
        if self.verbose {
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }
}

fn append(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}
