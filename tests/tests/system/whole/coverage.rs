//! The template is the list of what there is. Whatever it deploys must have its binary, its sample event and
//! its tests; a forgotten step of `docs/adding-a-route.md` fails here.

use parlance_tests::prelude::Value;
use parlance_tests::stack::project_folder;
use parlance_tests::template::{Function, Template, pascal_case};
use std::collections::BTreeSet;

fn functions() -> Vec<Function> {
    let functions = Template::all_functions();
    assert!(functions.len() > 30, "the template's functions");
    functions
}

fn package(function: &Function) -> String {
    let (folder, package) = function.code_uri.rsplit_once('/').unwrap_or_default();
    assert!(
        folder.ends_with("functions"),
        "{}: CodeUri {}",
        function.logical_id,
        function.code_uri
    );
    package.to_owned()
}

#[test]
fn resources_are_named_after_their_binaries() {
    let functions = functions();
    for function in &functions {
        assert_eq!(function.logical_id, pascal_case(&function.stem));
    }
    let stems: BTreeSet<&String> = functions.iter().map(|function| &function.stem).collect();
    assert_eq!(stems.len(), functions.len(), "one resource per binary");
}

#[test]
fn every_function_has_its_binary_and_every_binary_its_function() {
    let mut deployed = BTreeSet::new();
    for function in functions() {
        let file = format!("functions/{}/src/bin/{}.rs", package(&function), function.stem);
        assert!(project_folder().join(&file).is_file(), "{} has no {file}", function.logical_id);
        deployed.insert(file);
    }
    for package in folder("functions") {
        for file in folder(&format!("functions/{package}/src/bin")) {
            let path = format!("functions/{package}/src/bin/{file}");
            assert!(deployed.contains(&path), "{path} is in no resource of the template");
        }
    }
}

#[test]
fn every_binary_begins_with_its_route() {
    for function in functions() {
        let stem = &function.stem;
        let file =
            project_folder().join(format!("functions/{}/src/bin/{stem}.rs", package(&function)));
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let heading: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        for (method, path) in function.http.iter().filter(|(_, path)| path.starts_with('/')) {
            assert!(
                heading.contains(method) && heading.contains(path),
                "{}: no `{method} {path}` in its heading",
                file.display()
            );
        }
    }
}

#[test]
fn every_function_has_a_sample_event() {
    let mut stems = BTreeSet::new();
    for function in functions() {
        let file = format!("events/{}.json", function.stem);
        let text = std::fs::read_to_string(project_folder().join(&file));
        let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
        let event: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(event.is_object(), "{file}");
        stems.insert(format!("{}.json", function.stem));
    }
    for file in folder("events").iter().filter(|file| file.ends_with(".json")) {
        assert!(stems.contains(file), "events/{file} belongs to no function");
    }
}

#[test]
fn every_function_has_its_tests() {
    for function in functions() {
        let package = package(&function);
        let file = format!("tests/tests/system/{package}/{}.rs", function.stem);
        let text = std::fs::read_to_string(project_folder().join(&file)).unwrap_or_default();
        assert!(text.contains("#[tokio::test]"), "{file} has no test");
        let declared = std::fs::read_to_string(
            project_folder().join(format!("tests/tests/system/{package}/mod.rs")),
        )
        .unwrap_or_default();
        assert!(
            declared
                .lines()
                .any(|line| line.trim_start_matches("pub ") == format!("mod {};", function.stem)),
            "{file} is not compiled"
        );
    }
}

#[test]
fn every_socket_route_has_its_function() {
    let stems: BTreeSet<String> = functions().into_iter().map(|function| function.stem).collect();
    let routes = Template::load().socket_routes();
    assert!(routes.len() > 8, "the template's socket routes");
    for route in routes {
        let stem = format!("socket_{}", route.trim_start_matches('$'));
        assert!(stems.contains(&stem), "route {route} has no function {stem}");
    }
}

#[test]
fn every_http_route_is_in_the_contract() {
    all_in_the_contract(&Template::load(), "docs/api.md");
    for (name, face) in Template::faces() {
        all_in_the_contract(&face, &format!("docs/{}.md", name.to_lowercase()));
    }
}

fn all_in_the_contract(template: &Template, file: &str) {
    let contract = std::fs::read_to_string(project_folder().join(file));
    let contract = contract.unwrap_or_else(|error| panic!("{file}: {error}"));
    for (method, path, stem) in template.http_routes() {
        let described = contract
            .lines()
            .any(|line| line.contains(&path) && (line.contains(&method) || line.contains("also")));
        assert!(described, "{method} {path} ({stem}) is not in {file}");
    }
}

/// The names in a folder of the project; none if there is no such folder.
fn folder(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(project_folder().join(path)).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
