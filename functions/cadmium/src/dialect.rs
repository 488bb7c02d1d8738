//! Which spelling of the message types a client uses. The published document has `private:` in them; the
//! revision three minutes younger, and the servers that were written, have not.

/// The three messages of private chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message.
    Message,
    /// Something was read.
    Read,
    /// Somebody types.
    Typing,
}

/// A spelling of the types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `urn:cadmium:chats:private:message`
    Private,
    /// `urn:cadmium:chats:message`
    Basic,
}

impl Dialect {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Private, Self::Basic];

    /// The one that a client which sends this type speaks.
    pub fn of(kind: &str) -> Self {
        match kind.strip_prefix("urn:cadmium:chats:") {
            Some(rest) if !rest.starts_with("private:") => Self::Basic,
            _ => Self::Private,
        }
    }

    /// Those in which a connection is told of news whose client has said by a frame of this type who it is.
    /// The ways to sign in that begin with `urn:cadmium:` are younger than both spellings, so such a client
    /// is told in both, and passes over the one it does not know.
    pub fn told_to(kind: &str) -> &'static [Self] {
        match kind.strip_prefix("urn:cadmium:") {
            None => &[Self::Private],
            Some(rest) if rest.starts_with("chats:private:") => &[Self::Private],
            Some(rest) if rest.starts_with("chats:") => &[Self::Basic],
            Some(_) => &[Self::Private, Self::Basic],
        }
    }

    /// The topic under which a connection receives its frames.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Basic => "basic",
        }
    }

    /// The type of a message.
    pub const fn spell(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Private, Kind::Message) => "urn:cadmium:chats:private:message",
            (Self::Private, Kind::Read) => "urn:cadmium:chats:private:read",
            (Self::Private, Kind::Typing) => "urn:cadmium:chats:private:typing",
            (Self::Basic, Kind::Message) => "urn:cadmium:chats:message",
            (Self::Basic, Kind::Read) => "urn:cadmium:chats:read",
            (Self::Basic, Kind::Typing) => "urn:cadmium:chats:typing",
        }
    }
}

/// An error id as a client that sends `kind` knows it: the later types have later ids.
pub fn error_id(kind: &str, id: &str) -> String {
    match id {
        "banned" if Dialect::of(kind) == Dialect::Basic => {
            "urn:cadmium:chats:private:banned".to_owned()
        }
        "id_exists" | "reg_disabled" | "invalid_creds" if kind.starts_with("urn:cadmium:") => {
            format!("urn:cadmium:{id}")
        }
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_recognised_as_its_own() {
        for dialect in Dialect::ALL {
            for kind in [Kind::Message, Kind::Read, Kind::Typing] {
                assert_eq!(Dialect::of(dialect.spell(kind)), dialect);
            }
        }
        assert_eq!(Dialect::of("profile:login"), Dialect::Private);
        for (kind, told) in [
            ("profile:login", [Dialect::Private].as_slice()),
            ("urn:cadmium:chats:private:typing", &[Dialect::Private]),
            ("urn:cadmium:chats:typing", &[Dialect::Basic]),
            ("urn:cadmium:auth", &Dialect::ALL),
        ] {
            assert_eq!(Dialect::told_to(kind), told, "{kind}");
        }
    }

    #[test]
    fn later_types_have_later_error_ids() {
        for (kind, id, expected) in [
            ("urn:cadmium:chats:private:message", "banned", "banned"),
            ("urn:cadmium:chats:message", "banned", "urn:cadmium:chats:private:banned"),
            ("urn:cadmium:chats:typing", "banned", "urn:cadmium:chats:private:banned"),
            ("urn:cadmium:chats:message", "unauthorized", "unauthorized"),
            ("profile:register", "id_exists", "id_exists"),
            ("urn:cadmium:profile:register", "id_exists", "urn:cadmium:id_exists"),
            ("urn:cadmium:profile:login", "invalid_creds", "urn:cadmium:invalid_creds"),
            ("urn:cadmium:profile:login", "ratelimit_exceed", "ratelimit_exceed"),
        ] {
            assert_eq!(error_id(kind, id), expected, "{kind} {id}");
        }
    }
}
