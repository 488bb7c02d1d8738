//! The one way to run anything here: `cargo xtask up`, `logs`, `test`, `check`, `contracts`, `bench`,
//! `replay`, `fuzz`.
//!
//! It only starts other programs, so it depends on nothing of the chat and compiles in seconds.

mod cargo;
mod chromium;
mod clients;
mod contracts;
mod fuzz;
mod lint;
mod logs;
mod opensearch;
mod place;
mod python;
mod stages;
mod totals;
mod up;
mod web;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a command comes to: the exit code to pass on, or one sentence saying what went wrong.
type Outcome = Result<ExitCode, String>;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Runs, tests and measures Parlance"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds what is needed and serves the whole deployment on this machine until Ctrl-C
    Up(up::Up),
    /// Prints what the functions wrote, one line each with time, function and request id
    Logs(logs::Logs),
    /// Everything that must pass: format, lints, template, build, all tests
    Test(Test),
    /// Format and lints only
    Check,
    /// Writes docs/openapi.json and docs/asyncapi.json from what the binaries say about themselves
    Contracts(contracts::Contracts),
    /// Builds with optimisation and runs the benchmark; its arguments follow
    Bench(Bench),
    /// Drives recorded conversations through the sockets of a running stack of its own
    Replay(Replay),
    /// Runs schemathesis over the OpenAPI document with every role's token, on a stack of its own
    Fuzz(fuzz::Fuzz),
}

#[derive(Args)]
struct Test {
    /// Format, lints, unit and contract tests only: no binaries, no template lint, no whole system
    #[arg(long)]
    fast: bool,
    /// One stage alone, by its name, over what is built already; may be repeated
    #[arg(long, value_name = "STAGE", conflicts_with = "fast")]
    only: Vec<String>,
}

#[derive(Args)]
struct Bench {
    /// Arguments of the benchmark
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Args)]
struct Replay {
    /// Use the development build: slower to run, faster to build
    #[arg(long)]
    debug: bool,
    /// A conversation, or a folder of them
    path: PathBuf,
    /// Further arguments of the replay
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Up(up) => up.run(),
        Command::Logs(logs) => logs.run(),
        Command::Test(test) => stages::test(test.fast, &test.only),
        Command::Check => stages::check(),
        Command::Contracts(contracts) => contracts.run(),
        Command::Fuzz(fuzz) => fuzz.run(),
        Command::Bench(bench) => tool(cargo::Profile::Release, "bench", None, bench.args),
        Command::Replay(replay) => {
            let profile = if replay.debug { cargo::Profile::Dev } else { cargo::Profile::Release };
            tool(profile, "replay", Some(replay.path), replay.args)
        }
    };
    outcome.unwrap_or_else(|sentence| {
        eprintln!("xtask: {sentence}");
        ExitCode::FAILURE
    })
}

/// Builds everything and becomes one of the tools of `tests/`, which start a stack of their own.
fn tool(profile: cargo::Profile, name: &str, path: Option<PathBuf>, args: Vec<String>) -> Outcome {
    if let Some(path) = &path
        && !path.exists()
    {
        return Err(format!("there is nothing at {}.", path.display()));
    }
    cargo::build(profile)?;
    cargo::become_binary(
        profile,
        name,
        path.into_iter()
            .flat_map(|path| ["--data".into(), path.into()])
            .chain(args.into_iter().map(Into::into)),
    )
}
