//! What somebody types into a search box, taken apart.
//!
//! Words and `"phrases"`, each of which must be there; `-word`, `-"phrase"` must not. Operators:
//! `from:name`, `in:room`, `has:link`, `has:attachment`, `before:`, `after:`, `during:` a date; the first
//! three also with a minus. A value with spaces stands in quotes (`in:"Tea room"`). What only looks like
//! an operator (`https://…`, `foo:bar`) is text.

use super::dates::DateSpan;
use super::fold::spelt_out;
use super::words::{Token, is_dense, words};
use crate::{FieldError, Timestamp};

/// Longest query in code points.
pub const QUERY_CHARS_MAX: usize = 500;
/// Most words, phrases and operators in one query.
pub const QUERY_PARTS_MAX: usize = 32;
/// From how many characters on a word also finds longer words that begin with it.
const PREFIX_CHARS_MIN: usize = 3;

/// One way in which a message can have what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// These words, one after the other.
    Phrase(Vec<String>),
    /// A further name ([`super::Words::also`]).
    Also(String),
    /// A word, or a further name, that begins so.
    Prefix(String),
}

/// Something that must be in the message, or must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Must not be there.
    pub negated: bool,
    /// Any of these will do; the first is the most exact.
    pub any_of: Vec<Matcher>,
}

/// A property of messages that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Has {
    /// One attachment or more.
    Attachments,
    /// A link in the text.
    Links,
}

impl Has {
    /// The word in the index and in `has=`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attachments => "attachments",
            Self::Links => "links",
        }
    }

    /// Reads the word; singular or plural.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "attachments" | "attachment" | "file" | "files" => Some(Self::Attachments),
            "links" | "link" => Some(Self::Links),
            _ => None,
        }
    }
}

/// Something named that is to be looked up: a username or a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Must not be this one.
    pub negated: bool,
    /// As it was typed, without `@` or `#`.
    pub name: String,
}

/// A query, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// What the text must and must not have.
    pub clauses: Vec<Clause>,
    /// Who may have sent it: any of these.
    pub from: Vec<Named>,
    /// Where it may be: any of these.
    pub rooms: Vec<Named>,
    /// What it must have (or, with `false`, must not).
    pub has: Vec<(Has, bool)>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

impl SearchQuery {
    /// Takes a query apart; the empty one asks for nothing.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        if text.chars().count() > QUERY_CHARS_MAX {
            let expected = format!("must be at most {QUERY_CHARS_MAX} characters");
            return Err(FieldError::new("q", "too_long", expected).with_max(QUERY_CHARS_MAX as u64));
        }
        let mut query = Self::default();
        let parts = Parts { rest: text };
        for (count, part) in parts.enumerate() {
            if count == QUERY_PARTS_MAX {
                let expected = format!("must have at most {QUERY_PARTS_MAX} words and operators");
                let error = FieldError::new("q", "too_long", expected);
                return Err(error.with_max(QUERY_PARTS_MAX as u64));
            }
            query.take(part)?;
        }
        if query == Self::default() && !text.trim().is_empty() {
            return Err(FieldError::new("q", "invalid", "has no word to look for"));
        }
        Ok(query)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Not before `at`, in addition to what is asked for already.
    pub fn since(&mut self, at: Timestamp) {
        self.since = Some(self.since.map_or(at, |other| other.max(at)));
    }

    /// Before `at`, in addition to what is asked for already.
    pub fn until(&mut self, at: Timestamp) {
        self.until = Some(self.until.map_or(at, |other| other.min(at)));
    }

    fn take(&mut self, part: Part<'_>) -> Result<(), FieldError> {
        let Part { negated, operator, value, quoted } = part;
        let Some(operator) = operator else {
            self.clauses.extend(clause(value, quoted, negated));
            return Ok(());
        };
        let refused = |expected: &str| {
            Err(FieldError::new("q", "invalid", format!("is not right: {operator}: {expected}")))
        };
        let named = |sign: char| Named { negated, name: value.trim_start_matches(sign).to_owned() };
        match operator {
            Operator::From => self.from.push(named('@')),
            Operator::In => self.rooms.push(named('#')),
            Operator::Has => match Has::parse(value) {
                Some(has) => self.has.push((has, !negated)),
                None => return refused("must be link or attachment"),
            },
            Operator::Before | Operator::After | Operator::During if negated => {
                return refused("cannot be negated");
            }
            Operator::Before | Operator::After | Operator::During => {
                let Some(span) = DateSpan::parse(value) else {
                    return refused(DateSpan::EXPECTED);
                };
                if operator == Operator::After {
                    self.since(span.end);
                } else {
                    self.until(if operator == Operator::Before { span.start } else { span.end });
                }
                if operator == Operator::During {
                    self.since(span.start);
                }
            }
        }
        Ok(())
    }
}

