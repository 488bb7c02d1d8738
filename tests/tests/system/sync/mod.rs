//! `/sync` and `/bootstrap`
#![allow(clippy::module_inception, reason = "tests are in a file of their function's name")]

mod bootstrap;
mod sync;
