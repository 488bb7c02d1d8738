//! Who may do what: every route of the template and every frame of the socket, asked for by everybody. The table
//! is `authorization.txt`; a route without a row fails here.
//!
//! Each row gets a private room of its own with somebody of every role in it, and each cell its own message,
//! victim, invitation and so on: what one caller was allowed cannot change what the next one meets.

mod table;
mod world;

use futures_util::StreamExt;
use parlance_tests::template::Template;
use std::collections::BTreeSet;
use table::{ROLES, Row, rows};
use world::{Cast, World};

/// Rows served side by side.
const ROWS_IN_FLIGHT_MAX: usize = 4;

#[test]
fn every_route_and_every_frame_has_a_row() {
    let template = Template::load();
    let routes = template.http_routes().into_iter().map(|(method, path, _)| (method, path));
    // The handshake and the frames that are none of ours have tests of their own; `$` marks them.
    let frames = template.socket_routes().into_iter().filter(|route| !route.starts_with('$'));
    let wanted: BTreeSet<(String, String)> =
        routes.chain(frames.map(|frame| ("WS".to_owned(), frame))).collect();
    let there: BTreeSet<(String, String)> =
        rows().into_iter().map(|row| (row.method, row.route)).collect();
    let missing: Vec<_> = wanted.difference(&there).collect();
    assert!(missing.is_empty(), "authorization.txt has no row for {missing:#?}");
    let gone: Vec<_> = there.difference(&wanted).collect();
    assert!(gone.is_empty(), "authorization.txt has rows for what does not exist: {gone:#?}");
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let cast = Cast::assemble().await;
    let judged = rows().into_iter().map(|row| judge(&cast, row));
    let wrong: Vec<String> = futures_util::stream::iter(judged)
        .buffer_unordered(ROWS_IN_FLIGHT_MAX)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is not as the table says.
async fn judge(cast: &Cast, row: Row) -> Vec<String> {
    let world = World::build(cast, &row).await;
    let mut wrong = vec![];
    for (role, expected) in ROLES.iter().zip(&row.expected) {
        if expected == "-" {
            continue;
        }
        let got = if row.method == "WS" {
            world.frame(cast, &row, role).await
        } else {
            world.request(cast, &row, role).await
        };
        let (outcome, text) = got;
        if !expected.split('/').any(|one| one == outcome) {
            let (method, route) = (&row.method, &row.route);
            wrong.push(format!("{method} {route} as {role}: expected {expected}, got {text:.300}"));
        }
    }
    wrong
}