/// What a stretch of the query must find; nothing if there is no word in it.
fn clause(text: &str, quoted: bool, negated: bool) -> Option<Clause> {
    let found = words(text);
    let forms = |tokens: &[Token]| tokens.iter().map(|t| t.form.clone()).collect::<Vec<_>>();
    let [only] = found.words.as_slice() else {
        if found.words.is_empty() {
            return None;
        }
        let mut any_of = vec![Matcher::Phrase(forms(&found.words))];
        // `e-mail` is also `email`, if that is all there is to it.
        let whole = (found.words[0].start, found.words[found.words.len() - 1].end);
        let joined = found.also.iter().filter(|t| (t.start, t.end) == whole && !quoted);
        for form in joined.map(|token| token.form.clone()) {
            any_of.push(Matcher::Phrase(vec![form.clone()]));
            any_of.push(Matcher::Also(form));
        }
        return Some(Clause { negated, any_of });
    };
    // A sign makes another word of it: `#tag`, `@name`, `C++`, `C#`.
    let signed =
        found.also.iter().find(|t| t.form.starts_with(['#', '@']) || t.form.ends_with(['+', '#']));
    if let Some(signed) = signed {
        return Some(Clause { negated, any_of: vec![Matcher::Also(signed.form.clone())] });
    }
    let form = only.form.clone();
    let mut any_of = vec![Matcher::Phrase(vec![form.clone()]), Matcher::Also(form.clone())];
    let spelt = spelt_out(text.trim());
    any_of.extend(spelt.map(|spelt| Matcher::Phrase(vec![spelt])));
    // In scripts without spaces a stretch finds whatever it is part of as it is.
    let dense = form.contains(is_dense);
    if !quoted && !negated && !dense && form.chars().count() >= PREFIX_CHARS_MIN {
        any_of.push(Matcher::Prefix(form));
    }
    Some(Clause { negated, any_of })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    From,
    In,
    Has,
    Before,
    After,
    During,
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "from" => Some(Self::From),
            "in" => Some(Self::In),
            "has" => Some(Self::Has),
            "before" => Some(Self::Before),
            "after" => Some(Self::After),
            "during" | "on" => Some(Self::During),
            _ => None,
        }
    }
}

impl std::fmt::Display for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::From => "from",
            Self::In => "in",
            Self::Has => "has",
            Self::Before => "before",
            Self::After => "after",
            Self::During => "during",
        })
    }
}

/// One part of a query.
struct Part<'a> {
    negated: bool,
    operator: Option<Operator>,
    value: &'a str,
    quoted: bool,
}

/// The parts of a query, from left to right.
struct Parts<'a> {
    rest: &'a str,
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

