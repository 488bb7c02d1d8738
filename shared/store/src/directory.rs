//! The directory of public rooms: `ROOM#<room> / DIRECTORY`, listed by name in the index.

use crate::Table;
use crate::find::Find;
use crate::item::{Fields, Item, Row, s};
use crate::keys;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat::ports::{ListDirectory, Page};
use domain::{FieldError, Result, Room, RoomId, RoomKind};

/// Entries one page looks at.
const ENTRIES_EXAMINED_MAX: usize = 1_000;

/// A text without its capitals, as names are sorted and searched.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// The room's directory entry, if it is public.
pub(crate) fn entry(room: &Room) -> Option<Item> {
    if room.kind != RoomKind::Public {
        return None;
    }
    let folded = fold(room.name.as_deref().unwrap_or_default());
    let row = Row::at(keys::directory(room.id))
        .text("GSI1PK", keys::PUBLIC)
        .text("GSI1SK", keys::directory_sort(&folded, room.id))
        // Once more, because a filter may not name an index's key.
        .text("folded_name", folded);
    Some(row.build())
}

/// A place in the directory as a cursor; opaque, because it holds a name.
fn cursor_at(item: &Item) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(Fields(item).text("GSI1SK")?))
}

fn place_of(cursor: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place =
        bytes.and_then(|b| String::from_utf8(b).ok()).filter(|p| (1..=1_024).contains(&p.len()));
    place
        .ok_or_else(|| FieldError::new("cursor", "invalid", "must be a cursor of this list").into())
}

impl ListDirectory for Table {
    async fn public_rooms(
        &self,
        containing: Option<&str>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<RoomId>> {
        let find = match cursor {
            Some(cursor) => Find::new("#GSI1PK = :public AND #GSI1SK > :place", limit + 1)
                .value(":place", s(place_of(cursor)?)),
            None => Find::new("#GSI1PK = :public", limit + 1),
        };
        let mut find = find.value(":public", s(keys::PUBLIC)).in_directory();
        if let Some(part) = containing.map(fold).filter(|part| !part.is_empty()) {
            find = find
                .filter("contains(#folded_name, :part)", ENTRIES_EXAMINED_MAX)
                .value(":part", s(part));
        }
        let found = self.query(find).await?;
        let next = match found.items.get(limit) {
            Some(_) => found.items[..limit].last().map(cursor_at).transpose()?,
            None => found.last.as_ref().map(cursor_at).transpose()?,
        };
        let rooms = found.items.iter().take(limit).map(|i| Fields(i).in_key("PK", keys::room_in));
        Ok(Page { items: rooms.collect::<Result<_>>()?, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_of_others_are_refused() {
        for bad in ["", "!", "_w", &"A".repeat(5_000)] {
            assert!(place_of(bad).is_err(), "{bad}");
        }
    }
}
