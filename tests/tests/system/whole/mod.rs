//! What belongs to no single route

mod bad_frames;
mod bad_input;
mod bad_paths;
mod budget;
mod coverage;
mod events;
mod order;
mod rate_limit;
mod restart;
mod sweep;
mod system_lines;
pub mod tokens;
