//! OpenSearch, as much of its REST interface as Parlance calls: an index is made with its mapping and
//! alias, filled by `_bulk` with external versions, searched, emptied by query. Behind it stands an
//! embedded engine (`tantivy`). Whatever else is asked for is refused in OpenSearch's words: what works
//! here must work there.

mod dsl;
mod index;
mod mapping;
mod refusal;
mod sorted;

use crate::metrics::{self, Metrics};
use crate::net::{self, Answer};
use crate::rights::{self, Rights};
use crate::template::model::SearchDomainSpec;
use bytes::Bytes;
use http::{Method, StatusCode};
use index::{Done, Index, Op};
use mapping::only;
use refusal::Refusal;
use serde_json::{Value, json};
use sorted::Order;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The version whose interface this is.
const VERSION: &str = "2.19.1";
/// Most hits of one search (`index.max_result_window`).
const SIZE_MAX: u64 = 10_000;

/// The path under which a domain answers at the AWS port.
#[must_use]
pub fn path_of(domain: &str) -> String {
    format!("/opensearch/{domain}")
}

/// The domains of a deployment, by logical id.
pub struct Domains {
    domains: BTreeMap<String, (String, Arc<Domain>)>,
    metrics: Arc<Metrics>,
    rights: Arc<Rights>,
}

impl Domains {
    /// Opens the domains' folders below `root`.
    ///
    /// # Errors
    /// One sentence when a folder cannot be used.
    pub fn open(
        root: &Path,
        specs: &[SearchDomainSpec],
        metrics: &Arc<Metrics>,
        rights: &Arc<Rights>,
    ) -> Result<Self, String> {
        let mut domains = BTreeMap::new();
        for SearchDomainSpec { id, name } in specs {
            let domain = Domain::open(&root.join(id))
                .map_err(|error| format!("the search domain {id}: {error}"))?;
            domains.insert(id.clone(), (name.clone(), Arc::new(domain)));
        }
        Ok(Self { domains, metrics: Arc::clone(metrics), rights: Arc::clone(rights) })
    }

    /// Whether a path leads to one of them.
    #[must_use]
    pub fn is_theirs(path: &str) -> bool {
        path.starts_with("/opensearch/")
    }

    /// Answers one request; `path` is the whole one.
    pub async fn handle(
        &self,
        authorization: Option<&str>,
        method: &Method,
        path: &str,
        query: &str,
        body: Bytes,
    ) -> Answer {
        let rest = path.trim_start_matches("/opensearch/");
        let (id, inner) = rest.split_once('/').unwrap_or((rest, ""));
        let call = inner.rsplit('/').find(|part| part.starts_with('_')).unwrap_or("index");
        let operation = format!("opensearch.{}", call.trim_start_matches('_'));
        self.metrics.called(authorization, &operation, body.len());
        let Some((name, domain)) = self.domains.get(id) else {
            return Refusal::no_index(id).answer();
        };
        let domain = Arc::clone(domain);
        let wants = rights::search(method.as_str(), name, inner);
        let caller = authorization.and_then(metrics::caller);
        if let Err(message) = self.rights.check(caller, &wants) {
            // AWS's own words stand before OpenSearch's.
            return net::json(StatusCode::FORBIDDEN, &json!({ "Message": message }));
        }
        let (method, inner, query) = (method.clone(), inner.to_owned(), query.to_owned());
        // Commits wait for the disk.
        let work = move || domain.call(&method, &inner, &query, &body);
        let done = tokio::task::spawn_blocking(work).await.map_err(Refusal::broken);
        match done.and_then(|done| done) {
            Ok((status, body)) => net::json(status, &body),
            Err(refusal) => refusal.answer(),
        }
    }
}

/// One domain: its indexes, and what they are called besides.
pub struct Domain {
    root: PathBuf,
    indexes: RwLock<BTreeMap<String, Open>>,
    making: Mutex<()>,
}

#[derive(Clone)]
struct Open {
    index: Arc<Index>,
    aliases: Vec<String>,
}

type Done200 = Result<(StatusCode, Value), Refusal>;

impl Domain {
    /// Opens the indexes in a folder.
    ///
    /// # Errors
    /// One clause when the folder cannot be used.
    pub fn open(root: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(root).map_err(|error| error.to_string())?;
        let mut indexes = BTreeMap::new();
        for entry in std::fs::read_dir(root).map_err(|error| error.to_string())?.flatten() {
            let path = entry.path();
            let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read(&path).map_err(|error| error.to_string())?;
            let made: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
            let open = Self::index(root, name, &made).map_err(|refusal| refusal.reason)?;
            indexes.insert(name.to_owned(), open);
        }
        Ok(Self { root: root.to_owned(), indexes: RwLock::new(indexes), making: Mutex::new(()) })
    }

