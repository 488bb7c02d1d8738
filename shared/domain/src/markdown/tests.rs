use super::*;
use crate::Timestamp;
use proptest::prelude::*;

fn shown(text: &str) -> String {
    html(text, Mentioned::default())
}

#[test]
fn markdown_is_shown() {
    for (text, expected) in [
        ("hello", "<p>hello</p>"),
        ("a < b && c", "<p>a &lt; b &amp;&amp; c</p>"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("# h\n---", "<h1>h</h1><hr>"),
        ("> a\n> > b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
        (
            "- [x] a\n- [ ] b",
            "<ul><li><input type=\"checkbox\" disabled checked> a</li><li><input type=\"checkbox\" \
             disabled> b</li></ul>",
        ),
        (
            "|a|b|\n|-|-:|\n|1|2|",
            "<table><thead><tr><th>a</th><th class=\"right\">b</th></tr></thead><tbody><tr><td>1</td>\
             <td class=\"right\">2</td></tr></tbody></table>",
        ),
        ("```rust\na <b\n```", "<pre><code class=\"language-rust\">a &lt;b\n</code></pre>"),
        ("```c++ x\"y\n1\n```", "<pre><code class=\"language-c++\">1\n</code></pre>"),
        ("```\"onload=x\n1\n```", "<pre><code>1\n</code></pre>"),
        (":smile: \u{1F600}", "<p>:smile: \u{1F600}</p>"),
        ("[a]: https://example.org/", "<p>[a]: https://example.org/</p>"),
        ("#", "<p>#</p>"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

const A: &str = "rel=\"noopener nofollow noreferrer\" target=\"_blank\"";

#[test]
fn links_lead_to_pages_and_letters() {
    for (text, target, label) in [
        ("[a](https://example.org/?a=1&b=2)", "https://example.org/?a=1&amp;b=2", "a"),
        ("<https://example.org>", "https://example.org", "https://example.org"),
        ("https://example.org/a_b_c", "https://example.org/a_b_c", "https://example.org/a_b_c"),
        ("HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG"),
        ("www.example.org", "http://www.example.org", "www.example.org"),
        ("a@example.org", "mailto:a@example.org", "a@example.org"),
        ("<a@example.org>", "mailto:a@example.org", "a@example.org"),
        ("[](https://example.org)", "https://example.org", "https://example.org"),
        ("![alt](https://example.org/a.png)", "https://example.org/a.png", "alt"),
        (
            "![](https://example.org/a.png)",
            "https://example.org/a.png",
            "https://example.org/a.png",
        ),
        ("[![b](https://b.org)](https://a.org)", "https://a.org", "b"),
        ("[a](https://example.org/\"x)", "https://example.org/&quot;x", "a"),
    ] {
        assert_eq!(shown(text), format!("<p><a href=\"{target}\" {A}>{label}</a></p>"), "{text}");
    }
    let within = shown("see (https://example.org/x), and www.a.org.");
    assert!(within.contains(">https://example.org/x</a>), and "), "{within}");
    assert!(within.ends_with(">www.a.org</a>.</p>"), "{within}");
    for text in
        ["main.rs", "a.b.c", "1.2.3.4", "http://", "https:example.org", "x:y", "ftp://a.org/"]
    {
        assert_eq!(shown(text), format!("<p>{text}</p>"));
    }
}

#[test]
fn nothing_that_runs_comes_through() {
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<style>body { background: url(x) }</style>",
        "<!-- --!><script>alert(1)</script>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php system('x') ?>",
        "<div style=\"background:url(javascript:alert(1))\">",
        "a <b onclick=alert(1)>b</b>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "`<script>`",
        "```html\n<script>alert(1)</script>\n```",
        "```<script>\nx\n```",
        "|<script>|\n|-|\n|<img src=x onerror=alert(1)>|",
        "# <script>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](  javascript:alert(1))",
        "[a](javascript&colon;alert(1))",
        "[a](java&#10;script:alert(1))",
        "[a](&#x6A;avascript:alert(1))",
        "[a](\u{1}javascript:alert(1))",
        "[a](<java\tscript:alert(1)>)",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:msgbox(1))",
        "[a](file:///etc/passwd)",
        "[a](//example.org)",
        "[a](/messages)",
        "[a](#x)",
        "[a](https://)",
        "[a](<https://example.org/ x>)",
        "[a](https://example.org/\u{202E}gpj.exe)",
        "![a](javascript:alert(1))",
        "![a](data:image/svg+xml,<svg/onload=alert(1)>)",
        "<javascript:alert(1)>",
        "[a][b]\n\n[b]: javascript:alert(1)",
    ] {
        let html = shown(text);
        assert!(!html.contains("<a "), "{text}: {html}");
        allowed(&html);
    }
    for text in [
        "[a](https://example.org/\"onmouseover=alert(1)//)",
        "[a](https://example.org \"title\\\" onmouseover=alert(1)\")",
        "https://example.org/\"onmouseover=alert(1)",
        "https://example.org/'><script>alert(1)</script>",
        "[<script>](https://example.org)",
        "www.example.org/<script>",
    ] {
        allowed(&shown(text));
    }
}

#[test]
fn disguises_are_taken_off() {
    assert_eq!(shown("a\u{202E}b\u{2066}c\u{2069}\u{FEFF}\u{1b}[0m"), "<p>abc[0m</p>");
    assert_eq!(
        shown("\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200F}"),
        "<p>\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{200F}</p>"
    );
    assert_eq!(shown("`a\u{202E}b`"), "<p><code>ab</code></p>");
}

#[test]
fn people_are_named() {
    for (text, names, all) in [
        ("@alice", &["alice"][..], false),
        ("hi @Alice, (@BOB) and @a_1!", &["alice", "bob", "a_1"], false),
        ("@alice @ALICE", &["alice"], false),
        ("**@alice** _@bob_ ~~@carol~~", &["alice", "bob", "carol"], false),
        ("> @alice\n\n- @bob\n\n# @carol", &["alice", "bob", "carol"], false),
        ("@alice's and @bob-x", &["alice", "bob"], false),
        ("@all", &[], true),
        ("@Channel @here @everyone", &[], true),
        ("@alice@", &[], false),
        ("@alice@example.org", &[], false),
        ("a@alice", &[], false),
        ("bob@example.org", &[], false),
        ("@@alice", &[], false),
        ("\u{e9}@alice", &[], false),
        ("@alice\u{e9}", &[], false),
        ("**x**@alice", &[], false),
        ("@ali**ce**", &[], false),
        ("@bob**by**", &[], false),
        ("@ab @abcdefghijklmnopqrstu", &[], false),
        ("`@alice` ``@bob``", &[], false),
        ("```\n@alice\n```", &[], false),
        ("    @alice", &[], false),
        ("[@alice](https://example.org) https://example.org/@bob", &[], false),
        ("\\@alice", &[], false),
        ("&#64;alice", &["alice"], false),
        ("<b>@alice</b>", &["alice"], false),
    ] {
        let expected = Named { names: names.iter().map(ToString::to_string).collect(), all };
        assert_eq!(named(text), expected, "{text}");
    }
    let crowd: String = (0..200).map(|n| format!("@user_{n} ")).collect();
    assert_eq!(named(&crowd).names.len(), crate::MENTIONS_MAX);
}

#[test]
fn mentions_are_marked() {
    let user = UserId::new(Timestamp::from_ms(0), [7; 10]);
    let names = ["alice".to_owned()];
    let mentioned = Mentioned { names: &names, users: &[user], all: false };
    assert_eq!(
        html("@Alice, @bob, @all", mentioned),
        format!("<p><span class=\"mention\" data-user-id=\"{user}\">@Alice</span>, @bob, @all</p>")
    );
    assert_eq!(html("`@alice`", mentioned), "<p><code>@alice</code></p>");
    assert_eq!(
        html("@here", Mentioned { all: true, ..mentioned }),
        "<p><span class=\"mention\" data-all=\"true\">@here</span></p>"
    );
}

/// Texts that have brought parsers down, made `size` characters long.
fn hostile(size: usize) -> Vec<String> {
    let repeat = |unit: &str| unit.chars().cycle().take(size).collect::<String>();
    let mut texts: Vec<String> = [
        ">",
        "> ",
        "[",
        "![",
        "(",
        "]",
        "[](",
        "*",
        "**a ",
        "_a",
        "*a_ ",
        "`",
        "` ",
        "~",
        "~~a",
        "<",
        "<a ",
        "<!--",
        "<!A",
        "<?",
        "<![CDATA[",
        "&",
        "&#",
        "- ",
        "1. ",
        "-\n",
        "* * ",
        "|",
        "|-",
        "a|",
        "\\",
        "@",
        "@@",
        "@abc",
        "a@b.",
        "a.",
        "http://",
        "https://a.b/(",
        "www.",
        "[a]:",
        "[a](<",
        "[^a]",
        "#",
        "# ",
        "\n",
        "\t",
        "```\n",
        "~~~\n",
        "    a\n",
        "=\n",
        "a\n-\n",
        "<https://a.b>",
        "\u{202E}",
        "\u{1F600}",
        "x[a](https://b.c)",
        "**_~~a ",
        "[a][a] ",
        "![[a](b)](c)",
        "<b>",
        "&quot;",
        "\"",
        "a\n",
        "> a\n> > b\n",
        "- a\n  - b\n",
    ]
    .into_iter()
    .map(repeat)
    .collect();
    let half = size / 2;
    let columns = "|a".repeat(half / 4) + "\n" + &"|-".repeat(half / 4) + "\n";
    texts.push(columns + &"a\n".repeat(half / 2));
    let link = format!("[a]: https://b.c/{}\n\n", "x".repeat(half.min(2_000)));
    texts.push(link + &"[a]".repeat(half / 3));
    texts.push("[".repeat(half) + &"]".repeat(half));
    texts.push("*".repeat(half) + "a" + &"*".repeat(half));
    texts.push(
        (0..half / 2).map(|depth| "\n".to_owned() + &" ".repeat(depth % 64) + "- a").collect(),
    );
    texts
}

#[test]
fn hostile_texts_stay_small_and_safe() {
    for text in hostile(10_000) {
        let html = shown(&text);
        let start: String = text.chars().take(12).collect();
        assert!(html.len() <= HTML_BYTES_MAX, "{start:?}: {}", html.len());
        allowed(&html);
        named(&text);
    }
}

#[test]
fn work_grows_with_the_text_and_no_faster() {
    for (small, large) in hostile(2_500).into_iter().zip(hostile(10_000)) {
        let tokens = |text: &str| tokens::read(text).len();
        let (few, many) = (tokens(&small), tokens(&large));
        let start: String = large.chars().take(12).collect();
        // Four times the text; tables may fill cells up to the parser's own limit.
        let table = large.starts_with("|a|");
        assert!(many <= few * 5 + 200 || table && many < 600_000, "{start:?}: {few} and {many}");
    }
}

/// Fails unless `html` is made of the allowed tags and attributes, properly nested.
fn allowed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a lone > in {html}");
        let end =
            start + rest[start..].find('>').unwrap_or_else(|| panic!("unfinished tag in {html}"));
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{html}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let fits =
            match name {
                "p" | "em" | "strong" | "del" | "blockquote" | "ul" | "li" | "pre" | "table"
                | "thead" | "tbody" | "tr" | "br" | "hr" | "h1" | "h2" | "h3" | "h4" | "h5"
                | "h6" => attributes.is_empty(),
                "ol" => attributes.is_empty() || number(attributes, "start"),
                "th" | "td" => ["", "class=\"left\"", "class=\"center\"", "class=\"right\""]
                    .contains(&attributes),
                "code" => attributes.is_empty() || class(attributes),
                "input" => ["type=\"checkbox\" disabled", "type=\"checkbox\" disabled checked"]
                    .contains(&attributes),
                "span" => {
                    let id = attributes.strip_prefix("class=\"mention\" data-user-id=\"");
                    let id = id.and_then(|rest| rest.strip_suffix('"'));
                    id.is_some_and(|id| id.parse::<UserId>().is_ok())
                        || attributes == "class=\"mention\" data-all=\"true\""
                }
                "a" => {
                    let target =
                        attributes.strip_prefix("href=\"").and_then(|rest| rest.split_once("\" "));
                    target.is_some_and(|(target, rest)| {
                        let lower = target.to_lowercase();
                        let scheme =
                            ["http://", "https://", "mailto:"].iter().any(|s| lower.starts_with(s));
                        scheme && rest == A && !target.contains(['"', '\'', '<', ' ', '\n'])
                    })
                }
                _ => false,
            };
        assert!(fits, "<{tag}> in {html}");
        if !["br", "hr", "input"].contains(&name) {
            assert!(name != "a" || !open.contains(&"a"), "a link in a link: {html}");
            open.push(name);
        }
    }
    assert!(!rest.contains('>') && open.is_empty(), "{open:?} left open in {html}");
    assert!(html.chars().all(html::is_shown), "hidden characters in {html:?}");
}

fn number(attributes: &str, name: &str) -> bool {
    let value = attributes.strip_prefix(name).and_then(|rest| rest.strip_prefix("=\""));
    value
        .and_then(|rest| rest.strip_suffix('"'))
        .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

fn class(attributes: &str) -> bool {
    let language =
        attributes.strip_prefix("class=\"language-").and_then(|rest| rest.strip_suffix('"'));
    language.is_some_and(|l| l.bytes().all(|b| b.is_ascii_alphanumeric() || b"+#._-".contains(&b)))
}

/// Bits of Markdown and of HTML in any order: nearer to trouble than random characters.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "<",
        ">",
        "</",
        "\"",
        "'",
        "&",
        "&lt;",
        "&#60;",
        "&colon;",
        "javascript:",
        "data:",
        "https://e.org/",
        "www.e.org",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "    ",
        "|",
        "|-|",
        "# ",
        "---",
        "<script>",
        "<a href=",
        " onload=",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "@alice",
        "@all",
        "a@e.org",
        "x",
        " ",
        "\\",
        "\u{202E}",
        "\u{1}",
        "\u{e9}",
        "[a]: ",
        "[a]",
        "<https://e.org>",
        "- [x] ",
        "=",
        "\t",
        "/",
    ]);
    prop::collection::vec(scrap, 0..60).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn only_allowed_html_comes_out(text in prop_oneof![scraps(), "\\PC{0,200}"]) {
        let user = UserId::new(Timestamp::from_ms(0), [7; 10]);
        let names = ["alice".to_owned()];
        let html = html(&text, Mentioned { names: &names, users: &[user], all: true });
        allowed(&html);
    }

    #[test]
    fn who_is_shown_as_mentioned_is_named(text in scraps()) {
        let user = UserId::new(Timestamp::from_ms(0), [7; 10]);
        let names = ["alice".to_owned()];
        let html = html(&text, Mentioned { names: &names, users: &[user], all: true });
        let named = named(&text);
        prop_assert_eq!(html.contains("data-user-id"), named.names.contains(&"alice".to_owned()));
        prop_assert_eq!(html.contains("data-all"), named.all);
    }
}
