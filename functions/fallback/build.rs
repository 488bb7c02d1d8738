//! Reads the routes of the HTTP API from `template.yaml`, so that they are listed in one place only.

use serde_yaml_ng::Value;
use std::path::Path;
use std::{env, error, fs};

const TEMPLATE: &str = "../../template.yaml";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={TEMPLATE}");
    let template: Value = serde_yaml_ng::from_str(&fs::read_to_string(TEMPLATE)?)?;
    let mut routes = routes(&template);
    if routes.is_empty() {
        return Err(format!("{TEMPLATE} has no HTTP route").into());
    }
    routes.sort();
    let table = format!("/// Method and path.\nconst ROUTES: &[(&str, &str)] = &{routes:?};\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("routes.rs"), table)?;
    Ok(())
}

/// Every HttpApi event that has a method and a path: the `$default` route has neither. Tags such as `!Ref`
/// may stand anywhere in the template; none of these fields has one.
fn routes(template: &Value) -> Vec<(String, String)> {
    let resources = mapping(&template["Resources"]);
    let functions = resources.filter(|resource| resource["Type"] == "AWS::Serverless::Function");
    let events = functions.flat_map(|function| mapping(&function["Properties"]["Events"]));
    let http = events.filter(|event| event["Type"] == "HttpApi").map(|event| &event["Properties"]);
    http.filter_map(|event| {
        Some((event["Method"].as_str()?.to_uppercase(), event["Path"].as_str()?.to_owned()))
    })
    .collect()
}

fn mapping(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_mapping().into_iter().flat_map(|members| members.values())
}