    fn index(root: &Path, name: &str, made: &Value) -> Result<Open, Refusal> {
        let aliases = made.get("aliases").and_then(Value::as_object);
        let aliases = aliases.into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let index = Index::open(&root.join(name), made.get("mappings").unwrap_or(&Value::Null))?;
        Ok(Open { index: Arc::new(index), aliases })
    }

    /// Does one call.
    fn call(&self, method: &Method, path: &str, query: &str, body: &[u8]) -> Done200 {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let query = Parameters::read(query);
        match (method.as_str(), parts.as_slice()) {
            ("GET", []) => Ok((
                StatusCode::OK,
                json!({"version": {"distribution": "opensearch", "number": VERSION},
                       "tagline": "an embedded engine in place of OpenSearch"}),
            )),
            ("PUT", [name]) if !name.starts_with('_') => {
                query.only(&[])?;
                self.make(name, &read_json(body)?)
            }
            ("POST", [target, "_bulk"]) => {
                query.only(&["require_alias"])?;
                if query.get("require_alias") != Some("true") {
                    return Err(Refusal::argument("this engine wants [require_alias]"));
                }
                self.bulk(target, body)
            }
            ("POST", [target, "_search"]) => {
                query.only(&[])?;
                self.search(target, &read_json(body)?)
            }
            ("POST", [target, "_refresh"]) => {
                query.only(&[])?;
                self.find(target)?;
                Ok((StatusCode::OK, json!({"_shards": {"total": 1, "successful": 1, "failed": 0}})))
            }
            ("POST", [target, "_delete_by_query"]) => {
                query.only(&["max_docs", "conflicts"])?;
                let body = read_json(body)?;
                only(&body, &["query"], "_delete_by_query")?;
                let index = self.find(target)?.index;
                let max = query.number("max_docs")?.unwrap_or(usize::MAX);
                let deleted =
                    index.delete_by_query(body.get("query").unwrap_or(&Value::Null), max)?;
                Ok((
                    StatusCode::OK,
                    json!({"deleted": deleted, "version_conflicts": 0, "failures": []}),
                ))
            }
            _ => Err(Refusal::argument(format!("this engine does not do [{method} /{path}]"))),
        }
    }

    fn find(&self, target: &str) -> Result<Open, Refusal> {
        let indexes = self.indexes.read().unwrap_or_else(PoisonError::into_inner);
        let by_alias = || indexes.values().find(|open| open.aliases.iter().any(|a| a == target));
        indexes.get(target).or_else(by_alias).cloned().ok_or_else(|| Refusal::no_index(target))
    }

    fn make(&self, name: &str, body: &Value) -> Done200 {
        only(body, &["settings", "mappings", "aliases"], "index")?;
        let settings = body.get("settings").cloned().unwrap_or(Value::Null);
        // What is visible at once needs no interval, and one machine no copies.
        only(
            &settings,
            &["number_of_shards", "number_of_replicas", "refresh_interval"],
            "settings",
        )?;
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if !name.chars().all(plain) {
            let reason = format!("Invalid index name [{name}]");
            return Err(Refusal { status: 400, kind: "invalid_index_name_exception", reason });
        }
        let _one_at_a_time = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if self.find(name).is_ok() {
            let reason = format!("index [{name}] already exists");
            return Err(Refusal { status: 400, kind: "resource_already_exists_exception", reason });
        }
        let folder = self.root.join(name);
        // What a process left that ended before the next line but two.
        let _ = std::fs::remove_dir_all(&folder);
        let open = Self::index(&self.root, name, body)?;
        if let Some(taken) = open.aliases.iter().find(|alias| self.find(alias).is_ok()) {
            return Err(Refusal::argument(format!("this engine has one index for [{taken}]")));
        }
        let kept = self.root.join(format!("{name}.json"));
        let next = kept.with_extension("new");
        std::fs::write(&next, body.to_string())
            .and_then(|()| std::fs::File::open(&next)?.sync_all())
            .and_then(|()| std::fs::rename(&next, &kept))
            .map_err(Refusal::broken)?;
        let mut indexes = self.indexes.write().unwrap_or_else(PoisonError::into_inner);
        indexes.insert(name.to_owned(), open);
        Ok((
            StatusCode::OK,
            json!({"acknowledged": true, "shards_acknowledged": true, "index": name}),
        ))
    }

