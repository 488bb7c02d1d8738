//! Figures, each with the bare limit it is compared to.

use crate::stats::Samples;
use serde_json::{Value, json};

/// One line of the table.
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// The value in `unit`.
    pub value: f64,
    /// `ms`, `/s`, `MB` …
    pub unit: &'static str,
    /// The limit's name and value in the same unit.
    pub limit: Option<(&'static str, f64)>,
}

impl Figure {
    /// The value as a multiple of its limit.
    pub fn ratio(&self) -> Option<f64> {
        self.limit.map(|(_, limit)| self.value / limit)
    }
}

/// All figures in the order they were taken.
#[derive(Default)]
pub struct Table {
    figures: Vec<Figure>,
}

impl Table {
    /// Adds one figure and says so at once.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        limit: Option<(&'static str, f64)>,
    ) {
        let figure = Figure { name: name.into(), value, unit, limit };
        eprintln!("… {}: {:.2} {}", figure.name, figure.value, figure.unit);
        self.figures.push(figure);
    }

    /// Adds percentiles of durations.
    pub fn add_percentiles(
        &mut self,
        name: &str,
        samples: &Samples,
        percents: &[f64],
        limit: Option<(&'static str, f64)>,
    ) {
        for percent in percents {
            self.add(
                format!("{name}, p{percent:.0}"),
                samples.percentile_ms(*percent),
                "ms",
                limit,
            );
        }
    }

    /// The table for people.
    pub fn print(&self) {
        let width =
            self.figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or(0);
        for figure in &self.figures {
            let against = match (figure.limit, figure.ratio()) {
                (Some((name, limit)), Some(ratio)) => {
                    format!("{ratio:>9.2} x {name} ({limit:.2} {})", figure.unit)
                }
                _ => String::new(),
            };
            println!("{:<width$}  {:>10.2} {:<4}{against}", figure.name, figure.value, figure.unit);
        }
    }

    /// The table for programs.
    pub fn json(&self) -> Value {
        let one = |figure: &Figure| {
            json!({"name": figure.name, "value": figure.value, "unit": figure.unit, "ratio": figure.ratio(),
                   "limit": figure.limit.map(|(name, value)| json!({"name": name, "value": value}))})
        };
        json!({"figures": self.figures.iter().map(one).collect::<Vec<_>>()})
    }
}
