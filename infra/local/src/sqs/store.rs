//! The queues' file, written by one thread that commits whatever has gathered as one transaction.
//!
//! WAL with `synchronous=NORMAL`: a commit survives the end of the process at any moment. A power
//! cut may lose the last commits; the messages themselves are in the table, which syncs each commit,
//! and clients fetch what a hole hides.

use super::Live;
use super::queue::Message;
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// Most operations in one transaction.
const BATCH_MAX: usize = 1000;
/// How long operations nobody waits for may gather before they are committed.
const LAZY_DELAY: Duration = Duration::from_millis(20);

/// Something to write.
pub(super) enum Op {
    /// New messages; visible and acknowledged after the commit.
    Insert { live: Arc<Live>, messages: Vec<Message>, done: oneshot::Sender<Result<(), String>> },
    /// A message is done.
    Delete { seq: u64 },
    /// A message was received so often.
    Count { seq: u64, count: u32 },
    /// A message went to another queue.
    Move { seq: u64, queue: String },
    /// Commit now.
    Flush { done: oneshot::Sender<()> },
}

/// Messages with the names of their queues.
pub(super) type Loaded = Vec<(String, Message)>;

/// Hands operations to the writing thread.
pub(super) struct Store {
    ops: Sender<Op>,
}

impl Store {
    /// Opens the file, starts the thread. Also the messages in the file, and the highest number.
    pub(super) fn open(path: &Path) -> rusqlite::Result<(Self, Loaded, u64)> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS messages (
                 seq INTEGER PRIMARY KEY, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
                 attributes TEXT, sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
                 receive_count INTEGER NOT NULL DEFAULT 0)",
        )?;
        let loaded = load(&connection)?;
        let highest = loaded.iter().map(|(_, message)| message.seq).max().unwrap_or(0);
        let (ops, inbox) = channel();
        std::thread::Builder::new()
            .name("queues".into())
            .spawn(move || write(connection, &inbox))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        Ok((Self { ops }, loaded, highest))
    }

    /// Puts an operation in line. If the thread is gone, whoever waits is told by the dropped channel.
    pub(super) fn submit(&self, op: Op) {
        let _ = self.ops.send(op);
    }
}

fn load(connection: &Connection) -> rusqlite::Result<Loaded> {
    let mut statement = connection
        .prepare("SELECT seq, queue, id, body, attributes, sent_at, visible_at, receive_count FROM messages ORDER BY seq")?;
    let rows = statement.query_map([], |row| {
        let attributes: Option<String> = row.get(4)?;
        Ok((
            row.get(1)?,
            Message {
                seq: row.get::<_, i64>(0)?.unsigned_abs(),
                id: row.get::<_, String>(2)?.into(),
                body: row.get::<_, String>(3)?.into(),
                attributes: attributes
                    .and_then(|text| serde_json::from_str(&text).ok())
                    .map(Arc::new),
                sent_at: row.get::<_, i64>(5)?.unsigned_abs(),
                visible_at: row.get::<_, i64>(6)?.unsigned_abs(),
                first_received_at: 0,
                receive_count: row.get(7)?,
            },
        ))
    })?;
    rows.collect()
}

fn write(mut connection: Connection, inbox: &Receiver<Op>) {
    while let Ok(first) = inbox.recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX {
            let awaited = batch.iter().any(|op| matches!(op, Op::Insert { .. } | Op::Flush { .. }));
            let next = if awaited {
                inbox.try_recv().map_err(|_| RecvTimeoutError::Timeout)
            } else {
                inbox.recv_timeout(LAZY_DELAY)
            };
            match next {
                Ok(op) => batch.push(op),
                Err(_) => break,
            }
        }
        let outcome = commit(&mut connection, &batch).map_err(|error| error.to_string());
        for op in batch {
            match op {
                Op::Insert { live, messages, done } => {
                    if outcome.is_ok() {
                        live.put(messages);
                    }
                    let _ = done.send(outcome.clone());
                }
                Op::Flush { done } => {
                    let _ = done.send(());
                }
                Op::Delete { .. } | Op::Count { .. } | Op::Move { .. } => {}
            }
        }
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn commit(connection: &mut Connection, batch: &[Op]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO messages (seq, queue, id, body, attributes, sent_at, visible_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let mut delete = transaction.prepare_cached("DELETE FROM messages WHERE seq = ?1")?;
        let mut count =
            transaction.prepare_cached("UPDATE messages SET receive_count = ?2 WHERE seq = ?1")?;
        let mut shift = transaction
            .prepare_cached("UPDATE messages SET queue = ?2, receive_count = 0 WHERE seq = ?1")?;
        for op in batch {
            match op {
                Op::Insert { live, messages, .. } => {
                    for m in messages {
                        let attributes = m.attributes.as_ref().map(|value| value.to_string());
                        insert.execute(params![
                            signed(m.seq),
                            live.spec.name,
                            &*m.id,
                            &*m.body,
                            attributes,
                            signed(m.sent_at),
                            signed(m.visible_at)
                        ])?;
                    }
                }
                Op::Delete { seq } => {
                    delete.execute([signed(*seq)])?;
                }
                Op::Count { seq, count: times } => {
                    count.execute(params![signed(*seq), times])?;
                }
                Op::Move { seq, queue } => {
                    shift.execute(params![signed(*seq), queue])?;
                }
                Op::Flush { .. } => {}
            }
        }
    }
    transaction.commit()
}
