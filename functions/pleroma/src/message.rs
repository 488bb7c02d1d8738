//! Chat messages: Parlance's messages in a direct room.

use crate::attachment::Attachment;
use crate::html::{escaped, html, link};
use crate::ids;
use crate::pen::Pen;
use chat::ports::Objects;
use chat::view::MessageView;
use domain::{ClientKey, MessageId, Result, RoomId, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// How long a message says under which key it was sent, in milliseconds.
const KEY_SHOWN_MS: i64 = 2 * 60 * 1000;
/// What the key of a send begins with when it stands for one that is no key of ours.
const FOREIGN: &str = "pleroma:";

/// A chat message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the fields of docs/pleroma.md")]
pub struct ChatMessage {
    #[serde(serialize_with = "ids::serialize")]
    pub id: MessageId,
    pub chat_id: RoomId,
    pub account_id: UserId,
    pub content: Option<String>,
    pub created_at: String,
    pub emojis: [(); 0],
    pub attachment: Option<Attachment>,
    pub card: Option<String>,
    pub unread: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

impl<O: Objects> Pen<'_, O> {
    /// The message as the viewer sees it, who has read up to `read_seq`.
    pub async fn message(&self, message: &MessageView, read_seq: u64) -> Result<ChatMessage> {
        let mut content = html(&message.content);
        let mut files = message.attachments.iter();
        let attachment = match files.next() {
            Some(file) => Some(Attachment::of(file, self.files).await?),
            None => None,
        };
        // A chat message has room for one file; the others are links.
        for file in files {
            let file_name = escaped(&file.filename);
            if let Some(url) = Attachment::of(file, self.files).await?.url {
                let line_end = if content.is_empty() { "" } else { "<br>" };
                content = format!("{content}{line_end}{}", link(&url, &file_name));
            }
        }
        let own = message.sender.id == self.viewer;
        let fresh = self.now.since_ms(message.created_at) < KEY_SHOWN_MS;
        let key = message.client_id.clone().filter(|key| own && fresh && !key.starts_with(FOREIGN));
        Ok(ChatMessage {
            id: message.id,
            chat_id: message.room_id,
            account_id: message.sender.id,
            content: Some(content).filter(|text| !text.is_empty()),
            created_at: message.created_at.to_string(),
            emojis: [],
            attachment,
            card: None,
            unread: !own && message.seq > read_seq,
            idempotency_key: key,
        })
    }
}

/// The key that an `Idempotency-Key` stands for: itself where it is one of ours, else a name for it. None for
/// a key that is the request's content type, which one client sends with every request by mistake.
pub fn client_key(header: Option<&str>, content_type: Option<&str>) -> Option<ClientKey> {
    let key = header.map(str::trim).filter(|key| !key.is_empty())?;
    if content_type.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(key)) {
        return None;
    }
    let own = key.parse().ok().filter(|_| !key.starts_with(FOREIGN));
    own.or_else(|| {
        let digest = Sha256::digest(key);
        let name: String = digest[..20].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{FOREIGN}{name}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_key_but_the_content_type() {
        let key = |text: &str| client_key(Some(text), Some("application/json"));
        assert_eq!(key("a-1").map(|k| k.to_string()), Some("a-1".into()));
        assert_eq!(key("application/json"), None);
        assert_eq!(key(" "), None);
        assert_eq!(client_key(None, None), None);
        for odd in ["with space", "ü", &"k".repeat(500), "pleroma:x", "a/b"] {
            let found = key(odd).map(|k| k.to_string()).unwrap_or_default();
            assert!(found.starts_with(FOREIGN) && found.len() == 48, "{odd}: {found}");
        }
        assert_ne!(key("a b"), key("a  b"));
    }
}
