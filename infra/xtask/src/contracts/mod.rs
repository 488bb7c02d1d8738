//! `cargo xtask contracts`: `docs/openapi.json` and `docs/asyncapi.json` from the binaries themselves.
//!
//! `template.yaml` says which routes there are; each route's binary, started with `--describe`, says what
//! it takes and answers, from its own types. Here the descriptions are put together, in one order whatever
//! the machine, and written or compared with what is checked in.

mod asyncapi;
mod openapi;
mod routes;
mod validate;

use crate::cargo::{self, Profile};
use crate::{Outcome, place};
use clap::Args;
use routes::Routes;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Where the documents are, from the project's folder.
const OPENAPI: &str = "docs/openapi.json";
const ASYNCAPI: &str = "docs/asyncapi.json";

/// How the documents are made.
#[derive(Args)]
pub struct Contracts {
    /// Take the binaries as they were built last
    #[arg(long)]
    no_build: bool,
    /// Write nothing: fail if a document would change
    #[arg(long)]
    check: bool,
}

impl Contracts {
    /// Writes the documents, or checks them.
    pub fn run(self) -> Outcome {
        if !self.no_build {
            cargo::build(Profile::Dev)?;
        }
        if self.check {
            check()?;
        } else {
            let changed = write(&generate()?)?;
            println!(
                "{}",
                if changed { "written: build again before you run" } else { "as they were" }
            );
            println!("{}", validate::documents()?);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The stage of `cargo xtask test`: the checked-in documents are those of this build, and valid.
pub fn check() -> Result<&'static str, String> {
    for (name, document) in generate()? {
        let there = fs::read_to_string(place::root().join(name)).unwrap_or_default();
        if there != document {
            return Err(format!(
                "{name} is not what the types say (first at line {}); `cargo xtask contracts` writes it",
                first_difference(&there, &document)
            ));
        }
    }
    validate::documents()
}

fn first_difference(a: &str, b: &str) -> usize {
    a.lines().zip(b.lines()).take_while(|(a, b)| a == b).count() + 1
}

/// Whether a document changed.
fn write(documents: &[(&str, String)]) -> Result<bool, String> {
    let mut changed = false;
    for (name, document) in documents {
        let path = place::root().join(name);
        if fs::read_to_string(&path).unwrap_or_default() != *document {
            fs::write(&path, document).map_err(|error| format!("{name}: {error}."))?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Both documents by their names.
fn generate() -> Result<Vec<(&'static str, String)>, String> {
    let routes = Routes::read(&place::root().join("template.yaml"))?;
    let folder = Profile::Dev.folder()?;
    let rest = routes.rest.iter().map(|route| Ok((route, describe(&folder, &route.stem)?)));
    let frames = routes.frames.iter().map(|stem| describe(&folder, stem));
    let openapi = openapi::document(&rest.collect::<Result<Vec<_>, String>>()?)?;
    let events = describe(&folder, routes::EVENTS)?;
    let asyncapi = asyncapi::document(&frames.collect::<Result<Vec<_>, _>>()?, &events)?;
    Ok(vec![(OPENAPI, text(openapi)), (ASYNCAPI, text(asyncapi))])
}

/// What a binary says about itself.
fn describe(folder: &Path, stem: &str) -> Result<Value, String> {
    let path = folder.join(stem);
    let run = Command::new(&path).arg("--describe").env("RUST_BACKTRACE", "0").output();
    let run = run.map_err(|error| cargo::unstarted(&path.display().to_string(), &error))?;
    if !run.status.success() {
        let reason = String::from_utf8_lossy(&run.stderr);
        return Err(format!(
            "{stem} does not describe itself ({}); its main must end in edge::serve_rest(about, …)",
            reason.trim().lines().last().unwrap_or("no reason given")
        ));
    }
    serde_json::from_slice(&run.stdout).map_err(|error| format!("{stem} --describe: {error}."))
}

/// Schemas by name. A name stands for one schema in the whole document.
#[derive(Default)]
struct Named(BTreeMap<String, (Value, String)>);

impl Named {
    fn add(&mut self, description: &Value, stem: &str) -> Result<(), String> {
        for (name, schema) in description["schemas"].as_object().into_iter().flatten() {
            let new = (schema.clone(), stem.to_owned());
            let (there, owner) = self.0.entry(name.clone()).or_insert(new);
            if there != schema {
                return Err(format!(
                    "{stem} and {owner} mean different things by {name}; rename one of the types"
                ));
            }
        }
        Ok(())
    }

    fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().map(|(name, (schema, _))| (name, schema)).collect()
    }
}

/// JSON in one order, whatever features other packages have switched on.
fn text(document: Value) -> String {
    format!("{:#}\n", sorted(document))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> =
                members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            members.into_iter().collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_means_one_thing() {
        let mut named = Named::default();
        let a = json!({"schemas": {"Room": {"type": "object"}}});
        named.add(&a, "get_room").unwrap();
        named.add(&a, "join_room").unwrap();
        let b = json!({"schemas": {"Room": {"type": "string"}}});
        let error = named.add(&b, "set_topic").unwrap_err();
        assert!(error.contains("set_topic and get_room") && error.contains("Room"), "{error}");
    }

    #[test]
    fn the_first_difference_is_told() {
        assert_eq!(first_difference("a\nb\nc\n", "a\nx\nc\n"), 2);
    }
}
