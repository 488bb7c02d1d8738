//! The keeper of one process: starts it, reads its output, notices its end at once.

use super::function::Function;
use super::pool::Phase;
use super::{api, exec};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

/// How long a process may take to ask for its first invocation; Lambda's limit.
const INIT_MAX: Duration = Duration::from_secs(10);
/// Longest line that is logged in one piece, in bytes.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// Runs one process from start to end.
pub(super) async fn keep(function: Arc<Function>, number: u64, kill: Arc<Notify>) {
    let (how, killed) = match start(&function, number).await {
        Ok((mut child, server)) => {
            let ended = watch(&function, number, &mut child, &kill).await;
            server.abort();
            ended
        }
        Err(error) => (error.to_string(), false),
    };
    function.exited(number, &how, killed);
}

async fn start(
    function: &Arc<Function>,
    number: u64,
) -> std::io::Result<(Child, tokio::task::JoinHandle<()>)> {
    let (listener, port) = crate::net::bind(0).await?;
    let mut child = Command::new(exec::own_program()?)
        .arg(exec::ARGUMENT)
        .arg(std::process::id().to_string())
        .arg(&function.program)
        .env_clear()
        .envs(function.environment.iter().map(|(name, value)| (name, value)))
        .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(slot) = function.pool().slots.get_mut(&number) {
        slot.pid = child.id().unwrap_or(0);
    }
    if let Some(out) = child.stdout.take() {
        tokio::spawn(follow(Arc::clone(function), number, out));
    }
    if let Some(out) = child.stderr.take() {
        tokio::spawn(follow(Arc::clone(function), number, out));
    }
    let server = tokio::spawn(api::serve(Arc::clone(function), number, listener));
    Ok((child, server))
}

async fn watch(
    function: &Function,
    number: u64,
    child: &mut Child,
    kill: &Notify,
) -> (String, bool) {
    let init_over = tokio::time::sleep(INIT_MAX);
    tokio::pin!(init_over);
    let mut init = true;
    let mut ours = false;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            () = kill.notified() => {
                ours = true;
                let _ = child.start_kill();
            }
            () = &mut init_over, if init => {
                init = false;
                if function.pool().slots.get(&number).is_some_and(|slot| matches!(slot.phase, Phase::Starting)) {
                    ours = true;
                    let _ = child.start_kill();
                }
            }
        }
    };
    match status {
        Ok(status) => {
            use std::os::unix::process::ExitStatusExt;
            (status.to_string(), status.signal().is_some() && !ours)
        }
        Err(error) => (error.to_string(), false),
    }
}

/// Copies the process's output to the log, line by line.
async fn follow(function: Arc<Function>, number: u64, out: impl AsyncRead + Unpin) {
    let mut reader = BufReader::new(out);
    let mut line: Vec<u8> = Vec::new();
    loop {
        let (used, whole) = match reader.fill_buf().await {
            Ok([]) | Err(_) => break,
            Ok(buffer) => match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    line.extend_from_slice(&buffer[..end]);
                    (end + 1, true)
                }
                None => {
                    line.extend_from_slice(buffer);
                    (buffer.len(), line.len() >= LINE_BYTES_MAX)
                }
            },
        };
        reader.consume(used);
        if whole {
            write(&function, number, &mut line);
        }
    }
    if !line.is_empty() {
        write(&function, number, &mut line);
    }
}

fn write(function: &Function, number: u64, line: &mut Vec<u8>) {
    let latest = function
        .pool()
        .slots
        .get(&number)
        .map_or_else(|| "-".into(), |slot| Arc::clone(&slot.latest));
    function.logs.line(function.stem(), &latest, &String::from_utf8_lossy(line));
    line.clear();
}
