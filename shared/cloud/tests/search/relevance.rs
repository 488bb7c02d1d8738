//! The table of queries and what each must find, in many scripts: `tests/relevance.json`.

use crate::harness::{NOW, Room};
use chat::ports::HitOrder;
use domain::search::{SearchQuery, highlights};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Table {
    messages: BTreeMap<String, String>,
    queries: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    q: String,
    finds: BTreeSet<String>,
    first: Option<String>,
}

fn table() -> Table {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/relevance.json");
    let table: Table = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    for row in &table.queries {
        for name in &row.finds {
            assert!(table.messages.contains_key(name), "{}: no message {name}", row.q);
        }
    }
    assert!(table.queries.len() > 100 && NOW.ms() > 0);
    table
}

#[tokio::test]
async fn the_index_finds_what_the_table_says() {
    let table = table();
    let room = Room::new();
    let (names, texts): (Vec<&String>, Vec<&String>) = table.messages.iter().unzip();
    room.send(&texts.iter().map(|text| text.as_str()).collect::<Vec<_>>()).await;
    let mut wrong = Vec::new();
    for row in &table.queries {
        let hits = room.hits(&row.q, HitOrder::Rank, None, 100).await.unwrap();
        let found: Vec<&String> =
            hits.iter().map(|hit| names[usize::try_from(hit.id.seq).unwrap() - 1]).collect();
        let as_set: BTreeSet<&String> = found.iter().copied().collect();
        if as_set != row.finds.iter().collect() {
            wrong.push(format!("{:?} finds {as_set:?}, not {:?}", row.q, row.finds));
        }
        if row.first.as_ref().is_some_and(|first| found.first() != Some(&first)) {
            wrong.push(format!("{:?} finds {found:?}, first not {:?}", row.q, row.first));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.queries.len(), wrong.join("\n"));
}

/// The rule that checks each hit against the current text finds the same as the index: otherwise it would
/// hide what was found, or keep what was not.
#[test]
fn texts_themselves_say_the_same() {
    let table = table();
    let mut wrong = Vec::new();
    for row in &table.queries {
        let query = SearchQuery::parse(&row.q).unwrap();
        let fits = |text: &String| highlights(&query.clauses, text).is_some();
        let found: BTreeSet<&String> =
            table.messages.iter().filter(|(_, text)| fits(text)).map(|(name, _)| name).collect();
        if found != row.finds.iter().collect() {
            wrong.push(format!("{:?} fits {found:?}, not {:?}", row.q, row.finds));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.queries.len(), wrong.join("\n"));
}
