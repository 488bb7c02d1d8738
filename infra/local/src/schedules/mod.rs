//! `rate(…)` and `cron(…)`, as EventBridge writes them.

use crate::clock;
use crate::runtime::Function;
use crate::template::names::{ACCOUNT, REGION};
use chrono::{DateTime, Utc};
use cron::Schedule as Cron;
use serde_json::json;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// When a function is to run.
#[derive(Debug)]
pub enum Schedule {
    /// Every so often.
    Rate(Duration),
    /// At these times, in UTC.
    Cron(Box<Cron>),
}

impl Schedule {
    /// Reads an expression.
    ///
    /// # Errors
    /// One clause saying what is wrong with it.
    pub fn parse(expression: &str) -> Result<Self, String> {
        let bad = || {
            format!("the schedule {expression} is neither rate(value unit) nor cron(six fields)")
        };
        let inner =
            |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(rate) = inner("rate") {
            let (value, unit) = rate.trim().split_once(' ').ok_or_else(bad)?;
            let value: u64 = value.parse().ok().filter(|value| *value > 0).ok_or_else(bad)?;
            let seconds = match unit.trim().trim_end_matches('s') {
                "minute" => 60,
                "hour" => 3600,
                "day" => 86_400,
                _ => return Err(bad()),
            };
            return Ok(Self::Rate(Duration::from_secs(value * seconds)));
        }
        let fields = inner("cron").ok_or_else(bad)?;
        if fields.split_whitespace().count() != 6 {
            return Err(bad());
        }
        if fields.contains(['L', 'W', '#'])
            && !fields
                .split_whitespace()
                .any(|f| f.chars().any(|c| c.is_ascii_uppercase() && !"LW#".contains(c)))
        {
            return Err(format!(
                "the schedule {expression} uses L, W or #, which the local stack does not do"
            ));
        }
        // EventBridge has no seconds.
        let cron = Cron::from_str(&format!("0 {fields}"))
            .map_err(|error| format!("the schedule {expression}: {error}"))?;
        Ok(Self::Cron(Box::new(cron)))
    }

    /// How long until the next time, from a point in time.
    #[must_use]
    pub fn wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        match self {
            Self::Rate(every) => Some(*every),
            Self::Cron(cron) => (cron.after(&now).next()? - now).to_std().ok(),
        }
    }
}

/// Fires for ever.
pub async fn run(schedule: Schedule, function: Arc<Function>, name: String, input: Option<String>) {
    while let Some(wait) = schedule.wait(Utc::now()) {
        tokio::time::sleep(wait).await;
        fire(&function, &name, input.as_deref());
    }
}

/// Invokes the function once.
pub fn fire(function: &Arc<Function>, name: &str, input: Option<&str>) {
    let event = input.map_or_else(|| event(name), str::to_owned);
    function.invoke_async(event.into());
}

fn event(name: &str) -> String {
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": clock::rfc3339(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}")],
        "detail": {},
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn rates_and_crons() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 13, 20, 30).single().expect("a time");
        let wait = |expression: &str| {
            Schedule::parse(expression).expect(expression).wait(now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("rate(5 minutes)"), Some(300));
        assert_eq!(wait("rate(1 hour)"), Some(3600));
        assert_eq!(wait("cron(0/15 * * * ? *)"), Some(9 * 60 + 30));
        // 2026-11-20 is a Friday; SUN is day 1.
        assert_eq!(wait("cron(0 14 ? * FRI *)"), Some(39 * 60 + 30));
        assert_eq!(wait("cron(0 14 ? * 6 *)"), Some(39 * 60 + 30));
        for bad in
            ["rate(0 minutes)", "rate(5 parsecs)", "cron(* * *)", "every day", "cron(0 0 L * ? *)"]
        {
            assert!(Schedule::parse(bad).is_err(), "{bad}");
        }
    }
}
