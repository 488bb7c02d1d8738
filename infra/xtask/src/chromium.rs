//! Chromium for the browser tests: what `CHROMIUM` names, what is there, or Debian's package. Debian keeps one
//! version of it per release, its newest, so it cannot be pinned.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
/// The browser, and letters and pictures that pages may hold.
const PACKAGES: &[&str] = &["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"];

/// Where it is; it is installed if it is not and that is possible.
pub fn found_or_installed() -> Option<PathBuf> {
    found().or_else(|| {
        println!("Installing chromium …");
        quiet(Command::new("apt-get").arg("update"))?;
        let mut install = Command::new("apt-get");
        install.args(["install", "-y", "--no-install-recommends"]).args(PACKAGES);
        quiet(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
        found()
    })
}

fn found() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    named.or_else(|| {
        let folders = env::var_os("PATH")?;
        let places = env::split_paths(&folders)
            .flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)));
        places.into_iter().find(|path| path.is_file())
    })
}

fn quiet(command: &mut Command) -> Option<()> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    status.success().then_some(())
}
