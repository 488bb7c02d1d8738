//! `GET /search`

mod search;
