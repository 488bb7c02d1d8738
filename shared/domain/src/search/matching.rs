//! Whether a text is what a query asks for, and where: the same rule as the index applies, on the text as
//! it is now. What the index still holds of an older text is recognised here.

use super::query::{Clause, Matcher};
use super::words::{Token, Words, words};
use schemars::JsonSchema;
use serde::Serialize;

/// A stretch of a text, in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Highlight {
    /// Where it begins.
    pub start: usize,
    /// Where it ends (the first code point after it).
    pub end: usize,
}

/// Where `text` has what the clauses ask for, in order and without overlaps; `None` if it is not what they
/// ask for. Without clauses every text matches, nowhere in particular.
pub fn highlights(clauses: &[Clause], text: &str) -> Option<Vec<Highlight>> {
    if clauses.is_empty() {
        return Some(Vec::new());
    }
    let words = words(text);
    let mut all = Vec::new();
    for clause in clauses {
        let found = find(clause, &words);
        if found.is_empty() != clause.negated {
            return None;
        }
        if !clause.negated {
            all.extend(found);
        }
    }
    Some(merged(all))
}

fn find(clause: &Clause, words: &Words) -> Vec<Highlight> {
    clause.any_of.iter().flat_map(|matcher| places(matcher, words)).collect()
}

fn places(matcher: &Matcher, Words { words, also }: &Words) -> Vec<Highlight> {
    let place = |token: &Token| Highlight { start: token.start, end: token.end };
    match matcher {
        Matcher::Phrase(forms) if forms.is_empty() => Vec::new(),
        Matcher::Phrase(forms) => words
            .windows(forms.len())
            .filter(|run| run.iter().map(|token| &token.form).eq(forms))
            .map(|run| Highlight { start: run[0].start, end: run[run.len() - 1].end })
            .collect(),
        Matcher::Also(form) => also.iter().filter(|t| t.form == *form).map(place).collect(),
        Matcher::Prefix(form) => words
            .iter()
            .chain(also)
            .filter(|token| token.form.starts_with(form.as_str()))
            .map(place)
            .collect(),
    }
}

/// In order; what overlaps or touches becomes one.
fn merged(mut all: Vec<Highlight>) -> Vec<Highlight> {
    all.sort_unstable_by_key(|one| (one.start, one.end));
    let mut merged: Vec<Highlight> = Vec::with_capacity(all.len());
    for one in all {
        match merged.last_mut() {
            Some(last) if one.start <= last.end => last.end = last.end.max(one.end),
            _ => merged.push(one),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::super::SearchQuery;
    use super::*;
    use proptest::prelude::*;

    /// The highlighted stretches, with a bar between them; `None` without a match.
    fn marked(query: &str, text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let found = highlights(&SearchQuery::parse(query).unwrap().clauses, text)?;
        let stretch = |one: &Highlight| chars[one.start..one.end].iter().collect::<String>();
        Some(found.iter().map(stretch).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn what_is_found_and_where() {
        for (query, text, expected) in [
            ("tea", "Green Tea, teapot", Some("Tea|teapot")),
            ("\"tea\"", "Green Tea, teapot", Some("Tea")),
            ("tea", "steam", None),
            ("green tea", "tea that is green", Some("tea|green")),
            ("\"green tea\"", "tea that is green", None),
            ("\"green tea\"", "Green, tea", Some("Green, tea")),
            ("tea -green", "black tea", Some("tea")),
            ("tea -green", "green tea", None),
            ("tea -gree", "green tea", Some("tea")),
            ("e-mail", "an email, an e-mail", Some("email|e-mail")),
            ("email", "an e-mail", Some("e-mail")),
            ("muenchen", "München", Some("München")),
            ("münchen", "Muenchen, Munchen", Some("Muenchen|Munchen")),
            ("user", "getUserName", Some("User")),
            ("京都", "東京都庁", Some("京都")),
            ("東京都", "東京都庁", Some("東京都")),
            ("都", "東京都庁", Some("都")),
            ("東京 庁", "東京都庁", Some("東京|庁")),
            ("example.org", "https://example.org/x", Some("example.org")),
            ("👍🏽", "ok 👍", Some("👍")),
            ("", "anything", Some("")),
        ] {
            assert_eq!(marked(query, text).as_deref(), expected, "{query} in {text}");
        }
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_within(text in "[a-c東京 .-]{0,40}", query in "[a-c東京 .-]{1,8}") {
            let Ok(query) = SearchQuery::parse(&query) else { return Ok(()) };
            if let Some(found) = highlights(&query.clauses, &text) {
                let mut last = 0;
                for one in found {
                    prop_assert!(last <= one.start && one.start < one.end);
                    last = one.end;
                }
                prop_assert!(last <= text.chars().count());
            }
        }

        #[test]
        fn every_word_of_a_text_finds_it(text in "\\PC{1,60}") {
            for word in text.split_whitespace() {
                let quoted: String = word.chars().filter(|c| !"\"“”„«»".contains(*c)).collect();
                let Ok(query) = SearchQuery::parse(&format!("\"{quoted}\"")) else { continue };
                if quoted == word {
                    prop_assert!(highlights(&query.clauses, &text).is_some(), "{} in {}", word, text);
                }
            }
        }
    }
}
