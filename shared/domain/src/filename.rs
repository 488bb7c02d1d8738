//! The name a file is kept under: what the sender called it, made harmless.

/// Longest name in bytes; what file systems and browsers take.
const BYTES_MAX: usize = 255;

/// A file's name without path, control characters and direction marks, 1-255 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Keeps the last part of a path, drops what disguises, and cuts a long name before its
    /// extension. `None` if nothing is left.
    pub fn clean(text: &str) -> Option<Self> {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain: String = last.chars().filter(|c| !disguises(*c)).collect();
        let plain = plain.trim().trim_end_matches('.').trim_end();
        if plain.trim_start_matches('.').is_empty() {
            return None;
        }
        let (stem, extension) = split(plain);
        let room = BYTES_MAX - extension.map_or(0, |e| e.len() + 1);
        let mut end = stem.len().min(room);
        while !stem.is_char_boundary(end) {
            end -= 1;
        }
        let stem = stem[..end].trim_end();
        Some(Self(extension.map_or_else(|| stem.to_owned(), |e| format!("{stem}.{e}"))))
    }

    /// The same name with an extension put behind it.
    #[must_use]
    pub fn with_extension(&self, extension: &str) -> Self {
        Self::clean(&format!("{}.{extension}", self.0)).unwrap_or_else(|| Self::nameless(extension))
    }

    /// The name of a file that came without one.
    pub fn nameless(extension: &str) -> Self {
        Self(format!("file.{extension}"))
    }

    /// What follows the last dot, in lower case.
    pub fn extension(&self) -> Option<String> {
        split(&self.0).1.map(str::to_lowercase)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Control characters, and invisible marks that make `gpj.exe` look like `exe.jpg`.
fn disguises(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Stem and extension; a leading dot begins a stem, and a long tail is no extension.
fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, tail))
            if !stem.is_empty()
                && (1..=16).contains(&tail.len())
                && tail.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            (stem, Some(tail))
        }
        _ => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_harmless() {
        for (given, kept) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd.png", "passwd.png"),
            ("C:\\Users\\me\\a b.PDF", "a b.PDF"),
            ("  naïve 名.zip ", "naïve 名.zip"),
            ("exe\u{202E}gpj.png", "exegpj.png"),
            ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
            ("a\0b.png", "ab.png"),
            ("trailing.png...", "trailing.png"),
            (".gitignore", ".gitignore"),
            ("\u{1F600}.png", "\u{1F600}.png"),
        ] {
            assert_eq!(FileName::clean(given).unwrap().as_str(), kept, "{given:?}");
        }
        for nothing in ["", "  ", "..", "/", "a/", "\u{202E}", "."] {
            assert_eq!(FileName::clean(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = FileName::clean(&format!("{}.jpeg", "名".repeat(300))).unwrap();
        assert!(name.as_str().len() <= 255 && name.as_str().ends_with("名.jpeg"));
        assert_eq!(name.extension().as_deref(), Some("jpeg"));
        assert_eq!(FileName::clean("photo").unwrap().with_extension("png").as_str(), "photo.png");
        assert_eq!(FileName::clean("A.PNG").unwrap().extension().as_deref(), Some("png"));
        assert_eq!(FileName::clean("v1.2 final").unwrap().extension(), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_short_and_on_one_line(text in "\\PC{0,400}|[\u{0}-\u{10ffff}]{0,90}") {
            if let Some(name) = FileName::clean(&text) {
                prop_assert!((1..=255).contains(&name.as_str().len()));
                prop_assert!(!name.as_str().chars().any(|c| c.is_control() || c == '/' || c == '\\'));
            }
        }
    }
}
