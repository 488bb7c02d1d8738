//! Open sockets `USER#<user> / CONNECTIONS`: one item per user, a map `conns` from the connection's
//! id to `{session, expires_at, opened_at, seen_at, away?, current_room?, batch?, bad, rooms?, topics?}`. `rooms`
//! is there where the connection receives only some rooms: a map of room ids, because single names can
//! be set and removed within a map and not within a nested set. Beside the map stands what
//! [`crate::presence`] keeps; every change of a device counts `revision` up.

use crate::item::t;
use crate::item::{Fields, Item, Row, n, s};
use crate::write::{Write, Written};
use crate::{Table, keys, presence, pushes};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chat::ports::{FindConnections, KeepConnections};
use domain::{
    ChatError, Connection, ConnectionId, FieldError, Presence, PushEntry, Result, RoomId,
    Subscription, Timestamp, UserId,
};
use std::collections::HashMap;

/// Connections a user may have open; the oldest go beyond.
const CONNECTIONS_MAX: usize = 50;
/// Rooms an explicit connection may name: fifty connections with this many still fit one item
/// (400 KB).
const ROOMS_MAX: usize = 150;
/// How often two writers who both create a user's item are told apart.
const CREATE_TRIES_MAX: u32 = 3;

fn to_value(connection: &Connection) -> AttributeValue {
    let row = Row::map()
        .text("session", connection.session)
        .time("expires_at", connection.expires_at)
        .time("opened_at", connection.opened_at)
        .time("seen_at", connection.seen_at)
        .flag("away", connection.away)
        .text_opt("current_room", connection.current_room)
        .number("bad", 0)
        .flag("batch", connection.batch);
    // A map of names, as with rooms: single ones can be set and removed.
    let row = if connection.id.face().is_some() {
        let named = |map: Row, topic: &String| map.flag(topic, true);
        let topics = connection.topics.iter().fold(Row::map(), named).build();
        row.value("topics", AttributeValue::M(topics))
    } else {
        row
    };
    let row = match &connection.subscription {
        Subscription::All => row,
        Subscription::Explicit(rooms) => {
            let named = |map: Row, room: &RoomId| map.flag(&room.to_string(), true);
            row.value("rooms", AttributeValue::M(rooms.iter().fold(Row::map(), named).build()))
        }
    };
    AttributeValue::M(row.build())
}

fn from_fields(id: &str, f: Fields<'_>) -> Result<Connection> {
    let garbled = || ChatError::unavailable("item: attribute rooms is missing or garbled");
    let subscription = match f.map_opt("rooms")? {
        None => Subscription::All,
        Some(rooms) => {
            let rooms = rooms.names().map(|room| room.parse().map_err(|_| garbled()));
            let mut rooms = rooms.collect::<Result<Vec<RoomId>>>()?;
            rooms.sort_unstable();
            Subscription::Explicit(rooms)
        }
    };
    Ok(Connection {
        id: ConnectionId(id.to_owned()),
        session: f.parsed("session")?,
        opened_at: f.time("opened_at")?,
        expires_at: f.time("expires_at")?,
        subscription,
        batch: f.flag("batch")?,
        topics: f
            .map_opt("topics")?
            .map_or_else(Vec::new, |topics| topics.names().map(str::to_owned).collect()),
        seen_at: f.time("seen_at")?,
        away: f.flag("away")?,
        current_room: f.parsed_opt("current_room")?,
    })
}

/// The user's connections, oldest first.
pub(crate) fn all_in(item: &Item) -> Result<Vec<Connection>> {
    let Some(conns) = Fields(item).map_opt("conns")? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for id in conns.names() {
        if let Some(f) = conns.map_opt(id)? {
            all.push(from_fields(id, f)?);
        }
    }
    all.sort_by(|a, b| a.opened_at.cmp(&b.opened_at).then_with(|| a.id.cmp(&b.id)));
    Ok(all)
}

