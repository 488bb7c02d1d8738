//! What counts as the same word: case, width and diacritics make no difference.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest form of a word in code points; what is longer (a key, a blob) is known by its beginning.
pub(super) const FORM_CHARS_MAX: usize = 64;

/// The form under which a word is found: compatibility forms made plain, lower case, without the marks
/// that writers of the language leave out themselves. Marks that make another letter of it (Cyrillic й,
/// Japanese が, all vowel signs of Indic and Thai) stay.
pub(super) fn fold(text: &str) -> String {
    let mut base = ' ';
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_ignored(*c)) {
        if is_combining_mark(c) {
            let kept = !is_accent(c) || (is_cyrillic(base) && !(is_ie(base) && c == '\u{308}'));
            if kept {
                folded.push(c);
            }
            continue;
        }
        base = c;
        // Some single characters stand for several with spaces or signs between them (½, ﷺ).
        if c.is_alphanumeric() {
            c.to_lowercase().filter(|c| !is_accent(*c)).for_each(|c| push_plain(&mut folded, c));
        }
    }
    folded.nfc().take(FORM_CHARS_MAX).collect()
}

/// A name of several words: each folded, one space between them; signs and pictures stay.
pub(super) fn name(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same word as those spell it who have no umlauts on their keyboard, where that differs.
pub(super) fn spelt_out(word: &str) -> Option<String> {
    let lower = word.nfc().flat_map(char::to_lowercase);
    let mut spelt = String::with_capacity(word.len() + 4);
    let mut differs = false;
    for c in lower {
        let pair = match c {
            'ä' | 'æ' => "ae",
            'ö' | 'ø' => "oe",
            'ü' => "ue",
            'å' => "aa",
            other => {
                spelt.push(other);
                continue;
            }
        };
        differs = true;
        spelt.push_str(pair);
    }
    let form = differs.then(|| fold(&spelt))?;
    (form != fold(word)).then_some(form)
}

/// Letters that have no decomposition and yet a plain spelling.
fn push_plain(folded: &mut String, c: char) {
    let plain = match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "n",
        'ς' => "σ",
        'ى' | 'ی' => "ي",
        'ة' => "ه",
        'ک' => "ك",
        other => return folded.push(other),
    };
    folded.push_str(plain);
}

/// Accents of Latin and Greek, points of Hebrew, vowel signs and hamzas of Arabic, keycaps.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}'
        | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{20D0}'..='\u{20FF}')
}

/// What is written and not seen: joiners, soft hyphens, the Arabic stretching line, selectors of a look
/// (text or emoji, skin tones).
pub(super) fn is_ignored(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{640}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52F}')
}

fn is_ie(c: char) -> bool {
    matches!(c, 'е' | 'Е')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writers_leave_out_makes_no_difference() {
        for (text, form) in [
            ("Café", "cafe"),
            ("cafe\u{301}", "cafe"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ＡＢＣ１", "abc1"),
            ("ﬁne", "fine"),
            ("İstanbul", "istanbul"),
            ("ΛΌΓΟΣ", "λογοσ"),
            ("λόγος", "λογοσ"),
            ("Ёлка", "елка"),
            ("йод", "йод"),
            ("їжа", "їжа"),
            ("ｶﾞ", "ガ"),
            ("が", "が"),
            ("أحمد", "احمد"),
            ("مُحَمَّد", "محمد"),
            ("שָׁלוֹם", "שלום"),
            ("한국", "한국"),
            ("\u{1112}\u{1161}\u{11AB}", "한"),
            ("กิน", "กิน"),
            ("हिन्दी", "हिन्दी"),
            ("می\u{200C}خواهم", "ميخواهم"),
        ] {
            assert_eq!(fold(text), form, "{text}");
        }
    }

    #[test]
    fn umlauts_are_spelt_out() {
        assert_eq!(spelt_out("München").as_deref(), Some("muenchen"));
        assert_eq!(spelt_out("u\u{308}ber").as_deref(), Some("ueber"));
        assert_eq!(spelt_out("Ærø").as_deref(), Some("aeroe"));
        assert_eq!(spelt_out("Munchen"), None);
    }

    #[test]
    fn folding_twice_is_folding_once() {
        proptest::proptest!(|(text in "\\PC{0,40}")| {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        });
    }
}
