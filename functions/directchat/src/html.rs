//! HTML that strangers write, as Markdown. It is read token by token, so nothing in it can nest too deep or
//! take longer than it is long, and only its text is kept with the little that Markdown can say. Whatever
//! comes out is text to the chat, which shows raw HTML as typed.

use html5gum::{State, Token, Tokenizer};

/// Elements whose text is not for people.
const SILENT: [&[u8]; 8] =
    [b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noembed", b"noframes"];

/// The text of `html`, with emphasis, links, lists, quotations and code as Markdown writes them.
pub(crate) fn to_markdown(html: &str) -> String {
    let mut out = Writer::default();
    let mut tokens = Tokenizer::new(html);
    // The tokenizer does not know the tree: it has to be told where what looks like a tag is none.
    while let Some(Ok(token)) = tokens.next() {
        match token {
            Token::StartTag(tag) => {
                let name = tag.name.0.as_slice();
                if SILENT.contains(&name) {
                    out.silent = !tag.self_closing;
                    tokens.set_state(if name == b"script" {
                        State::ScriptData
                    } else {
                        State::RawText
                    });
                } else if !out.silent {
                    let href = tag.attributes.get(b"href".as_slice());
                    out.open(
                        name,
                        href.map(|href| String::from_utf8_lossy(&href.value).into_owned()),
                    );
                }
            }
            Token::EndTag(tag) => {
                let name = tag.name.0.as_slice();
                if SILENT.contains(&name) {
                    out.silent = false;
                } else {
                    out.close(name);
                }
            }
            Token::String(text) if !out.silent => out.text(&String::from_utf8_lossy(&text.value)),
            _ => {}
        }
    }
    out.end()
}

#[derive(Default)]
struct Writer {
    text: String,
    /// What is read is not shown.
    silent: bool,
    /// How deep in `pre`, where white space counts.
    pre: usize,
    /// Numbers of the open lists; none for those without.
    lists: Vec<Option<u32>>,
    quotes: usize,
    /// The open link's address, and where its text begins.
    link: Option<(String, usize)>,
}

/// Lists and quotations shown within each other.
const NESTED_MAX: usize = 8;

impl Writer {
    fn open(&mut self, name: &[u8], href: Option<String>) {
        match name {
            b"br" => self.line(),
            b"hr" => {
                self.block();
                self.text.push_str("---");
                self.block();
            }
            b"p" | b"div" | b"table" | b"section" | b"article" | b"header" | b"footer" => {
                self.block()
            }
            b"tr" => self.line(),
            b"td" | b"th" => self.text(" "),
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => {
                self.block();
                let level = usize::from(name.get(1).copied().unwrap_or(b'1') - b'0');
                self.text.push_str(&"#".repeat(level));
                self.text.push(' ');
            }
            b"blockquote" => {
                self.quotes += 1;
                self.block();
            }
            b"ul" | b"ol" => {
                if self.lists.is_empty() {
                    self.block();
                }
                self.lists.push((name == b"ol").then_some(0));
            }
            b"li" => {
                self.line();
                let depth = self.lists.len().saturating_sub(1).min(NESTED_MAX);
                self.text.push_str(&"   ".repeat(depth));
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{number}. ")
                    }
                    _ => "- ".to_owned(),
                };
                self.text.push_str(&mark);
            }
            b"pre" => {
                self.block();
                if self.pre == 0 {
                    self.text.push_str("```");
                    self.pre = 1;
                    self.line();
                } else {
                    self.pre += 1;
                }
            }
            b"a" => {
                let href = href.filter(|href| {
                    let known = ["http://", "https://", "mailto:"];
                    let plain =
                        |c: char| !c.is_whitespace() && !c.is_control() && !"()<>".contains(c);
                    known.iter().any(|begin| href.starts_with(begin)) && href.chars().all(plain)
                });
                if let (Some(href), None) = (href, &self.link) {
                    self.link = Some((href, self.text.len()));
                }
            }
            _ => self.mark(name),
        }
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"p" | b"div" | b"table" | b"section" | b"article" | b"header" | b"footer" | b"h1"
            | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => self.block(),
            b"blockquote" => {
                self.quotes = self.quotes.saturating_sub(1);
                self.block();
            }
            b"ul" | b"ol" => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.block();
                }
            }
            b"pre" if self.pre == 1 => {
                self.line();
                self.text.push_str("```");
                self.pre = 0;
                self.block();
            }
            b"pre" => self.pre = self.pre.saturating_sub(1),
            b"a" => self.close_link(),
            _ => self.mark(name),
        }
    }

    /// `[text](address)`, or only the address where that is the text.
    fn close_link(&mut self) {
        let Some((href, from)) = self.link.take() else { return };
        let label = self.text.get(from..).unwrap_or_default().trim().to_owned();
        if label == href || label.is_empty() || label.contains(['\n', ']', '[']) {
            if label != href {
                self.text.push_str(&format!(" {href}"));
            }
            return;
        }
        self.text.truncate(from);
        self.text.push_str(&format!("[{label}]({href})"));
    }

    fn mark(&mut self, name: &[u8]) {
        if self.pre > 0 {
            return;
        }
        self.text.push_str(match name {
            b"b" | b"strong" => "**",
            b"i" | b"em" => "*",
            b"s" | b"del" | b"strike" => "~~",
            b"code" => "`",
            _ => "",
        });
    }

    /// Text as a browser shows it: outside `pre` white space is one space.
    fn text(&mut self, text: &str) {
        if self.pre > 0 {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() || c == '\u{a0}' {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    fn line(&mut self) {
        self.trim();
        if !self.text.is_empty() {
            self.text.push('\n');
            self.text.push_str(&"> ".repeat(self.quotes.min(NESTED_MAX)));
        }
    }

    /// An empty line before what comes, unless there is one.
    fn block(&mut self) {
        if self.pre > 0 {
            return;
        }
        self.trim();
        while self.text.ends_with('\n') {
            self.text.pop();
            self.trim();
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(&"> ".repeat(self.quotes.min(NESTED_MAX)));
    }

    /// Takes away what stands at the end of a line and shows nothing.
    fn trim(&mut self) {
        let kept = self.text.trim_end_matches([' ', '>']).len();
        let line = self.text.rfind('\n').map_or(0, |at| at + 1);
        // Only marks of a quotation that nothing was written into; a `>` that somebody wrote stays.
        let empty = kept <= line;
        let kept = if empty { kept.max(line) } else { self.text.trim_end_matches(' ').len() };
        self.text.truncate(kept);
    }

    fn end(mut self) -> String {
        self.close_link();
        if self.pre > 0 {
            self.text.push_str("\n```");
        }
        self.quotes = 0;
        self.trim();
        self.text.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_markdown_can_say_stays() {
        for (html, markdown) in [
            ("hello", "hello"),
            ("a &lt;b&gt; &amp; c", "a <b> & c"),
            ("<p>one</p><p>two</p>", "one\n\ntwo"),
            ("one<br>two<br/>three", "one\ntwo\nthree"),
            ("<b>bold</b> <i>it</i> <s>no</s> <code>x</code>", "**bold** *it* ~~no~~ `x`"),
            ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"),
            ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
            ("<blockquote>q</blockquote>a", "> q\n\na"),
            ("<h2>t</h2>x", "## t\n\nx"),
            ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
            ("<a href=\"https://x.y/z\">here</a>", "[here](https://x.y/z)"),
            ("<a href=\"https://x.y\">https://x.y</a>", "https://x.y"),
            ("  a \n b\t c ", "a b c"),
        ] {
            assert_eq!(to_markdown(html), markdown, "{html}");
        }
    }

    #[test]
    fn what_is_not_for_people_is_gone() {
        for (html, markdown) in [
            ("<script>alert(1)</script>hi", "hi"),
            ("<style>p{}</style><p onclick=x()>hi</p>", "hi"),
            ("<script>\"</b><b>\"</script >hi", "hi"),
            ("<img src=x onerror=alert(1)>hi", "hi"),
            ("<a href=\"javascript:alert(1)\">hi</a>", "hi"),
            ("<a href=\"https://x)(y\">hi</a>", "hi"),
            ("<!-- no -->hi<!DOCTYPE html>", "hi"),
            ("<svg><script>no</script></svg>hi", "hi"),
            ("<title><b>no</title>hi", "hi"),
            ("<script>never closed", ""),
            ("", ""),
        ] {
            assert_eq!(to_markdown(html), markdown, "{html}");
        }
    }

    #[test]
    fn nothing_is_too_deep_or_takes_long() {
        for part in [
            "<div>",
            "<blockquote>",
            "<ul><li>",
            "<b>",
            "<pre>",
            "<a href=https://x.y>",
            "</p>",
            "<",
            "&",
        ] {
            let html = part.repeat(200_000 / part.len());
            let text = to_markdown(&html);
            assert!(text.len() <= 20 * html.len(), "{part}: {}", text.len());
        }
    }
}
