//! What goes wrong on purpose: a random function process dies every second, and once everything does.

use super::Tally;
use crate::process::signal;
use crate::stack::Stack;
use crate::stats::Dice;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// `kill -9` of a random function process every second until all is written.
pub async fn kill_functions(stack: Arc<Stack>, tally: Arc<Tally>) {
    let mut dice = Dice::new();
    while !tally.is_written() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let processes = stack.processes().await;
        if let Some(victim) = processes.get(dice.below(processes.len())) {
            signal("KILL", &[victim.pid]);
            Tally::count(&tally.kills);
        }
    }
}

/// `kill -9` of the whole stack when half of the lines are written, and a restart on the same data.
pub async fn kill_everything_once(stack: Arc<Stack>, tally: Arc<Tally>, lines: u64) {
    while tally.sent.load(Ordering::Relaxed) < lines / 2 {
        if tally.is_written() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let restart = tokio::task::spawn_blocking(move || {
        stack.kill();
        stack.start_again();
    });
    if restart.await.is_ok() {
        Tally::count(&tally.stack_kills);
    }
}
