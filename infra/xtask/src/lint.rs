//! The template lint: `infra/xtask/lint.py` in a Python environment of its own, with pinned tools.

use crate::place;
use crate::python::{self, Environment};

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
    if !python::exists() {
        return Ok(Linted::Skipped);
    }
    let mut lint = Environment::lint()?.python();
    lint.arg(place::root().join("infra/xtask/lint.py"));
    lint.arg("template.yaml").arg(place::target()?.join("template.expanded.json"));
    lint.current_dir(place::root());
    python::run(&mut lint, "template.yaml does not pass; what is wrong stands above.")?;
    Ok(Linted::Clean)
}
