//! Writes HTML. Every tag is one of those spelled out here; whatever comes from the text is escaped.

use super::pieces::{self, Piece};
use super::tokens::{Token, language};
use super::{HTML_BYTES_MAX, Mentioned, NESTING_MAX};
use pulldown_cmark::{Alignment, Tag, TagEnd};

/// Characters that are kept: no control characters but tab and line feed, and none that turn the direction
/// of what follows round. Text of either direction is shown rightly without them, and a disguise is not.
pub(super) fn is_shown(c: char) -> bool {
    let control = c.is_control() && c != '\n' && c != '\t';
    !control && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars().filter(|c| is_shown(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

/// For the value of an attribute between double quotes.
fn escape_value(text: &str, out: &mut String) {
    for c in text.chars().filter(|c| is_shown(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// Text with its line breaks and nothing else.
fn lines(text: &str, out: &mut String) {
    for (number, line) in text.trim_end_matches('\n').split('\n').enumerate() {
        if number > 0 {
            out.push_str("<br>");
        }
        escape(line, out);
    }
}

/// The text as it is, where its Markdown shows nothing or too much.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::from("<p>");
    lines(text, &mut out);
    out.push_str("</p>");
    out
}

/// The tokens as HTML; `None` if that shows nothing at all, or is too long.
pub(super) fn write(tokens: &[Token<'_>], mentioned: Mentioned<'_>) -> Option<String> {
    let mut writer = Writer { mentioned, ..Writer::default() };
    for token in tokens {
        writer.token(token);
        if writer.out.len() > HTML_BYTES_MAX {
            return None;
        }
    }
    writer.shows.then_some(writer.out)
}

#[derive(Default)]
struct Writer<'a> {
    out: String,
    mentioned: Mentioned<'a>,
    /// Whether anything can be seen.
    shows: bool,
    in_code: bool,
    /// Open quotes, lists and their items: whether each was written.
    containers: Vec<bool>,
    /// Open emphasis of any kind: whether each was written.
    emphasis: Vec<bool>,
    /// Open links: for each that was written the length of the output and where it leads.
    links: Vec<Option<(usize, String)>>,
    /// The columns of the open table, the next cell's, and whether its head is open.
    columns: Vec<Alignment>,
    column: usize,
    head: bool,
}

impl Writer<'_> {
    fn token(&mut self, token: &Token<'_>) {
        match token {
            Token::Text(run) => {
                self.shows |= !run.text.trim().is_empty();
                if self.in_code {
                    return escape(&run.text, &mut self.out);
                }
                for piece in pieces::of(run) {
                    self.piece(piece);
                }
            }
            Token::Code(text) => {
                self.shows = true;
                self.out.push_str("<code>");
                escape(text, &mut self.out);
                self.out.push_str("</code>");
            }
            Token::Break => self.out.push_str("<br>"),
            Token::Rule => {
                self.shows = true;
                self.out.push_str("<hr>");
            }
            Token::Box(done) => {
                self.shows = true;
                let ticked = if *done { " checked" } else { "" };
                self.out.push_str("<input type=\"checkbox\" disabled");
                self.out.push_str(ticked);
                self.out.push_str("> ");
            }
            Token::Open(tag) => self.open(tag),
            Token::Close(end) => self.close(*end),
        }
    }

    fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Plain(text) => lines_within(text, &mut self.out),
            Piece::Link(text, target) => {
                self.link(&target);
                escape(text, &mut self.out);
                self.out.push_str("</a>");
            }
            Piece::Name(name) => {
                let folded = name[1..].to_ascii_lowercase();
                if self.mentioned.all && pieces::is_everybody(&folded) {
                    self.out.push_str("<span class=\"mention\" data-all=\"true\">");
                } else if let Some(user) = self.mentioned.user(&folded) {
                    let user = user.to_string();
                    self.out.push_str("<span class=\"mention\" data-user-id=\"");
                    escape_value(&user, &mut self.out);
                    self.out.push_str("\">");
                } else {
                    return escape(name, &mut self.out);
                }
                escape(name, &mut self.out);
                self.out.push_str("</span>");
            }
        }
    }

    fn link(&mut self, target: &str) {
        self.out.push_str("<a href=\"");
        escape_value(target, &mut self.out);
        self.out.push_str("\" rel=\"noopener nofollow noreferrer\" target=\"_blank\">");
    }

    /// Opens a quote, list or item, unless that is too deep to be of use.
    fn container(&mut self, tag: &str) {
        let written = self.containers.len() < NESTING_MAX;
        self.containers.push(written);
        if written {
            self.out.push_str(tag);
        } else {
            self.out.push_str("<br>");
        }
    }

    fn container_ends(&mut self, tag: &str) {
        if self.containers.pop().unwrap_or(false) {
            self.out.push_str(tag);
        }
    }

    fn emphasis(&mut self, tag: &str) {
        let written = self.emphasis.len() < NESTING_MAX;
        self.emphasis.push(written);
        if written {
            self.out.push_str(tag);
        }
    }

    fn emphasis_ends(&mut self, tag: &str) {
        if self.emphasis.pop().unwrap_or(false) {
            self.out.push_str(tag);
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.out.push_str("<p>"),
            Tag::Heading { level, .. } => {
                self.out.push_str(
                    ["<h1>", "<h2>", "<h3>", "<h4>", "<h5>", "<h6>"][*level as usize - 1],
                );
            }
            Tag::BlockQuote(_) => self.container("<blockquote>"),
            Tag::CodeBlock(kind) => {
                self.in_code = true;
                self.out.push_str("<pre><code");
                if let Some(language) = language(kind) {
                    self.out.push_str(" class=\"language-");
                    escape_value(language, &mut self.out);
                    self.out.push('"');
                }
                self.out.push('>');
            }
            Tag::List(Some(1)) => self.container("<ol>"),
            Tag::List(Some(first)) => self.container(&format!("<ol start=\"{first}\">")),
            Tag::List(None) => self.container("<ul>"),
            Tag::Item => self.container("<li>"),
            Tag::Table(columns) => {
                self.columns.clone_from(columns);
                self.out.push_str("<table>");
            }
            Tag::TableHead => {
                (self.head, self.column) = (true, 0);
                self.out.push_str("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.out.push_str("<tr>");
            }
            Tag::TableCell => {
                self.out.push_str(if self.head { "<th" } else { "<td" });
                self.out.push_str(match self.columns.get(self.column) {
                    Some(Alignment::Left) => " class=\"left\">",
                    Some(Alignment::Center) => " class=\"center\">",
                    Some(Alignment::Right) => " class=\"right\">",
                    _ => ">",
                });
                self.column += 1;
            }
            Tag::Emphasis => self.emphasis("<em>"),
            Tag::Strong => self.emphasis("<strong>"),
            Tag::Strikethrough => self.emphasis("<del>"),
            Tag::Link { dest_url, link_type, .. } => {
                let mailto = *link_type == pulldown_cmark::LinkType::Email;
                let target =
                    if mailto { format!("mailto:{dest_url}") } else { dest_url.to_string() };
                self.open_link(&target);
            }
            Tag::Image { dest_url, .. } => self.open_link(dest_url),
            // Only with options that are off.
            _ => {}
        }
    }

    /// Opens a link, unless one is open already or the address may not be one.
    fn open_link(&mut self, target: &str) {
        let written = self.links.iter().all(Option::is_none) && pieces::safe(target);
        if written {
            self.link(target);
        }
        self.links.push(written.then(|| (self.out.len(), target.to_owned())));
    }

    /// Closes a link; one without a text shows where it leads.
    fn close_link(&mut self) {
        let Some((start, target)) = self.links.pop().flatten() else { return };
        if self.out.len() == start {
            self.shows = true;
            escape(&target, &mut self.out);
        }
        self.out.push_str("</a>");
    }

    fn close(&mut self, end: TagEnd) {
        match end {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.out.push_str("</p>"),
            TagEnd::Heading(level) => {
                self.out.push_str(
                    ["</h1>", "</h2>", "</h3>", "</h4>", "</h5>", "</h6>"][level as usize - 1],
                );
            }
            TagEnd::BlockQuote(_) => self.container_ends("</blockquote>"),
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.out.push_str("</code></pre>");
            }
            TagEnd::List(true) => self.container_ends("</ol>"),
            TagEnd::List(false) => self.container_ends("</ul>"),
            TagEnd::Item => self.container_ends("</li>"),
            TagEnd::Table => self.out.push_str("</tbody></table>"),
            TagEnd::TableHead => {
                self.head = false;
                self.out.push_str("</tr></thead><tbody>");
            }
            TagEnd::TableRow => self.out.push_str("</tr>"),
            TagEnd::TableCell => self.out.push_str(if self.head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.emphasis_ends("</em>"),
            TagEnd::Strong => self.emphasis_ends("</strong>"),
            TagEnd::Strikethrough => self.emphasis_ends("</del>"),
            TagEnd::Link | TagEnd::Image => self.close_link(),
            _ => {}
        }
    }
}

/// Text of a paragraph: line feeds are left in it by raw HTML only.
fn lines_within(text: &str, out: &mut String) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push_str("<br>");
        }
        escape(line, out);
    }
}
