//! Measures a stack of release binaries on real sockets, and in the same run what the machine can do at best,
//! so that each figure is also a ratio.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a tool of the tests: what it cannot start with, it says and ends"
)]

use clap::Parser;
use parlance_tests::bench::table::Table;
use parlance_tests::bench::{bare, chat, upkeep};
use parlance_tests::stack::{Options, Stack};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const RECEIVERS: usize = 200;
const SENDERS: usize = 16;
const LONG_ROOM: usize = 10_000;
const DEEP: usize = 5_000;

#[derive(Parser)]
#[command(
    name = "bench",
    about = "Measures Parlance on one machine against the machine's own limits"
)]
struct Args {
    /// Also write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Take the binaries from here instead of from beside this program.
    #[arg(long, value_name = "FOLDER")]
    bin_dir: Option<PathBuf>,
    /// A tenth of the rounds and messages, to see whether it runs.
    #[arg(long)]
    quick: bool,
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    // Checking every frame here would be measured with them.
    parlance_tests::contract::off();
    let args = Args::parse();
    match run(&args).await {
        Ok(table) => {
            table.print();
            let Some(file) = &args.json else { return ExitCode::SUCCESS };
            match std::fs::write(file, table.json().to_string()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&format!("{}: {error}", file.display())),
            }
        }
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("bench: {reason}");
    ExitCode::FAILURE
}

async fn run(args: &Args) -> Result<Table, AnyError> {
    let part = if args.quick { 10 } else { 1 };
    let mut table = Table::default();

    let echo = bare::echo(2_000 / part).await?.percentile_ms(50.0);
    let echo = ("bare WebSocket echo", echo);
    table.add(echo.0, echo.1, "ms", None);
    let broadcast = bare::broadcast(RECEIVERS, 100 / part).await?.percentile_ms(50.0);
    let broadcast = ("bare broadcast to 200", broadcast);
    table.add(broadcast.0, broadcast.1, "ms", None);
    let scratch = tempfile::tempdir()?;
    let full = bare::commits_per_second(scratch.path(), "FULL", Duration::from_secs(2))?;
    let normal = bare::commits_per_second(scratch.path(), "NORMAL", Duration::from_secs(2))?;
    let full = ("bare SQLite commits, FULL", full);
    table.add(full.0, full.1, "/s", None);
    table.add("bare SQLite commits, NORMAL", normal, "/s", None);

    let mut options = Options::new().param("SendRateMax", 1_000_000);
    if let Some(folder) = &args.bin_dir {
        options = options.bin_dir(folder);
    }
    let stack = start(&mut table, options)?;

    let before = stack.metrics().await;
    let (to_ack, to_other) = chat::latency(&stack, 50, 500 / part).await;
    let after = stack.metrics().await;
    table.add_percentiles("send to acknowledgement", &to_ack, &[50.0, 95.0, 99.0], Some(echo));
    table.add_percentiles("send to other socket", &to_other, &[50.0, 95.0, 99.0], Some(echo));
    for function in ["socket_send_message", "deliver"] {
        if let Some(mean) = upkeep::mean_duration_ms(&before, &after, function) {
            table.add(format!("… of which {function}, mean"), mean, "ms", Some(echo));
        }
    }
    let per_second = chat::throughput(&stack, SENDERS, 500 / part).await;
    table.add("messages from 16 senders in 16 rooms", per_second, "/s", Some(full));

    chat::settle(&stack).await;
    let last = chat::fan_out(&stack, RECEIVERS, 20).await;
    table.add_percentiles(
        "send to the last of 200 receivers",
        &last,
        &[50.0, 95.0],
        Some(broadcast),
    );

    chat::settle(&stack).await;
    let before = upkeep::disk(&stack);
    let long = chat::fill(&stack, LONG_ROOM / part).await;
    table.add("messages from 16 senders in one room", long.per_second, "/s", Some(full));
    chat::settle(&stack).await;
    let grown = upkeep::disk(&stack).saturating_sub(before);
    let (newest, deep) = chat::pages(&long, DEEP / part, 300 / part).await;
    table.add_percentiles("newest 50 of 10,000", &newest, &[50.0, 95.0], Some(echo));
    table.add_percentiles("50 messages 5,000 deep", &deep, &[50.0, 95.0], Some(echo));
    table.add("disk per 10,000 messages", megabytes(grown * part as u64), "MB", None);

    let memory = upkeep::memory(&stack);
    table.add("memory of the stack", megabytes(memory.stack), "MB", None);
    table.add("memory of all functions together", megabytes(memory.functions), "MB", None);
    table.add("function processes", f64::from(u32::try_from(memory.processes)?), "", None);
    if !stack.stop() {
        return Err("the stack did not stop cleanly".into());
    }
    Ok(table)
}

/// Starts a stack twice: on an empty folder, and on what the first start left.
fn start(table: &mut Table, options: Options) -> Result<Stack, AnyError> {
    let begun = Instant::now();
    let stack = Stack::start(options);
    table.add("start on an empty folder", begun.elapsed().as_secs_f64() * 1e3, "ms", None);
    if !stack.stop() {
        return Err("the stack did not stop cleanly".into());
    }
    let begun = Instant::now();
    stack.start_again();
    table.add("second start", begun.elapsed().as_secs_f64() * 1e3, "ms", None);
    Ok(stack)
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
