//! The engine through its REST interface, without a network.

use super::*;

fn mappings() -> Value {
    json!({"dynamic": "strict", "_source": {"enabled": false}, "properties": {
        "words": {"type": "text", "analyzer": "whitespace"},
        "also": {"type": "text", "analyzer": "whitespace", "index_options": "docs", "norms": false},
        "room": {"type": "keyword"},
        "at": {"type": "date", "format": "epoch_millis"},
        "tie": {"type": "long"}}})
}

fn made(root: &Path) -> Domain {
    let domain = Domain::open(root).unwrap();
    let body = json!({"mappings": mappings(), "aliases": {"tea": {}}});
    call(&domain, "PUT", "/tea-v1", &body.to_string()).unwrap();
    domain
}

fn call(domain: &Domain, method: &str, path: &str, body: &str) -> Result<Value, Refusal> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let method = method.parse().unwrap();
    domain.call(&method, path, query, body.as_bytes()).map(|(_, value)| value)
}

/// Puts documents: id, version, words, at.
fn put(domain: &Domain, documents: &[(&str, i64, &str, i64)]) -> Value {
    let lines = documents.iter().map(|(id, version, words, at)| {
        let head =
            json!({"index": {"_id": id, "version": version, "version_type": "external_gte"}});
        let source = json!({"words": words, "room": ["r1", id], "at": at, "tie": 1});
        format!("{head}\n{source}\n")
    });
    call(domain, "POST", "/tea/_bulk?require_alias=true", &lines.collect::<String>()).unwrap()
}

fn delete(domain: &Domain, id: &str, version: i64) -> Value {
    let head = json!({"delete": {"_id": id, "version": version, "version_type": "external_gte"}});
    call(domain, "POST", "/tea/_bulk?require_alias=true", &format!("{head}\n")).unwrap()
}

fn ids(domain: &Domain, query: Value) -> Vec<String> {
    let body = json!({"query": query, "sort": [{"at": "asc"}], "size": 100});
    let found = call(domain, "POST", "/tea/_search", &body.to_string()).unwrap();
    let hits = found["hits"]["hits"].as_array().unwrap();
    hits.iter().map(|hit| hit["_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn queries_find_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let domain = made(folder.path());
    put(
        &domain,
        &[("a", 1, "green tea please", 1), ("b", 1, "tea green", 2), ("c", 1, "teapot", 3)],
    );
    for (query, expected) in [
        (json!({"match_all": {}}), vec!["a", "b", "c"]),
        (json!({"term": {"words": "tea"}}), vec!["a", "b"]),
        (json!({"term": {"words": {"value": "tea", "boost": 2.0}}}), vec!["a", "b"]),
        (json!({"match_phrase": {"words": {"query": "green tea"}}}), vec!["a"]),
        (json!({"match_phrase": {"words": {"query": "tea"}}}), vec!["a", "b"]),
        (json!({"prefix": {"words": {"value": "tea", "boost": 0.1}}}), vec!["a", "b", "c"]),
        (json!({"terms": {"room": ["b", "c", "x"]}}), vec!["b", "c"]),
        (json!({"range": {"at": {"gte": 2, "lt": 3}}}), vec!["b"]),
        (json!({"bool": {"must_not": [{"term": {"words": "tea"}}]}}), vec!["c"]),
        (
            json!({"bool": {"must": [{"bool": {"should": [{"term": {"words": "please"}}, {"prefix": {"words": "teap"}}]}}],
                             "filter": {"term": {"room": "r1"}}, "must_not": {"term": {"room": "a"}}}}),
            vec!["c"],
        ),
    ] {
        assert_eq!(ids(&domain, query.clone()), expected, "{query}");
    }
}

#[test]
fn pages_follow_each_other_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let domain = made(folder.path());
    // Several bulks: several segments. Equal times: the tie decides.
    for n in 0..30 {
        let id = format!("m{n:02}");
        put(&domain, &[(&id, 1, if n % 3 == 0 { "tea tea" } else { "tea leaf leaf" }, n / 2)]);
    }
    for sort in
        [json!([{"at": "desc"}, {"tie": "asc"}]), json!([{"_score": "desc"}, {"at": "desc"}])]
    {
        let mut seen: Vec<String> = Vec::new();
        let mut after: Option<Value> = None;
        loop {
            let mut body = json!({"query": {"term": {"words": "tea"}}, "sort": sort, "size": 7});
            if let Some(after) = &after {
                body["search_after"] = after.clone();
            }
            let found = call(&domain, "POST", "/tea/_search", &body.to_string()).unwrap();
            let hits = found["hits"]["hits"].as_array().unwrap().clone();
            let Some(last) = hits.last() else { break };
            after = Some(last["sort"].clone());
            seen.extend(hits.iter().map(|hit| hit["_id"].as_str().unwrap().to_owned()));
        }
        // Two documents share each time, and the tie is the same: the second may be passed over, as in
        // OpenSearch; but nothing comes twice.
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{sort}");
        assert!(seen.len() >= 15, "{sort}");
    }
}

#[test]
fn versions_only_move_forward() {
    let folder = tempfile::tempdir().unwrap();
    let domain = made(folder.path());
    assert_eq!(put(&domain, &[("a", 5, "new", 1)])["items"][0]["index"]["status"], 201);
    let late = put(&domain, &[("a", 4, "old", 1)]);
    assert_eq!(late["errors"], true);
    assert_eq!(late["items"][0]["index"]["status"], 409);
    assert_eq!(put(&domain, &[("a", 5, "same", 1)])["items"][0]["index"]["result"], "updated");
    assert_eq!(ids(&domain, json!({"term": {"words": "same"}})), ["a"]);
    assert_eq!(delete(&domain, "a", 4)["items"][0]["delete"]["status"], 409);
    assert_eq!(delete(&domain, "a", 7)["items"][0]["delete"]["result"], "deleted");
    assert_eq!(delete(&domain, "a", 7)["items"][0]["delete"]["status"], 404);
    assert_eq!(put(&domain, &[("a", 6, "late", 1)])["items"][0]["index"]["status"], 409);
    assert_eq!(ids(&domain, json!({"match_all": {}})), Vec::<String>::new());
    // Within one bulk the order counts as well.
    let both = put(&domain, &[("b", 2, "two", 1), ("b", 1, "one", 1), ("b", 3, "three", 1)]);
    assert_eq!(both["items"][1]["index"]["status"], 409);
    assert_eq!(ids(&domain, json!({"match_all": {}})), ["b"]);
    assert_eq!(ids(&domain, json!({"term": {"words": "three"}})), ["b"]);
}

#[test]
fn what_is_kept_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let domain = made(folder.path());
    put(&domain, &[("a", 5, "tea", 1)]);
    drop(domain);
    let domain = Domain::open(folder.path()).unwrap();
    assert_eq!(ids(&domain, json!({"term": {"words": "tea"}})), ["a"]);
    assert_eq!(put(&domain, &[("a", 4, "old", 1)])["items"][0]["index"]["status"], 409);
}

