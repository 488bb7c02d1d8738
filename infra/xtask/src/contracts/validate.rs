//! Whether the documents are what they claim to be: OpenAPI by a validator, AsyncAPI by its own schema.

use crate::python::{self, Environment};
use crate::{cargo, place};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package that carries AsyncAPI's JSON Schema.
const ASYNCAPI_SPECS: &str = "@asyncapi/specs@6.11.1";
/// The schema in it.
const ASYNCAPI_SCHEMA: &str = "package/schemas/3.0.0.json";

/// Validates both documents, as far as this machine can.
pub fn documents() -> Result<&'static str, String> {
    if !python::exists() {
        return Ok("ok; not validated: no Python");
    }
    let environment = Environment::contracts()?;
    let schema = asyncapi_schema()?;
    let mut check = environment.python();
    check.arg(place::root().join("infra/xtask/validate.py")).arg(super::OPENAPI);
    if let Some(schema) = &schema {
        check.arg(super::ASYNCAPI).arg(schema);
    }
    check.current_dir(place::root());
    python::run(&mut check, "a document is not valid; what is wrong stands above")?;
    Ok(if schema.is_some() { "ok" } else { "ok; AsyncAPI not validated: no npm" })
}

/// AsyncAPI's schema, fetched once; none without npm.
fn asyncapi_schema() -> Result<Option<PathBuf>, String> {
    let folder = place::target()?.join("asyncapi-specs");
    let file =
        folder.join(ASYNCAPI_SPECS.rsplit('@').next().unwrap_or_default()).join("schema.json");
    if file.exists() {
        return Ok(Some(file));
    }
    let npm = Command::new("npm").arg("--version").stdout(Stdio::null()).status();
    if npm.is_err() {
        return Ok(None);
    }
    println!("Fetching {ASYNCAPI_SPECS} …");
    let parent = file.parent().unwrap_or(&folder).to_path_buf();
    fs::create_dir_all(&parent).map_err(|error| format!("{}: {error}.", parent.display()))?;
    unpack(&parent)?;
    fs::rename(parent.join(ASYNCAPI_SCHEMA), &file)
        .map_err(|error| format!("{ASYNCAPI_SPECS} holds no {ASYNCAPI_SCHEMA}: {error}."))?;
    Ok(Some(file))
}

fn unpack(folder: &Path) -> Result<(), String> {
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent", ASYNCAPI_SPECS]).current_dir(folder);
    let packed = pack.output().map_err(|error| cargo::unstarted("npm", &error))?;
    let name = String::from_utf8_lossy(&packed.stdout).trim().to_owned();
    if !packed.status.success() || name.is_empty() {
        return Err(format!(
            "npm could not fetch {ASYNCAPI_SPECS}; it needs the package registry."
        ));
    }
    let mut tar = Command::new("tar");
    tar.args(["-xzf", &name, ASYNCAPI_SCHEMA]).current_dir(folder);
    python::run(&mut tar, "the package of AsyncAPI's schema could not be unpacked")
}
