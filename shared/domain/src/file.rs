//! Uploaded files as records, and who may do what with one.

use crate::{
    Attached, AttachmentId, ChatError, Code, FileKind, MessageId, MessageKind, Result, Timestamp,
    UserId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest file in bytes, inclusive (10 MiB).
pub const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// How far a file has come. Bytes are served of clean ones only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    /// Not uploaded or not checked yet.
    Pending,
    /// Checked, nothing found.
    Clean,
    /// Something dangerous was found; the bytes are gone.
    Infected,
    /// It could not be checked, or is not what was declared; the bytes are gone.
    Error,
}

impl FileStatus {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Clean => "clean",
            Self::Infected => "infected",
            Self::Error => "error",
        }
    }

    /// Reads the word in the table.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Clean, Self::Infected, Self::Error]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

/// Why a file did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFault {
    /// More or fewer bytes came than were declared.
    OtherSize,
    /// The content is not of the declared kind.
    OtherType,
    /// Something dangerous is in it.
    Infected,
    /// It is encrypted or damaged, so nobody can tell.
    Unreadable,
}

/// A fault with the sentence for the person who uploaded the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of fault.
    pub fault: FileFault,
    /// What was found; names no content.
    pub detail: String,
}

impl Finding {
    /// A finding.
    pub fn new(fault: FileFault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into() }
    }

    /// The state a file with this finding is in.
    pub const fn status(&self) -> FileStatus {
        match self.fault {
            FileFault::Infected => FileStatus::Infected,
            FileFault::OtherSize | FileFault::OtherType | FileFault::Unreadable => {
                FileStatus::Error
            }
        }
    }

    /// The refusal its sender gets.
    pub fn refusal(&self) -> ChatError {
        let code = match self.fault {
            FileFault::OtherSize | FileFault::OtherType => Code::TypeMismatch,
            FileFault::Infected => Code::Infected,
            FileFault::Unreadable => Code::FileUnreadable,
        };
        ChatError::because(code, self.detail.clone())
    }
}

/// What is known of a picture that could be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Pixels, as it is shown (orientation applied).
    pub width: u32,
    /// Pixels, as it is shown.
    pub height: u32,
    /// A blurred preview of some 25 bytes, base64.
    pub thumbhash: String,
    /// Sizes of the thumbnails there are, in pixels.
    pub thumbnails: Vec<u16>,
}

/// What a file is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileUse {
    /// Nothing yet: it goes at this time.
    None {
        /// When it is gone.
        ends_at: Timestamp,
    },
    /// A message.
    Message(MessageId),
    /// Its owner's picture; everybody may see it.
    Avatar,
}

/// An uploaded file, or one that is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its id; where its bytes lie follows from this alone.
    pub id: AttachmentId,
    /// Who uploads it.
    pub owner: UserId,
    /// The name it is served under.
    pub filename: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes: declared, and as stored once it has been checked.
    pub size: u64,
    /// When the upload was asked for.
    pub created_at: Timestamp,
    /// How far it has come.
    pub status: FileStatus,
    /// Why it did not pass.
    pub finding: Option<Finding>,
    /// SHA-256 of the bytes in hex, once checked.
    pub digest: Option<String>,
    /// For pictures that could be drawn.
    pub picture: Option<Picture>,
    /// What it is there for.
    pub used: FileUse,
    /// SHA-256 of what was asked for, in hex: the same key with another request is a conflict.
    pub fingerprint: String,
}

impl StoredFile {
    /// The file as a message keeps it.
    pub fn attached(&self) -> Attached {
        let picture = self.picture.as_ref();
        Attached {
            id: self.id,
            filename: self.filename.clone(),
            size: self.size,
            mime_type: self.kind.mime().to_owned(),
            created_at: self.created_at,
            width: picture.map(|p| p.width),
            height: picture.map(|p| p.height),
            thumbhash: picture.map(|p| p.thumbhash.clone()),
            thumbnails: picture.map_or_else(Vec::new, |p| p.thumbnails.clone()),
        }
    }

