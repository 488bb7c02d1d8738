//! Which files are taken, and whether name, declared type and content tell the same story.

use crate::{ChatError, Code, FileName, Result};
use serde::{Deserialize, Serialize};

/// The kinds of files that are taken. Nothing a browser would run is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum FileKind {
    Jpeg,
    Png,
    Gif,
    Webp,
    Pdf,
    Doc,
    Docx,
    Zip,
    Mp3,
    Ogg,
    Wav,
    M4a,
    Weba,
}

/// The refusal of any other kind.
const TAKEN: &str =
    "only jpg, png, gif, webp, pdf, doc, docx, zip, mp3, ogg, wav, m4a and weba files are taken";

/// What an upload says it is, before anybody has looked at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Its name; one without an extension says nothing about the kind.
    pub name: Option<FileName>,
    /// Its declared media type. `application/octet-stream` says nothing.
    pub mime_type: Option<String>,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::Webp,
        Self::Pdf,
        Self::Doc,
        Self::Docx,
        Self::Zip,
        Self::Mp3,
        Self::Ogg,
        Self::Wav,
        Self::M4a,
        Self::Weba,
    ];

    /// Its media type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Doc => "application/msword",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Zip => "application/zip",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
            Self::M4a => "audio/mp4",
            Self::Weba => "audio/webm",
        }
    }

    /// Its usual extension.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Doc => "doc",
            Self::Docx => "docx",
            Self::Zip => "zip",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
            Self::Wav => "wav",
            Self::M4a => "m4a",
            Self::Weba => "weba",
        }
    }

    /// Whether it is a picture, which browsers may show in place.
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Gif | Self::Webp)
    }

    /// Reads an extension, in lower case.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension {
            "jpeg" | "jpe" | "jfif" => Some(Self::Jpeg),
            "oga" | "opus" => Some(Self::Ogg),
            "webm" => Some(Self::Weba),
            _ => Self::ALL.into_iter().find(|kind| kind.extension() == extension),
        }
    }

    /// Reads a media type; parameters do not matter.
    pub fn from_mime(mime: &str) -> Option<Self> {
        let plain = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match plain.as_str() {
            "image/jpg" | "image/pjpeg" => Some(Self::Jpeg),
            "application/x-zip-compressed" | "application/x-zip" => Some(Self::Zip),
            "audio/mp3" => Some(Self::Mp3),
            "audio/opus" | "application/ogg" => Some(Self::Ogg),
            "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => Some(Self::Wav),
            "audio/x-m4a" | "audio/m4a" => Some(Self::M4a),
            _ => Self::ALL.into_iter().find(|kind| kind.mime() == plain),
        }
    }

    /// Whether content of kind `found` may go under this kind: a document is an archive inside.
    const fn covers(self, found: Self) -> bool {
        matches!((self, found), (Self::Zip, Self::Docx)) || self as u8 == found as u8
    }
}

impl Stated {
    /// The kind an upload says it is; `None` where it says nothing. `unsupported_type` for a kind
    /// that is not taken, `type_mismatch` when name and type contradict each other.
    pub fn kind(&self) -> Result<Option<FileKind>> {
        let not_taken = || ChatError::because(Code::UnsupportedType, TAKEN);
        let by_name = match self.name.as_ref().and_then(FileName::extension) {
            Some(extension) => Some(FileKind::from_extension(&extension).ok_or_else(not_taken)?),
            None => None,
        };
        let says_nothing = |mime: &&String| {
            !mime.trim().is_empty() && !mime.trim().starts_with("application/octet-stream")
        };
        let by_type = match self.mime_type.as_ref().filter(says_nothing) {
            Some(mime) => Some(FileKind::from_mime(mime).ok_or_else(not_taken)?),
            None => None,
        };
        match (by_name, by_type) {
            (Some(a), Some(b)) if a != b => Err(mismatch("the name and the declared type differ")),
            (a, b) => Ok(a.or(b)),
        }
    }

