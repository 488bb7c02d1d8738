//! OpenSearch's query language, as much of it as Parlance speaks, in the engine's own.

use super::mapping::{Kind, Mapping, only};
use super::refusal::Refusal;
use serde_json::{Map, Value};
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query,
    RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// How deep queries may lie in each other.
const DEPTH_MAX: usize = 20;

type Built = Result<Box<dyn Query>, Refusal>;

/// Reads a query.
pub fn query(mapping: &Mapping, value: &Value) -> Built {
    Reader { mapping }.query(value, DEPTH_MAX)
}

struct Reader<'a> {
    mapping: &'a Mapping,
}

impl Reader<'_> {
    fn query(&self, value: &Value, depth: usize) -> Built {
        let Some((name, inner)) = single(value) else {
            return Err(Refusal::parsing("a query is an object with one member"));
        };
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Refusal::parsing("queries lie too deep in each other"));
        };
        match name {
            "match_all" => {
                only(inner, &[], name).map(|()| -> Box<dyn Query> { Box::new(AllQuery) })
            }
            "bool" => self.all_of(inner, depth),
            "term" => self.term(inner),
            "terms" => self.terms(inner),
            "match_phrase" => self.phrase(inner),
            "prefix" => self.prefix(inner),
            "range" => self.range(inner),
            other => Err(Refusal::parsing(format!("unknown query [{other}]"))),
        }
    }

    fn all_of(&self, inner: &Value, depth: usize) -> Built {
        only(inner, &["must", "filter", "should", "must_not"], "bool")?;
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut needed = false;
        for (name, occur) in [
            ("must", Occur::Must),
            ("filter", Occur::Must),
            ("should", Occur::Should),
            ("must_not", Occur::MustNot),
        ] {
            let parts = match inner.get(name) {
                None => continue,
                Some(Value::Array(all)) => all.as_slice(),
                Some(one) => std::slice::from_ref(one),
            };
            for part in parts {
                let query = self.query(part, depth)?;
                let query = if name == "filter" {
                    Box::new(ConstScoreQuery::new(query, 0.0))
                } else {
                    query
                };
                needed |= occur != Occur::MustNot;
                clauses.push((occur, query));
            }
        }
        if !needed {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        Ok(Box::new(BooleanQuery::new(clauses)))
    }

    fn term(&self, inner: &Value) -> Built {
        let (field, kind, value, boost) = self.one(inner, "term", "value")?;
        let term = term(field, kind, value)?;
        let option = match kind {
            Kind::Text { .. } => IndexRecordOption::WithFreqs,
            Kind::Keyword | Kind::Number => IndexRecordOption::Basic,
        };
        Ok(boosted(Box::new(TermQuery::new(term, option)), boost))
    }

    fn terms(&self, inner: &Value) -> Built {
        let Some((name, values)) = single(inner) else {
            return Err(Refusal::parsing("[terms] names one field"));
        };
        // A field that no document can have is found in none.
        let Some((field, kind)) = self.mapping.field(name) else { return Ok(Box::new(EmptyQuery)) };
        let Some(values) = values.as_array() else {
            return Err(Refusal::parsing("[terms] takes a list"));
        };
        let all = values.iter().map(|value| term(field, kind, value));
        Ok(Box::new(TermSetQuery::new(all.collect::<Result<Vec<_>, _>>()?)))
    }

    fn phrase(&self, inner: &Value) -> Built {
        let (field, kind, value, boost) = self.one(inner, "match_phrase", "query")?;
        if kind != (Kind::Text { positions: true }) {
            return Err(Refusal::argument("field was indexed without position data"));
        }
        let words: Vec<Term> = value
            .as_str()
            .unwrap_or_default()
            .split_ascii_whitespace()
            .map(|word| Term::from_field_text(field, word))
            .collect();
        let query: Box<dyn Query> = match words.as_slice() {
            [] => return Ok(Box::new(EmptyQuery)),
            [only] => Box::new(TermQuery::new(only.clone(), IndexRecordOption::WithFreqs)),
            _ => Box::new(PhraseQuery::new(words)),
        };
        Ok(boosted(query, boost))
    }

    /// A constant score, as OpenSearch gives.
    fn prefix(&self, inner: &Value) -> Built {
        let (field, _, value, boost) = self.one(inner, "prefix", "value")?;
        let Some(from) = value.as_str().filter(|text| !text.is_empty()) else {
            return Err(Refusal::parsing("[prefix] takes a text"));
        };
        let upper = after_all_with(from)
            .map_or(Bound::Unbounded, |end| Bound::Excluded(Term::from_field_text(field, &end)));
        let range = RangeQuery::new(Bound::Included(Term::from_field_text(field, from)), upper);
        Ok(Box::new(ConstScoreQuery::new(Box::new(range), boost)))
    }

    fn range(&self, inner: &Value) -> Built {
        let Some((name, bounds)) = single(inner) else {
            return Err(Refusal::parsing("[range] names one field"));
        };
        only(bounds, &["gte", "gt", "lte", "lt"], "range")?;
        let Some((field, Kind::Number)) = self.mapping.field(name) else {
            return Err(Refusal::argument(format!(
                "[range] is for numbers and dates, not [{name}]"
            )));
        };
        let bound = |inclusive: &str, exclusive: &str| -> Result<Bound<Term>, Refusal> {
            let wrong = || Refusal::parsing("[range] takes whole numbers");
            let term =
                |v: &Value| v.as_i64().map(|n| Term::from_field_i64(field, n)).ok_or_else(wrong);
            match (bounds.get(inclusive), bounds.get(exclusive)) {
                (Some(value), None) => term(value).map(Bound::Included),
                (None, Some(value)) => term(value).map(Bound::Excluded),
                (None, None) => Ok(Bound::Unbounded),
                _ => Err(Refusal::parsing("[range] has two bounds on one side")),
            }
        };
        let (lower, upper) = (bound("gte", "gt")?, bound("lte", "lt")?);
        if matches!((&lower, &upper), (Bound::Unbounded, Bound::Unbounded)) {
            return Err(Refusal::parsing("[range] has no bound"));
        }
        Ok(Box::new(RangeQuery::new(lower, upper)))
    }

    /// `{field: value}` or `{field: {member: value, boost}}`.
    fn one<'v>(
        &self,
        inner: &'v Value,
        query: &str,
        member: &str,
    ) -> Result<(Field, Kind, &'v Value, f32), Refusal> {
        let Some((name, value)) = single(inner) else {
            return Err(Refusal::parsing(format!("[{query}] names one field")));
        };
        let Some((field, kind)) = self.mapping.field(name) else {
            return Err(Refusal::argument(format!("this engine has no field [{name}]")));
        };
        if !value.is_object() {
            return Ok((field, kind, value, 1.0));
        }
        only(value, &[member, "boost"], query)?;
        let boost = value.get("boost").and_then(Value::as_f64).unwrap_or(1.0);
        let value = value
            .get(member)
            .ok_or_else(|| Refusal::parsing(format!("[{query}] has no [{member}]")))?;
        #[allow(clippy::cast_possible_truncation, reason = "scores are single precision")]
        Ok((field, kind, value, boost as f32))
    }
}

