//! Python environments of this project's own, each with pinned tools.

use crate::{cargo, place};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What lints the template.
const LINT: &[&str] = &["cfn-lint==1.58.0", "aws-sam-translator==1.115.0"];
/// What validates the contracts.
const CONTRACTS: &[&str] = &["openapi-spec-validator==0.9.0"];
/// What fuzzes the routes.
const FUZZ: &[&str] = &["schemathesis==4.32.5", "hypothesis==6.170.15"];

/// Whether this machine has Python.
pub fn exists() -> bool {
    let mut version = Command::new("python3");
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// One environment, ready to use.
pub struct Environment(PathBuf);

impl Environment {
    /// The one of the template lint.
    pub fn lint() -> Result<Self, String> {
        Self::ready(&place::target()?.join(".venv"), LINT)
    }

    /// The one of the contracts.
    pub fn contracts() -> Result<Self, String> {
        Self::ready(&place::target()?.join(".venv-contracts"), CONTRACTS)
    }

    /// The one of the fuzzing.
    pub fn fuzz() -> Result<Self, String> {
        Self::ready(&place::target()?.join(".venv-fuzz"), FUZZ)
    }

    /// Its interpreter.
    pub fn python(&self) -> Command {
        Command::new(self.0.join("bin/python"))
    }

    /// Makes the environment unless it holds the pinned tools already.
    fn ready(environment: &Path, tools: &[&str]) -> Result<Self, String> {
        let there = Self(environment.to_owned());
        let pins = tools.join("\n");
        let marker = environment.join("pins.txt");
        if fs::read_to_string(&marker).is_ok_and(|there| there == pins) {
            return Ok(there);
        }
        println!("Installing {} into {} …", tools.join(" and "), environment.display());
        run(
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment),
            "Python could not make an environment; on Debian it wants the package python3-venv.",
        )?;
        run(
            there
                .python()
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(tools),
            "pip could not install the tools; it needs the package index.",
        )?;
        fs::write(&marker, pins).map_err(|error| format!("{}: {error}.", marker.display()))?;
        Ok(there)
    }
}

/// Runs a command with its output on the terminal; `failure` is the sentence for an unhappy end.
pub fn run(command: &mut Command, failure: &str) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| cargo::unstarted(&command.get_program().to_string_lossy(), &error))?;
    if status.success() { Ok(()) } else { Err(failure.to_owned()) }
}
