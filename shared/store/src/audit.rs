//! Audit records `ROOM#<room> / AUDIT#<time id>`: what those with a rank have done, without any text,
//! kept for a year.

use crate::find::Find;
use crate::item::{Fields, Item, Row, s};
use crate::write::Write;
use crate::{Table, keys};
use chat::ports::{ListAudit, Page};
use domain::{
    Audit, AuditAction, FieldError, REVIEW_KEPT_MS, ReportStatus, Result, Role, RoomId, Timestamp,
};

/// Stores a record, as a part of what it records.
pub(crate) fn put(audit: &Audit) -> Write {
    let row = Row::at(keys::audit(audit.room, &audit.id))
        .time("at", audit.at)
        .text("actor", audit.actor)
        .text("action", audit.action.as_str())
        .text_opt("subject", audit.subject)
        .number_opt("message_seq", audit.message_seq)
        .text_opt("role", audit.role.map(Role::as_str))
        .time_opt("silenced_until", audit.silenced_until)
        .text_opt("status", audit.status.map(ReportStatus::as_str))
        .ends(audit.at.plus_ms(REVIEW_KEPT_MS));
    Write::put(row.build())
}

fn from_item(item: &Item) -> Result<Audit> {
    let f = Fields(item);
    let id = |sk: &str| sk.strip_prefix(keys::AUDITS).map(str::to_owned);
    Ok(Audit {
        room: f.in_key("PK", keys::room_in)?,
        id: f.in_key("SK", id)?,
        at: f.time("at")?,
        actor: f.parsed("actor")?,
        action: f.read("action", AuditAction::parse)?,
        subject: f.parsed_opt("subject")?,
        message_seq: f.number_opt("message_seq")?,
        role: f.read_opt("role", Role::parse)?,
        silenced_until: f.time_opt("silenced_until")?,
        status: f.read_opt("status", ReportStatus::parse)?,
    })
}

/// A cursor is a record's id.
fn place_of(cursor: &str) -> Result<&str> {
    let fits = (14..=100).contains(&cursor.len())
        && cursor.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let wrong = || FieldError::new("cursor", "invalid", "must be a cursor of this list").into();
    fits.then_some(cursor).ok_or_else(wrong)
}

impl ListAudit for Table {
    async fn audit(
        &self,
        room: RoomId,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Page<Audit>> {
        let after = cursor.map(place_of).transpose()?;
        let find = Find::new("PK = :room AND begins_with(SK, :audits)", limit + 1)
            .value(":room", s(keys::room_pk(room)))
            .value(":audits", s(keys::AUDITS))
            .after(after.map(|id| keys::audit(room, id)))
            .newest_first(true);
        let found = self.query(find).await?;
        let mut records = Vec::with_capacity(limit);
        for item in found.items.iter().take(limit) {
            // Records end in the order they came in: behind the first that has ended there is none.
            if !Fields(item).stands(now)? {
                return Ok(Page { items: records, next: None });
            }
            records.push(from_item(item)?);
        }
        let more = found.items.len() > limit;
        let next = records.last().filter(|_| more).map(|last: &Audit| last.id.clone());
        Ok(Page { items: records, next })
    }
}
