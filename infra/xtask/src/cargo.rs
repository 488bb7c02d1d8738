//! Calling cargo, always with the same selection.
//!
//! Cargo chooses the features of shared dependencies by what is selected together. Commands that select
//! differently compile the same crates twice and link 40 binaries twice. So everything here selects the whole
//! workspace, development dependencies included, and only the kind of target differs.

use crate::{Outcome, place};
use std::env;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

/// Which build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Fast to build.
    Dev,
    /// Fast to run.
    Release,
}

impl Profile {
    /// The folder of its binaries.
    pub fn folder(self) -> Result<PathBuf, String> {
        Ok(place::target()?.join(if self == Self::Dev { "debug" } else { "release" }))
    }
}

/// Cargo in the project's folder, with an environment as from the shell: what `cargo run` has set for this
/// program would make build scripts run again.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(place::root());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(set_by_cargo_run) {
            command.env_remove(name);
        }
    }
    command
}

fn set_by_cargo_run(name: &str) -> bool {
    let exact = [
        "CARGO",
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
    ];
    name.starts_with("CARGO_PKG_") || name == "LD_LIBRARY_PATH" || exact.contains(&name)
}

/// The sentence for a program that would not start.
pub fn unstarted(program: &str, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("{program} was not found; is it installed and on the PATH?"),
        _ => format!("{program} could not be started: {error}."),
    }
}

/// Runs cargo with its output on the terminal.
pub fn run(arguments: &[&str]) -> Result<ExitStatus, String> {
    command(arguments).status().map_err(|error| unstarted("cargo", &error))
}

/// `cargo build` of every binary of the workspace. `--examples` builds nothing, as there are none, but counts
/// the development dependencies in, as `cargo test` does: so tests afterwards find everything built.
pub const BUILD: [&str; 4] = ["build", "--workspace", "--bins", "--examples"];

/// Builds every binary, telling beforehand when that will take long.
pub fn build(profile: Profile) -> Result<(), String> {
    if !profile.folder()?.join("parlance-local").exists() {
        let minutes = if profile == Profile::Dev { "4 to 8" } else { "6 to 12" };
        eprintln!(
            "The first build compiles everything, {minutes} minutes on two cores; later ones take seconds to a minute."
        );
    }
    let mut arguments = BUILD.to_vec();
    if profile == Profile::Release {
        arguments.push("--release");
    }
    match run(&arguments)?.success() {
        true => Ok(()),
        false => Err("the build failed; what is wrong stands above.".into()),
    }
}

/// Ends this program and continues as one that was built: Ctrl-C, exit code and terminal are then its own.
pub fn become_binary(
    profile: Profile,
    name: &str,
    arguments: impl Iterator<Item = OsString>,
) -> Outcome {
    let path = profile.folder()?.join(name);
    let mut command = Command::new(&path);
    command.args(arguments);
    Err(unstarted(&path.display().to_string(), &replace(&mut command)))
}

#[cfg(unix)]
fn replace(command: &mut Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_run_sets_is_hidden() {
        for name in ["CARGO_PKG_VERSION", "CARGO_MANIFEST_DIR", "LD_LIBRARY_PATH", "CARGO"] {
            assert!(set_by_cargo_run(name), "{name}");
        }
        for name in [
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_TERM_COLOR",
            "CARGO_BUILD_JOBS",
            "PATH",
            "RUSTFLAGS",
        ] {
            assert!(!set_by_cargo_run(name), "{name}");
        }
    }
}
