//! `cargo xtask logs`: what the functions wrote.

use crate::{Outcome, place};
use clap::Args;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// How often a followed log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Which lines.
#[derive(Args)]
pub struct Logs {
    /// The stack's data folder [default: .parlance in the project]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep printing what is added, until Ctrl-C
    #[arg(long, short)]
    follow: bool,
    /// Only this function, as send_message
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
}

impl Logs {
    /// Prints, and follows if asked to.
    pub fn run(self) -> Outcome {
        let path = place::data(self.data).join("logs").join("functions.log");
        let printed = print(&path, self.function.as_deref(), self.follow, &mut io::stdout().lock());
        match printed {
            Ok(()) => Ok(ExitCode::SUCCESS),
            // The reader, say `head`, has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(format!(
                "there is no log at {}; a stack started by `cargo xtask up` writes it.",
                path.display()
            )),
            Err(error) => Err(format!("{}: {error}.", path.display())),
        }
    }
}

fn print(
    path: &Path,
    function: Option<&str>,
    follow: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut log = BufReader::new(File::open(path)?);
    let mut read: u64 = 0;
    let mut line = Vec::new();
    loop {
        // A line that is still being written has no end yet and is kept for the next look.
        while log.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            read += line.len() as u64;
            if function.is_none_or(|name| is_of(&line, name)) {
                out.write_all(&line)?;
            }
            line.clear();
        }
        if !follow {
            return if line.is_empty() || !function.is_none_or(|name| is_of(&line, name)) {
                Ok(())
            } else {
                out.write_all(&line)
            };
        }
        out.flush()?;
        thread::sleep(LOOK_EVERY);
        // A full log is put aside and a new one begun; a fresh start empties it. Both are shorter.
        if fs::metadata(path).is_ok_and(|now| now.len() < read) {
            log = BufReader::new(File::open(path)?);
            read = 0;
            line.clear();
        }
    }
}

/// Lines are `<time> <function> <request id> <text>`.
fn is_of(line: &[u8], function: &str) -> bool {
    line.split(|byte| *byte == b' ').nth(1) == Some(function.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_function_is_picked_out() {
        let path = std::env::temp_dir().join(format!("xtask-logs-{}.log", std::process::id()));
        let text = "t1 login r1 a login\nt2 send_message - login\nt3 login - open end";
        fs::write(&path, text).unwrap();
        let show = |function| {
            let mut out = Vec::new();
            print(&path, function, false, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(show(None), text);
        assert_eq!(show(Some("login")), "t1 login r1 a login\nt3 login - open end");
        assert_eq!(show(Some("log")), "");
        fs::remove_file(&path).unwrap();
    }
}
