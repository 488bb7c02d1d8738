//! Contacts on other people's servers (DirectChat): who they are to us, and the rules of what they send.

use crate::text::one_line;
use crate::{ContactId, DisplayName, FieldError, RoomId, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Addresses kept of one peer: the main one and its fallbacks.
pub const PEER_ADDRESSES_MAX: usize = 4;
/// Identifications a peer is known by, the latest ones.
pub const IDENTIFICATIONS_MAX: usize = 4;
/// The channel that is written to where nobody has named another.
const CHANNEL: &str = "main";

/// Where a contact lies: with its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContactKey {
    /// Whose contact.
    pub owner: UserId,
    /// Which.
    pub id: ContactId,
}

/// How a peer's user is, as they said.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum PeerState {
    /// Takes events.
    #[default]
    Online,
    /// Takes events, is somewhere else.
    Away,
    /// Takes events, does not want to be disturbed.
    Quiet,
    /// Takes none: events are held until one comes from them.
    Offline,
}

impl PeerState {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Quiet => "quiet",
            Self::Offline => "offline",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Online, Self::Away, Self::Quiet, Self::Offline];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// A channel's name. `#main` and `main` are the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel(String);

impl Channel {
    /// 1-64 characters without white space, control characters and slashes, after one `#` at most.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let name = text.strip_prefix('#').unwrap_or(text);
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"#/\\?%".contains(c);
        let fits = (1..=64).contains(&name.chars().count()) && name.chars().all(plain);
        let expected = "must be 1-64 characters without spaces, slashes and further #";
        fits.then(|| Self(name.to_owned()))
            .ok_or_else(|| FieldError::new("/channel", "invalid", expected))
    }

    /// The name without its `#`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Channel {
    fn default() -> Self {
        Self(CHANNEL.to_owned())
    }
}

/// Where a peer is called back: scheme, host and port, and for servers of many a path, without the slash at
/// its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerAddress(String);

impl PeerAddress {
    /// A bare host is `https:`. No credentials, query or fragment; at most 255 bytes. Whether it may be
    /// asked at all is decided where requests are sent.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let expected = "must be a host, as chat.example.org, or an http(s) address without query";
        let wrong = || FieldError::new("", "invalid", expected);
        let text = text.trim().trim_end_matches('/');
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => ("https".to_owned(), text),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let of_host = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
        let of_path = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        let fits = matches!(scheme.as_str(), "https" | "http")
            && text.len() <= 255
            && authority.chars().all(of_host)
            && port_fits(authority)
            && authority.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && path.chars().all(of_path)
            && !path.split('/').any(|part| matches!(part, "." | ".."));
        if !fits {
            return Err(wrong());
        }
        let slash = if path.is_empty() { "" } else { "/" };
        Ok(Self(format!("{scheme}://{}{slash}{path}", authority.to_ascii_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether what stands behind a host is a port, if anything does.
fn port_fits(authority: &str) -> bool {
    let behind = match authority.split_once(']') {
        Some((_, behind)) => behind,
        None => authority.find(':').map_or("", |at| &authority[at..]),
    };
    behind.is_empty() || behind.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

/// What a new `Chat-Reply` does to the known addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyMethod {
    /// It takes the place of the main one.
    #[default]
    Replace,
    /// It is tried after the others.
    Fallback,
}

impl ReplyMethod {
    /// Reads the word on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "replace" => Some(Self::Replace),
            "fallback" => Some(Self::Fallback),
            _ => None,
        }
    }

    /// The addresses afterwards, in the order in which they are tried: the main one, then the fallbacks,
    /// oldest first. Of too many fallbacks the oldest goes.
    #[must_use]
    pub fn apply(self, known: &[PeerAddress], new: PeerAddress) -> Vec<PeerAddress> {
        let mut next = known.to_vec();
        match self {
            Self::Replace => {
                let fallbacks = known.iter().skip(1).filter(|one| **one != new).cloned();
                next = fallbacks.collect();
                next.insert(0, new);
            }
            Self::Fallback if next.contains(&new) => {}
            Self::Fallback => next.push(new),
        }
        while next.len() > PEER_ADDRESSES_MAX {
            next.remove(1);
        }
        next
    }
}

/// A secret by which one side knows the other: 1-256 printable characters of ASCII.
#[derive(Clone, PartialEq, Eq)]
pub struct Identification(String);

impl Identification {
    /// Checks length and characters.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let fits = (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        let expected = "must be 1-256 printable characters";
        fits.then(|| Self(text.to_owned()))
            .ok_or_else(|| FieldError::new("Chat-Identification", "invalid", expected))
    }

    /// The secret.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Identification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identification(…)")
    }
}

