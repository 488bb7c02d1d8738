//! Takes a text apart into what it can be found by. The one place that knows what a word is: the index
//! holds these words, a query is made of them, and highlights are where they stand.
//!
//! A text gives two lists. `words` has one entry for each place, so that phrases are runs of places.
//! `also` has further names of the same stretches, for which order does not matter.
//!
//! * Scripts with spaces: a run of letters and digits is a word. `snake_case`, `well-known`, `example.org`
//!   are several words, and also their parts joined; `camelCase` is one word, and also its parts.
//! * Scripts without (Chinese, Japanese, Thai …, and Korean, whose endings are glued on): each pair of
//!   neighbours is a word, so that a run of pairs finds exactly the text it was made of; and also each
//!   single character.
//! * An emoji is a word.

use super::fold::{fold, is_ignored, spelt_out};
use unicode_normalization::char::is_combining_mark;

/// Parts of a chain (`a-b_c.d`) that are also joined; a longer chain is a path, not a word.
const CHAIN_PARTS_MAX: usize = 6;

/// A name of a stretch of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is compared by.
    pub form: String,
    /// Where it begins, in code points.
    pub start: usize,
    /// Where it ends, in code points.
    pub end: usize,
}

/// What a text can be found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// One for each place, in order.
    pub words: Vec<Token>,
    /// Further names, in order of their beginnings within a stretch.
    pub also: Vec<Token>,
}

/// What a character belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A word between spaces.
    Spaced,
    /// A script without spaces.
    Dense,
    /// A picture, which stands alone.
    Picture,
    /// Neither.
    Other,
}

fn class(c: char) -> Class {
    if is_picture(c) {
        Class::Picture
    } else if is_ignored(c) || !c.is_alphanumeric() && !is_combining_mark(c) {
        Class::Other
    } else if is_dense(c) {
        Class::Dense
    } else {
        Class::Spaced
    }
}

/// Whether a character belongs to a script that puts no spaces between words, or glues endings on.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}'
        | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{318F}'
        | '\u{31A0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FFDC}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_picture(c: char) -> bool {
    matches!(c,
        '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2460}'..='\u{24FF}'
        | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{1F000}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}')
}

/// What joins two words into a chain when it stands alone between them.
fn is_connector(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '\'' | '’' | '\u{2010}' | '\u{2011}' | '·' | '&')
}

/// Takes `text` apart.
pub fn words(text: &str) -> Words {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Words::default();
    let mut chain = Chain::default();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        match class(chars[at]) {
            Class::Other => {
                at += 1;
                continue;
            }
            Class::Picture => {
                at += 1;
                let form = chars[start].to_string();
                found.words.push(Token { form, start, end: at });
            }
            Class::Dense => {
                at = run(&chars, at, Class::Dense);
                dense(&chars, start, at, &mut found);
            }
            Class::Spaced => {
                at = run(&chars, at, Class::Spaced);
                let token = token(&chars, start, at);
                if token.form.is_empty() {
                    continue;
                }
                further_names(&chars, &token, &mut found.also);
                chain.add(&chars, &token, &mut found.also);
                found.words.push(token);
            }
        }
    }
    chain.close(&mut found.also);
    found
}

/// Where the run of `kind` that begins at `at` ends. Marks and unseen characters belong to the run.
fn run(chars: &[char], at: usize, kind: Class) -> usize {
    let more = |c: &char| is_ignored(*c) || is_combining_mark(*c) || class(*c) == kind;
    let mut end = at + chars[at..].iter().take_while(|c| more(c)).count();
    while is_ignored(chars[end - 1]) {
        end -= 1;
    }
    end.max(at + 1)
}

fn token(chars: &[char], start: usize, end: usize) -> Token {
    let text: String = chars[start..end].iter().collect();
    Token { form: fold(&text), start, end }
}

/// Pairs of neighbours as words, single characters besides.
fn dense(chars: &[char], start: usize, end: usize, found: &mut Words) {
    let mut singles: Vec<Token> = Vec::new();
    let mut at = start;
    while at < end {
        let tail = chars[at + 1..end].iter().take_while(|c| belongs_to_the_one_before(**c)).count();
        let single = token(chars, at, at + 1 + tail);
        at = single.end;
        if !single.form.is_empty() {
            singles.push(single);
        }
    }
    if let [only] = singles.as_slice() {
        found.words.push(only.clone());
    }
    for pair in singles.windows(2) {
        let form = format!("{}{}", pair[0].form, pair[1].form);
        found.words.push(Token { form, start: pair[0].start, end: pair[1].end });
    }
    found.also.extend(singles);
}

/// Marks, and the second and third letter of a Korean syllable written in letters.
fn belongs_to_the_one_before(c: char) -> bool {
    is_combining_mark(c)
        || is_ignored(c)
        || matches!(c, '\u{1160}'..='\u{11FF}' | '\u{FF9E}' | '\u{FF9F}')
}

