//! What the ports promise, checked against a real table.
//!
//! By default the table is in this process (dynoxide behind its HTTP server). With
//! `DYNAMODB_ENDPOINT` set, the same suite runs against DynamoDB Local or AWS itself; region and
//! credentials then come from the usual variables.

#![allow(clippy::unwrap_used, reason = "all of this is tests; clippy only knows test functions")]

mod account_life;
mod accounts;
mod blocks;
mod buckets;
mod calls;
mod connections;
mod faults;
mod files;
mod harness;
mod history;
mod invites;
mod look;
mod managing;
mod members;
mod messages;
mod notices;
mod pins;
mod presence;
mod purge;
mod pushes;
mod reactions;
mod reports;
mod rooms;
mod sessions;
mod succession;
mod threads;
mod typing;
