//! Counters, read at `/_local/metrics`: what each function did, and which AWS calls it made. A call
//! is attributed by its access key, since every function is given credentials of its own.

use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What stands before the function's name in its access key.
pub const KEY_PREFIX: &str = "LOCAL";

#[derive(Default, Clone)]
struct FunctionCounts {
    invocations: u64,
    errors: u64,
    starts: u64,
    duration_us: u64,
    duration_us_max: u64,
}

#[derive(Default, Clone, Copy)]
struct CallCounts {
    calls: u64,
    request_bytes: u64,
    /// Capacity units of DynamoDB.
    units: f64,
}

/// All counters since the stack started.
#[derive(Default)]
pub struct Metrics {
    functions: Mutex<HashMap<String, FunctionCounts>>,
    calls: Mutex<HashMap<String, HashMap<String, CallCounts>>>,
}

impl Metrics {
    /// Counts a process that was started.
    pub fn started(&self, function: &str) {
        self.function(function, |counts| counts.starts += 1);
    }

    /// Counts an invocation that ended.
    pub fn invoked(&self, function: &str, took: Duration, failed: bool) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.function(function, |counts| {
            counts.invocations += 1;
            counts.errors += u64::from(failed);
            counts.duration_us += us;
            counts.duration_us_max = counts.duration_us_max.max(us);
        });
    }

    fn function(&self, name: &str, change: impl FnOnce(&mut FunctionCounts)) {
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        match functions.get_mut(name) {
            Some(counts) => change(counts),
            None => change(functions.entry(name.to_owned()).or_default()),
        }
    }

    /// Counts an AWS call. `authorization` is the SigV4 header, `operation` e.g. `dynamodb.GetItem`.
    pub fn called(&self, authorization: Option<&str>, operation: &str, request_bytes: usize) {
        let caller = authorization.and_then(caller).unwrap_or("-");
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let by_operation = match calls.get_mut(caller) {
            Some(found) => found,
            None => calls.entry(caller.to_owned()).or_default(),
        };
        let counts = match by_operation.get_mut(operation) {
            Some(found) => found,
            None => by_operation.entry(operation.to_owned()).or_default(),
        };
        counts.calls += 1;
        counts.request_bytes += request_bytes as u64;
    }

    /// Adds what a DynamoDB request cost that was counted before.
    pub fn cost(&self, authorization: &str, operation: &str, units: f64) {
        let caller = caller(authorization).unwrap_or("-");
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let counts =
            calls.get_mut(caller).and_then(|by| by.get_mut(&format!("dynamodb.{operation}")));
        if let Some(counts) = counts {
            counts.units += units;
        }
    }

    /// All counters as JSON.
    #[must_use]
    pub fn report(&self) -> Value {
        let functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let functions: Map<String, Value> = functions
            .into_iter()
            .map(|(name, c)| {
                (
                    name,
                    json!({"invocations": c.invocations, "errors": c.errors, "starts": c.starts,
                              "duration_us": c.duration_us, "duration_us_max": c.duration_us_max}),
                )
            })
            .collect();
        let pick = |value: fn(&CallCounts) -> Value| -> Map<String, Value> {
            calls
                .iter()
                .map(|(caller, operations)| {
                    let operations: Map<String, Value> = operations
                        .iter()
                        .map(|(name, counts)| (name.clone(), value(counts)))
                        .collect();
                    (caller.clone(), Value::Object(operations))
                })
                .collect()
        };
        json!({"functions": functions, "calls": pick(|c| c.calls.into()),
               "request_bytes": pick(|c| c.request_bytes.into()), "units": pick(|c| c.units.into())})
    }
}

/// The function's name inside a SigV4 header, `AWS4-HMAC-SHA256 Credential=LOCALsend_message/2026…`.
pub fn caller(authorization: &str) -> Option<&str> {
    let key = authorization.split("Credential=").nth(1)?.split('/').next()?;
    key.strip_prefix(KEY_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_attributed_by_access_key() {
        let metrics = Metrics::default();
        let header = "AWS4-HMAC-SHA256 Credential=LOCALsend_message/20261120/us-east-1/dynamodb/aws4_request, x";
        metrics.called(Some(header), "dynamodb.GetItem", 10);
        metrics.called(Some(header), "dynamodb.GetItem", 5);
        metrics.called(None, "dynamodb.Query", 1);
        let report = metrics.report();
        assert_eq!(report["calls"]["send_message"]["dynamodb.GetItem"], 2);
        assert_eq!(report["request_bytes"]["send_message"]["dynamodb.GetItem"], 15);
        assert_eq!(report["calls"]["-"]["dynamodb.Query"], 1);
    }
}
