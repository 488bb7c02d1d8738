//! The engine's log of stream records, kept fast and small.
//!
//! The engine numbers a record by the largest number so far, which it looks for in the whole log: a
//! write would take longer with every write before it. An index of ours answers that at once. And it
//! keeps records for ever, where DynamoDB keeps them for 24 hours.

use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

/// How long a record can be read (DynamoDB Streams: 24 hours), in seconds.
const RETENTION_S: i64 = 24 * 60 * 60;
/// Records deleted in one transaction, so that no writer waits for long.
const TRIM_AT_ONCE: i64 = 2_000;
/// How long to wait for the engine's own transactions.
const BUSY_MAX: Duration = Duration::from_secs(5);

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_MAX)?;
    Ok(connection)
}

/// Creates the index, once per file.
pub(super) fn index(path: &Path) -> Result<(), String> {
    let create = "CREATE INDEX IF NOT EXISTS stream_records_in_order
                  ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
    open(path)
        .and_then(|connection| connection.execute_batch(create))
        .map_err(|error| format!("the tables' file {} cannot be used: {error}", path.display()))
}

/// Deletes what is older than DynamoDB would keep. The newest record of a table stays whatever its
/// age: the numbering goes on from it.
pub(super) fn trim(path: &Path, now_s: i64) -> rusqlite::Result<()> {
    let connection = open(path)?;
    let mut tables = connection.prepare("SELECT table_name FROM _tables")?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?;
    // Only the oldest are looked at: records are written in the order of their age.
    let trim = "DELETE FROM _stream_records WHERE id IN (
                  SELECT id FROM (
                    SELECT id, created_at FROM _stream_records
                    WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <
                      (SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records
                       WHERE table_name = ?1)
                    ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?2)
                  WHERE created_at < ?3)";
    for table in tables.collect::<rusqlite::Result<Vec<_>>>()? {
        while connection.execute(trim, (&table, TRIM_AT_ONCE, now_s - RETENTION_S))? > 0 {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dynoxide::Database;
    use serde_json::json;

    fn put(database: &Database, n: usize) {
        let item = json!({"TableName": "items", "Item": {"PK": {"S": n.to_string()}}});
        database.put_item(serde_json::from_value(item).unwrap()).unwrap();
    }

    fn numbers(path: &Path) -> Vec<i64> {
        let connection = open(path).unwrap();
        let query = "SELECT CAST(sequence_number AS INTEGER) FROM _stream_records ORDER BY id";
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn numbering_uses_the_index_and_survives_trimming() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let database = Database::new(&path.display().to_string()).unwrap();
        let table = json!({"TableName": "items", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}});
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        index(&path).unwrap();
        index(&path).unwrap();
        (0..5).for_each(|n| put(&database, n));
        let five = numbers(&path);
        assert!(five.len() == 5 && five.is_sorted(), "{five:?}");

        let plan =
            "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
                    FROM _stream_records WHERE table_name = ?1";
        let connection = open(&path).unwrap();
        let plan: String = connection.query_row(plan, ["items"], |row| row.get(3)).unwrap();
        assert!(plan.contains("SEARCH") && plan.contains("stream_records_in_order"), "{plan}");

        trim(&path, i64::MAX / 2).unwrap();
        assert_eq!(numbers(&path), five[4..], "all but the newest are old");
        put(&database, 5);
        let two = numbers(&path);
        assert!(two.len() == 2 && two[0] == five[4] && two[1] > five[4], "{two:?}");
        trim(&path, 0).unwrap();
        assert_eq!(numbers(&path).len(), 2, "what is young stays");
    }
}
