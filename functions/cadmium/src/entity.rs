//! Entity ids: who or what a message is for. Only people can be written to.

use std::fmt;

/// An entity id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// `@name@server`: a user.
    User {
        /// The local part.
        name: String,
        /// Where they are at home.
        server: String,
    },
    /// A room, a room's alias, a message or a third-party id: well-formed, and nobody to talk to here.
    Other {
        /// Where it is at home.
        server: String,
    },
    /// A server.
    Server(String),
}

/// Text that is no entity id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnEntity;

/// Longest id looked at, in bytes.
const BYTES_MAX: usize = 320;

impl Entity {
    /// A user of ours. Local parts are in lower case, and usernames are unique without regard to it.
    pub fn user(name: &str, server: &str) -> Self {
        Self::User { name: name.to_ascii_lowercase(), server: server.to_owned() }
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`NotAnEntity`].
    pub fn parse(text: &str) -> Result<Self, NotAnEntity> {
        if text.len() > BYTES_MAX {
            return Err(NotAnEntity);
        }
        let Some(sigil) = text.chars().next().filter(|c| "@#!&%".contains(*c)) else {
            return if is_server(text) {
                Ok(Self::Server(text.to_owned()))
            } else {
                Err(NotAnEntity)
            };
        };
        // An e-mail address has an @ of its own; a server has none.
        let (local, server) = text[1..].rsplit_once('@').ok_or(NotAnEntity)?;
        let fits = match sigil {
            '%' => local
                .split_once(':')
                .is_some_and(|(kind, id)| matches!(kind, "email" | "msisdn") && !id.is_empty()),
            _ => is_local(local),
        };
        if !fits || !is_server(server) {
            return Err(NotAnEntity);
        }
        let server = server.to_owned();
        Ok(match sigil {
            '@' => Self::User { name: local.to_owned(), server },
            _ => Self::Other { server },
        })
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { name, server } => write!(f, "@{name}@{server}"),
            Self::Other { server } | Self::Server(server) => f.write_str(server),
        }
    }
}

fn is_local(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._=-/".contains(&b);
    !text.is_empty() && text.bytes().all(fits)
}

/// A host name or address, with a port or without.
fn is_server(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_every_kind() {
        let user = |name: &str, server: &str| {
            Ok(Entity::User { name: name.into(), server: server.into() })
        };
        let other = |server: &str| Ok(Entity::Other { server: server.into() });
        for (text, expected) in [
            ("@juliet@cadmium.org", user("juliet", "cadmium.org")),
            ("@a.b_c=d-e/f@127.0.0.1:8000", user("a.b_c=d-e/f", "127.0.0.1:8000")),
            ("@juliet@[::1]:8000", user("juliet", "[::1]:8000")),
            ("#tea@cadmium.org", other("cadmium.org")),
            ("!0198c0de-7b0a-7c3e-8f00-000000000001@cadmium.org", other("cadmium.org")),
            ("&0198c0de-7b0a-7c3e-8f00-000000000001@cadmium.org", other("cadmium.org")),
            ("%email:juliet@capulett.com@cadmium.org", other("cadmium.org")),
            ("%msisdn:+1234567890@cadmium.org", other("cadmium.org")),
            ("cadmium.org", Ok(Entity::Server("cadmium.org".into()))),
            ("", Err(NotAnEntity)),
            ("@", Err(NotAnEntity)),
            ("@juliet", Err(NotAnEntity)),
            ("@@cadmium.org", Err(NotAnEntity)),
            ("@juliet@", Err(NotAnEntity)),
            ("@Juliet@cadmium.org", Err(NotAnEntity)),
            ("@ju liet@cadmium.org", Err(NotAnEntity)),
            ("@júliet@cadmium.org", Err(NotAnEntity)),
            ("%phone:1@cadmium.org", Err(NotAnEntity)),
            ("juliet@cadmium.org", Err(NotAnEntity)),
            ("https://cadmium.org/", Err(NotAnEntity)),
        ] {
            assert_eq!(Entity::parse(text), expected, "{text}");
        }
        assert_eq!(Entity::parse(&format!("@{}@x", "a".repeat(400))), Err(NotAnEntity));
        assert_eq!(Entity::user("Juliet", "cadmium.org").to_string(), "@juliet@cadmium.org");
    }
}
