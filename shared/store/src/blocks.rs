//! Blocks `USER#<blocker> / BLOCK#<blocked>`, and the same on the direct room that the two have
//! (`blocked_by`). Both are written together, and a direct room is opened only where there is no
//! block, so the room always knows.

use crate::find::Find;
use crate::item::{Fields, Item, s, t};
use crate::write::{Outcome, Write};
use crate::{Table, keys};
use aws_sdk_dynamodb::types::AttributeValue;
use chat::ports::{BLOCKS_MAX, Blocks, OpenRoom};
use domain::{ChatError, Result, RoomId, Timestamp, UserId};

/// How often a change starts over because the pair's direct room was opened meanwhile.
const ROUNDS_MAX: usize = 4;

/// Who has blocked whom.
pub(crate) fn pair_in(item: &Item) -> Result<(UserId, UserId)> {
    let f = Fields(item);
    Ok((f.in_key("PK", keys::user_in)?, f.in_key("SK", keys::blocked_in)?))
}

/// Only where `by` has not blocked `of`.
pub(crate) fn none(by: UserId, of: UserId) -> Write {
    Write::check(keys::block(by, of)).when("attribute_not_exists(PK)")
}

/// The direct room's part: `ADD` or `DELETE` the blocker; where there is no room, that there is
/// none.
fn in_room(verb: &str, room: Option<RoomId>, by: UserId, of: UserId) -> Write {
    match room {
        Some(room) => Write::update(keys::room(room), format!("{verb} #blocked_by :by"))
            .when("attribute_exists(PK)")
            .value(":by", AttributeValue::Ss(vec![by.to_string()])),
        None => Write::check(keys::direct(by, of)).when("attribute_not_exists(PK)"),
    }
}

impl Table {
    /// Writes `row` and the direct room's part of it; `false` if the row was so already.
    async fn both(&self, verb: &str, row: Write, by: UserId, of: UserId) -> Result<bool> {
        for _ in 0..ROUNDS_MAX {
            let room = self.direct_room(by, of).await?;
            let writes = vec![row.clone(), in_room(verb, room, by, of)];
            match self.transact(writes).await? {
                Outcome::Done => return Ok(true),
                Outcome::Failed(was) if was.first().is_some_and(Option::is_some) => {
                    return Ok(false);
                }
                Outcome::Failed(_) | Outcome::Crowded => {}
            }
        }
        Err(ChatError::unavailable("dynamodb TransactWriteItems: a direct room comes and goes"))
    }
}

impl Blocks for Table {
    async fn block(&self, blocker: UserId, blocked: UserId, now: Timestamp) -> Result<bool> {
        let row = Write::update(keys::block(blocker, blocked), "SET #created_at = :now")
            .when("attribute_not_exists(PK)")
            .value(":now", t(now));
        self.both("ADD", row, blocker, blocked).await
    }

    async fn unblock(&self, blocker: UserId, blocked: UserId) -> Result<bool> {
        let row = Write::delete(keys::block(blocker, blocked)).when("attribute_exists(PK)");
        self.both("DELETE", row, blocker, blocked).await
    }

    async fn blocks_of(&self, user: UserId) -> Result<Vec<(UserId, Timestamp)>> {
        let find = Find::new("PK = :user AND begins_with(SK, :blocks)", BLOCKS_MAX)
            .value(":user", s(keys::user_pk(user)))
            .value(":blocks", s(keys::BLOCKS));
        let found = self.query(find).await?;
        let row = |item| Ok((pair_in(item)?.1, Fields(item).time("created_at")?));
        found.items.iter().map(row).collect()
    }
}
