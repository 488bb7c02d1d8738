//! Contents of messages, and what they are among ours: text with files, a sound, a place. Text is handed on
//! as it is, both ways.

use crate::refusal::Refusal;
use domain::AttachmentId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const GENERAL: &str = "urn:cadmium:chats:message-types:general";
const AUDIO: &str = "urn:cadmium:chats:message-types:audio";
const GEOLOCATION: &str = "urn:cadmium:chats:message-types:geolocation";

/// Longest address of a file, in bytes.
const URL_BYTES_MAX: usize = 2_048;

/// A file by its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Media {
    /// Where it is.
    pub url: String,
    /// Its media type; what a client says of it is not believed.
    #[serde(default)]
    pub mime_type: String,
}

/// What a message holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text, and files.
    General {
        /// May be empty where there are files.
        text: String,
        /// The files.
        media: Vec<Media>,
    },
    /// A sound.
    Audio {
        /// Where it is.
        url: String,
    },
    /// A place, in degrees.
    Geolocation {
        /// North is positive.
        lat: f64,
        /// East is positive.
        lon: f64,
    },
}

#[derive(Deserialize)]
struct General {
    text: String,
    #[serde(default)]
    media: Option<Vec<Media>>,
}

#[derive(Deserialize)]
struct Audio {
    url: String,
}

#[derive(Deserialize)]
struct Geolocation {
    lat: f64,
    lon: f64,
}

impl Content {
    /// Reads the content of a type.
    pub fn parse(kind: &str, content: Value) -> Result<Self, Refusal> {
        Ok(match kind {
            GENERAL => {
                let General { text, media } = read(content)?;
                Self::General { text, media: media.unwrap_or_default() }
            }
            AUDIO => Self::Audio { url: read::<Audio>(content)?.url },
            GEOLOCATION => {
                let Geolocation { lat, lon } = read(content)?;
                if !is_place(lat, lon) {
                    let text = "lat must be between -90 and 90, lon between -180 and 180";
                    return Err(Refusal::invalid("content", text));
                }
                Self::Geolocation { lat, lon }
            }
            _ => return Err(Refusal::invalid("type", "not a known type of content")),
        })
    }