/// Spellings without umlauts, parts of `camelCase`, and the signs that make another word of it: `#tag`,
/// `@name`, `C++`, `C#`.
fn further_names(chars: &[char], token: &Token, also: &mut Vec<Token>) {
    let Token { start, end, .. } = *token;
    let text: String = chars[start..end].iter().collect();
    also.extend(spelt_out(&text).map(|form| Token { form, start, end }));
    let before = start.checked_sub(1).map(|at| chars[at]);
    let stands_alone = start < 2 || !chars[start - 2].is_alphanumeric();
    if let Some(sign @ ('#' | '@')) = before
        && stands_alone
    {
        also.push(Token { form: format!("{sign}{}", token.form), start: start - 1, end });
    }
    let after = |by: usize| chars.get(end + by).copied();
    if after(0) == Some('+') && after(1) == Some('+') {
        also.push(Token { form: format!("{}++", token.form), start, end: end + 2 });
    }
    if after(0) == Some('#') && !after(1).is_some_and(char::is_alphanumeric) {
        also.push(Token { form: format!("{}#", token.form), start, end: end + 1 });
    }
    parts(chars, start, end, also);
}

/// The parts of `getUserName`, `HTTPServer`, `utf8decoder` that have at least two characters.
fn parts(chars: &[char], start: usize, end: usize, also: &mut Vec<Token>) {
    let splits = |at: usize| {
        let (a, b) = (chars[at - 1], chars[at]);
        let next_is_small = at + 1 < end && chars[at + 1].is_lowercase();
        (a.is_lowercase() && b.is_uppercase())
            || (a.is_uppercase() && b.is_uppercase() && next_is_small)
            || (a.is_numeric() != b.is_numeric() && !is_combining_mark(b))
    };
    let mut from = start;
    for at in start + 1..=end {
        if at < end && !splits(at) {
            continue;
        }
        if at - from >= 2 && at - from < end - start {
            also.push(token(chars, from, at));
        }
        from = at;
    }
}

/// Words that follow each other with a single connector between them.
#[derive(Default)]
struct Chain {
    parts: Vec<Token>,
}

impl Chain {
    fn add(&mut self, chars: &[char], token: &Token, also: &mut Vec<Token>) {
        let linked = self
            .parts
            .last()
            .is_some_and(|last| last.end + 1 == token.start && is_connector(chars[last.end]));
        if !linked {
            self.close(also);
        }
        self.parts.push(token.clone());
    }

    /// Notes the joined form of what has come together.
    fn close(&mut self, also: &mut Vec<Token>) {
        let parts = std::mem::take(&mut self.parts);
        if let ([first, .., last], 2..=CHAIN_PARTS_MAX) = (parts.as_slice(), parts.len()) {
            let joined: String = parts.iter().map(|part| part.form.as_str()).collect();
            also.push(Token { form: fold(&joined), start: first.start, end: last.end });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn forms(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().map(|token| token.form.as_str()).collect()
    }

    #[test]
    fn words_and_further_names() {
        for (text, places, also) in [
            ("Hello, World!", "hello world", ""),
            ("snake_case", "snake case", "snakecase"),
            ("a well-known e-mail", "a well known e mail", "wellknown email"),
            ("getUserName2", "getusername2", "get user name"),
            ("HTTPServer", "httpserver", "http server"),
            ("https://example.org/a-b?q=1", "https example org a b q 1", "exampleorg ab"),
            ("don’t", "don t", "dont"),
            ("Größe", "grosse", "groesse"),
            ("C++ und C#, #tag @ada", "c und c tag ada", "c++ c# #tag @ada"),
            ("ada@example.org", "ada example org", "exampleorg"),
            ("東京都", "東京 京都", "東 京 都"),
            ("猫", "猫", "猫"),
            ("iPhoneを買う", "iphone を買 買う", "phone を 買 う"),
            ("학교에서", "학교 교에 에서", "학 교 에 서"),
            ("กิน", "กิน", "กิ น"),
            ("👍🏽 ok ❤️", "👍 ok ❤", ""),
            ("1️⃣", "1", ""),
            ("... --- !!!", "", ""),
        ] {
            let found = words(text);
            assert_eq!(forms(&found.words).join(" "), places, "{text}");
            assert_eq!(forms(&found.also).join(" "), also, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_lie_within_the_text(text in "\\PC{0,60}") {
            let length = text.chars().count();
            let found = words(&text);
            for token in found.words.iter().chain(&found.also) {
                prop_assert!(token.start < token.end && token.end <= length);
                prop_assert!(!token.form.is_empty());
                prop_assert!(!token.form.contains(char::is_whitespace), "{:?}", token.form);
            }
            prop_assert!(found.words.is_sorted_by_key(|token| token.start));
        }

        #[test]
        fn a_words_form_is_a_word_of_itself(text in "[a-zA-ZäöÜßéÅøжЙёαΣא0-9 _.-]{0,30}") {
            for token in words(&text).words {
                let again = words(&token.form);
                prop_assert_eq!(forms(&again.words), [token.form.as_str()]);
            }
        }
    }
}
