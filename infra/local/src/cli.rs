//! The command line.

use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;

/// Runs a SAM template's deployment on this machine.
#[derive(Debug, Clone, Parser)]
#[command(name = "parlance-local", version, args_override_self = true)]
pub struct Args {
    /// The template.
    #[arg(long, default_value = "template.yaml")]
    pub template: PathBuf,
    /// The folder with the functions' programs.
    #[arg(long, default_value = "target/debug")]
    pub bin_dir: PathBuf,
    /// The folder that keeps everything.
    #[arg(long, default_value = ".parlance")]
    pub data: PathBuf,
    /// Port of the HTTP and WebSocket APIs; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// Delete what is in the data folder first.
    #[arg(long)]
    pub fresh: bool,
    /// Show the functions' output in the terminal too.
    #[arg(long, short)]
    pub verbose: bool,
    /// A template parameter.
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = parameter)]
    pub params: Vec<(String, String)>,
    /// Seconds without traffic after which a socket is closed.
    #[arg(long, value_name = "S", default_value = "600", value_parser = seconds)]
    pub idle_timeout: Duration,
    /// Seconds after which a socket is closed in any case.
    #[arg(long, value_name = "S", default_value = "7200", value_parser = seconds)]
    pub socket_max_age: Duration,
    /// Seconds after which an idle function process is ended.
    #[arg(long, value_name = "S", default_value = "300", value_parser = seconds)]
    pub lambda_idle: Duration,
    /// The folder of the built web app, served at the same port. Its headers are in `headers.json` beside it.
    #[arg(long, value_name = "DIR")]
    pub web: Option<PathBuf>,
    /// Where to write the addresses as JSON once everything answers.
    #[arg(long, value_name = "PATH")]
    pub ready_file: Option<PathBuf>,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a parameter is written KEY=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "a positive number of seconds is needed".to_owned())
}