fn term(field: Field, kind: Kind, value: &Value) -> Result<Term, Refusal> {
    match (kind, value) {
        (Kind::Text { .. } | Kind::Keyword, Value::String(text)) => {
            Ok(Term::from_field_text(field, text))
        }
        (Kind::Number, value) if value.is_i64() => {
            Ok(Term::from_field_i64(field, value.as_i64().unwrap_or_default()))
        }
        _ => Err(Refusal::parsing("a term does not fit its field")),
    }
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}

/// The first text after all that begin with `text`.
fn after_all_with(text: &str) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// The one member of an object.
fn single(value: &Value) -> Option<(&str, &Value)> {
    let object: &Map<String, Value> = value.as_object()?;
    let mut members = object.iter();
    match (members.next(), members.next()) {
        (Some((name, inner)), None) => Some((name, inner)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::after_all_with;

    #[test]
    fn a_prefix_ends_where_the_next_text_begins() {
        for (text, after) in [
            ("a", Some("b")),
            ("az", Some("a{")),
            ("京", Some("亭")),
            ("\u{D7FF}", Some("\u{E000}")),
        ] {
            assert_eq!(after_all_with(text).as_deref(), after);
        }
        assert_eq!(after_all_with("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_all_with("\u{10FFFF}"), None);
    }
}
