//! `cargo xtask test` and `check`: stages that stop at the first failure.
//!
//! Compiling is most of the time. Clippy's results cannot be reused by the compiler, so dependencies are
//! gone through twice, once for their types and once for their code; nothing else is. Of the functions only
//! the binaries are built: a test harness of each would link as many more, so tests live in the libraries, in
//! `tests/` folders, and never inside a function's binary.

use crate::cargo::{self, BUILD};
use crate::contracts;
use crate::lint::{self, Linted};
use crate::totals::Totals;
use crate::{Outcome, clients, fuzz, opensearch, place, web};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Instant;

/// A name and the work, which says how it ended or one sentence on why it failed.
type Stage<'a> = (&'a str, Box<dyn FnMut() -> Result<&'static str, String> + 'a>);

/// Format and lints.
pub fn check() -> Outcome {
    run(vec![format(), lints()])?;
    Ok(ExitCode::SUCCESS)
}

/// Everything, or with `fast` only what needs neither binaries nor Python, or `only` some stages.
pub fn test(fast: bool, only: &[String]) -> Outcome {
    let mut totals = Totals::default();
    let mut stages: Vec<Stage<'_>> = if fast {
        vec![
            format(),
            lints(),
            ("unit and contract tests", Box::new(|| tests(&quick_tests()?, &mut totals))),
        ]
    } else {
        vec![
            format(),
            lints(),
            ("template", Box::new(|| lint::template().map(noted))),
            ("build", Box::new(|| cargo("the build failed", &BUILD))),
            ("contracts", Box::new(contracts::check)),
            ("tests", Box::new(|| tests(&["--test".into(), "*".into()], &mut totals))),
            ("clients", Box::new(clients::check)),
            ("fuzz", Box::new(|| fuzz::check().map(noted))),
            ("web", Box::new(web::check)),
            ("browser", Box::new(web::browse)),
            ("search against OpenSearch", Box::new(opensearch::check)),
        ]
    };
    if let Some(name) = only.iter().find(|name| stages.iter().all(|(stage, _)| stage != name)) {
        let names: Vec<&str> = stages.iter().map(|(stage, _)| *stage).collect();
        return Err(format!("there is no stage “{name}”, but {}.", names.join(", ")));
    }
    if !only.is_empty() {
        stages.retain(|(stage, _)| only.iter().any(|name| name == stage));
    }
    let result = run(stages);
    if totals != Totals::default() {
        println!("{}", totals.sentence());
    }
    result?;
    Ok(ExitCode::SUCCESS)
}

fn run(stages: Vec<Stage<'_>>) -> Result<(), String> {
    let count = stages.len();
    let begun = Instant::now();
    for (index, (name, mut work)) in stages.into_iter().enumerate() {
        println!("── {}/{count} {name}", index + 1);
        let at = Instant::now();
        let ended = work();
        let seconds = at.elapsed().as_secs_f64();
        match ended {
            Ok(note) => println!("   {name}: {note}, {seconds:.1} s"),
            Err(sentence) => {
                println!("   {name}: failed, {seconds:.1} s");
                let sentence = sentence.trim_end_matches('.');
                let stage = index + 1;
                return Err(format!("{sentence} (stage {stage} of {count}, {name})."));
            }
        }
    }
    println!("   all stages: {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn cargo(failure: &str, arguments: &[&str]) -> Result<&'static str, String> {
    if cargo::run(arguments)?.success() { Ok("ok") } else { Err(failure.to_owned()) }
}

fn format<'a>() -> Stage<'a> {
    let failure = "the format differs; `cargo fmt --all` mends it";
    ("format", Box::new(move || cargo(failure, &["fmt", "--all", "--check"])))
}

fn lints<'a>() -> Stage<'a> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    (
        "lints",
        Box::new(move || {
            no_tests_in_functions()?;
            cargo("clippy objects", &clippy)
        }),
    )
}

fn noted(ended: Linted) -> &'static str {
    match ended {
        Linted::Clean => "ok",
        Linted::Skipped => "skipped: no Python",
    }
}

/// `cargo test` over the libraries, this program and the chosen test targets. All are run even if one
/// fails, so that the totals are of everything.
fn tests(targets: &[String], totals: &mut Totals) -> Result<&'static str, String> {
    let mut command =
        cargo::command(&["test", "--workspace", "--no-fail-fast", "--lib", "--bin", "xtask"]);
    let mut child = command
        .args(targets)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| cargo::unstarted("cargo", &error))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(|error| format!("the tests' output broke off: {error}"))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            totals.take(&line);
        }
    }
    let status =
        child.wait().map_err(|error| format!("the tests could not be waited for: {error}"))?;
    match (status.success(), totals.passed) {
        (true, 0) => Err("no test was run".into()),
        (true, _) => Ok("ok"),
        (false, _) => Err("a test failed".into()),
    }
}

/// The test targets outside `tests/`, which holds the whole system.
fn quick_tests() -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for package in packages(&["functions", "shared", "infra"])? {
        for path in entries(&package.join("tests"))? {
            let is_target =
                path.join("main.rs").exists() || path.extension().is_some_and(|ext| ext == "rs");
            if let (true, Some(stem)) = (is_target, path.file_stem().and_then(|stem| stem.to_str()))
            {
                names.extend(["--test".to_owned(), stem.to_owned()]);
            }
        }
    }
    Ok(names)
}

/// A test inside a function's binary would never run: that is worth a refusal.
fn no_tests_in_functions() -> Result<(), String> {
    for package in packages(&["functions"])? {
        for path in entries(&package.join("src/bin"))? {
            if fs::read_to_string(&path).is_ok_and(|text| text.contains("#[cfg(test)]")) {
                let shown = path.strip_prefix(place::root()).unwrap_or(&path).display().to_string();
                return Err(format!(
                    "{shown} holds tests, which are not run there; move them to a library or to tests/"
                ));
            }
        }
    }
    Ok(())
}

fn packages(folders: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut all = Vec::new();
    for folder in folders {
        all.extend(entries(&place::root().join(folder))?);
    }
    Ok(all)
}

/// What lies in a folder, in order; nothing if there is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |error| format!("{}: {error}", folder.display());
    let listed = fs::read_dir(folder).map_err(unreadable)?;
    let mut paths =
        listed.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}