    /// The kind that all agree on: what is said and what was `found` in the content.
    pub fn agree(&self, found: Option<FileKind>) -> Result<FileKind> {
        match (self.kind()?, found) {
            (Some(said), Some(found)) if said.covers(found) => Ok(said),
            (None, Some(found)) => Ok(found),
            (Some(_), _) => Err(mismatch("the content is not what the name or type says")),
            (None, None) => Err(ChatError::because(Code::UnsupportedType, TAKEN)),
        }
    }

    /// The name to keep: what was said, with an extension that tells the kind.
    pub fn name_for(&self, kind: FileKind) -> FileName {
        match &self.name {
            Some(name) if name.extension().is_some() => name.clone(),
            Some(name) => name.with_extension(kind.extension()),
            None => FileName::nameless(kind.extension()),
        }
    }
}

fn mismatch(detail: &'static str) -> ChatError {
    ChatError::because(Code::TypeMismatch, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(name: &str, mime: &str) -> Stated {
        Stated {
            name: FileName::clean(name),
            mime_type: (!mime.is_empty()).then(|| mime.to_owned()),
        }
    }

    #[test]
    fn the_three_must_agree() {
        use FileKind::{Docx, Jpeg, Ogg, Png, Wav, Weba, Zip};
        let code = |r: Result<FileKind>| r.map_err(|e| e.code);
        for (name, mime, found, expected) in [
            ("a.png", "image/png", Some(Png), Ok(Png)),
            ("a.JPEG", "image/jpg", Some(Jpeg), Ok(Jpeg)),
            ("a.png", "", Some(Png), Ok(Png)),
            ("a", "image/png", Some(Png), Ok(Png)),
            ("a", "", Some(Png), Ok(Png)),
            ("", "", Some(Zip), Ok(Zip)),
            ("a.docx", "application/octet-stream", Some(Docx), Ok(Docx)),
            ("a.zip", "application/x-zip-compressed", Some(Docx), Ok(Zip)),
            ("talk.opus", "audio/ogg; codecs=opus", Some(Ogg), Ok(Ogg)),
            ("talk.webm", "audio/webm;codecs=opus", Some(Weba), Ok(Weba)),
            ("film.webm", "video/webm", None, Err(Code::UnsupportedType)),
            ("talk.mp3", "audio/mpeg", Some(Wav), Err(Code::TypeMismatch)),
            ("a.docx", "", Some(Zip), Err(Code::TypeMismatch)),
            ("a.png", "image/png", Some(Jpeg), Err(Code::TypeMismatch)),
            ("a.png", "image/png", None, Err(Code::TypeMismatch)),
            ("a.png", "image/jpeg", Some(Png), Err(Code::TypeMismatch)),
            ("a.svg", "image/svg+xml", None, Err(Code::UnsupportedType)),
            ("a.exe", "image/png", Some(Png), Err(Code::UnsupportedType)),
            ("a.png", "text/html", Some(Png), Err(Code::UnsupportedType)),
            ("a.png.html", "", Some(Png), Err(Code::UnsupportedType)),
            ("a", "", None, Err(Code::UnsupportedType)),
        ] {
            assert_eq!(code(stated(name, mime).agree(found)), expected, "{name} {mime} {found:?}");
        }
    }

    #[test]
    fn kinds_read_back() {
        for kind in FileKind::ALL {
            assert_eq!(FileKind::from_mime(kind.mime()), Some(kind));
            assert_eq!(FileKind::from_extension(kind.extension()), Some(kind));
        }
        assert_eq!(FileKind::from_mime("Image/PNG; charset=binary"), Some(FileKind::Png));
    }

    #[test]
    fn names_get_an_extension() {
        assert_eq!(stated("", "").name_for(FileKind::Png).as_str(), "file.png");
        assert_eq!(stated("scan", "").name_for(FileKind::Pdf).as_str(), "scan.pdf");
        assert_eq!(stated("a.JPG", "").name_for(FileKind::Jpeg).as_str(), "a.JPG");
    }
}
