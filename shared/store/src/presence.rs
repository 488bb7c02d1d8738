//! Presence: beside the open sockets in `USER#<user> / CONNECTIONS` stands what others were last shown
//! (`shown`, `shown_message`, `shown_emoji`), whether that is still to be told (`untold`), when the
//! pending check is due (`check_at`), and the `revision`: a decision is written only if nothing has
//! changed since it was made. `hides_read` repeats the profile for the fan-out.

use crate::item::{Fields, Item, n, s, t};
use crate::write::{Write, Written};
use crate::{Table, connections, keys};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chat::ports::{Commit, KeepPresence, NoteActivity};
use domain::{ConnectionId, Presence, Result, Shown, Status, Timestamp, UserId};

/// What is kept, out of the item of a user's connections.
pub(crate) fn from_item(item: &Item) -> Result<Presence> {
    let f = Fields(item);
    Ok(Presence {
        connections: connections::all_in(item)?,
        shown: Shown {
            status: f.read_opt("shown", Status::parse)?.unwrap_or_default(),
            message: f.string_opt("shown_message")?,
            emoji: f.string_opt("shown_emoji")?,
        },
        untold: f.flag("untold")?,
        revision: f.number_opt("revision")?.unwrap_or(0),
        check_at: f.time_opt("check_at")?,
        changed_at: f.time_opt("changed_at")?.unwrap_or_default(),
        hides_read: f.flag("hides_read")?,
    })
}

/// An update that nothing has come before since `revision`.
fn unchanged(user: UserId, revision: u64, update: String) -> Write {
    let update = Write::update(keys::connections(user), update).value(":next", n(revision + 1));
    match revision {
        0 => update.when("attribute_not_exists(#revision)"),
        _ => update.when("#revision = :was").value(":was", n(revision)),
    }
}

impl Table {
    async fn one_connection(&self, write: Write, id: &ConnectionId) -> Result<Option<Presence>> {
        match self.write(write.name("#id", &id.0), ReturnValue::AllNew).await? {
            Written::Done(item) => from_item(&item).map(Some),
            Written::Failed(_) => Ok(None),
        }
    }

    async fn commit(&self, write: Write) -> Result<Commit> {
        let done = self.write(write, ReturnValue::None).await?.is_done();
        Ok(if done { Commit::Done } else { Commit::Stale })
    }
}

impl KeepPresence for Table {
    async fn touch(
        &self,
        user: UserId,
        connection: &ConnectionId,
        now: Timestamp,
        every_ms: i64,
    ) -> Result<Option<Presence>> {
        let touch = Write::update(
            keys::connections(user),
            "SET #conns.#id.#seen_at = :now, #changed_at = :now ADD #revision :one",
        )
        .when("#conns.#id.#seen_at <= :before")
        .value(":now", t(now))
        .value(":before", t(now.plus_ms(-every_ms)))
        .value(":one", n(1));
        self.one_connection(touch, connection).await
    }

    async fn set_away(
        &self,
        user: UserId,
        connection: &ConnectionId,
        away: bool,
        now: Timestamp,
    ) -> Result<Option<Presence>> {
        let set = Write::update(
            keys::connections(user),
            "SET #conns.#id.#away = :away, #conns.#id.#seen_at = :now, #changed_at = :now \
             ADD #revision :one",
        )
        .when("attribute_exists(#conns.#id)")
        .value(":away", AttributeValue::Bool(away))
        .value(":now", t(now))
        .value(":one", n(1));
        self.one_connection(set, connection).await
    }

    async fn show(&self, user: UserId, revision: u64, shown: &Shown) -> Result<Commit> {
        let texts = [("shown_message", &shown.message), ("shown_emoji", &shown.emoji)];
        let mut update = "SET #revision = :next, #shown = :shown, #untold = :untold".to_owned();
        for (name, _) in texts.iter().filter(|(_, text)| text.is_some()) {
            update.push_str(&format!(", #{name} = :{name}"));
        }
        let gone: Vec<_> =
            texts.iter().filter(|(_, t)| t.is_none()).map(|(name, _)| format!("#{name}")).collect();
        if !gone.is_empty() {
            update.push_str(&format!(" REMOVE {}", gone.join(", ")));
        }
        let mut show = unchanged(user, revision, update)
            .value(":shown", s(shown.status.as_str()))
            .value(":untold", AttributeValue::Bool(true));
        for (name, text) in texts {
            if let Some(text) = text {
                show = show.value(&format!(":{name}"), s(text));
            }
        }
        self.commit(show).await
    }

    async fn settle(
        &self,
        user: UserId,
        revision: u64,
        check_at: Option<Timestamp>,
    ) -> Result<Commit> {
        let settle = match check_at {
            Some(at) => {
                let update = "SET #revision = :next, #check_at = :at REMOVE #untold";
                unchanged(user, revision, update.to_owned()).value(":at", t(at))
            }
            None => unchanged(user, revision, "SET #revision = :next REMOVE #untold".to_owned()),
        };
        self.commit(settle).await
    }
}

impl NoteActivity for Table {
    async fn note_activity(&self, user: UserId, now: Timestamp, every_ms: i64) -> Result<()> {
        let note = Write::update(keys::profile(user), "SET #last_seen = :now")
            .when("#last_seen <= :before")
            .value(":now", t(now))
            .value(":before", t(now.plus_ms(-every_ms)));
        self.write(note, ReturnValue::None).await.map(|_| ())
    }
}
