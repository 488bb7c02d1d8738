//! The table: one row per route, one column per role.

/// The columns, in their order.
pub const ROLES: [&str; 8] =
    ["anonymous", "stranger", "former", "member", "silenced", "admin", "owner", "blocked"];

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// `GET`, … or `WS` for a frame.
    pub method: String,
    /// The route as the template writes it, or the frame's type.
    pub route: String,
    /// What stands for the route's parameters, where that is not the usual, and `query`.
    pub with: Vec<(String, String)>,
    /// The body or the frame's fields, with `$names` in it; empty for none.
    pub body: String,
    /// What each role gets: a status, or for a frame `ack` or the error's code; `/` between alternatives, `-` for
    /// a cell that does not apply.
    pub expected: Vec<String>,
}

/// All rows.
pub fn rows() -> Vec<Row> {
    let lines = include_str!("../authorization.txt").lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(row).collect()
}

fn row(line: &str) -> Row {
    let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
    let [route, with, body, expected] = columns[..] else {
        panic!("authorization.txt: not four columns: {line}")
    };
    let (method, route) = route.split_once(' ').unwrap_or_else(|| panic!("no method: {line}"));
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("no value: {line}"));
        (name.to_owned(), value.to_owned())
    };
    let expected: Vec<String> = expected.split_whitespace().map(str::to_owned).collect();
    assert_eq!(expected.len(), ROLES.len(), "authorization.txt: one column per role: {line}");
    Row {
        method: method.to_owned(),
        route: route.trim().to_owned(),
        with: with.split_whitespace().filter(|text| *text != "-").map(pair).collect(),
        body: body.trim_matches('-').to_owned(),
        expected,
    }
}