#[test]
fn deleting_by_query_goes_in_bounded_steps() {
    let folder = tempfile::tempdir().unwrap();
    let domain = made(folder.path());
    put(&domain, &[("a", 1, "tea", 1), ("b", 1, "tea", 2), ("c", 1, "cup", 3)]);
    let body = json!({"query": {"term": {"words": "tea"}}}).to_string();
    for deleted in [1, 1, 0] {
        let path = "/tea/_delete_by_query?max_docs=1&conflicts=proceed";
        assert_eq!(call(&domain, "POST", path, &body).unwrap()["deleted"], deleted);
    }
    assert_eq!(ids(&domain, json!({"match_all": {}})), ["c"]);
}

#[test]
fn what_is_not_done_here_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let domain = made(folder.path());
    let search = |body: Value| call(&domain, "POST", "/tea/_search", &body.to_string());
    for (refused, status, kind) in [
        (search(json!({"aggs": {}})), 400, "parsing_exception"),
        (search(json!({"query": {"fuzzy": {"words": "x"}}})), 400, "parsing_exception"),
        (search(json!({"query": {"term": {"nothing": "x"}}})), 400, "illegal_argument_exception"),
        (
            search(json!({"query": {"match_phrase": {"also": "x y"}}})),
            400,
            "illegal_argument_exception",
        ),
        (search(json!({"sort": ["at"]})), 400, "parsing_exception"),
        (search(json!({"size": 0})), 400, "illegal_argument_exception"),
        (call(&domain, "POST", "/cup/_search", "{}"), 404, "index_not_found_exception"),
        (call(&domain, "GET", "/_cat/indices", ""), 400, "illegal_argument_exception"),
        (call(&domain, "POST", "/tea/_bulk", "{}\n"), 400, "illegal_argument_exception"),
        (
            call(&domain, "POST", "/tea/_bulk?require_alias=true", ""),
            400,
            "illegal_argument_exception",
        ),
        (call(&domain, "PUT", "/tea-v1", "{}"), 400, "resource_already_exists_exception"),
        (call(&domain, "PUT", "/Cup", "{}"), 400, "invalid_index_name_exception"),
        (
            call(&domain, "PUT", "/cup", "{\"mappings\": {\"properties\": {}}}"),
            400,
            "illegal_argument_exception",
        ),
    ] {
        let refusal = refused.unwrap_err();
        assert_eq!((refusal.status, refusal.kind), (status, kind), "{}", refusal.reason);
    }
    let missing =
        "{\"delete\": {\"_id\": \"a\", \"version\": 1, \"version_type\": \"external_gte\"}}\n";
    let answer = call(&domain, "POST", "/cup/_bulk?require_alias=true", missing).unwrap();
    assert_eq!(answer["items"][0]["delete"]["error"]["type"], "index_not_found_exception");
}
