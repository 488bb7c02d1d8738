//! Every requirement has a test that proves it: `docs/requirements.md` names them, and this finds them.

use parlance_tests::stack::project_folder;
use std::collections::BTreeMap;

/// The groups, and how many requirements each has. The table may gain rows; losing one fails here.
const GROUPS: [(&str, usize); 20] = [
    ("USR", 9),
    ("ROOM", 13),
    ("MSG", 15),
    ("ATT", 11),
    ("RCT", 5),
    ("MEM", 9),
    ("PRS", 5),
    ("NTF", 10),
    ("RCP", 5),
    ("INV", 6),
    ("API", 34),
    ("WS", 20),
    ("AUTH", 4),
    ("AZ", 5),
    ("RT", 5),
    ("STO", 5),
    ("SRCH", 6),
    ("VAL", 9),
    ("MOD", 5),
    ("UI", 16),
];

/// Id and proofs of each row of the tables.
fn table() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(project_folder().join("docs/requirements.md"))
        .expect("docs/requirements.md");
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (id, proofs) = (cells.first()?, cells.get(2)?);
        let is_id = id.split_once('-').is_some_and(|(_, n)| n.parse::<usize>().is_ok());
        let proofs = proofs.split('`').skip(1).step_by(2).map(str::to_owned);
        is_id.then(|| ((*id).to_owned(), proofs.collect()))
    });
    rows.collect()
}

#[test]
fn no_requirement_is_missing() {
    let table = table();
    for (group, count) in GROUPS {
        for number in 1..=count {
            let id = format!("{group}-{number:02}");
            assert!(table.contains_key(&id), "docs/requirements.md has no row {id}");
        }
    }
}

#[test]
fn every_requirement_is_proven_by_a_test_that_exists() {
    let mut wrong = vec![];
    for (id, proofs) in table() {
        if proofs.is_empty() {
            wrong.push(format!("{id}: no test"));
        }
        for proof in proofs {
            let Some((file, name)) = proof.split_once("::") else {
                wrong.push(format!("{id}: {proof} is not file::test"));
                continue;
            };
            // A path from the root, or within the whole-system tests.
            let path = if file.ends_with(".rs") || file.ends_with(".ts") {
                file.to_owned()
            } else {
                format!("tests/tests/system/{file}.rs")
            };
            let text = std::fs::read_to_string(project_folder().join(&path)).unwrap_or_default();
            let begin =
                if file.ends_with(".ts") { format!("('{name}'") } else { format!("fn {name}(") };
            if !text.contains(&begin) {
                wrong.push(format!("{id}: no test {name} in {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
