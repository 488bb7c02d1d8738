//! What no route answers

mod unknown_route;
