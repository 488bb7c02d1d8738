//! The benchmark's parts: the bare limits of the machine ([`bare`]), the stack's figures ([`chat`],
//! [`upkeep`]), and the table they are printed as ([`table`]).

pub mod bare;
pub mod chat;
pub mod table;
pub mod upkeep;
