//! `/sync` and `/bootstrap`

mod bootstrap;
#[allow(clippy::module_inception, reason = "the route is named like its package")]
mod sync;
