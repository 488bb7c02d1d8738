//! `/sync` and `/bootstrap`
#![allow(clippy::module_inception, reason = "tests are in a file of their function's name")]

mod bootstrap;
#[allow(clippy::module_inception, reason = "the route is named like its package")]
mod sync;
