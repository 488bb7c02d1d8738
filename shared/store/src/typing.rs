//! Who is typing: `USER#<user> / TYPING#<room>`, five seconds each.
//!
//! Ending it keeps the row, so that starting, stopping and starting again is no way round the limit
//! of one start in three seconds; the row goes by TTL.

use crate::find::Find;
use crate::item::{Fields, n, s, t};
use crate::write::Write;
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Typing, WatchTyping};
use domain::{Result, RoomId, Timestamp, UserId};
use futures_util::{StreamExt, stream};

/// How long a note lasts, in milliseconds.
const TYPING_MS: i64 = 5_000;
/// At most one start in this time, in milliseconds.
const START_EVERY_MS: i64 = 3_000;
/// Notes ended at once.
const STOPS_IN_FLIGHT_MAX: usize = 8;
/// Notes that one call looks at; a user who started in more rooms within five seconds is no user.
const NOTES_MAX: usize = 100;

impl WatchTyping for Table {
    async fn typing_since(
        &self,
        user: UserId,
        room: RoomId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let Some(note) = self.get(keys::typing(user, room)).await? else { return Ok(None) };
        let f = Fields(&note);
        Ok(if f.time("ends_at")? > now { Some(f.time("started_at")?) } else { None })
    }
}

impl Typing for Table {
    async fn start_typing(&self, user: UserId, room: RoomId, now: Timestamp) -> Result<bool> {
        let ends_at = now.plus_ms(TYPING_MS);
        let update = "SET #started_at = :now, #ends_at = :ends_at, #expires_at = :expires_at";
        let start = Write::update(keys::typing(user, room), update)
            .when("attribute_not_exists(PK) OR #started_at <= :before")
            .value(":now", t(now))
            .value(":ends_at", t(ends_at))
            .value(":expires_at", n(ends_at.ttl_seconds()))
            .value(":before", t(now.plus_ms(-START_EVERY_MS)));
        Ok(self.write(start, ReturnValue::None).await?.is_done())
    }

    async fn stop_typing(&self, user: UserId, room: RoomId, now: Timestamp) -> Result<bool> {
        let stop = Write::update(keys::typing(user, room), "SET #ends_at = :now")
            .when("#ends_at > :now")
            .value(":now", t(now));
        Ok(self.write(stop, ReturnValue::None).await?.is_done())
    }

    async fn stop_typing_everywhere(&self, user: UserId, now: Timestamp) -> Result<Vec<RoomId>> {
        let find = Find::new("PK = :user AND begins_with(SK, :typing)", NOTES_MAX)
            .value(":user", s(keys::user_pk(user)))
            .value(":typing", s(keys::TYPINGS))
            .value(":now", t(now))
            .filter("#ends_at > :now", usize::MAX);
        let notes = self.query(find).await?.items;
        let rooms = notes.iter().map(|i| Fields(i).in_key("SK", keys::listed_room_in));
        let rooms = rooms.collect::<Result<Vec<_>>>()?;
        // Only the rooms where it was this call that ended it.
        let stop = |room| async move { (room, self.stop_typing(user, room, now).await) };
        let mut stops = stream::iter(rooms.into_iter().map(stop)).buffered(STOPS_IN_FLIGHT_MAX);
        let mut stopped = Vec::new();
        while let Some((room, ended)) = stops.next().await {
            if ended? {
                stopped.push(room);
            }
        }
        Ok(stopped)
    }
}