/// What a peer's user is shown as: one line, cut at 50 characters. Headers are bytes, and everybody writes
/// other letters in another way: as they are, as Latin-1 somebody has taken them for, or percent-encoded.
pub fn nickname(header: &str) -> Option<DisplayName> {
    let latin: Option<Vec<u8>> = header.chars().map(|c| u8::try_from(c).ok()).collect();
    let text = match latin {
        Some(bytes) if !bytes.is_ascii() => String::from_utf8(bytes).ok(),
        _ => percent_decoded(header),
    };
    let line = one_line(text.as_deref().unwrap_or(header));
    let cut: String = line.chars().take(50).collect();
    DisplayName::parse(&cut).ok()
}

/// The text, if it holds letters beyond ASCII in percent-encoding; "100%25" stays.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    let decoded = String::from_utf8(bytes).ok()?;
    (text.is_ascii() && !decoded.is_ascii()).then_some(decoded)
}

/// A contact: a user of somebody else's server, as one of ours knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Whose, and which.
    pub key: ContactKey,
    /// The owner's folded username.
    pub username: String,
    /// The user here that stands for them.
    pub remote: UserId,
    /// The session in which that user acts; it never signs in.
    pub session: SessionId,
    /// The direct room of the two.
    pub room: RoomId,
    /// How we identify ourselves to them.
    pub ours: Identification,
    /// SHA-256, in hex, of what they identify themselves with.
    pub theirs: Vec<String>,
    /// Where they are called: the main address, then the fallbacks.
    pub addresses: Vec<PeerAddress>,
    /// Where they call us.
    pub own_address: String,
    /// The channel written to last.
    pub channel: Channel,
    /// Whether they write `content` as a string that holds JSON.
    pub content_as_text: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether they wrote first.
    pub asked: bool,
    /// The address at which an event of ours was taken last.
    pub proven: Option<PeerAddress>,
    /// Under which name our user was last shown to them.
    pub told_name: Option<String>,
    /// What they said of themselves.
    pub state: PeerState,
    /// When they were last heard.
    pub heard_at: Option<Timestamp>,
    /// How far our side of the conversation has come.
    pub sent: SentUpTo,
    /// What holds it up.
    pub hold: Hold,
    /// Until when somebody is sending; gone by when nobody is.
    pub busy_until: Timestamp,
    /// How often somebody wanted the rest to be sent.
    pub wanted: u64,
    /// Events they have refused.
    pub refused: u64,
}

/// How far the room's events have been sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentUpTo {
    /// Up to this number.
    pub seq: u64,
    /// And so many parts of the one after it: a message with files is several events.
    pub part: u32,
}

/// Tries that came to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    /// How many there were in a row.
    pub failures: u32,
    /// Not before this moment.
    pub until: Timestamp,
    /// When the first of them was.
    pub since: Option<Timestamp>,
}

/// The longest a queue delays a message, in milliseconds.
const DELAY_MS_MAX: i64 = 900_000;
/// For how long a peer that does not answer is asked again, in milliseconds (seven days). Then only new
/// messages are tried.
const PATIENCE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

