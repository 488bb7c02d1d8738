//! Notifications: of what is written in direct rooms. Others are about rooms that chats know nothing of.

use crate::account::Account;
use crate::message::ChatMessage;
use crate::paging::Paging;
use crate::pen::Pen;
use chat::DirectMessage;
use chat::notifications::{NotificationView, Notifications};
use chat::ports::Objects;
use domain::{MessageId, NotificationId, Result, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The one type there is.
pub const CHAT_MENTION: &str = "pleroma:chat_mention";
/// How many reads fill a page at the most, and how many notifications each brings.
const READS_MAX: usize = 5;
const READ: usize = 40;

/// A notification.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the fields of docs/pleroma.md")]
pub struct Notice {
    pub id: NotificationId,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub created_at: String,
    pub account: Account,
    pub chat_message: ChatMessage,
    pub pleroma: Value,
}

impl<O: Objects> Pen<'_, O> {
    /// A notification of a message.
    pub async fn notice(
        &self,
        id: NotificationId,
        created_at: Timestamp,
        read: bool,
        about: &DirectMessage,
    ) -> Result<Notice> {
        Ok(Notice {
            id,
            kind: CHAT_MENTION,
            created_at: created_at.to_string(),
            account: Account::of(&about.message.sender, &self.base),
            chat_message: self.message(&about.message, about.read_seq).await?,
            pleroma: json!({"is_seen": read, "is_muted": false}),
        })
    }
}

/// Whether chat mentions are among what is asked for: `types` and `include_types` name what is wanted,
/// `exclude_types` what is not.
pub fn wanted(types: &[&str], included: &[&str], excluded: &[&str]) -> bool {
    let named = |list: &[&str]| list.is_empty() || list.contains(&CHAT_MENTION);
    named(types) && named(included) && !excluded.contains(&CHAT_MENTION)
}

/// A page of notifications of chat messages, newest first. `read` brings a page of all, `about` the
/// messages of direct rooms among those they name.
pub async fn fill(
    page: Paging<NotificationId>,
    read: impl AsyncFn(usize, Option<NotificationId>) -> Result<Notifications>,
    about: impl AsyncFn(Vec<MessageId>) -> Result<HashMap<MessageId, DirectMessage>>,
) -> Result<Vec<(NotificationView, DirectMessage)>> {
    let mut found = Vec::new();
    let mut cursor = page.older_than;
    for _ in 0..READS_MAX {
        let Notifications { notifications, next_cursor, .. } = read(READ, cursor).await?;
        let newer = |id: NotificationId| page.newer_than.is_none_or(|than| id > than);
        let past = notifications.last().is_some_and(|last| !newer(last.id));
        let ids = notifications.iter().filter(|n| newer(n.id)).filter_map(|n| n.message_id);
        let mut messages = about(ids.collect()).await?;
        found.extend(notifications.into_iter().filter(|n| newer(n.id)).filter_map(|notice| {
            let message = messages.remove(&notice.message_id?)?;
            Some((notice, message))
        }));
        cursor = next_cursor;
        let full = found.len() >= page.limit && !page.nearest;
        if full || past || cursor.is_none() {
            break;
        }
    }
    if page.nearest {
        found.drain(..found.len().saturating_sub(page.limit));
    }
    found.truncate(page.limit);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_honoured() {
        let chat = [CHAT_MENTION];
        for (name, types, included, excluded, expected) in [
            ("nothing said", &[][..], &[][..], &[][..], true),
            ("included", &[], &chat, &[], true),
            ("others included", &[], &["mention"], &[], false),
            ("typed", &["mention", CHAT_MENTION], &[], &[], true),
            ("others typed", &["mention"], &[], &[], false),
            ("excluded", &[], &chat, &chat, false),
            ("others excluded", &[], &[], &["mention"], true),
        ] {
            assert_eq!(wanted(types, included, excluded), expected, "{name}");
        }
    }
}
