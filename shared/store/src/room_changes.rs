//! Changing and deleting rooms.

use crate::item::{n, s, t};
use crate::rooms::ROOM_STANDS;
use crate::write::Write;
use crate::{Table, directory, keys, log, roles};
use chat::ports::{ChangeRoom, Commit};
use domain::{LogEntry, Result, Role, Room, RoomId, Timestamp, UserId};

impl ChangeRoom for Table {
    async fn commit_room(&self, was: &Room, room: &Room, entry: &LogEntry) -> Result<Commit> {
        let mut set = vec!["#kind = :kind"];
        let mut remove = Vec::new();
        if room.name.is_some() {
            set.push("#name = :name")
        } else {
            remove.push("#name")
        }
        if room.description.is_some() {
            set.push("#description = :description");
        } else {
            remove.push("#description");
        }
        let mut update = format!("SET {}", set.join(", "));
        if !remove.is_empty() {
            update.push_str(&format!(" REMOVE {}", remove.join(", ")));
        }
        let mut settings = Write::update(keys::room(room.id), update)
            .value(":kind", s(room.kind.as_str()))
            .value(":was_kind", s(was.kind.as_str()));
        let mut as_read = format!("{ROOM_STANDS} AND #kind = :was_kind");
        for (placeholder, text) in [
            (":name", &room.name),
            (":description", &room.description),
            (":was_name", &was.name),
            (":was_description", &was.description),
        ] {
            if let Some(text) = text {
                settings = settings.value(placeholder, s(text));
            }
        }
        for (name, text) in [("name", &was.name), ("description", &was.description)] {
            as_read.push_str(&match text {
                Some(_) => format!(" AND #{name} = :was_{name}"),
                None => format!(" AND attribute_not_exists(#{name})"),
            });
        }
        let settings = settings.when(as_read);
        let listing = match directory::entry(room) {
            Some(item) => Write::put(item),
            None => Write::delete(keys::directory(room.id)),
        };
        let writes = vec![settings, listing];
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn delete_room(
        &self,
        room: RoomId,
        by: UserId,
        members: Option<u64>,
        now: Timestamp,
    ) -> Result<Commit> {
        let mark = Write::update(keys::room(room), "SET #deleted_at = :now").value(":now", t(now));
        let mark = match members {
            Some(members) => mark
                .when(format!("{ROOM_STANDS} AND #member_count = :members"))
                .value(":members", n(members)),
            None => mark.when(ROOM_STANDS),
        };
        let owned = roles::still_above(room, by, Role::Admin);
        let writes = vec![mark, Write::delete(keys::directory(room)), owned];
        Ok(self.transact(writes).await?.commit())
    }
}
