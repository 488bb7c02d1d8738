//! The room item `ROOM#<room> / ROOM`, its counter, and opening rooms.

use crate::item::{Fields, Item, Row, n, numbers, t};
use crate::write::{Outcome, Write, Written};
use crate::{Table, blocks, directory, keys, members};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Commit, OpenRoom, TakeSeq, Taken};
use domain::{
    ChatError, Code, Membership, Result, Room, RoomId, RoomKind, Timestamp, UserId, VOIDS_MAX,
};

/// A room that is there and not deleted.
pub(crate) const ROOM_STANDS: &str = "attribute_exists(PK) AND attribute_not_exists(#deleted_at)";

pub(crate) fn to_item(room: &Room) -> Item {
    Row::at(keys::room(room.id))
        .text("kind", room.kind.as_str())
        .text_opt("name", room.name.as_ref())
        .text_opt("description", room.description.as_ref())
        .text("creator", room.creator)
        .time("created_at", room.created_at)
        .number("last_seq", room.last_seq)
        .number("message_count", room.message_count)
        .number("last_message_seq", room.last_message_seq)
        .time_opt("last_message_at", room.last_message_at)
        .time_opt("last_seq_at", room.last_seq_at)
        .number("member_count", room.member_count)
        .number("pin_count", room.pin_count)
        .text_opt("pair_a", room.pair.map(|(a, _)| a))
        .text_opt("pair_b", room.pair.map(|(_, b)| b))
        .texts("blocked_by", &room.blocked_by)
        .texts("gone", &room.gone)
        .time_opt("deleted_at", room.deleted_at)
        .build()
}

/// The room, unless it has been deleted.
pub(crate) fn from_item(item: &Item) -> Result<Option<Room>> {
    let f = Fields(item);
    if f.time_opt("deleted_at")?.is_some() {
        return Ok(None);
    }
    Ok(Some(Room {
        id: f.in_key("PK", keys::room_in)?,
        kind: f.read("kind", RoomKind::parse)?,
        name: f.string_opt("name")?,
        description: f.string_opt("description")?,
        creator: f.parsed("creator")?,
        created_at: f.time("created_at")?,
        last_seq: f.number("last_seq")?,
        message_count: f.number("message_count")?,
        last_message_seq: f.number("last_message_seq")?,
        last_message_at: f.time_opt("last_message_at")?,
        last_seq_at: f.time_opt("last_seq_at")?,
        voids: f.set("voids")?,
        member_count: f.number("member_count")?,
        pin_count: f.number_opt("pin_count")?.unwrap_or(0),
        pair: f.parsed_opt("pair_a")?.zip(f.parsed_opt("pair_b")?),
        blocked_by: f.set("blocked_by")?,
        gone: f.set("gone")?,
        deleted_at: None,
    }))
}

impl Table {
    async fn take(&self, take: Write) -> Result<Taken> {
        match self
            .write(take.when(ROOM_STANDS).value(":one", n(1)), ReturnValue::UpdatedNew)
            .await?
        {
            Written::Done(item) => {
                let f = Fields(&item);
                Ok(Taken { seq: f.number("last_seq")?, ordinal: f.number("message_count")? })
            }
            Written::Failed(_) => Err(ChatError::new(Code::NotFound)),
        }
    }
}

impl TakeSeq for Table {
    async fn take_message_seq(&self, room: RoomId, now: Timestamp) -> Result<Taken> {
        // Every operand is the value before the update, so the last message's number is the same sum.
        let update = "SET #last_seq = #last_seq + :one, #last_message_seq = #last_seq + :one, \
                      #message_count = #message_count + :one, #last_message_at = :now, \
                      #last_seq_at = :now";
        self.take(Write::update(keys::room(room), update).value(":now", t(now))).await
    }

    async fn take_event_seq(&self, room: RoomId, now: Timestamp) -> Result<Taken> {
        // The count is set to itself, because only what was updated comes back.
        let update = "SET #last_seq = #last_seq + :one, #message_count = #message_count + :none, \
                      #last_seq_at = :now";
        let take = Write::update(keys::room(room), update);
        self.take(take.value(":none", n(0)).value(":now", t(now))).await
    }

    async fn void_message(&self, room: &Room, ordinal: u64) -> Result<()> {
        let add = Write::update(keys::room(room.id), "ADD #voids :void");
        let add = add.when(ROOM_STANDS).value(":void", numbers([ordinal]));
        self.write(add, ReturnValue::None).await?;
        let mut old = room.voids.clone();
        old.sort_unstable();
        old.truncate((old.len() + 1).saturating_sub(VOIDS_MAX));
        if !old.is_empty() {
            let forget = Write::update(keys::room(room.id), "DELETE #voids :old");
            let forget = forget.when(ROOM_STANDS).value(":old", numbers(old));
            self.write(forget, ReturnValue::None).await?;
        }
        Ok(())
    }
}

impl OpenRoom for Table {
    async fn open_room(&self, room: &Room, owner: &Membership) -> Result<Commit> {
        let mut writes = vec![
            Write::put_new(to_item(room)),
            Write::put_new(members::to_item(owner)),
            Write::put(members::to_listed(owner)),
        ];
        writes.extend(directory::entry(room).map(Write::put));
        Ok(self.transact(writes).await?.commit())
    }

    async fn open_direct(
        &self,
        room: &Room,
        pair: [&Membership; 2],
    ) -> Result<std::result::Result<(), RoomId>> {
        let [a, b] = pair;
        let link = Row::at(keys::direct(a.user, b.user)).text("room", room.id).build();
        let writes = vec![
            Write::put_new(link),
            Write::put_new(to_item(room)),
            Write::put_new(members::to_item(a)),
            Write::put_new(members::to_item(b)),
            Write::put(members::to_listed(a)),
            Write::put(members::to_listed(b)),
            blocks::none(a.user, b.user),
            blocks::none(b.user, a.user),
        ];
        match self.transact(writes).await? {
            Outcome::Done => Ok(Ok(())),
            Outcome::Failed(was) if was.get(6).is_some_and(Option::is_some) => {
                Err(ChatError::new(Code::YouBlockedUser))
            }
            Outcome::Failed(was) if was.get(7).is_some_and(Option::is_some) => {
                Err(ChatError::new(Code::Blocked))
            }
            // Whether the other was first or is in the way just now, its room is there or soon.
            Outcome::Failed(_) | Outcome::Crowded => {
                match self.direct_room(a.user, b.user).await? {
                    Some(other) => Ok(Err(other)),
                    None => {
                        Err(ChatError::unavailable("dynamodb TransactWriteItems: room id taken"))
                    }
                }
            }
        }
    }

    async fn direct_room(&self, a: UserId, b: UserId) -> Result<Option<RoomId>> {
        let link = self.get(keys::direct(a, b)).await?;
        link.map(|item| Fields(&item).parsed("room")).transpose()
    }
}
