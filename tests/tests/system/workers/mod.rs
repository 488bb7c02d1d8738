//! The queue's consumers, seen from the sockets

mod deliver;
mod notify;
mod presence;
