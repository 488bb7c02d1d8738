//! One index: documents with versions, written through and visible at once.
//!
//! A bulk is answered after its commit, which is synced to disk, and after the reader has seen it. So
//! what is acknowledged survives the end of the process, and there is no interval of refreshing.

use super::dsl;
use super::mapping::{Mapping, VERSION};
use super::refusal::Refusal;
use super::sorted::{First, Order, Place};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tantivy::collector::DocSetCollector;
use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{
    DocAddress, DocSet, IndexReader, IndexWriter, ReloadPolicy, Searcher, TERMINATED,
    TantivyDocument, Term,
};

/// Memory for documents before they go to disk, in bytes; the engine's minimum for one thread.
const WRITER_BYTES: usize = 16 * 1024 * 1024;
/// How long the version of a deleted document is remembered (`index.gc_deletes`).
const GONE_REMEMBERED: Duration = Duration::from_secs(60);

/// One entry of a bulk.
pub struct Op {
    /// The document.
    pub id: String,
    /// Its version, from outside.
    pub version: i64,
    /// What it is from now on; none deletes it.
    pub source: Option<Value>,
}

/// How an entry ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is new.
    Created,
    /// It has replaced another.
    Updated,
    /// It was there and is gone.
    Deleted,
    /// It was to be deleted and was not there.
    NotFound,
}

struct Writer {
    writer: IndexWriter,
    gone: HashMap<String, (i64, Instant)>,
}

/// An index.
pub struct Index {
    /// Its fields.
    pub mapping: Mapping,
    writer: Mutex<Writer>,
    reader: IndexReader,
}

impl Index {
    /// Opens or creates an index in a folder.
    ///
    /// # Errors
    /// When the mapping is not one of this engine's, or the folder cannot be used.
    pub fn open(folder: &Path, mappings: &Value) -> Result<Self, Refusal> {
        let mapping = Mapping::read(mappings)?;
        std::fs::create_dir_all(folder).map_err(Refusal::broken)?;
        let files = tantivy::directory::MmapDirectory::open(folder).map_err(Refusal::broken)?;
        let index = tantivy::Index::open_or_create(files, mapping.schema.clone())?;
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let writer = Mutex::new(Writer { writer, gone: HashMap::new() });
        Ok(Self { mapping, writer, reader })
    }

    /// Does all entries and keeps them. An entry whose version is below the document's is refused (409,
    /// as with `external_gte`); the others are not held up by it.
    pub fn bulk(&self, ops: Vec<Op>) -> Result<Vec<Result<Done, Refusal>>, Refusal> {
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Writer { writer, gone } = &mut *guard;
        gone.retain(|_, (_, since)| since.elapsed() < GONE_REMEMBERED);
        let searcher = self.reader.searcher();
        // What this bulk itself has done: not committed yet, so the searcher does not know it.
        let mut own: HashMap<String, Option<i64>> = HashMap::new();
        let mut ended = Vec::with_capacity(ops.len());
        for op in ops {
            let stored = match own.get(&op.id) {
                Some(version) => *version,
                None => self.version(&searcher, &op.id)?,
            };
            let known = stored.or_else(|| gone.get(&op.id).map(|(version, _)| *version));
            if let Some(known) = known.filter(|known| *known > op.version) {
                let reason = format!(
                    "[{}]: version conflict, current version [{known}] is higher than the one provided [{}]",
                    op.id, op.version
                );
                let kind = "version_conflict_engine_exception";
                ended.push(Err(Refusal { status: 409, kind, reason }));
                continue;
            }
            let document = op.source.as_ref().map(|s| self.mapping.document(&op.id, op.version, s));
            let document = match document.transpose() {
                Ok(document) => document,
                Err(refusal) => {
                    ended.push(Err(refusal));
                    continue;
                }
            };
            writer.delete_term(Term::from_field_text(self.mapping.id, &op.id));
            ended.push(Ok(match (document, stored) {
                (Some(document), stored) => {
                    writer.add_document(document)?;
                    gone.remove(&op.id);
                    own.insert(op.id, Some(op.version));
                    if stored.is_some() { Done::Updated } else { Done::Created }
                }
                (None, stored) => {
                    gone.insert(op.id.clone(), (op.version, Instant::now()));
                    own.insert(op.id, None);
                    if stored.is_some() { Done::Deleted } else { Done::NotFound }
                }
            }));
        }
        self.keep(writer)?;
        Ok(ended)
    }

    /// Deletes at most `max` documents that a query finds; how many there were to delete.
    pub fn delete_by_query(&self, query: &Value, max: usize) -> Result<usize, Refusal> {
        let query = dsl::query(&self.mapping, query)?;
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Writer { writer, gone } = &mut *guard;
        let searcher = self.reader.searcher();
        let mut found: Vec<DocAddress> =
            searcher.search(&*query, &DocSetCollector)?.into_iter().collect();
        found.truncate(max);
        for address in &found {
            let id = self.id(&searcher, *address)?;
            let version = self.version(&searcher, &id)?.unwrap_or(0);
            writer.delete_term(Term::from_field_text(self.mapping.id, &id));
            gone.insert(id, (version + 1, Instant::now()));
        }
        self.keep(writer)?;
        Ok(found.len())
    }

    /// The first hits of a query, in an order, after a place in it.
    pub fn search(
        &self,
        query: &Value,
        order: &Order,
        after: Option<Place>,
        size: usize,
    ) -> Result<Vec<(String, Place)>, Refusal> {
        let query = dsl::query(&self.mapping, query)?;
        let searcher = self.reader.searcher();
        let first = First { order: order.clone(), after, size };
        let found = searcher.search(&*query, &first)?;
        found
            .into_iter()
            .map(|(place, address)| Ok((self.id(&searcher, address)?, place)))
            .collect()
    }

    fn keep(&self, writer: &mut IndexWriter) -> Result<(), Refusal> {
        let kept = writer.commit().and_then(|_| self.reader.reload());
        if kept.is_err() {
            // Nothing half-written may ride along with a later commit.
            let _ = writer.rollback();
        }
        kept.map_err(Refusal::from)
    }

    fn id(&self, searcher: &Searcher, address: DocAddress) -> Result<String, Refusal> {
        let document: TantivyDocument = searcher.doc(address)?;
        let id = document.get_first(self.mapping.id).and_then(|value| value.as_str());
        id.map(str::to_owned).ok_or_else(|| Refusal::broken("a document without an id"))
    }

    fn version(&self, searcher: &Searcher, id: &str) -> Result<Option<i64>, Refusal> {
        let term = Term::from_field_text(self.mapping.id, id);
        for reader in searcher.segment_readers() {
            let index = reader.inverted_index(self.mapping.id)?;
            let postings = index.read_postings(&term, IndexRecordOption::Basic);
            let Some(mut postings) = postings.map_err(Refusal::broken)? else { continue };
            while postings.doc() != TERMINATED {
                if reader.alive_bitset().is_none_or(|alive| alive.is_alive(postings.doc())) {
                    return Ok(reader.fast_fields().i64(VERSION)?.first(postings.doc()));
                }
                postings.advance();
            }
        }
        Ok(None)
    }
}
