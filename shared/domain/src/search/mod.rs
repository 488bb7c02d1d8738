//! Search: what a word is, what a query asks for, whether a text is that, and how it is shown.
//!
//! The index is given the words of a message, not its text, so what counts as a word is decided here and
//! nowhere else: OpenSearch, the engine on one machine, highlights and the last check of each result against
//! the current text cannot come apart.

mod dates;
mod fold;
mod links;
mod matching;
mod query;
mod snippet;
mod words;

pub use dates::DateSpan;
pub use links::has_link;
pub use matching::{Highlight, highlights};
pub use query::{Clause, Has, Matcher, Named, QUERY_CHARS_MAX, QUERY_PARTS_MAX, SearchQuery};
pub use snippet::{SNIPPET_CHARS_MAX, snippet_html};
pub use words::{Token, Words, words};

/// Whether two names are the same to somebody who types one of them.
pub fn same_name(a: &str, b: &str) -> bool {
    fold::name(a) == fold::name(b)
}
