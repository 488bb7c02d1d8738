//! The web app: installing what it is built with, building it when its sources have changed, and its two stages.
//! All of it needs Node, which a machine may lack; then the API is all there is.

use crate::cargo::Profile;
use crate::{chromium, place, python};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest Node that Vite runs on.
const NODE_MIN: (u32, u32) = (20, 19);
/// What the app is made of, beside its dependencies; in `src/messages` lies what the build writes itself.
const SOURCES: &[&str] = &[
    "index.html",
    "messages",
    "package-lock.json",
    "package.json",
    "project.inlang/settings.json",
    "public",
    "src",
    "svelte.config.js",
    "tsconfig.json",
    "vite",
    "vite.config.ts",
];
const WRITTEN: &[&str] = &["src/messages", "src/api/schema.d.ts"];

/// Whether the web app can be built here; the reason if not.
pub fn possible() -> Result<(), String> {
    let wanted = format!("the web app needs Node {}.{} or newer", NODE_MIN.0, NODE_MIN.1);
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(node) = said("node") else { return Err(format!("{wanted}, and there is none here")) };
    if version(&node).is_none_or(|there| there < NODE_MIN) {
        return Err(format!("{wanted}; here is {node}"));
    }
    said("npm").map(drop).ok_or(format!("{wanted} with npm, which is not here"))
}

/// Major and minor of `v20.19.5`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// The folder of the built app, made anew if its sources have changed.
pub fn built() -> Result<PathBuf, String> {
    installed()?;
    let (folder, dist) = (folder(), folder().join("dist"));
    let stamp = folder.join("node_modules/.parlance-built");
    let sources = fingerprint(&folder)?;
    if dist.join("index.html").is_file() && fs::read_to_string(&stamp).is_ok_and(|s| s == sources) {
        return Ok(dist);
    }
    println!("Building the web app …");
    npm(
        &["run", "build", "--", "--logLevel", "warn"],
        "the web app does not build; why stands above",
    )?;
    fs::write(&stamp, sources).map_err(|error| format!("{}: {error}.", stamp.display()))?;
    Ok(dist)
}

/// The stage "web": types, unit tests, build, sizes.
pub fn check() -> Result<&'static str, String> {
    if possible().is_err() {
        return Ok("skipped: no Node");
    }
    installed()?;
    npm(&["run", "types"], "the types could not be made from docs/openapi.json")?;
    // The build writes the messages, which the type check reads.
    built()?;
    npm(&["run", "check"], "the web app's types are wrong")?;
    npm(&["test"], "a test of the web app failed")?;
    npm(&["run", "size"], "the web app is larger than it may be")?;
    Ok("ok")
}

/// The stage "browser": the built app in Chromium, against a stack that the tests start.
pub fn browse() -> Result<&'static str, String> {
    if possible().is_err() {
        return Ok("skipped: no Node");
    }
    let Some(chromium) = chromium::found_or_installed() else {
        return Ok("skipped: no Chromium, and it cannot be installed");
    };
    built()?;
    let mut tests = command(&["run", "test:browser"]);
    tests.env("PARLANCE_BIN", Profile::Dev.folder()?).env("CHROMIUM", chromium);
    python::run(&mut tests, "a browser test failed")?;
    Ok("ok")
}

fn folder() -> PathBuf {
    place::root().join("web")
}

/// `npm ci`, unless what is there was installed from the same lock file.
fn installed() -> Result<(), String> {
    let lock = folder().join("package-lock.json");
    let wanted =
        fs::read_to_string(&lock).map_err(|error| format!("{}: {error}.", lock.display()))?;
    let stamp = folder().join("node_modules/.parlance-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    println!("Installing what the web app is built with …");
    let arguments = ["ci", "--no-audit", "--no-fund", "--loglevel", "error"];
    npm(&arguments, "npm could not install the web app's packages; it needs the package registry")?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}.", stamp.display()))
}

fn npm(arguments: &[&str], failure: &str) -> Result<(), String> {
    python::run(&mut command(arguments), failure)
}

/// npm in the app's folder, quiet about itself.
fn command(arguments: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(folder());
    npm.env("npm_config_update_notifier", "false");
    npm
}

/// A number of everything the build reads. Another compiler may number otherwise, which costs one build.
fn fingerprint(folder: &Path) -> Result<String, String> {
    let mut hasher = DefaultHasher::new();
    let written: Vec<PathBuf> = WRITTEN.iter().map(|name| folder.join(name)).collect();
    let mut open: Vec<PathBuf> = SOURCES.iter().rev().map(|name| folder.join(name)).collect();
    while let Some(path) = open.pop() {
        let unreadable = |error| format!("{}: {error}.", path.display());
        if written.contains(&path) || !path.exists() {
            continue;
        }
        if path.is_dir() {
            let listed = fs::read_dir(&path).map_err(unreadable)?;
            let mut within = listed
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<Vec<_>, _>>()
                .map_err(unreadable)?;
            within.sort();
            open.extend(within);
        } else {
            path.strip_prefix(folder).unwrap_or(&path).hash(&mut hasher);
            fs::read(&path).map_err(unreadable)?.hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("v20.19.5"), Some((20, 19)));
        assert!(version("v20.9.0").is_some_and(|there| there < NODE_MIN));
        assert!(version("v22.12.0").is_some_and(|there| there >= NODE_MIN));
        assert_eq!(version("none"), None);
    }

    #[test]
    fn a_change_of_a_source_is_seen_and_of_what_is_written_not() {
        let folder = std::env::temp_dir().join(format!("parlance-web-{}", std::process::id()));
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
            fs::create_dir_all(parent).and_then(|()| fs::write(path, text)).is_ok()
        };
        assert!(write("src/a.ts", "1") && write("src/messages/x.js", "1"));
        let first = fingerprint(&folder);
        assert!(write("src/messages/x.js", "2") && write("dist/index.html", ""));
        assert_eq!(first, fingerprint(&folder));
        assert!(write("src/a.ts", "2"));
        let second = fingerprint(&folder);
        assert_ne!(first, second);
        assert!(write("src/b.ts", ""));
        assert_ne!(second, fingerprint(&folder));
        let _ = fs::remove_dir_all(folder);
    }
}
