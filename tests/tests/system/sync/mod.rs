//! `/sync` and `/bootstrap`

mod bootstrap;
mod sync;
