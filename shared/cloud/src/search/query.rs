//! What is looked for, in OpenSearch's query language.

use super::{ALIAS, JSON, SearchIndex};
use chat::ports::{FindMessages, Hit, HitOrder, HitPlace, Wanted};
use domain::search::{Clause, Matcher};
use domain::{ChatError, Result};
use serde_json::{Value, json};

/// What a match counts for. Sums of these are exact, and nothing else in the index changes them: so a score
/// is a place to go on from, whatever is written meanwhile.
const WORD: f64 = 4.0;
/// See [`WORD`]: a further name.
const ALSO: f64 = 2.0;
/// See [`WORD`]: a longer word that begins so.
const PREFIX: f64 = 1.0;
/// See [`WORD`]: everything that was asked for, in one piece.
const IN_A_ROW: f64 = 8.0;

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
    let mut filter = vec![json!({"terms": {"room": wanted.rooms}})];
    let mut not: Vec<Value> = not.into_iter().map(any_of).collect();
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
    let mut query = json!({});
    // What does not order the results need not be scored.
    if by_score {
        query["must"] = must.iter().map(|clause| best_of(clause)).collect();
        query["should"] = in_a_row(&must).into_iter().map(|all| scored(&all, IN_A_ROW)).collect();
    } else {
        filter.extend(must.into_iter().map(any_of));
    }
    query["filter"] = filter.into();
    query["must_not"] = not.into();
    json!({"bool": query})
}

/// Matches if one of the matchers does.
fn any_of(clause: &Clause) -> Value {
    let should: Vec<Value> = clause.any_of.iter().flat_map(matcher).map(|(one, _)| one).collect();
    json!({"bool": {"should": should}})
}

/// The same, counting for what its best matcher counts for.
fn best_of(clause: &Clause) -> Value {
    let all = clause.any_of.iter().flat_map(matcher);
    let queries: Vec<Value> = all.map(|(one, boost)| scored(&one, boost)).collect();
    json!({"dis_max": {"queries": queries}})
}

fn scored(query: &Value, boost: f64) -> Value {
    json!({"constant_score": {"filter": query, "boost": boost}})
}

/// Everything that was asked for as one phrase, if it is several words.
fn in_a_row(clauses: &[&Clause]) -> Option<Value> {
    let words = clauses.iter().map(|clause| match clause.any_of.first() {
        Some(Matcher::Phrase(words)) => Some(words.join(" ")),
        _ => None,
    });
    let words: Vec<String> = words.collect::<Option<_>>()?;
    (words.len() > 1).then(|| json!({"match_phrase": {"words": {"query": words.join(" ")}}}))
}

/// The queries of a matcher, and what they count for.
fn matcher(matcher: &Matcher) -> Vec<(Value, f64)> {
    match matcher {
        Matcher::Phrase(words) => match words.as_slice() {
            [word] => vec![(json!({"term": {"words": {"value": word}}}), WORD)],
            words => {
                let words = words.join(" ");
                vec![(json!({"match_phrase": {"words": {"query": words}}}), WORD)]
            }
        },
        Matcher::Also(form) => vec![(json!({"term": {"also": {"value": form}}}), ALSO)],
        Matcher::Prefix(form) => ["words", "also"]
            .map(|field| (json!({"prefix": {field: {"value": form}}}), PREFIX))
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
