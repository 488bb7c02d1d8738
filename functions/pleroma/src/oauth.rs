//! Sign-in: apps, which are not kept, and tokens.

use chat::SignedIn;
use domain::{ChatError, Code, Face, Result, Timestamp};
use edge::App;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// What every token may do. There is one kind of session, so a client that asks for less is told what it got.
const SCOPES: [&str; 4] = ["read", "write", "follow", "push"];
/// What a refresh token of this face begins with, so that it is not taken for one of another.
const REFRESH: &str = "pleroma.";

/// Texts that come as a list or as one text with spaces between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<Words, E> {
                Ok(Words(text.split_whitespace().map(str::to_owned).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// An app, as its client is told.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields of docs/pleroma.md")]
pub struct AppView {
    pub id: String,
    pub name: String,
    pub website: Option<String>,
    pub redirect_uri: String,
    pub redirect_uris: Vec<String>,
    pub scopes: Vec<String>,
    pub client_id: String,
    pub client_secret: String,
    pub vapid_key: Option<String>,
}

/// Names an app: the same description always has the same id. Nothing is kept, and nothing is proven with it.
pub fn app_view(name: String, website: Option<String>, redirects: Words, scopes: Words) -> AppView {
    let named = |what: &str| {
        let text = format!("{what}\0{name}\0{}\0{}", redirects.0.join(" "), scopes.0.join(" "));
        Sha256::digest(text)[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let (id, client_id, client_secret) = (named("app"), named("client"), named("secret"));
    let redirect_uri = redirects.0.join("\n");
    let (redirect_uris, scopes) = (redirects.0, scopes.0);
    let vapid_key = None;
    AppView {
        id,
        website,
        redirect_uri,
        redirect_uris,
        scopes,
        client_id,
        client_secret,
        vapid_key,
        name,
    }
}

/// A token, as its client is told.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields of docs/pleroma.md")]
pub struct TokenView {
    pub id: String,
    pub access_token: String,
    pub token_type: &'static str,
    pub scope: String,
    pub created_at: i64,
    pub expires_in: i64,
    pub refresh_token: String,
    pub me: String,
}

/// Issues the token of a session that was opened or renewed. It lives as long as the session: these clients
/// do not renew, and every request looks at the session anyway.
pub async fn token(
    app: &App,
    signed_in: SignedIn,
    wanted: &str,
    base: &str,
    now: Timestamp,
) -> Result<TokenView> {
    let SignedIn { profile, session, refresh_token } = signed_in;
    let (user, ends) = (session.user, session.expires_at);
    let signer = app.signer().await?;
    Ok(TokenView {
        id: session.id.to_string(),
        access_token: signer.token(Some(Face::Pleroma), user, session.id, now, ends)?,
        token_type: "Bearer",
        scope: granted(wanted),
        created_at: now.ms() / 1000,
        expires_in: ends.since_ms(now) / 1000,
        refresh_token: format!("{REFRESH}{refresh_token}"),
        me: format!("{base}/@{}", profile.username),
    })
}

/// The refresh token within one of this face.
pub fn refresh_token(text: &str) -> Result<&str> {
    text.strip_prefix(REFRESH).ok_or_else(|| ChatError::new(Code::RefreshInvalid))
}

/// The scopes that are granted: all, and the finer ones that were asked for and lie within them.
fn granted(wanted: &str) -> String {
    let mut all: Vec<&str> = SCOPES.to_vec();
    for scope in wanted.split([' ', ',', '+']) {
        let head = scope.split(':').next().unwrap_or_default();
        let plain = scope.len() <= 40
            && scope.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b));
        if plain && SCOPES.contains(&head) && !all.contains(&scope) && all.len() < 40 {
            all.push(scope);
        }
    }
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_say_what_a_token_may_do() {
        for (wanted, got) in [
            ("", "read write follow push"),
            ("read write", "read write follow push"),
            ("read:chats", "read write follow push read:chats"),
            ("admin read", "read write follow push"),
            ("write:chats write:chats", "read write follow push write:chats"),
            ("read:<b>", "read write follow push"),
        ] {
            assert_eq!(granted(wanted), got);
        }
    }

    #[test]
    fn lists_come_in_two_forms() {
        let words =
            |json: &str| serde_json::from_str::<Words>(json).ok().map(|words| words.0.join("|"));
        assert_eq!(words("\"a  b\"").as_deref(), Some("a|b"));
        assert_eq!(words("[\"a\", \"b c\"]").as_deref(), Some("a|b c"));
        assert_eq!(words("1"), None);
    }

    #[test]
    fn an_app_has_one_id() {
        let app =
            |name: &str| app_view(name.into(), None, Words(vec!["x:y".into()]), Words::default());
        assert_eq!(app("a").client_id, app("a").client_id);
        assert_ne!(app("a").client_id, app("b").client_id);
        assert_ne!(app("a").client_id, app("a").client_secret);
    }

    #[test]
    fn refresh_tokens_are_of_one_face() {
        assert_eq!(refresh_token("pleroma.a.b.c"), Ok("a.b.c"));
        assert!(refresh_token("a.b.c").is_err());
    }
}
