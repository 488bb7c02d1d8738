//! The files of the built app, read when they are asked for and kept until they change.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Folders within folders that a path may lead through, the file included.
const DEPTH_MAX: usize = 3;

/// One file.
pub(super) struct File {
    pub bytes: Bytes,
    /// Compressed, where that is worth it.
    pub packed: Option<Bytes>,
    /// MD5, in hexadecimal.
    pub digest: String,
    pub kind: &'static str,
    changed: Option<SystemTime>,
}

/// All files of a folder.
pub(super) struct Files {
    folder: PathBuf,
    read: Mutex<HashMap<String, Arc<File>>>,
}

impl Files {
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), read: Mutex::default() }
    }

    /// The file of a path, if there is one.
    pub(super) async fn find(&self, path: &str) -> Option<Arc<File>> {
        let name = if path == "/" { "index.html" } else { plain(path)? };
        let place = self.folder.join(name);
        let found = tokio::fs::metadata(&place).await.ok().filter(std::fs::Metadata::is_file)?;
        let changed = found.modified().ok();
        let known = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known.filter(|known| changed.is_some() && known.changed == changed) {
            return Some(known);
        }
        let bytes = tokio::fs::read(&place).await.ok()?;
        let (kind, text) = kind(name);
        let file = Arc::new(File {
            packed: text.then(|| pack(&bytes)).flatten(),
            digest: format!("{:x}", md5::compute(&bytes)),
            bytes: bytes.into(),
            kind,
            changed,
        });
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(name.to_owned(), Arc::clone(&file));
        Some(file)
    }
}

/// A path as the name of a file, if it is made of plain names alone: nothing that leads upwards, nothing
/// hidden, nothing encoded.
fn plain(path: &str) -> Option<&str> {
    let name = path.strip_prefix('/')?;
    let good = |part: &str| {
        let letters = part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        !part.is_empty() && !part.starts_with('.') && letters
    };
    (name.split('/').all(good) && name.split('/').count() <= DEPTH_MAX).then_some(name)
}

/// The type by the name's ending, and whether it is worth compressing.
fn kind(name: &str) -> (&'static str, bool) {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "png" => ("image/png", false),
        "ico" => ("image/x-icon", false),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        "mp3" => ("audio/mpeg", false),
        "ogg" => ("audio/ogg", false),
        "wav" => ("audio/wav", false),
        "wasm" => ("application/wasm", true),
        _ => ("application/octet-stream", false),
    }
}

fn pack(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < bytes.len()).then(|| packed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_files() {
        for path in ["/sw.js", "/index.html", "/assets/index-a_B9.js", "/assets/icons/a.svg"] {
            assert_eq!(plain(path), path.strip_prefix('/'), "{path}");
        }
        for path in [
            "",
            "/",
            "//",
            "/../x",
            "/assets/../x",
            "/./x",
            "/.env",
            "/a/.b",
            "/a//b",
            "/a/",
            "/%2e%2e/x",
            "/a\\..\\b",
            "/a b",
            "/ä.js",
            "/a/b/c/d.js",
            "a.js",
            "/assets/..%2fx",
        ] {
            assert_eq!(plain(path), None, "{path}");
        }
    }

    #[tokio::test]
    async fn a_changed_file_is_read_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("a.js");
        let files = Files::of(folder.path());
        assert!(files.find("/a.js").await.is_none());
        std::fs::write(&place, "1;".repeat(100)).expect("written");
        let first = files.find("/a.js").await.expect("there");
        assert!(first.packed.as_ref().is_some_and(|packed| packed.len() < 100));
        std::fs::write(&place, "2").expect("written");
        let later = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(5);
        std::fs::File::open(&place).and_then(|file| file.set_modified(later)).expect("set");
        let second = files.find("/a.js").await.expect("there");
        assert_eq!(&second.bytes[..], b"2");
        assert!(second.packed.is_none() && second.digest != first.digest);
        std::fs::remove_file(&place).expect("removed");
        assert!(files.find("/a.js").await.is_none());
    }
}