impl Hold {
    /// After one more failure: how it is then, and in how many milliseconds it is tried again, if at all.
    /// The delay doubles from `base_ms`.
    pub fn failed(self, base_ms: i64, now: Timestamp) -> (Self, Option<i64>) {
        let factor = 1i64.checked_shl(self.failures.min(20)).unwrap_or(1);
        let delay = base_ms.saturating_mul(factor).clamp(0, DELAY_MS_MAX);
        let since = self.since.unwrap_or(now);
        let next = Self {
            failures: self.failures.saturating_add(1),
            until: now.plus_ms(delay),
            since: Some(since),
        };
        (next, (now.since_ms(since) < PATIENCE_MS).then_some(delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> PeerAddress {
        PeerAddress::parse(text).unwrap()
    }

    #[test]
    fn channels() {
        for (text, name) in
            [("#main", "main"), ("main", "main"), ("#日本", "日本"), ("a-b.c", "a-b.c")]
        {
            assert_eq!(Channel::parse(text).unwrap().as_str(), name);
        }
        for bad in ["", "#", "##main", "a b", "a/b", "a\n", &"x".repeat(65), "%23main"] {
            assert!(Channel::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("Bob.Example", "https://bob.example"),
            ("bob.example:8443/", "https://bob.example:8443"),
            ("HTTP://127.0.0.1:4000/directchat/bob/", "http://127.0.0.1:4000/directchat/bob"),
            ("https://[::1]:4000", "https://[::1]:4000"),
        ] {
            assert_eq!(address(text).as_str(), expected);
        }
        for bad in [
            "",
            "/",
            "https://",
            "ftp://a",
            "javascript:x",
            "https://u:p@a",
            "a?b",
            "a#b",
            "a b",
            "a/../b",
            "https://a/%2e",
            "日本.example",
            "-a",
            &"a".repeat(256),
        ] {
            assert!(PeerAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn replies_replace_or_come_after() {
        let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(address);
        let (replace, fallback) = (ReplyMethod::Replace, ReplyMethod::Fallback);
        let known = [a.clone(), b.clone()];
        assert_eq!(replace.apply(&[], a.clone()), vec![a.clone()]);
        assert_eq!(fallback.apply(&[], a.clone()), vec![a.clone()]);
        assert_eq!(replace.apply(&known, a.clone()), known, "the same again");
        assert_eq!(replace.apply(&known, c.clone()), [c.clone(), b.clone()]);
        assert_eq!(replace.apply(&known, b.clone()), vec![b.clone()], "a fallback takes over");
        assert_eq!(fallback.apply(&known, b.clone()), known);
        let all = fallback.apply(&fallback.apply(&known, c.clone()), d.clone());
        assert_eq!(all, [a.clone(), b, c.clone(), d.clone()]);
        assert_eq!(fallback.apply(&all, e.clone()), [a, c, d, e], "the oldest fallback goes");
    }

    #[test]
    fn nicknames_in_any_spelling() {
        let shown = |text: &str| nickname(text).map(DisplayName::into_string);
        assert_eq!(shown("Zoë").as_deref(), Some("Zoë"));
        assert_eq!(shown("Zo\u{c3}\u{ab}").as_deref(), Some("Zoë"), "taken for Latin-1");
        assert_eq!(shown("Zo%C3%AB").as_deref(), Some("Zoë"));
        assert_eq!(shown("100%25 me").as_deref(), Some("100%25 me"));
        assert_eq!(shown("a\u{202e} b\t").as_deref(), Some("a b"));
        assert_eq!(shown(&"x".repeat(80)).map(|n| n.len()), Some(50));
        assert_eq!(shown("  "), None);
    }

    #[test]
    fn holds_grow_and_end() {
        let at = Timestamp::from_ms;
        let (mut hold, mut delays) = (Hold::default(), Vec::new());
        for _ in 0..10 {
            let (next, delay) = hold.failed(5_000, at(1_000));
            delays.push(delay.unwrap() / 1000);
            hold = next;
        }
        assert_eq!(delays, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(hold.failed(5_000, at(1_000 + PATIENCE_MS)).1, None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = (Channel::parse(&text), PeerAddress::parse(&text), Identification::parse(&text));
            if let Some(name) = nickname(&text) {
                prop_assert!((1..=50).contains(&name.as_str().chars().count()));
            }
        }
    }
}
