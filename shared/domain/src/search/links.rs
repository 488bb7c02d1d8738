//! Whether a text holds a link.

/// Whether `text` has an `http://` or `https://` address, or one that begins with `www.`.
pub fn has_link(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let stands_alone = |at: usize| !lower[..at].ends_with(|c: char| c.is_alphanumeric());
    let leads_on = |at: usize| lower[at..].starts_with(|c: char| c.is_alphanumeric() || c == '[');
    let address = |scheme: &str| {
        lower
            .match_indices(scheme)
            .any(|(at, found)| stands_alone(at) && leads_on(at + found.len()))
    };
    let www = |(at, found): (usize, &str)| {
        let host =
            lower[at + found.len()..].split(|c: char| !c.is_alphanumeric() && c != '-' && c != '.');
        let host = host.into_iter().next().unwrap_or_default();
        stands_alone(at) && host.trim_matches('.').contains('.')
    };
    address("https://") || address("http://") || lower.match_indices("www.").any(www)
}

#[cfg(test)]
mod tests {
    use super::has_link;

    #[test]
    fn links() {
        for text in [
            "https://example.org",
            "see HTTP://EXAMPLE.ORG/x.",
            "[tea](https://example.org/tea)",
            "<https://bücher.example>",
            "http://[::1]:3000/",
            "www.example.org is it",
            "(www.example.org)",
        ] {
            assert!(has_link(text), "{text}");
        }
        for text in
            ["", "https://", "http:/ /x", "xhttps://a", "www.", "www.example", "example.org"]
        {
            assert!(!has_link(text), "{text}");
        }
    }
}
