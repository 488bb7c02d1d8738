//! Text as Pleroma's chats show it: escaped, addresses made links, line ends `<br>`.

use linkify::{LinkFinder, LinkKind};

/// The text as HTML.
pub fn html(text: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut out = String::with_capacity(text.len());
    for span in finder.spans(text) {
        let plain = escaped(span.as_str());
        match span.kind() {
            Some(_) => out.push_str(&link(span.as_str(), &plain)),
            None => out.push_str(&plain.replace('\n', "<br>")),
        }
    }
    out
}

/// A link that opens apart from the page it stands on; only to the web.
pub fn link(address: &str, shown: &str) -> String {
    let web = ["http://", "https://"].iter().any(|scheme| {
        address.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    });
    if !web {
        return shown.to_owned();
    }
    let address = escaped(address);
    format!(
        "<a href=\"{address}\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">{shown}</a>"
    )
}

/// The text with what HTML reserves written out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_html() {
        for (text, wanted) in [
            ("", ""),
            ("hello", "hello"),
            ("a\nb\n", "a<br>b<br>"),
            ("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
            (
                "see https://example.org/?a=1&b=2.",
                "see <a href=\"https://example.org/?a=1&amp;b=2\" rel=\"noopener noreferrer nofollow\" \
                 target=\"_blank\">https://example.org/?a=1&amp;b=2</a>.",
            ),
            ("javascript://example.org/%0aalert(1)", "javascript://example.org/%0aalert(1)"),
            ("**bold**", "**bold**"),
        ] {
            assert_eq!(html(text), wanted);
        }
        let hostile = html("https://example.org/\"onmouseover=\"alert(1)");
        assert!(!hostile.contains("\"onmouseover"), "{hostile}");
    }
}
