//! The text's structure as a flat list: what the parser says, with neighbouring pieces of text joined, so
//! that links and names can be found in them.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A run of text within one paragraph, cell, heading …
pub(super) struct Text {
    /// What is read, entities and escapes resolved.
    pub(super) text: String,
    /// Where in it an `@` was escaped with a backslash.
    pub(super) escaped: Vec<usize>,
    /// The character read before it, if the two touch.
    pub(super) before: Option<char>,
    /// The character read after it.
    pub(super) after: Option<char>,
    /// In code or in a link, where nothing is looked for.
    pub(super) literal: bool,
}

/// A part of the text, in order.
pub(super) enum Token<'a> {
    Open(Tag<'a>),
    Close(TagEnd),
    Text(Text),
    /// Code within a line.
    Code(String),
    Break,
    Rule,
    /// A task's box, ticked or not.
    Box(bool),
}

/// Whether text on both sides of the tag's edge is read as one word.
fn is_seamless(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

/// Reads a text.
pub(super) fn read(source: &str) -> Vec<Token<'_>> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let (mut code, mut links) = (false, 0_usize);
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                let literal = code || links > 0;
                let escaped = text.starts_with('@') && source[..range.start].ends_with('\\');
                match tokens.last_mut() {
                    Some(Token::Text(run)) => {
                        if escaped {
                            run.escaped.push(run.text.len());
                        }
                        run.text.push_str(&text);
                    }
                    _ => tokens.push(Token::Text(Text {
                        text: text.into_string(),
                        escaped: if escaped { vec![0] } else { Vec::new() },
                        before: None,
                        after: None,
                        literal,
                    })),
                }
            }
            Event::Code(text) => tokens.push(Token::Code(text.into_string())),
            Event::SoftBreak | Event::HardBreak => tokens.push(Token::Break),
            Event::Rule => tokens.push(Token::Rule),
            Event::TaskListMarker(done) => tokens.push(Token::Box(done)),
            Event::Start(tag) => {
                code |= matches!(tag, Tag::CodeBlock(_));
                links += usize::from(matches!(tag, Tag::Link { .. } | Tag::Image { .. }));
                tokens.push(Token::Open(tag));
            }
            Event::End(end) => {
                code &= !matches!(end, TagEnd::CodeBlock);
                if matches!(end, TagEnd::Link | TagEnd::Image) {
                    links = links.saturating_sub(1);
                }
                if let (TagEnd::HtmlBlock, Some(Token::Text(run))) = (end, tokens.last_mut()) {
                    run.text.truncate(run.text.trim_end_matches('\n').len());
                }
                tokens.push(Token::Close(end));
            }
            // Only with options that are off.
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                tokens.push(Token::Code(text.into_string()));
            }
        }
    }
    neighbours(&mut tokens);
    tokens
}

/// Notes for each run of text which characters touch it.
fn neighbours(tokens: &mut [Token<'_>]) {
    let mut before = None;
    for token in tokens.iter_mut() {
        match token {
            Token::Text(run) => {
                run.before = before;
                before = run.text.chars().next_back().or(before);
            }
            Token::Open(tag) if is_seamless(tag.to_end()) => {}
            Token::Close(end) if is_seamless(*end) => {}
            _ => before = None,
        }
    }
    let mut after = None;
    for token in tokens.iter_mut().rev() {
        match token {
            Token::Text(run) => {
                run.after = after;
                after = run.text.chars().next().or(after);
            }
            Token::Open(tag) if is_seamless(tag.to_end()) => {}
            Token::Close(end) if is_seamless(*end) => {}
            _ => after = None,
        }
    }
}

/// The language a fenced block names, if it is a plain word.
pub(super) fn language<'a>(kind: &'a CodeBlockKind<'_>) -> Option<&'a str> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let word = info.split([' ', '\t', ',']).next().unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"+#._-".contains(&b);
    ((1..=32).contains(&word.len()) && word.bytes().all(plain)).then_some(word)
}
