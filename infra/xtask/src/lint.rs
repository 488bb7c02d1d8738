//! The template lint: `infra/xtask/lint.py` in a Python environment of its own, with pinned tools.

use crate::{cargo, place};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// What the environment holds, exactly.
const PINS: [&str; 2] = ["cfn-lint==1.58.0", "aws-sam-translator==1.115.0"];

/// How a stage that may be left out ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Linted {
    /// Nothing to object to.
    Clean,
    /// There is no Python on this machine.
    Skipped,
}

/// Lints `template.yaml`.
pub fn template() -> Result<Linted, String> {
    if !answers("python3") {
        return Ok(Linted::Skipped);
    }
    let target = place::target()?;
    let environment = target.join(".venv");
    prepare(&environment)?;
    let mut lint = Command::new(environment.join("bin/python"));
    lint.arg(place::root().join("infra/xtask/lint.py"));
    lint.arg("template.yaml").arg(target.join("template.expanded.json")).current_dir(place::root());
    run(&mut lint, "template.yaml does not pass; what is wrong stands above.")?;
    Ok(Linted::Clean)
}

fn answers(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Makes the environment unless it holds the pinned tools already.
fn prepare(environment: &Path) -> Result<(), String> {
    let pins = PINS.join("\n");
    let marker = environment.join("pins.txt");
    if fs::read_to_string(&marker).is_ok_and(|there| there == pins) {
        return Ok(());
    }
    println!("Installing {} into {} …", PINS.join(" and "), environment.display());
    run(
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment),
        "Python could not make an environment for the template lint; on Debian it wants the package python3-venv.",
    )?;
    run(
        Command::new(environment.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(PINS),
        "pip could not install the template lint; it needs the package index.",
    )?;
    fs::write(&marker, pins).map_err(|error| format!("{}: {error}.", marker.display()))
}

fn run(command: &mut Command, failure: &str) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| cargo::unstarted(&command.get_program().to_string_lossy(), &error))?;
    if status.success() { Ok(()) } else { Err(failure.to_owned()) }
}