    fn bulk(&self, target: &str, body: &[u8]) -> Done200 {
        let entries = read_bulk(body)?;
        let found = self.find(target);
        let is_alias = found.as_ref().is_ok_and(|open| open.aliases.iter().any(|a| a == target));
        if !is_alias {
            let refusal = Refusal {
                status: 404,
                kind: "index_not_found_exception",
                reason: format!(
                    "no such index [{target}] and [require_alias] request flag is [true] and [{target}] is not an alias"
                ),
            };
            let item = |(action, op): &(&'static str, Op)| json!({*action: {"_id": op.id, "status": 404, "error": refusal.error()}});
            let items: Vec<Value> = entries.iter().map(item).collect();
            return Ok((StatusCode::OK, json!({"errors": true, "items": items})));
        }
        let names: Vec<(&str, String)> =
            entries.iter().map(|(action, op)| (*action, op.id.clone())).collect();
        let ops = entries.into_iter().map(|(_, op)| op).collect();
        let ended = found?.index.bulk(ops)?;
        let errors = ended.iter().any(Result::is_err);
        let item = |((action, id), ended): ((&str, String), Result<Done, Refusal>)| match ended {
            Ok(done) => {
                let (status, result) = match done {
                    Done::Created => (201, "created"),
                    Done::Updated => (200, "updated"),
                    Done::Deleted => (200, "deleted"),
                    Done::NotFound => (404, "not_found"),
                };
                json!({action: {"_id": id, "status": status, "result": result}})
            }
            Err(refusal) => {
                json!({action: {"_id": id, "status": refusal.status, "error": refusal.error()}})
            }
        };
        let items: Vec<Value> = names.into_iter().zip(ended).map(item).collect();
        Ok((StatusCode::OK, json!({"errors": errors, "items": items})))
    }

    fn search(&self, target: &str, body: &Value) -> Done200 {
        only(
            body,
            &["query", "sort", "search_after", "size", "track_total_hits", "timeout"],
            "_search",
        )?;
        let index = self.find(target)?.index;
        let size = body.get("size").map_or(Some(10), Value::as_u64);
        let size = size.filter(|size| (1..=SIZE_MAX).contains(size));
        let size = size.ok_or_else(|| Refusal::argument("[size] must be from 1 to 10000"))?;
        let order = Order::read(&index.mapping, body.get("sort"))?;
        let after = body.get("search_after").map(|values| order.place(values)).transpose()?;
        let all = json!({"match_all": {}});
        let query = body.get("query").unwrap_or(&all);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let found = index.search(query, &order, after, size)?;
        let hit = |(id, place)| {
            let (sort, score) = (order.values(&place), order.score(&place));
            json!({"_id": id, "_score": score, "sort": sort})
        };
        let hits: Vec<Value> = found.into_iter().map(hit).collect();
        Ok((StatusCode::OK, json!({"timed_out": false, "hits": {"hits": hits}})))
    }
}

fn read_json(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body).map_err(|error| Refusal::parsing(error.to_string()))
}

/// The entries of a bulk: a line that says what is done to which document, then the document.
fn read_bulk(body: &[u8]) -> Result<Vec<(&'static str, Op)>, Refusal> {
    let wrong = || {
        Refusal::argument(
            "this engine takes [index] and [delete] with an [_id] and a [version] of [external_gte]",
        )
    };
    let mut lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut entries = Vec::new();
    while let Some(line) = lines.next() {
        let line = read_json(line)?;
        let action = match line.as_object().map(|object| object.len()) {
            Some(1) if line.get("index").is_some() => "index",
            Some(1) if line.get("delete").is_some() => "delete",
            _ => return Err(wrong()),
        };
        let head = &line[action];
        only(head, &["_id", "version", "version_type"], action)?;
        if head.get("version_type").is_none_or(|kind| kind != "external_gte") {
            return Err(wrong());
        }
        let id = head.get("_id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let version = head.get("version").and_then(Value::as_i64).filter(|version| *version >= 0);
        let (Some(id), Some(version)) = (id, version) else { return Err(wrong()) };
        let source = match action {
            "index" => Some(read_json(lines.next().ok_or_else(wrong)?)?),
            _ => None,
        };
        entries.push((action, Op { id: id.to_owned(), version, source }));
    }
    if entries.is_empty() {
        return Err(Refusal::argument("request body is required"));
    }
    Ok(entries)
}

/// The parameters behind a path's question mark. Parlance's need no decoding.
struct Parameters<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Parameters<'a> {
    fn read(query: &'a str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let wrong = |_| Refusal::argument(format!("[{name}] must be a number"));
        self.get(name).map(|text| text.parse().map_err(wrong)).transpose()
    }

    fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.0.iter().find(|(name, _)| !known.contains(name)) {
            Some((other, _)) => {
                Err(Refusal::argument(format!("unrecognized parameter: [{other}]")))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
