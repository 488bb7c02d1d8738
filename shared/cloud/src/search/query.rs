//! What is looked for, in OpenSearch's query language.

use super::{ALIAS, JSON, SearchIndex};
use chat::ports::{FindMessages, Hit, HitOrder, HitPlace, Wanted};
use domain::search::{Clause, Matcher};
use domain::{ChatError, Result};
use serde_json::{Value, json};

/// How much a further name counts for beside a word.
const ALSO_BOOST: f64 = 0.7;
/// How much a longer word that begins so counts for.
const PREFIX_BOOST: f64 = 0.2;

impl FindMessages for SearchIndex {
    async fn find(&self, wanted: &Wanted<'_>) -> Result<Vec<Hit>> {
        let body = search(wanted).to_string();
        let answer = self.call("POST", &format!("{ALIAS}/_search"), JSON, body).await?;
        if answer.status == 404 && answer.error_kind() == "index_not_found_exception" {
            // Nothing has been written yet.
            return Ok(Vec::new());
        }
        if !answer.is_ok() {
            return Err(answer.failed("_search"));
        }
        if answer.body["timed_out"] == true {
            return Err(ChatError::unavailable("opensearch _search: timed out"));
        }
        let hits = answer.body.pointer("/hits/hits").and_then(Value::as_array);
        let hits = hits.into_iter().flatten().map(|found| hit(found, wanted.order));
        hits.collect::<Option<_>>()
            .ok_or_else(|| ChatError::unavailable("opensearch _search: garbled hits"))
    }
}

/// The body of a search.
fn search(wanted: &Wanted<'_>) -> Value {
    let (by_score, mut sort) = match wanted.order {
        HitOrder::Recent => (false, Vec::new()),
        HitOrder::Rank => (true, vec![json!({"_score": "desc"})]),
    };
    sort.extend([json!({"at": "desc"}), json!({"seq": "desc"}), json!({"tie": "asc"})]);
    let mut body = json!({
        "size": wanted.limit,
        "track_total_hits": false,
        "query": query(wanted, by_score),
        "sort": sort,
    });
    if let Some(HitPlace { score, at_ms, seq, tie }) = wanted.after {
        let place = [json!(at_ms), json!(seq), json!(tie)];
        body["search_after"] = score.map(Value::from).into_iter().chain(place).collect();
    }
    body
}

fn query(wanted: &Wanted<'_>, by_score: bool) -> Value {
    let (not, must): (Vec<&Clause>, Vec<&Clause>) = wanted.clauses.iter().partition(|c| c.negated);
    let must: Vec<Value> = must.into_iter().map(any_of).collect();
    let mut not: Vec<Value> = not.into_iter().map(any_of).collect();
    let mut filter = vec![json!({"terms": {"room": wanted.rooms}})];
    if !wanted.senders.is_empty() {
        filter.push(json!({"terms": {"sender": wanted.senders}}));
    }
    if !wanted.not_senders.is_empty() {
        not.push(json!({"terms": {"sender": wanted.not_senders}}));
    }
    for (has, there) in wanted.has {
        let term = json!({"term": {"has": has.as_str()}});
        if *there { filter.push(term) } else { not.push(term) }
    }
    let mut range = json!({});
    if let Some(since) = wanted.since {
        range["gte"] = since.ms().into();
    }
    if let Some(until) = wanted.until {
        range["lt"] = until.ms().into();
    }
    if range != json!({}) {
        filter.push(json!({"range": {"at": range}}));
    }
    let mut query = json!({"filter": filter});
    // What does not order the results need not be scored.
    match (must.is_empty(), by_score) {
        (true, _) => {}
        (false, true) => query["must"] = must.into(),
        (false, false) => {
            if let Some(filter) = query["filter"].as_array_mut() {
                filter.extend(must);
            }
        }
    }
    if !not.is_empty() {
        query["must_not"] = not.into();
    }
    json!({"bool": query})
}

fn any_of(clause: &Clause) -> Value {
    let should: Vec<Value> = clause.any_of.iter().flat_map(matcher).collect();
    json!({"bool": {"should": should}})
}

fn matcher(matcher: &Matcher) -> Vec<Value> {
    let also = |form: &str, boost: f64| json!({"term": {"also": {"value": form, "boost": boost}}});
    match matcher {
        Matcher::Phrase(words) => match words.as_slice() {
            [word] => vec![json!({"term": {"words": {"value": word}}})],
            words => vec![json!({"match_phrase": {"words": {"query": words.join(" ")}}})],
        },
        Matcher::Also(form) => vec![also(form, ALSO_BOOST)],
        Matcher::Prefix(form) => ["words", "also"]
            .map(|field| json!({"prefix": {field: {"value": form, "boost": PREFIX_BOOST}}}))
            .to_vec(),
    }
}

fn hit(found: &Value, order: HitOrder) -> Option<Hit> {
    let mut sort = found["sort"].as_array()?.iter();
    let score = match order {
        HitOrder::Recent => None,
        HitOrder::Rank => Some(sort.next()?.as_f64()?),
    };
    let mut number = || sort.next()?.as_i64();
    let place = HitPlace { score, at_ms: number()?, seq: number()?, tie: number()? };
    Some(Hit { id: found["_id"].as_str()?.parse().ok()?, place })
}
