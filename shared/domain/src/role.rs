//! Kinds of room and the ranks inside one.

use serde::{Deserialize, Serialize};

/// Who may find and enter a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    /// Listed in the directory; anybody may join.
    Public,
    /// Hidden; entered by invitation.
    Private,
    /// Exactly two members for ever.
    Direct,
}

impl RoomKind {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Direct => "direct",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Private, Self::Direct].into_iter().find(|k| k.as_str() == text)
    }
}

/// A member's rank. Acting on somebody needs a strictly higher one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May read, send and react.
    Member,
    /// May also change settings, delete others' messages, manage members.
    Admin,
    /// May do everything; there is exactly one.
    Owner,
}

impl Role {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Admin, Self::Owner].into_iter().find(|r| r.as_str() == text)
    }
}
