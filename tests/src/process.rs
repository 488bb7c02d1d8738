//! Signals and process trees, without `unsafe`: through the system's own `kill` and `/proc`.

use std::process::{Command, Stdio};

/// Sends `signal` (`TERM`, `KILL` …) to each process. Processes that are gone already are no error.
///
/// A number below 2 is nobody's: to `kill`, 0 means the caller's own group, the whole test run.
pub fn signal(signal: &str, pids: &[u32]) {
    let pids: Vec<u32> = pids.iter().copied().filter(|pid| *pid > 1).collect();
    if pids.is_empty() {
        return;
    }
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "s=$1; shift; for p in \"$@\"; do kill -s \"$s\" \"$p\" 2>/dev/null; done",
        "sh",
        signal,
    ]);
    for pid in pids {
        command.arg(pid.to_string());
    }
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// The processes below `pid`, as `/proc` shows them at this moment.
pub fn descendants(pid: u32) -> Vec<u32> {
    let mut found = vec![];
    let mut open = vec![pid];
    while let Some(parent) = open.pop() {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{parent}/task")) else { continue };
        for task in tasks.flatten() {
            let Ok(children) = std::fs::read_to_string(task.path().join("children")) else {
                continue;
            };
            for child in children.split_whitespace().filter_map(|word| word.parse().ok()) {
                found.push(child);
                open.push(child);
            }
        }
    }
    found
}

/// Whether a process runs (a zombie does not).
pub fn alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| stat.rsplit(')').next().map(|rest| !rest.trim_start().starts_with('Z')))
        .unwrap_or(false)
}

/// Resident memory of a process in bytes, 0 if it is gone.
pub fn resident_bytes(pid: u32) -> u64 {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else { return 0 };
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse::<u64>().ok())
        .map_or(0, |kib| kib * 1024)
}

/// Bytes of all files under a folder.
pub fn folder_bytes(folder: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => folder_bytes(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}
