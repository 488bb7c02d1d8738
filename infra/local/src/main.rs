//! `parlance-local`: see the library.

use clap::Parser;
use parlance_local::cli::Args;
use parlance_local::runtime::exec;
use parlance_local::stack::Stack;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(problem) = exec::step(std::env::args_os().skip(1)) {
        eprintln!("{problem}");
        return ExitCode::FAILURE;
    }
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        let stack = Stack::start(args).await?;
        stack.run().await;
        Ok::<_, parlance_local::error::StartError>(())
    });
    // Tasks that wait for ever are not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
