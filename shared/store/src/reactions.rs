//! Reactions, on the message item (see [`crate::messages`] for how they are stored).

use crate::Table;
use crate::call::TRIES_MAX;
use crate::item::{Fields, Item, n, s};
use crate::messages::reaction_attribute;
use crate::write::{Outcome, Write};
use crate::{keys, log};
use aws_sdk_dynamodb::types::AttributeValue;
use chat::ports::{React, Reacted};
use domain::{ChatError, LogEntry, MessageId, REACTION_EMOJIS_MAX, REACTIONS_MAX, Result, UserId};

/// A message that takes reactions.
const STANDS: &str = "attribute_exists(PK) AND attribute_not_exists(#deleted_at)";

/// Takes one user away while others stay.
fn leave(message: MessageId, emoji: &str, user: UserId) -> Write {
    let update = "SET #reaction_count = #reaction_count - :one DELETE #users :users";
    let write = Write::update(keys::message(message), update)
        .name("#users", reaction_attribute(emoji))
        .value(":users", AttributeValue::Ss(vec![user.to_string()]));
    write
        .when(format!("{STANDS} AND contains(#users, :user) AND size(#users) > :one"))
        .value(":user", s(user))
        .value(":one", n(1))
}

/// Takes the last user away, and with them the emoji's place in the order.
fn leave_last(message: MessageId, emoji: &str, user: UserId) -> Write {
    let update =
        "SET #reaction_count = #reaction_count - :one REMOVE #users, #reaction_first.#emoji";
    Write::update(keys::message(message), update)
        .name("#users", reaction_attribute(emoji))
        .name("#emoji", emoji)
        .when(format!("{STANDS} AND contains(#users, :user) AND size(#users) = :one"))
        .value(":user", s(user))
        .value(":one", n(1))
}

/// How many reacted with the emoji, if this user is one of them.
fn fellows(message: &Item, emoji: &str, user: UserId) -> Result<Option<usize>> {
    let users = Fields(message).set::<UserId>(&reaction_attribute(emoji))?;
    Ok(users.contains(&user).then_some(users.len()))
}

fn crowded() -> ChatError {
    ChatError::unavailable("dynamodb TransactWriteItems: TransactionConflict")
}

impl React for Table {
    async fn commit_reaction(
        &self,
        message: MessageId,
        emoji: &str,
        entry: &LogEntry,
    ) -> Result<Reacted> {
        // `if_not_exists` keeps the place of an emoji in use; one that was emptied has none.
        let update = "SET #reaction_first.#emoji = if_not_exists(#reaction_first.#emoji, :seq), \
                      #reaction_count = #reaction_count + :one ADD #users :users";
        let add = Write::update(keys::message(message), update).when(format!(
            "{STANDS} AND NOT contains(#users, :user) AND #reaction_count < :reactions_max \
             AND (attribute_exists(#users) OR size(#reaction_first) < :emojis_max)"
        ));
        let add = add
            .name("#users", reaction_attribute(emoji))
            .name("#emoji", emoji)
            .value(":user", s(entry.actor))
            .value(":users", AttributeValue::Ss(vec![entry.actor.to_string()]))
            .value(":one", n(1))
            .value(":seq", n(entry.seq))
            .value(":reactions_max", n(REACTIONS_MAX))
            .value(":emojis_max", n(REACTION_EMOJIS_MAX));
        match self.transact(log::with(vec![add], entry)?).await? {
            Outcome::Done => Ok(Reacted::Done),
            Outcome::Failed(_) => Ok(Reacted::Refused),
            Outcome::Crowded => Err(crowded()),
        }
    }

    async fn commit_unreaction(
        &self,
        message: MessageId,
        emoji: &str,
        entry: &LogEntry,
    ) -> Result<Reacted> {
        let mut last = false;
        for _ in 0..TRIES_MAX {
            let remove = if last { leave_last } else { leave };
            let remove = remove(message, emoji, entry.actor);
            match self.transact(log::with(vec![remove], entry)?).await? {
                Outcome::Done => return Ok(Reacted::Done),
                Outcome::Crowded => return Err(crowded()),
                Outcome::Failed(as_it_was) => {
                    let Some(was) = as_it_was.into_iter().next().flatten() else {
                        return Ok(Reacted::Refused);
                    };
                    // The item as it was tells which of the two removals fits.
                    match fellows(&was, emoji, entry.actor)? {
                        None => return Ok(Reacted::Refused),
                        Some(users) => last = users == 1,
                    }
                }
            }
        }
        Err(crowded())
    }
}