/// The expired, and the oldest of the others beyond what a user may have.
fn surplus(item: &Item, now: Timestamp) -> Result<Vec<ConnectionId>> {
    let (live, mut gone): (Vec<_>, Vec<_>) =
        all_in(item)?.into_iter().partition(|c| c.expires_at > now);
    let over = live.len().saturating_sub(CONNECTIONS_MAX);
    gone.extend(live.into_iter().take(over));
    Ok(gone.into_iter().map(|c| c.id).collect())
}

impl Table {
    /// Sets the connection within the user's map, or creates the map with it.
    async fn set_connection(
        &self,
        user: UserId,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Item> {
        let key = keys::connections(user);
        let value = to_value(connection);
        let update = |set: &str| {
            Write::update(key.clone(), format!("SET {set}, #changed_at = :now ADD #revision :one"))
                .value(":now", t(now))
                .value(":one", n(1))
        };
        for _ in 0..CREATE_TRIES_MAX {
            let set = update("#conns.#id = :connection")
                .when("attribute_exists(#conns)")
                .name("#id", &connection.id.0)
                .value(":connection", value.clone());
            if let Written::Done(item) = self.write(set, ReturnValue::AllNew).await? {
                return Ok(item);
            }
            let first = HashMap::from([(connection.id.0.clone(), value.clone())]);
            let create = update("#conns = :first")
                .when("attribute_not_exists(#conns)")
                .value(":first", AttributeValue::M(first));
            if let Written::Done(item) = self.write(create, ReturnValue::AllNew).await? {
                return Ok(item);
            }
        }
        Err(ChatError::unavailable("dynamodb UpdateItem: ConditionalCheckFailedException"))
    }
}

impl KeepConnections for Table {
    async fn add_connection(
        &self,
        user: UserId,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Presence> {
        let all = self.set_connection(user, connection, now).await?;
        let surplus = surplus(&all, now)?;
        if surplus.is_empty() {
            return presence::from_item(&all);
        }
        self.drop_connections(user, &surplus, now).await
    }

    async fn drop_connections(
        &self,
        user: UserId,
        ids: &[ConnectionId],
        now: Timestamp,
    ) -> Result<Presence> {
        if ids.is_empty() {
            return Ok(Presence::default());
        }
        let paths: Vec<_> = (0..ids.len()).map(|i| format!("#conns.#id{i}")).collect();
        let update =
            format!("REMOVE {} SET #changed_at = :now ADD #revision :one", paths.join(", "));
        let mut remove = Write::update(keys::connections(user), update)
            .when("attribute_exists(#conns)")
            .value(":now", t(now))
            .value(":one", n(1));
        for (i, id) in ids.iter().enumerate() {
            remove = remove.name(&format!("#id{i}"), &id.0);
        }
        match self.write(remove, ReturnValue::AllNew).await? {
            Written::Done(item) => presence::from_item(&item),
            Written::Failed(_) => Ok(Presence::default()),
        }
    }

    async fn subscribe(
        &self,
        user: UserId,
        connection: &ConnectionId,
        room: RoomId,
        on: bool,
    ) -> Result<()> {
        let key = || keys::connections(user);
        let named = |write: Write| {
            write.name("#id", &connection.0).name("#room", room.to_string()).value(":this", s(room))
        };
        let explicit = if on {
            Write::update(
                key(),
                "SET #conns.#id.#rooms.#room = :on, #conns.#id.#current_room = :this",
            )
            .when(
                "attribute_exists(#conns.#id.#rooms.#room) \
                     OR size(#conns.#id.#rooms) < :rooms_max",
            )
            .value(":on", AttributeValue::Bool(true))
            .value(":rooms_max", n(ROOMS_MAX))
        } else {
            Write::update(key(), "REMOVE #conns.#id.#rooms.#room, #conns.#id.#current_room")
                .when("attribute_exists(#conns.#id.#rooms) AND #conns.#id.#current_room = :this")
        };
        let Written::Failed(was) = self.write(named(explicit), ReturnValue::None).await? else {
            return Ok(());
        };
        let this = all_in(&was)?.into_iter().find(|c| c.id == *connection);
        let Some(this) = this else { return Ok(()) };
        let write = match (&this.subscription, on) {
            (Subscription::Explicit(_), true) => {
                let expected = format!("must be one of at most {ROOMS_MAX} rooms");
                let field = FieldError::new("/room_id", "out_of_range", expected);
                return Err(field.with_max(ROOMS_MAX as u64).into());
            }
            (Subscription::All, true) => {
                Write::update(key(), "SET #conns.#id.#current_room = :this")
                    .when("attribute_exists(#conns.#id)")
            }
            (Subscription::All, false) if this.current_room == Some(room) => {
                Write::update(key(), "REMOVE #conns.#id.#current_room")
                    .when("#conns.#id.#current_room = :this")
            }
            (Subscription::All, false) => return Ok(()),
            // Looking at another room by now; or the connection is gone.
            (Subscription::Explicit(_), false) => {
                let leave = Write::update(key(), "REMOVE #conns.#id.#rooms.#room")
                    .when("attribute_exists(#conns.#id.#rooms)")
                    .name("#id", &connection.0)
                    .name("#room", room.to_string());
                return self.write(leave, ReturnValue::None).await.map(|_| ());
            }
        };
        let write = write.name("#id", &connection.0).value(":this", s(room));
        self.write(write, ReturnValue::None).await.map(|_| ())
    }

    async fn follow(
        &self,
        user: UserId,
        connection: &ConnectionId,
        topic: &str,
        on: bool,
    ) -> Result<()> {
        let write = if on {
            Write::update(keys::connections(user), "SET #conns.#id.#topics.#topic = :on")
                .when("attribute_exists(#conns.#id.#topics)")
                .value(":on", AttributeValue::Bool(true))
        } else {
            Write::update(keys::connections(user), "REMOVE #conns.#id.#topics.#topic")
                .when("attribute_exists(#conns.#id.#topics)")
        };
        let write = write.name("#id", &connection.0).name("#topic", topic);
        self.write(write, ReturnValue::None).await.map(|_| ())
    }

    async fn count_bad_frame(&self, user: UserId, connection: &ConnectionId) -> Result<u32> {
        let count =
            Write::update(keys::connections(user), "SET #conns.#id.#bad = #conns.#id.#bad + :one")
                .when("attribute_exists(#conns.#id)")
                .name("#id", &connection.0)
                .value(":one", n(1));
        let Written::Done(item) = self.write(count, ReturnValue::UpdatedNew).await? else {
            // Nobody keeps count for a connection that has been dropped.
            return Ok(1);
        };
        let counted =
            Fields(&item).map_opt("conns")?.map(|c| c.map_opt(&connection.0)).transpose()?;
        counted.flatten().map_or(Ok(1), |f| f.number("bad"))
    }
}

impl FindConnections for Table {
    async fn connections(
        &self,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<Vec<(UserId, Presence)>> {
        let items = self.batch_get(users.iter().map(|user| keys::connections(*user))).await?;
        let mut by_user = HashMap::with_capacity(items.len());
        for item in &items {
            by_user.insert(Fields(item).in_key("PK", keys::user_in)?, open_in(item, now)?);
        }
        Ok(users.iter().filter_map(|user| by_user.remove_entry(user)).collect())
    }

    async fn devices(
        &self,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<Vec<(UserId, Presence, Vec<PushEntry>)>> {
        let both = |user: &UserId| [keys::connections(*user), keys::pushes(*user)];
        let mut by_user: HashMap<UserId, (Presence, Vec<PushEntry>)> = HashMap::new();
        for item in &self.batch_get(users.iter().flat_map(both)).await? {
            let key = Fields(item).key()?;
            let user: UserId = Fields(item).in_key("PK", keys::user_in)?;
            let of = by_user.entry(user).or_default();
            if key == keys::pushes(user) {
                of.1 = pushes::list_in(item)?.entries;
            } else {
                of.0 = open_in(item, now)?;
            }
        }
        let found = users.iter().filter_map(|user| by_user.remove_entry(user));
        Ok(found.map(|(user, (kept, pushes))| (user, kept, pushes)).collect())
    }
}

/// What is kept of a user's devices, without the sockets that have ended.
fn open_in(item: &Item, now: Timestamp) -> Result<Presence> {
    let mut kept = presence::from_item(item)?;
    kept.connections.retain(|c| c.expires_at > now);
    Ok(kept)
}
