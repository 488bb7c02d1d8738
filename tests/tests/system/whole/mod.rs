//! What belongs to no single route

mod authorization;
mod bad_frames;
mod bad_input;
mod bad_paths;
mod budget;
mod budget_managing;
mod coverage;
mod events;
mod faces;
mod front_door;
mod markdown;
mod order;
mod races;
mod rate_limit;
mod requirements;
mod restart;
mod same_state;
mod sweep;
mod system_lines;
pub mod tokens;