    /// The files of ours that its addresses name.
    pub fn files(&self) -> Vec<AttachmentId> {
        let mut all: Vec<AttachmentId> =
            self.urls().iter().filter_map(|url| file_in(url)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Text and files of our message. `mine` are those files that the sender may send; any other address
    /// stays a link in the text.
    pub fn draft(&self, mine: &[AttachmentId]) -> Result<(String, Vec<AttachmentId>), Refusal> {
        let mut text = match self {
            Self::General { text, .. } => text.clone(),
            Self::Audio { .. } => String::new(),
            Self::Geolocation { lat, lon } => format!("geo:{lat},{lon}"),
        };
        let mut files = Vec::new();
        for url in self.urls() {
            match file_in(url).filter(|id| mine.contains(id)) {
                Some(id) if files.contains(&id) => {}
                Some(id) => files.push(id),
                None if is_link(url) => {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(url);
                }
                None => {
                    return Err(Refusal::invalid(
                        "content",
                        "url must be an http or https address",
                    ));
                }
            }
        }
        Ok((text, files))
    }

    /// The content of a message of ours with such text and files.
    pub fn of(text: &str, media: Vec<Media>) -> Self {
        if let (Some((lat, lon)), true) = (place_in(text), media.is_empty()) {
            return Self::Geolocation { lat, lon };
        }
        match media.as_slice() {
            [only] if text.is_empty() && only.mime_type.starts_with("audio/") => {
                Self::Audio { url: only.url.clone() }
            }
            _ => Self::General { text: text.to_owned(), media },
        }
    }

    /// Its type and itself, as they stand in a payload.
    pub fn written(&self) -> (&'static str, Value) {
        match self {
            Self::General { text, media } if media.is_empty() => (GENERAL, json!({"text": text})),
            Self::General { text, media } => (GENERAL, json!({"text": text, "media": media})),
            Self::Audio { url } => (AUDIO, json!({"url": url})),
            Self::Geolocation { lat, lon } => (GEOLOCATION, json!({"lat": lat, "lon": lon})),
        }
    }

    fn urls(&self) -> Vec<&str> {
        match self {
            Self::General { media, .. } => media.iter().map(|one| one.url.as_str()).collect(),
            Self::Audio { url } => vec![url],
            Self::Geolocation { .. } => Vec::new(),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(content: Value) -> Result<T, Refusal> {
    if !content.is_object() {
        return Err(Refusal::parse("content must be an object"));
    }
    serde_json::from_value(content).map_err(|error| Refusal::parse(format!("content: {error}")))
}

/// The file of `/attachments/<id>`, on whatever host: the id says whether it is one of ours.
fn file_in(url: &str) -> Option<AttachmentId> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (before, id) = path.rsplit_once("/attachments/")?;
    let rooted = before.is_empty() || is_link(before);
    id.parse().ok().filter(|_| rooted)
}

/// An address that can stand in a text as a link.
fn is_link(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = |text: &str| !text.chars().any(|c| c.is_whitespace() || c.is_control());
    host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && plain(rest))
        && url.len() <= URL_BYTES_MAX
}

fn is_place(lat: f64, lon: f64) -> bool {
    (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)
}

/// The place of a text that is a `geo:` address (RFC 5870) and nothing else; height and parameters are
/// passed over.
fn place_in(text: &str) -> Option<(f64, f64)> {
    let rest = text.trim().strip_prefix("geo:")?;
    let numbers = rest.split([';', '?']).next()?;
    let mut parts = numbers.split(',');
    let mut number = || {
        let text = parts.next()?;
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        text.parse::<f64>().ok().filter(|_| plain)
    };
    let (lat, lon) = (number()?, number()?);
    let whole = parts.next().is_none_or(|height| height.parse::<f64>().is_ok());
    let once = parts.next().is_none() && !rest.contains(char::is_whitespace);
    (whole && once && is_place(lat, lon)).then_some((lat, lon))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    fn media(url: &str, mime: &str) -> Media {
        Media { url: url.into(), mime_type: mime.into() }
    }

    #[test]
    fn contents_are_read_by_their_type() {
        let general =
            json!({"text": "hi", "media": [{"url": "https://x/y", "mimeType": "image/png"}]});
        let expected =
            Content::General { text: "hi".into(), media: vec![media("https://x/y", "image/png")] };
        assert_eq!(Content::parse(GENERAL, general.clone()), Ok(expected.clone()));
        assert_eq!(expected.written(), (GENERAL, general));
        let place = Content::parse(GEOLOCATION, json!({"lat": 52.5, "lon": -13})).unwrap();
        assert_eq!(place, Content::Geolocation { lat: 52.5, lon: -13.0 });
        for (kind, content, id) in [
            (GENERAL, json!({}), "parseError"),
            (GENERAL, json!("hi"), "parseError"),
            (GENERAL, json!(null), "parseError"),
            (GENERAL, json!({"text": 7}), "parseError"),
            (GENERAL, json!({"text": "a", "media": "b"}), "parseError"),
            (GENERAL, json!({"text": "a", "media": [{}]}), "parseError"),
            (AUDIO, json!({"url": null}), "parseError"),
            (GEOLOCATION, json!({"lat": "1", "lon": 2}), "parseError"),
            (GEOLOCATION, json!({"lat": 91, "lon": 2}), "invalid_payload"),
            (GEOLOCATION, json!({"lat": 1, "lon": -180.5}), "invalid_payload"),
            ("general", json!({"text": "a"}), "invalid_payload"),
        ] {
            assert_eq!(Content::parse(kind, content.clone()).unwrap_err().id, id, "{content}");
        }
    }

    #[test]
    fn addresses_of_the_senders_files_are_files_and_others_links() {
        let id = AttachmentId::new(Timestamp::from_ms(1), [1; 10]);
        for ours in [
            format!("/attachments/{id}"),
            format!("https://chat.example.org/attachments/{id}"),
            format!("http://127.0.0.1:8000/attachments/{id}?size=360"),
        ] {
            let content = Content::General { text: "look".into(), media: vec![media(&ours, "")] };
            assert_eq!(content.files(), [id], "{ours}");
            assert_eq!(content.draft(&[id]), Ok(("look".into(), vec![id])), "{ours}");
        }
        let url = format!("https://chat.example.org/attachments/{id}");
        let twice =
            Content::General { text: String::new(), media: vec![media(&url, ""), media(&url, "")] };
        assert_eq!(twice.draft(&[id]), Ok((String::new(), vec![id])));
        let not_mine = Content::Audio { url: url.clone() };
        assert_eq!(not_mine.draft(&[]), Ok((url, Vec::new())));
        let foreign =
            Content::General { text: "a".into(), media: vec![media("https://x/a b", "")] };
        assert_eq!(foreign.draft(&[]).unwrap_err().id, "invalid_payload");
        for bad in ["", "ftp://x/y", "javascript:alert(1)", "https:///x", "/attachments/", "x"] {
            let content = Content::Audio { url: bad.into() };
            assert_eq!(content.draft(&[]).unwrap_err().id, "invalid_payload", "{bad}");
        }
    }

    #[test]
    fn places_and_sounds_come_back_as_what_they_were() {
        for (lat, lon) in [(52.520008, 13.404954), (-90.0, 180.0), (0.0, 0.0), (1e-7, -0.5)] {
            let (text, files) = Content::Geolocation { lat, lon }.draft(&[]).unwrap();
            assert!(files.is_empty());
            assert_eq!(Content::of(&text, Vec::new()), Content::Geolocation { lat, lon }, "{text}");
        }
        for text in ["geo:1,2,3", "geo:1,2;u=35", " geo:1,2 ", "geo:1,2?z=7"] {
            assert_eq!(
                Content::of(text, Vec::new()),
                Content::Geolocation { lat: 1.0, lon: 2.0 },
                "{text}"
            );
        }
        for text in [
            "geo:",
            "geo:1",
            "geo:1,2 here",
            "see geo:1,2",
            "geo:91,2",
            "geo:inf,2",
            "geo:1,2,3,4",
            "geo:1,x",
        ] {
            assert!(matches!(Content::of(text, Vec::new()), Content::General { .. }), "{text}");
        }
        let sound = media("https://x/y", "audio/ogg");
        assert_eq!(
            Content::of("", vec![sound.clone()]),
            Content::Audio { url: "https://x/y".into() }
        );
        assert!(matches!(Content::of("listen", vec![sound]), Content::General { .. }));
    }
}
