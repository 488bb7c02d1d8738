//! The stage "clients": published clients of other protocols, against a stack that a test starts.
//!
//! Each has a folder in `tests/clients` with its pinned packages. They are installed into the target folder; the
//! project's own folder stays as it is.

use crate::cargo;
use crate::python;
use crate::{place, web};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a client is made of.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "run.mjs"];
/// The test that runs them all is left out of ordinary runs.
const TESTS: &[&str] = &["test", "--workspace", "--test", "system", "--", "--ignored", "client::"];

/// Installs the clients and runs them.
pub fn check() -> Result<&'static str, String> {
    if web::possible().is_err() {
        return Ok("skipped: no Node");
    }
    let from = place::root().join("tests/clients");
    let into = place::target()?.join("clients");
    let unreadable = |error| format!("{}: {error}.", from.display());
    for entry in fs::read_dir(&from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        installed(&entry.path(), &into.join(entry.file_name()))?;
    }
    let mut tests = cargo::command(TESTS);
    tests.env("PARLANCE_CLIENTS", &into);
    python::run(&mut tests, "a published client did not get what it expects")?;
    Ok("ok")
}

/// Copies a client, and runs `npm ci` unless what is there was installed from the same lock file.
fn installed(from: &Path, into: &Path) -> Result<(), String> {
    let failed = |path: &Path, error| format!("{}: {error}.", path.display());
    fs::create_dir_all(into).map_err(|error| failed(into, error))?;
    for name in FILES {
        let (from, into) = (from.join(name), into.join(name));
        fs::copy(&from, &into).map_err(|error| failed(&from, error))?;
    }
    let lock = into.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| failed(&lock, error))?;
    let stamp = into.join("node_modules/.parlance-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    println!("Installing the client in {} …", into.display());
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"]).current_dir(into);
    npm.env("npm_config_update_notifier", "false");
    python::run(&mut npm, "npm could not install a client; it needs the package registry")?;
    fs::write(&stamp, wanted).map_err(|error| failed(&stamp, error))
}
