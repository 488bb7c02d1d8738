//! The queue's consumers, seen from the sockets

mod deliver;
mod index;
mod notify;
mod presence;
mod purge;
