//! Accounts: Parlance's users.

use chat::view::{CompactUser, UserView};
use domain::{Timestamp, UserId};
use serde::Serialize;
use serde_json::{Value, json};

/// A grey head and shoulders, for those without a picture: part of the answer, so that it needs no address.
const NOBODY: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E\
    %3Cpath fill='%23ccc' d='M0 0h8v8H0z'/%3E%3Cpath fill='%23fff' d='M4 1.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 1 1 0-3zM1 8c0-4 6-4 6 0z'/%3E%3C/svg%3E";

/// One transparent dot: nobody has a header.
const NO_HEADER: &str =
    "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

/// A Mastodon account, as far as a chat can tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the fields of docs/pleroma.md")]
pub struct Account {
    pub id: UserId,
    pub username: String,
    pub acct: String,
    pub display_name: String,
    pub locked: bool,
    pub bot: bool,
    pub group: bool,
    pub created_at: String,
    pub note: String,
    pub url: String,
    pub avatar: String,
    pub avatar_static: String,
    pub header: &'static str,
    pub header_static: &'static str,
    pub followers_count: u64,
    pub following_count: u64,
    pub statuses_count: u64,
    pub last_status_at: Option<String>,
    pub emojis: [(); 0],
    pub fields: [(); 0],
    pub pleroma: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Value>,
}

impl Account {
    /// The account of somebody who is only named.
    pub fn of(user: &CompactUser, base: &str) -> Self {
        let at = born(user.id);
        Self::new(user.id, &user.username, &user.display_name, user.avatar_url.as_deref(), at, base)
            .available(!user.deactivated)
    }

    /// The account of a profile.
    pub fn of_profile(user: &UserView, base: &str) -> Self {
        let at = user.created_at;
        let line = user.status_message.as_deref().unwrap_or_default();
        let picture = user.avatar_url.as_deref();
        let account = Self::new(user.id, &user.username, &user.display_name, picture, at, base);
        Self { note: crate::html::html(line), ..account }.available(!user.deactivated)
    }

    /// The same as its owner sees it.
    #[must_use]
    pub fn own(self) -> Self {
        let source = json!({
            "note": "", "fields": [], "privacy": "direct", "sensitive": false, "language": null,
            "pleroma": {"show_role": false, "no_rich_text": false, "discoverable": false},
        });
        Self { source: Some(source), ..self }
    }

    fn new(
        id: UserId,
        username: &str,
        display_name: &str,
        picture: Option<&str>,
        created_at: Timestamp,
        base: &str,
    ) -> Self {
        let url = format!("{base}/@{username}");
        let avatar = picture.map_or_else(|| NOBODY.to_owned(), |at| address(at, id, base));
        Self {
            id,
            username: username.to_owned(),
            acct: username.to_owned(),
            display_name: display_name.to_owned(),
            locked: false,
            bot: false,
            group: false,
            created_at: created_at.to_string(),
            note: String::new(),
            pleroma: json!({"ap_id": url}),
            url,
            avatar_static: avatar.clone(),
            avatar,
            header: NO_HEADER,
            header_static: NO_HEADER,
            followers_count: 0,
            following_count: 0,
            statuses_count: 0,
            last_status_at: None,
            emojis: [],
            fields: [],
            source: None,
        }
    }

    fn available(mut self, available: bool) -> Self {
        self.pleroma = json!({
            "ap_id": self.url,
            "accepts_chat_messages": available,
            "is_active": available,
            "is_confirmed": true,
            "is_admin": false,
            "is_moderator": false,
            "relationship": {},
            "tags": [],
        });
        self
    }
}

/// Where a picture is: one of our own files is reached through this face, and its name changes with it.
fn address(picture: &str, id: UserId, base: &str) -> String {
    match picture.strip_prefix("/attachments/") {
        Some(file) => format!("{base}/api/v1/accounts/{id}/avatar?v={file}"),
        None => picture.to_owned(),
    }
}

/// When an account was made: its id begins with the milliseconds of that moment.
fn born(id: UserId) -> Timestamp {
    let digits: String = id.to_string().chars().filter(|c| *c != '-').take(12).collect();
    Timestamp::from_ms(i64::from_str_radix(&digits, 16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_complete() {
        let id = UserId::new(Timestamp::from_ms(1_790_000_000_123), [7; 10]);
        let user = |avatar_url: Option<&str>| CompactUser {
            id,
            username: "ada".into(),
            display_name: "Ada".into(),
            avatar_url: avatar_url.map(str::to_owned),
            deactivated: false,
        };
        let account = Account::of(&user(None), "https://chat.example");
        assert_eq!(account.created_at, Timestamp::from_ms(1_790_000_000_123).to_string());
        assert_eq!(
            (account.acct.as_str(), account.url.as_str()),
            ("ada", "https://chat.example/@ada")
        );
        assert!(account.avatar.starts_with("data:image/svg+xml,") && !account.avatar.contains('"'));
        let own = "/attachments/0198c0de-7b0a-7c3e-8f00-0000000000aa";
        let account = Account::of(&user(Some(own)), "https://chat.example");
        let wanted = format!(
            "https://chat.example/api/v1/accounts/{id}/avatar?v=0198c0de-7b0a-7c3e-8f00-0000000000aa"
        );
        assert_eq!(account.avatar, wanted);
        let account = Account::of(&user(Some("https://a.example/x.png")), "https://chat.example");
        assert_eq!(account.avatar, "https://a.example/x.png");
    }
}
