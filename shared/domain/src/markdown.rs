//! Markdown as people write it in a chat, shown as HTML that cannot harm, and the people it names.
//!
//! CommonMark with GitHub's tables, task lists, strikethrough and bare links. What is not Markdown is text:
//! raw HTML is shown as it was typed. No picture is fetched from elsewhere: `![alt](address)` is a link. A
//! line break is a line break. Links lead to `http:`, `https:` and `mailto:` only.
//!
//! The text is parsed once into [`tokens`](self::tokens); mentions are found in and links are made of the
//! same tokens, so what notifies is what is shown. [`html`](self::html) writes a fixed set of tags and escapes
//! everything else; no text or address reaches the output in any other way. Work and output are bounded:
//! one pass over the text, [`NESTING_MAX`], [`HTML_BYTES_MAX`].

mod html;
mod pieces;
mod tokens;

use crate::UserId;

/// Bytes of HTML one message may become; what would be more is shown as plain text. With the text itself
/// it stays below the 128 KB that API Gateway carries in one message.
pub const HTML_BYTES_MAX: usize = 64 * 1024;
/// Quotes and lists within each other, and emphasis within each other, that are shown as such.
pub const NESTING_MAX: usize = 16;
/// Bytes of an address that is made a link.
pub const LINK_BYTES_MAX: usize = 2_048;

/// The names after `@` in a text. They need not belong to anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Folded usernames in order of appearance, each once, at most [`crate::MENTIONS_MAX`].
    pub names: Vec<String>,
    /// Whether everybody is meant: `@all`, `@channel`, `@here`, `@everyone`.
    pub all: bool,
}

/// Whom a text's mentions lead to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mentioned<'a> {
    /// Folded usernames.
    pub names: &'a [String],
    /// Their owners, in the same order.
    pub users: &'a [UserId],
    /// Whether `@all` counts.
    pub all: bool,
}

impl Mentioned<'_> {
    fn user(&self, folded: &str) -> Option<UserId> {
        let place = self.names.iter().position(|name| name == folded)?;
        self.users.get(place).copied()
    }
}

/// Whom `text` names: outside code and links, not inside a word or an address, in any case.
pub fn named(text: &str) -> Named {
    let mut named = Named::default();
    for token in tokens::read(text) {
        let tokens::Token::Text(text) = token else { continue };
        for piece in pieces::of(&text) {
            let pieces::Piece::Name(name) = piece else { continue };
            let folded = name[1..].to_ascii_lowercase();
            if pieces::is_everybody(&folded) {
                named.all = true;
            } else if named.names.len() < crate::MENTIONS_MAX && !named.names.contains(&folded) {
                named.names.push(folded);
            }
        }
    }
    named
}

/// `text` as HTML. Of the names in it those in `mentioned` are marked as mentions.
pub fn html(text: &str, mentioned: Mentioned<'_>) -> String {
    html::write(&tokens::read(text), mentioned).unwrap_or_else(|| html::plain(text))
}

#[cfg(test)]
mod tests;
