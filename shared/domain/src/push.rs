//! Web Push: where a browser wants to be told while no page of ours is open (RFC 8030, RFC 8291).

use crate::ids::NotAnId;
use crate::schema::schema_as;
use crate::{FieldError, NotificationKind, SessionId, Timestamp, UserId};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// How long a subscription is kept that is not registered again, in milliseconds (90 days).
pub const PUSH_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// Subscriptions a user may have; the oldest makes room for one more.
pub const PUSHES_MAX: usize = 20;
/// Characters of an endpoint.
const ENDPOINT_CHARS_MAX: usize = 1_024;
/// Bytes of an uncompressed point of P-256 (SEC 1, 2.3.3).
const POINT_BYTES: usize = 65;
/// Bytes of the authentication secret (RFC 8291, 3.2).
const AUTH_BYTES: usize = 16;

/// A subscription: half of the SHA-256 of its endpoint, so the same endpoint is the same subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PushId([u8; 16]);

impl PushId {
    /// The id of the endpoint with this hash.
    pub fn of_hash(hash: [u8; 32]) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Self(half)
    }
}

impl fmt::Display for PushId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PushId {
    type Err = NotAnId;

    /// Takes lower case only, so that an id has one spelling.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let plain =
            text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let bytes = plain.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        bytes.map(|all| Self(all.to_be_bytes())).ok_or(NotAnId)
    }
}

impl serde::Serialize for PushId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for PushId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("expected the id of a subscription"))
    }
}

schema_as!(PushId, {"type": "string", "pattern": "^[0-9a-f]{32}$"});

/// Where a push service takes messages for one subscription. Whoever knows it and the keys can reach
/// the device, so it is shown to nobody but its owner and never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct PushEndpoint(String);

impl fmt::Debug for PushEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PushEndpoint({})", self.host())
    }
}

impl PushEndpoint {
    /// An `https:` address with a host and without credentials or fragment, at most 1,024 characters;
    /// with `plain`, on a developer's machine, an `http:` one too. Where its host leads is looked at
    /// when it is written to.
    pub fn parse(text: &str, plain: bool) -> Result<Self, FieldError> {
        if text.len() > ENDPOINT_CHARS_MAX {
            let expected = format!("must be at most {ENDPOINT_CHARS_MAX} characters");
            let field = FieldError::new("", "too_long", expected);
            return Err(field.with_max(ENDPOINT_CHARS_MAX as u64));
        }
        let rest = text.strip_prefix("https://");
        let rest = rest.or_else(|| text.strip_prefix("http://").filter(|_| plain));
        let fits = rest.is_some_and(|rest| is_authority(authority(rest)))
            && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&b));
        let expected = "must be an https address without credentials or fragment";
        if fits { Ok(Self(text.to_owned())) } else { Err(FieldError::new("", "invalid", expected)) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port: whom a message to it is for (RFC 8292, 2).
    pub fn origin(&self) -> &str {
        let scheme = self.0.find("://").map_or(0, |at| at + 3);
        &self.0[..scheme + authority(&self.0[scheme..]).len()]
    }

    /// The host with its port, which names the push service.
    pub fn host(&self) -> &str {
        let origin = self.origin();
        origin.find("://").map_or(origin, |at| &origin[at + 3..])
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A host, or an address in brackets, and perhaps a port.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => ("v6", port),
        Some(_) => return false,
        None => match text.find(':') {
            Some(at) => text.split_at(at),
            None => (text, ""),
        },
    };
    let named = !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
    let digits = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    let number = |port: &str| digits(port) && port.parse::<u16>().is_ok_and(|port| port > 0);
    named && (port.is_empty() || port.strip_prefix(':').is_some_and(number))
}

schema_as!(PushEndpoint, {
    "type": "string",
    "format": "uri",
    "pattern": "^https?://[^/?#@]",
    "maxLength": 1_024,
    "description": "An https address; http on a developer's machine only.",
});

