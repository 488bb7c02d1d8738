//! What running it costs: start-up, memory, disk, and how long the functions themselves took.

use crate::metrics::Metrics;
use crate::process::{descendants, folder_bytes, resident_bytes};
use crate::stack::Stack;

/// Resident memory in bytes.
pub struct Memory {
    /// The stack's own process.
    pub stack: u64,
    /// All function processes together.
    pub functions: u64,
    /// How many there are.
    pub processes: usize,
}

/// The memory at this moment.
pub fn memory(stack: &Stack) -> Memory {
    let functions = descendants(stack.pid());
    Memory {
        stack: resident_bytes(stack.pid()),
        functions: functions.iter().map(|pid| resident_bytes(*pid)).sum(),
        processes: functions.len(),
    }
}

/// The data folder's size in bytes, without the functions' output.
pub fn disk(stack: &Stack) -> u64 {
    let data = stack.data();
    folder_bytes(&data).saturating_sub(folder_bytes(&data.join("logs")))
}

/// How long a function took on average between two moments, in milliseconds.
pub fn mean_duration_ms(before: &Metrics, after: &Metrics, function: &str) -> Option<f64> {
    let count = |metrics: &Metrics, name: &str| {
        metrics.raw["functions"][function][name].as_f64().unwrap_or(0.0)
    };
    let runs = count(after, "invocations") - count(before, "invocations");
    let took_us = count(after, "duration_us") - count(before, "duration_us");
    (runs > 0.0).then(|| took_us / runs / 1e3)
}
