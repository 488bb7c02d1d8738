//! `cargo xtask fuzz` and the stage of that name: `infra/xtask/fuzz.py`, which starts a stack of its own and runs
//! schemathesis over the OpenAPI document it serves, with every role's token.

use crate::cargo::{self, Profile};
use crate::lint::Linted;
use crate::python::{self, Environment};
use crate::{Outcome, place};
use clap::Args;
use std::ffi::OsString;
use std::process::ExitCode;

/// Examples of each operation; each goes out once per role. A number and no time, so that a slow machine sends
/// the same as a fast one.
const EXAMPLES_OF_THE_STAGE: &str = "3";
const EXAMPLES: &str = "15";
const EXAMPLES_FULL: &str = "150";

/// How much is tried.
#[derive(Args)]
pub struct Fuzz {
    /// Ten times as many examples; takes long
    #[arg(long)]
    full: bool,
    /// Another seed, other examples
    #[arg(long, default_value_t = 0)]
    seed: u32,
    /// One operation alone, as its `operationId`; may be repeated
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
}

impl Fuzz {
    /// Builds, then fuzzes.
    pub fn run(self) -> Outcome {
        if !python::exists() {
            return Err("there is no Python on this machine, which schemathesis needs.".into());
        }
        cargo::build(Profile::Dev)?;
        let mut arguments: Vec<OsString> = vec!["--verbose".into(), "--seed".into()];
        arguments.push(self.seed.to_string().into());
        if !self.only.is_empty() {
            arguments.push("--only".into());
            arguments.extend(self.only.into_iter().map(OsString::from));
        }
        let examples = if self.full { EXAMPLES_FULL } else { EXAMPLES };
        drive(examples, arguments)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The stage, over what is built already.
pub fn check() -> Result<Linted, String> {
    if !python::exists() {
        return Ok(Linted::Skipped);
    }
    drive(EXAMPLES_OF_THE_STAGE, vec![])?;
    Ok(Linted::Clean)
}

fn drive(examples: &str, arguments: Vec<OsString>) -> Result<(), String> {
    let binaries = Profile::Dev.folder()?;
    let mut driver = Environment::fuzz()?.python();
    driver.arg(place::root().join("infra/xtask/fuzz.py"));
    driver.arg("--local").arg(binaries.join("parlance-local"));
    driver.arg("--bin-dir").arg(binaries);
    driver.arg("--template").arg(place::root().join("template.yaml"));
    driver.args(["--examples", examples]).args(arguments);
    python::run(&mut driver, "an answer is not as docs/openapi.json says; which stands above.")
}
