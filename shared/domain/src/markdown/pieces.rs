//! Addresses and names within a run of text.

use super::tokens::Text;
use linkify::{LinkFinder, LinkKind};

/// A part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Plain(&'a str),
    /// What is shown, and where it leads.
    Link(&'a str, String),
    /// `@` and a name that may be a user's.
    Name(&'a str),
}

/// The names that mean everybody in the room.
pub(super) fn is_everybody(folded: &str) -> bool {
    matches!(folded, "all" | "channel" | "here" | "everyone")
}

/// The parts of a run, in order; together they are the whole of it.
pub(super) fn of(run: &Text) -> Vec<Piece<'_>> {
    let text = run.text.as_str();
    if run.literal {
        return vec![Piece::Plain(text)];
    }
    let mut pieces = Vec::new();
    let mut done = 0;
    // Without a dot or a colon there is no address, and most messages have neither.
    if text.contains(['.', ':']) {
        let mut finder = LinkFinder::new();
        finder.url_must_have_scheme(false);
        for link in finder.links(text) {
            let Some(target) = target(link.as_str(), link.kind()) else { continue };
            names(run, done, link.start(), &mut pieces);
            pieces.push(Piece::Link(link.as_str(), target));
            done = link.end();
        }
    }
    names(run, done, text.len(), &mut pieces);
    pieces
}

/// Where a bare address leads. A host without a scheme counts from `www.` on: `main.rs` is a file.
fn target(text: &str, kind: &LinkKind) -> Option<String> {
    let begins =
        |with: &str| text.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    let target = match kind {
        LinkKind::Email => format!("mailto:{text}"),
        _ if begins("http://") || begins("https://") => text.to_owned(),
        _ if begins("www.") => format!("http://{text}"),
        _ => return None,
    };
    safe(&target).then_some(target)
}

/// Whether an address may be a link: a scheme that leads to a page or a letter, no hidden characters.
pub(super) fn safe(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    let shape = match scheme.as_str() {
        "http" | "https" => rest.strip_prefix("//").is_some_and(|host| !host.is_empty()),
        "mailto" => !rest.is_empty(),
        _ => false,
    };
    let visible = |c: char| !c.is_whitespace() && super::html::is_shown(c);
    shape && address.len() <= super::LINK_BYTES_MAX && address.chars().all(visible)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '@'
}

/// The names between two places of a run, and the text around them.
fn names<'a>(run: &'a Text, from: usize, to: usize, pieces: &mut Vec<Piece<'a>>) {
    let text = run.text.as_str();
    let mut done = from;
    for (at, _) in text[from..to].match_indices('@') {
        let at = from + at;
        let name = &text[at + 1..to];
        let length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let end = at + 1 + length;
        let before = text[..at].chars().next_back().or(run.before);
        let after = text[end..].chars().next().or(run.after);
        let fits = (3..=20).contains(&length)
            && !before.is_some_and(is_word)
            && !after.is_some_and(is_word)
            && !run.escaped.contains(&at);
        if !fits {
            continue;
        }
        if done < at {
            pieces.push(Piece::Plain(&text[done..at]));
        }
        pieces.push(Piece::Name(&text[at..end]));
        done = end;
    }
    if done < to {
        pieces.push(Piece::Plain(&text[done..to]));
    }
}