/// The keys messages to a subscription are encrypted with.
#[derive(Clone, PartialEq, Eq)]
pub struct PushKeys {
    /// The browser's public key: a point of P-256, uncompressed.
    pub p256dh: [u8; POINT_BYTES],
    /// The secret that only browser and server know.
    pub auth: [u8; AUTH_BYTES],
}

impl fmt::Debug for PushKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushKeys")
    }
}

/// Browsers leave the padding away, some libraries do not.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl PushKeys {
    /// Both in base64url. The point must lie on the curve: what does not would be refused when a
    /// message is encrypted, long after the one who could mend it has gone.
    pub fn parse(p256dh: &str, auth: &str) -> Result<Self, FieldError> {
        let point = || {
            let bytes: [u8; POINT_BYTES] = BASE64URL.decode(p256dh).ok()?.try_into().ok()?;
            p256::PublicKey::from_sec1_bytes(&bytes).ok()?;
            Some(bytes)
        };
        let secret =
            || -> Option<[u8; AUTH_BYTES]> { BASE64URL.decode(auth).ok()?.try_into().ok() };
        let wrong = |pointer, expected| FieldError::new(pointer, "invalid", expected);
        Ok(Self {
            p256dh: point().ok_or_else(|| {
                wrong("/keys/p256dh", "must be a point of P-256, uncompressed, in base64url")
            })?,
            auth: secret().ok_or_else(|| wrong("/keys/auth", "must be 16 bytes in base64url"))?,
        })
    }

    /// The public key in base64url.
    pub fn p256dh_text(&self) -> String {
        BASE64URL.encode(self.p256dh)
    }

    /// The secret in base64url.
    pub fn auth_text(&self) -> String {
        BASE64URL.encode(self.auth)
    }
}

/// A device that is told while no page is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushSubscription {
    /// The hash of the endpoint.
    pub id: PushId,
    /// Whose it is: whoever registered it last.
    pub user: UserId,
    /// In which session; it ends with it.
    pub session: SessionId,
    /// Where messages go.
    pub endpoint: PushEndpoint,
    /// What they are encrypted with.
    pub keys: PushKeys,
    /// When this user registered it first.
    pub created_at: Timestamp,
    /// When it is gone.
    pub ends_at: Timestamp,
}

/// A subscription in its user's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushEntry {
    /// Which.
    pub id: PushId,
    /// The session that registered it.
    pub session: SessionId,
    /// When the user registered it first.
    pub created_at: Timestamp,
}

/// A user's list of subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushList {
    /// Counts the changes; a change is decided on one revision.
    pub revision: u64,
    /// In no order.
    pub entries: Vec<PushEntry>,
}

impl PushList {
    /// Which must go, the oldest first, so that `id` finds a place.
    pub fn surplus(&self, id: PushId) -> Vec<PushEntry> {
        let mut others: Vec<_> = self.entries.iter().filter(|e| e.id != id).copied().collect();
        others.sort_unstable_by_key(|entry| (entry.created_at, entry.id));
        let kept = others.len().min(PUSHES_MAX - 1);
        others.truncate(others.len() - kept);
        others
    }
}

/// How much a device should spend to show a message at once (RFC 8030, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushUrgency {
    /// When it is awake or charged anyway.
    Normal,
    /// Now: somebody means this very person.
    High,
}

impl PushUrgency {
    /// What a notification of this kind deserves.
    pub const fn of(kind: NotificationKind) -> Self {
        match kind {
            NotificationKind::Mention | NotificationKind::DirectMessage => Self::High,
            NotificationKind::Reply | NotificationKind::RoomInvite => Self::Normal,
        }
    }