impl<'a> Parts<'a> {
    /// What stands in quotes if the rest begins with one; an open quote lasts to the end.
    fn quoted(&mut self) -> Option<&'a str> {
        let inner = self.rest.strip_prefix(is_quote)?;
        let (value, rest) = inner.split_once(is_quote).unwrap_or((inner, ""));
        self.rest = rest;
        Some(value)
    }

    /// Everything up to a space or a quote.
    fn plain(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| c.is_whitespace() || is_quote(c));
        let (value, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        value
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return None;
        }
        // `--verbose` is a word with its dashes, `- ` a dash.
        let negatable = |rest: &&str| !rest.starts_with(|c: char| c.is_whitespace() || c == '-');
        let negative =
            self.rest.strip_prefix('-').filter(negatable).filter(|rest| !rest.is_empty());
        let negated = negative.is_some();
        self.rest = negative.unwrap_or(self.rest);
        if let Some(value) = self.quoted() {
            return Some(Part { negated, operator: None, value, quoted: true });
        }
        let text = self.plain();
        let operator = text
            .split_once(':')
            .and_then(|(name, value)| Operator::parse(name).map(|operator| (operator, value)));
        let Some((operator, value)) = operator else {
            return Some(Part { negated, operator: None, value: text, quoted: false });
        };
        let quoted = if value.is_empty() { self.quoted() } else { None };
        let value = quoted.unwrap_or(value).trim();
        // Without a value it is a word.
        let (operator, value) =
            if value.is_empty() { (None, text) } else { (Some(operator), value) };
        Some(Part { negated, operator, value, quoted: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> SearchQuery {
        SearchQuery::parse(text).unwrap()
    }

    fn named(name: &str, negated: bool) -> Named {
        Named { negated, name: name.into() }
    }

    fn at(text: &str) -> Option<Timestamp> {
        Timestamp::parse(text)
    }

    /// The words of the clauses' first matchers.
    fn texts(query: &SearchQuery) -> Vec<String> {
        let text = |clause: &Clause| {
            let sign = if clause.negated { "-" } else { "" };
            match &clause.any_of[0] {
                Matcher::Phrase(words) => format!("{sign}{}", words.join(" ")),
                Matcher::Also(form) | Matcher::Prefix(form) => format!("{sign}~{form}"),
            }
        };
        query.clauses.iter().map(text).collect()
    }

    #[test]
    fn words_phrases_and_negation() {
        for (text, expected) in [
            ("Tea  time", vec!["tea", "time"]),
            ("\"Tea time\" now", vec!["tea time", "now"]),
            ("“tea time„ x", vec!["tea time", "x"]),
            ("-tea -\"green tea\" cup", vec!["-tea", "-green tea", "cup"]),
            ("\"open quote", vec!["open quote"]),
            ("a\"b c\"d", vec!["a", "b c", "d"]),
            ("--verbose - x", vec!["verbose", "x"]),
            ("e-mail", vec!["e mail"]),
            ("https://example.org/a", vec!["https example org a"]),
            ("foo:bar from: x", vec!["foo bar", "from", "x"]),
            ("東京都", vec!["東京 京都"]),
            ("#tag C++ @ada", vec!["~#tag", "~c++", "~@ada"]),
            ("tea !!!", vec!["tea"]),
        ] {
            assert_eq!(texts(&parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn only_bare_words_find_longer_ones() {
        let prefixes = |text: &str| {
            let query = parse(text);
            let all = query.clauses.iter().flat_map(|clause| &clause.any_of);
            all.filter(|m| matches!(m, Matcher::Prefix(_))).count()
        };
        for (text, count) in [
            ("tea", 1),
            ("te", 0),
            ("\"tea\"", 0),
            ("-tea", 0),
            ("tea-time", 0),
            ("東京", 0),
            ("가나다", 0),
            ("猫", 0),
        ] {
            assert_eq!(prefixes(text), count, "{text}");
        }
    }

    #[test]
    fn operators() {
        let query = parse("tea from:@ada -from:bob in:\"Tea room\" has:link -has:file FROM:Eve");
        assert_eq!(texts(&query), ["tea"]);
        assert_eq!(query.from, [named("ada", false), named("bob", true), named("Eve", false)]);
        assert_eq!(query.rooms, [named("Tea room", false)]);
        assert_eq!(query.has, [(Has::Links, true), (Has::Attachments, false)]);
        let query = parse("after:2026-01-01 before:2026-02-01");
        assert_eq!(query.since, at("2026-01-02T00:00:00Z"));
        assert_eq!(query.until, at("2026-02-01T00:00:00Z"));
        let query = parse("during:2026-03 on:2026-03-07");
        assert_eq!(query.since, at("2026-03-07T00:00:00Z"));
        assert_eq!(query.until, at("2026-03-08T00:00:00Z"));
        assert!(query.clauses.is_empty());
    }

    #[test]
    fn what_is_refused_names_the_query() {
        for text in [
            "before:soon",
            "has:tea",
            "-before:2026",
            "!!! ...",
            "\"\"",
            &"x".repeat(501),
            &"a ".repeat(33),
        ] {
            let error = SearchQuery::parse(text).unwrap_err();
            assert_eq!(error.pointer, "q", "{text}");
        }
        assert!(SearchQuery::parse("").unwrap().is_empty());
        assert!(SearchQuery::parse("  \n ").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(?s).{0,80}") {
            let _ = SearchQuery::parse(&text);
        }

        #[test]
        fn no_mix_of_signs_panics(text in "[-\"“:@#a 0-9東]{0,40}|((from|in|has|before|on):?[\" -]?){0,9}") {
            let _ = SearchQuery::parse(&text);
        }

        #[test]
        fn a_query_is_bounded(text in "\\PC{0,500}") {
            if let Ok(query) = SearchQuery::parse(&text) {
                prop_assert!(query.clauses.len() <= QUERY_PARTS_MAX);
                prop_assert!(query.clauses.iter().all(|c| !c.any_of.is_empty() && c.any_of.len() <= 5));
            }
        }
    }
}
