//! Hosts the function programs over the Lambda Runtime API.
//!
//! A function is a pool of processes, each with one invocation at a time. An invocation goes to the
//! process that became idle last, so that the others can be reaped; when none is idle it waits in
//! line, and after [`function::SCALE_AFTER`] a further process is started. Every process has a
//! listener of its own, which is how the host knows who asks for the next invocation: the Runtime
//! API itself carries no sender.

mod api;
mod environment;
pub mod exec;
mod function;
mod pool;
mod process;

pub use environment::Surroundings;
pub use function::Function;
pub use pool::Failure;

use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::template::model::FunctionSpec;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// All functions of the deployment.
pub struct Host {
    functions: BTreeMap<String, Arc<Function>>,
}

impl Host {
    /// Prepares the functions; processes start on first use.
    #[must_use]
    pub fn new(
        specs: &[FunctionSpec],
        around: &Surroundings,
        logs: &Arc<Logs>,
        metrics: &Arc<Metrics>,
    ) -> Self {
        let functions = specs
            .iter()
            .map(|spec| {
                let environment = environment::of(spec, around);
                let program = around.bin_dir.join(&spec.binary);
                (
                    spec.id.clone(),
                    Function::new(
                        spec,
                        program,
                        environment,
                        Arc::clone(logs),
                        Arc::clone(metrics),
                    ),
                )
            })
            .collect();
        Self { functions }
    }

    /// A function by logical id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Function>> {
        self.functions.get(id).map(Arc::clone)
    }

    /// Ends processes that were idle for `idle_max`, and those whose invocation is overdue although
    /// nobody waits for it any more. Runs for ever.
    pub async fn reap(self: Arc<Self>, idle_max: Duration) {
        let period = (idle_max / 4).clamp(Duration::from_millis(50), Duration::from_secs(1));
        loop {
            tokio::time::sleep(period).await;
            for function in self.functions.values() {
                function.reap(idle_max);
            }
        }
    }

    /// Ends all processes and waits until they are gone.
    pub async fn shutdown(&self) {
        for function in self.functions.values() {
            function.stop();
        }
        for function in self.functions.values() {
            function.stopped().await;
        }
    }

    /// `[{"function", "pid", "busy"}]` for `/_local/processes`.
    #[must_use]
    pub fn processes(&self) -> Value {
        self.functions
            .values()
            .flat_map(|function| {
                let name = function.stem().to_owned();
                function
                    .list()
                    .into_iter()
                    .map(move |(pid, busy)| json!({"function": name, "pid": pid, "busy": busy}))
            })
            .collect()
    }
}