    /// The word of the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8291, appendix A.
    const POINT: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn endpoints() {
        let longest = format!("https://push.example.org/{}", "x".repeat(999));
        for good in [
            "https://push.example.org/send/a-b_c:d?x=%20",
            "https://push.example.org",
            "https://push.example.org:8443/s",
            "https://[2001:db8::1]:8443/s",
            "https://203.0.113.9/s",
            &longest,
        ] {
            assert!(PushEndpoint::parse(good, false).is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://push.example.org/s",
            "HTTPS://push.example.org/s",
            "https://",
            "https:///s",
            "https://user:secret@push.example.org/s",
            "https://user@push.example.org/s",
            "https://push.example.org:0/s",
            "https://push.example.org:65536/s",
            "https://push.example.org:+1/s",
            "https://push.example.org:/s",
            "https://[::1/s",
            "https://[push]/s",
            "https://push.example.org/s#part",
            "https://push.example.org/a b",
            "https://push.example.org/\r\nX: y",
            "https://push\u{e9}.example.org/s",
            "ftp://push.example.org/s",
        ] {
            assert_eq!(PushEndpoint::parse(bad, false).unwrap_err().code, "invalid", "{bad}");
        }
        let long = PushEndpoint::parse(&format!("{longest}x"), false).unwrap_err();
        assert_eq!((long.code, long.max), ("too_long", Some(1_024)));
        assert!(PushEndpoint::parse("http://127.0.0.1:9/s", true).is_ok(), "a developer's machine");
    }

    #[test]
    fn origins() {
        for (endpoint, origin) in [
            ("https://push.example.org/send/x?y", "https://push.example.org"),
            ("https://push.example.org:8443", "https://push.example.org:8443"),
            ("https://push.example.org?x", "https://push.example.org"),
        ] {
            let endpoint = PushEndpoint::parse(endpoint, false).unwrap();
            assert_eq!(endpoint.origin(), origin);
            assert_eq!(format!("https://{}", endpoint.host()), origin);
            assert!(!format!("{endpoint:?}").contains("send"), "not even by accident");
        }
    }

    #[test]
    fn keys() {
        let keys = PushKeys::parse(POINT, AUTH).unwrap();
        assert_eq!((keys.p256dh_text().as_str(), keys.auth_text().as_str()), (POINT, AUTH));
        let padded = (format!("{POINT}="), format!("{AUTH}=="));
        assert_eq!(PushKeys::parse(&padded.0, &padded.1), Ok(keys));
        let off_the_curve = POINT.replace("iw4", "iw8");
        let short = &POINT[..POINT.len() - 4];
        let compressed = BASE64URL.encode([[2].as_slice(), &[7; 32]].concat());
        for (point, auth, pointer) in [
            (off_the_curve.as_str(), AUTH, "/keys/p256dh"),
            (short, AUTH, "/keys/p256dh"),
            (&compressed, AUTH, "/keys/p256dh"),
            ("", AUTH, "/keys/p256dh"),
            ("!", AUTH, "/keys/p256dh"),
            (POINT, "", "/keys/auth"),
            (POINT, &AUTH[..20], "/keys/auth"),
            (POINT, POINT, "/keys/auth"),
            (POINT, "BTBZMqHH6r4Tts7J/aSIgg", "/keys/auth"),
        ] {
            assert_eq!(
                PushKeys::parse(point, auth).unwrap_err().pointer,
                pointer,
                "{point} {auth}"
            );
        }
    }

    #[test]
    fn ids_have_one_spelling() {
        let id = PushId::of_hash([0xab; 32]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "AB", &"AB".repeat(16), &"ab".repeat(17), &format!("+{}", "a".repeat(31))] {
            assert_eq!(bad.parse::<PushId>(), Err(NotAnId), "{bad}");
        }
    }

    #[test]
    fn the_oldest_make_room() {
        let at = Timestamp::from_ms;
        let entry = |n: u8| PushEntry {
            id: PushId::of_hash([n; 32]),
            session: SessionId::new(at(0), [0; 10]),
            created_at: at(i64::from(n)),
        };
        let list =
            |count: u8| PushList { revision: 1, entries: (0..count).rev().map(entry).collect() };
        assert_eq!(list(19).surplus(entry(99).id), []);
        assert_eq!(list(20).surplus(entry(99).id), [entry(0)]);
        assert_eq!(list(22).surplus(entry(99).id), [entry(0), entry(1), entry(2)]);
        assert_eq!(list(20).surplus(entry(5).id), [], "it has its place");
    }
}
