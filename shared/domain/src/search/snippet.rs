//! A short piece of a message for a list of results, as HTML in which nothing of the text is markup.

use super::matching::Highlight;
use std::fmt::Write;

/// Longest piece in code points.
pub const SNIPPET_CHARS_MAX: usize = 240;
/// How much stands before the first highlight.
const LEAD_CHARS: usize = 60;
/// How far a cut is moved to fall between words.
const CUT_CHARS_MAX: usize = 20;

/// The piece of `text` around its first highlight, with `<mark>` around each: escaped text and nothing else.
pub fn snippet_html(text: &str, highlights: &[Highlight]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (from, to) = window(&chars, highlights.first().map_or(0, |first| first.start));
    let mut html = String::with_capacity((to - from) * 2);
    if from > 0 {
        html.push('…');
    }
    let mut at = from;
    for one in highlights {
        let (start, end) = (one.start.clamp(at, to), one.end.clamp(at, to));
        if start < end {
            escape(&chars[at..start], &mut html);
            html.push_str("<mark>");
            escape(&chars[start..end], &mut html);
            html.push_str("</mark>");
            at = end;
        }
    }
    escape(&chars[at..to], &mut html);
    if to < chars.len() {
        html.push('…');
    }
    html
}

/// The whole if it is short, else a stretch that begins a little before `first`.
fn window(chars: &[char], first: usize) -> (usize, usize) {
    if chars.len() <= SNIPPET_CHARS_MAX {
        return (0, chars.len());
    }
    let last_start = chars.len() - SNIPPET_CHARS_MAX;
    let mut from = first.min(chars.len()).saturating_sub(LEAD_CHARS).min(last_start);
    let is_gap = |at: usize| at == 0 || chars[at - 1].is_whitespace();
    if let Some(gap) = (from..=(from + CUT_CHARS_MAX).min(first)).find(|at| is_gap(*at)) {
        from = gap;
    }
    let to = (from + SNIPPET_CHARS_MAX).min(chars.len());
    let nearest = |at: &usize| *at == chars.len() || chars[*at].is_whitespace();
    (from, (to - CUT_CHARS_MAX..=to).rev().find(nearest).unwrap_or(to))
}

fn escape(chars: &[char], html: &mut String) {
    for c in chars {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Other control characters than line breaks and tabs are not allowed in HTML.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {
                let _ = html.write_char('\u{FFFD}');
            }
            c => html.push(*c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark(start: usize, end: usize) -> Highlight {
        Highlight { start, end }
    }

    #[test]
    fn text_is_never_markup() {
        let text = "<script>alert('tea')</script> & \"tea\"";
        let html = snippet_html(text, &[mark(15, 18)]);
        assert_eq!(
            html,
            "&lt;script&gt;alert(&#39;<mark>tea</mark>&#39;)&lt;/script&gt; &amp; &quot;tea&quot;"
        );
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        let text = format!("{}needle {}", "straw ".repeat(100), "straw ".repeat(100));
        let at = text.find("needle").unwrap();
        let html = snippet_html(&text, &[mark(at, at + 6)]);
        assert!(html.starts_with("…straw ") && html.ends_with("straw…"), "{html}");
        assert!(html.contains(" <mark>needle</mark> "), "{html}");
        assert_eq!(snippet_html("short", &[]), "short");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_the_text(text in "(?s).{0,600}", a in 0usize..600, b in 1usize..40) {
            let length = text.chars().count();
            let highlights = if a < length { vec![mark(a, (a + b).min(length))] } else { vec![] };
            let html = snippet_html(&text, &highlights);
            let bare = html.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!bare.contains(['<', '>', '"', '\'']));
            prop_assert!(bare.chars().count() <= (SNIPPET_CHARS_MAX + 2) * 6);
            prop_assert_eq!(html.contains("<mark>"), !highlights.is_empty());
        }
    }
}