    /// Whether `who` may send it now; otherwise the field error's code and what would be right.
    pub fn may_attach(&self, who: UserId) -> Result<(), (&'static str, &'static str)> {
        if self.owner != who {
            return Err(("unknown", "must be a file of your own"));
        }
        match (self.status, self.used) {
            (FileStatus::Pending, _) => Err(("not_ready", "has not been checked yet")),
            (FileStatus::Infected | FileStatus::Error, _) => Err(("refused", "did not pass")),
            (FileStatus::Clean, FileUse::None { .. }) => Ok(()),
            (FileStatus::Clean, _) => Err(("in_use", "is in use already")),
        }
    }

    /// Refused until it is clean, with what stands in the way.
    pub fn served(&self) -> Result<()> {
        match (self.status, &self.finding) {
            (FileStatus::Clean, _) => Ok(()),
            (FileStatus::Infected, _) => Err(ChatError::new(Code::Infected)),
            (_, Some(finding)) => {
                Err(ChatError::because(Code::AttachmentNotReady, finding.detail.clone()))
            }
            _ => Err(ChatError::new(Code::AttachmentNotReady)),
        }
    }
}

/// What a message with these files is: pictures only, or files.
pub fn message_kind(attachments: &[Attached]) -> MessageKind {
    match attachments {
        [] => MessageKind::Text,
        // One that could not be drawn is a file like any other.
        all if all.iter().all(|a| a.width.is_some()) => MessageKind::Image,
        _ => MessageKind::File,
    }
}

/// Which bytes answer a request for a thumbnail: `Some(size)`, or the original where the picture is
/// smaller than asked for (nothing is enlarged). An error where there is no picture.
pub fn thumbnail_for(file: &StoredFile, size: u16) -> Result<Option<u16>> {
    match &file.picture {
        Some(picture) => Ok(Some(size).filter(|size| picture.thumbnails.contains(size))),
        None => Err(ChatError::because(Code::NotFound, "this file has no thumbnails")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RoomId;

    fn user(n: u8) -> UserId {
        UserId::new(Timestamp::from_ms(0), [n; 10])
    }

    fn file() -> StoredFile {
        StoredFile {
            id: AttachmentId::new(Timestamp::from_ms(0), [1; 10]),
            owner: user(1),
            filename: "a.png".into(),
            kind: FileKind::Png,
            size: 7,
            created_at: Timestamp::from_ms(0),
            status: FileStatus::Clean,
            finding: None,
            digest: None,
            picture: Some(Picture {
                width: 500,
                height: 100,
                thumbhash: "x".into(),
                thumbnails: vec![96, 360],
            }),
            used: FileUse::None { ends_at: Timestamp::from_ms(9) },
            fingerprint: String::new(),
        }
    }

    #[test]
    fn only_a_clean_unused_file_of_ones_own_can_be_sent() {
        let room = RoomId::new(Timestamp::from_ms(0), [2; 10]);
        let code = |file: StoredFile, who| file.may_attach(who).map_err(|(code, _)| code);
        assert_eq!(code(file(), user(1)), Ok(()));
        assert_eq!(code(file(), user(2)), Err("unknown"));
        for (status, expected) in [
            (FileStatus::Pending, "not_ready"),
            (FileStatus::Infected, "refused"),
            (FileStatus::Error, "refused"),
        ] {
            let one = StoredFile { status, ..file() };
            assert!(one.served().is_err());
            assert_eq!(code(one, user(1)), Err(expected));
        }
        for used in [FileUse::Avatar, FileUse::Message(MessageId { room, seq: 1 })] {
            assert_eq!(code(StoredFile { used, ..file() }, user(1)), Err("in_use"));
        }
    }

    #[test]
    fn kinds_of_messages() {
        let picture = file().attached();
        let paper = StoredFile { picture: None, kind: FileKind::Pdf, ..file() }.attached();
        assert_eq!(message_kind(&[]), MessageKind::Text);
        assert_eq!(message_kind(&[picture.clone(), picture.clone()]), MessageKind::Image);
        assert_eq!(message_kind(&[picture, paper]), MessageKind::File);
        let bomb = StoredFile { picture: None, ..file() }.attached();
        assert_eq!(message_kind(&[bomb]), MessageKind::File);
    }

    #[test]
    fn thumbnails_are_never_larger_than_the_picture() {
        assert_eq!(thumbnail_for(&file(), 96), Ok(Some(96)));
        assert_eq!(thumbnail_for(&file(), 1080), Ok(None));
        assert!(thumbnail_for(&StoredFile { picture: None, ..file() }, 96).is_err());
    }
}
