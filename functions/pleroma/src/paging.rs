//! Pages by ids: `max_id`, `since_id`, `min_id`, `limit`, and the `Link` header that leads on.

use domain::{FieldError, Result};
use edge::{Limit, Request};
use serde::Deserialize;

/// How many there are on a page where nobody says, and at the most.
type Size = Limit<20, 40>;

#[derive(Deserialize)]
struct Query {
    max_id: Option<String>,
    since_id: Option<String>,
    min_id: Option<String>,
    limit: Option<Size>,
    offset: Option<u16>,
}

/// The page that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging<T> {
    /// Only what is older (`max_id`).
    pub older_than: Option<T>,
    /// Only what is newer (`since_id`, `min_id`).
    pub newer_than: Option<T>,
    /// Of what is newer, the oldest (`min_id`) and not the newest.
    pub nearest: bool,
    /// How many.
    pub limit: usize,
    /// How many are passed over.
    pub offset: usize,
    /// Whether anything was said about the page at all.
    pub asked: bool,
}

impl<T> Paging<T> {
    /// Reads the query; `parse` reads an id, and is told which parameter it is.
    pub fn read(
        request: &Request,
        parse: impl Fn(&str, &'static str) -> Result<T, FieldError>,
    ) -> Result<Self> {
        let query: Query = request.params()?;
        let asked = query.limit.is_some() || query.offset.is_some();
        let id = |text: Option<String>, name: &'static str| {
            let text = text.filter(|text| !text.is_empty());
            text.map(|text| parse(&text, name)).transpose()
        };
        let older_than = id(query.max_id, "max_id")?;
        let (since, min) = (id(query.since_id, "since_id")?, id(query.min_id, "min_id")?);
        let nearest = min.is_some();
        let newer_than = min.or(since);
        Ok(Self {
            asked: asked || older_than.is_some() || newer_than.is_some(),
            older_than,
            newer_than,
            nearest,
            limit: query.limit.unwrap_or_default().get(),
            offset: usize::from(query.offset.unwrap_or_default()),
        })
    }
}

/// The `Link` header: older and newer pages, with the other parameters that are named in `kept`.
pub fn links(
    request: &Request,
    base: &str,
    kept: &[&str],
    older: Option<&str>,
    newer: Option<&str>,
) -> Option<String> {
    let path = format!("{base}{}", request.raw_path());
    let rest = kept.iter().flat_map(|name| {
        let values = match name.ends_with("[]") {
            true => request.query_list(name),
            false => request.query(name).into_iter().collect(),
        };
        values.into_iter().map(|value| (*name, value))
    });
    let rest: Vec<(&str, &str)> = rest.collect();
    let link = |rel: &str, name: &str, id: Option<&str>| {
        id.map(|id| format!("<{path}?{}>; rel=\"{rel}\"", query(&rest, name, id)))
    };
    let both = [link("next", "max_id", older), link("prev", "min_id", newer)];
    let both: Vec<String> = both.into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join(", "))
}

fn query(rest: &[(&str, &str)], name: &str, id: &str) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(rest).append_pair(name, id);
    text.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded() {
        let rest = [("limit", "2"), ("types[]", "pleroma:chat_mention")];
        let wanted = "limit=2&types%5B%5D=pleroma%3Achat_mention&max_id=a";
        assert_eq!(query(&rest, "max_id", "a"), wanted);
    }
}
