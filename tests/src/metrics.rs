//! What the stack counted: calls of AWS operations by function, and invocations.

use crate::api::Api;
use crate::stack::Stack;
use serde_json::Value;
use std::collections::BTreeMap;

/// The counters at one moment.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// The document as it came.
    pub raw: Value,
}

/// One running function process.
#[derive(Debug, Clone)]
pub struct Process {
    /// The function's stem.
    pub function: String,
    /// Its process id.
    pub pid: u32,
}

impl Stack {
    /// The counters now.
    pub async fn metrics(&self) -> Metrics {
        Metrics {
            raw: Api::new(self.aws())
                .call("GET", "/_local/metrics", None, crate::api::Payload::None)
                .await
                .json,
        }
    }

    /// The function processes now; none if the stack does not answer.
    pub async fn processes(&self) -> Vec<Process> {
        let api = Api::new(self.aws());
        let Ok(answer) =
            api.try_call("GET", "/_local/processes", None, &[], crate::api::Payload::None).await
        else {
            return vec![];
        };
        let list = answer.json.as_array().cloned().unwrap_or_default();
        list.iter()
            .filter_map(|process| {
                Some(Process {
                    function: process["function"].as_str()?.to_owned(),
                    // Not started yet, or not any more: 0.
                    pid: u32::try_from(process["pid"].as_u64()?).ok().filter(|pid| *pid > 1)?,
                })
            })
            .collect()
    }
}

impl Metrics {
    /// Calls per AWS operation (without the service's name) that a function made since `before`.
    pub fn calls_since(&self, before: &Self, function: &str) -> BTreeMap<String, u64> {
        let count =
            |metrics: &Self, name: &str| metrics.raw["calls"][function][name].as_u64().unwrap_or(0);
        let mut calls = BTreeMap::new();
        for name in
            self.raw["calls"][function].as_object().into_iter().flat_map(|names| names.keys())
        {
            let made = count(self, name) - count(before, name);
            if made > 0 {
                let operation = name.rsplit('.').next().unwrap_or(name);
                *calls.entry(operation.to_owned()).or_default() += made;
            }
        }
        calls
    }

    /// Capacity units of DynamoDB that a function consumed since `before`: read, written.
    pub fn units_since(&self, before: &Self, function: &str) -> (f64, f64) {
        let units = |metrics: &Self, name: &str| {
            metrics.raw["units"][function][name].as_f64().unwrap_or(0.0)
        };
        let (mut read, mut written) = (0.0, 0.0);
        let all =
            self.raw["units"][function].as_object().into_iter().flat_map(|names| names.keys());
        for name in all {
            let sum = if matches!(
                name.as_str(),
                "dynamodb.GetItem"
                    | "dynamodb.BatchGetItem"
                    | "dynamodb.Query"
                    | "dynamodb.TransactGetItems"
            ) {
                &mut read
            } else {
                &mut written
            };
            *sum += units(self, name) - units(before, name);
        }
        (read, written)
    }

    /// How often a function was invoked since `before`.
    pub fn invocations_since(&self, before: &Self, function: &str) -> u64 {
        let count = |metrics: &Self| {
            metrics.raw["functions"][function]["invocations"].as_u64().unwrap_or(0)
        };
        count(self) - count(before)
    }
}
