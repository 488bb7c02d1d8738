//! Push subscriptions. `PUSH#<id>` is one, with whose it is: an endpoint has one owner. `USER#<user> /
//! PUSHES` lists what a user has registered, one attribute `p_<id>` each: small, so that it can be read
//! beside the user's open sockets for every notification. The list may name what has passed to somebody
//! else; whoever finds that takes it off.

use crate::item::{Fields, Item, Row, n, s};
use crate::write::{Outcome, Write};
use crate::{Table, keys};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chat::ports::{Commit, KeepPushes};
use domain::{
    ChatError, PushEndpoint, PushEntry, PushId, PushKeys, PushList, PushSubscription, Result,
    SessionId, Timestamp, UserId,
};

/// What the attributes of a list begin with that are subscriptions.
const ENTRY: &str = "p_";

fn to_item(push: &PushSubscription) -> Item {
    Row::at(keys::push(push.id))
        .text("user", push.user)
        .text("session", push.session)
        .text("endpoint", push.endpoint.as_str())
        .text("p256dh", push.keys.p256dh_text())
        .text("auth", push.keys.auth_text())
        .time("created_at", push.created_at)
        .ends(push.ends_at)
        .build()
}

/// The subscription, if it stands at `now`.
pub(crate) fn from_item(item: &Item, now: Timestamp) -> Result<Option<PushSubscription>> {
    let f = Fields(item);
    if !f.stands(now)? {
        return Ok(None);
    }
    // It was checked when it was registered; whether plain http is allowed was decided then.
    let endpoint = PushEndpoint::parse(f.text("endpoint")?, true);
    let keys = PushKeys::parse(f.text("p256dh")?, f.text("auth")?);
    let garbled = |_| ChatError::unavailable("item: a push subscription is garbled");
    Ok(Some(PushSubscription {
        id: f.in_key("PK", keys::push_in)?,
        user: f.parsed("user")?,
        session: f.parsed("session")?,
        endpoint: endpoint.map_err(garbled)?,
        keys: keys.map_err(garbled)?,
        created_at: f.time("created_at")?,
        ends_at: f.time("ends_at")?,
    }))
}

/// A user's list.
pub(crate) fn list_in(item: &Item) -> Result<PushList> {
    let f = Fields(item);
    let mut entries = Vec::new();
    for name in f.names() {
        let Some(id) = name.strip_prefix(ENTRY).and_then(|id| id.parse().ok()) else { continue };
        let Some(entry) = f.map_opt(name)? else { continue };
        let (session, created_at) = (entry.parsed("session")?, entry.time("created_at")?);
        entries.push(PushEntry { id, session, created_at });
    }
    Ok(PushList { revision: f.number_opt("revision")?.unwrap_or(0), entries })
}

fn entry(push: &PushSubscription) -> AttributeValue {
    let entry = Row::map().text("session", push.session).time("created_at", push.created_at);
    AttributeValue::M(entry.build())
}

impl KeepPushes for Table {
    async fn put_push(
        &self,
        push: &PushSubscription,
        was: &PushList,
        surplus: &[PushEntry],
    ) -> Result<Commit> {
        let mut update = format!("SET #revision = :next, #{ENTRY}{} = :entry", push.id);
        let gone: Vec<_> = surplus.iter().map(|old| format!("#{ENTRY}{}", old.id)).collect();
        if !gone.is_empty() {
            update.push_str(&format!(" REMOVE {}", gone.join(", ")));
        }
        let list = Write::update(keys::pushes(push.user), update)
            .value(":next", n(was.revision + 1))
            .value(":entry", entry(push));
        let list = match was.revision {
            0 => list.when("attribute_not_exists(#revision)"),
            revision => list.when("#revision = :was").value(":was", n(revision)),
        };
        Ok(self.transact(vec![Write::put(to_item(push)), list]).await?.commit())
    }

    async fn drop_push(&self, user: UserId, id: PushId) -> Result<bool> {
        let row = Write::delete(keys::push(id)).when("#user = :user").value(":user", s(user));
        let update = format!("REMOVE #{ENTRY}{id} ADD #revision :one");
        let list = Write::update(keys::pushes(user), update).value(":one", n(1));
        match self.transact(vec![row, list]).await? {
            Outcome::Done => Ok(true),
            Outcome::Failed(_) => Ok(false),
            Outcome::Crowded => {
                Err(ChatError::unavailable("dynamodb TransactWriteItems: TransactionConflict"))
            }
        }
    }

    async fn forget_push(&self, user: UserId, id: PushId, session: SessionId) -> Result<()> {
        let row = Write::delete(keys::push(id))
            .when("#user = :user AND #session = :session")
            .value(":user", s(user))
            .value(":session", s(session));
        self.write(row, ReturnValue::None).await?;
        let update = format!("REMOVE #{ENTRY}{id} ADD #revision :one");
        let list = Write::update(keys::pushes(user), update)
            .when(format!("#{ENTRY}{id}.#session = :session"))
            .value(":session", s(session))
            .value(":one", n(1));
        self.write(list, ReturnValue::None).await.map(|_| ())
    }
}
