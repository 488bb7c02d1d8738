//! The one folder with everything the stack keeps, locked while a stack uses it.

use crate::error::StartError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// An open data folder. The lock ends with the process, however it ends.
pub struct DataDir {
    root: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Opens or creates the folder; with `fresh` everything in it is deleted first.
    ///
    /// # Errors
    /// When it cannot be written, or a running stack has it.
    pub fn open(root: &Path, fresh: bool) -> Result<Self, StartError> {
        let unwritable = |cause| StartError::DataUnwritable { path: root.to_owned(), cause };
        std::fs::create_dir_all(root).map_err(unwritable)?;
        let lock_path = root.join("lock");
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&lock_path)
            .map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = lock.read_to_string(&mut pid);
                return Err(StartError::DataInUse {
                    path: root.to_owned(),
                    pid: pid.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(cause)) => return Err(unwritable(cause)),
        }
        lock.set_len(0).map_err(unwritable)?;
        write!(lock, "{}", std::process::id()).map_err(unwritable)?;
        if fresh {
            for entry in std::fs::read_dir(root).map_err(unwritable)? {
                let path = entry.map_err(unwritable)?.path();
                if path == lock_path {
                    continue;
                }
                let removed = if path.is_dir() {
                    std::fs::remove_dir_all(&path)
                } else {
                    std::fs::remove_file(&path)
                };
                removed.map_err(unwritable)?;
            }
        }
        Ok(Self { root: root.to_owned(), _lock: lock })
    }

    /// A path inside the folder.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}
