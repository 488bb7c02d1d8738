//! Reports `REPORTS#<room> / <seq>#<reporter>`, listed over all rooms in the directory index under
//! their status. An open one stays; a decided one ends after a year.

use crate::find::{Find, Found};
use crate::item::{Fields, Item, Row, n, s};
use crate::write::Write;
use crate::{Table, audit, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat::ports::{Commit, KeepReports, ListReports, Page};
use domain::{
    Audit, ChatError, FieldError, Report, ReportAction, ReportReason, ReportStatus, Result, RoomId,
    Snapshot, Timestamp,
};

/// Reports one page looks at.
const REPORTS_EXAMINED_MAX: usize = 1_000;

/// Partition of the index that lists reports of a status.
fn queue(status: ReportStatus) -> String {
    format!("REPORTS#{}", status.as_str())
}

fn to_item(report: &Report) -> Result<Item> {
    let row = Row::at(keys::report(report.id))
        .text("GSI1PK", queue(report.status))
        .text("GSI1SK", format!("{:013}#{}", report.created_at.ms(), report.id))
        // Once more, because a filter may not name an index's key.
        .text("status", report.status.as_str())
        .text("reason", report.reason.as_str())
        .text_opt("comment", report.comment.as_ref())
        .time("created_at", report.created_at)
        .json("snapshot", &report.snapshot)?
        .text("action", report.action.as_str())
        .text_opt("note", report.note.as_ref())
        .time_opt("decided_at", report.decided.map(|(at, _)| at))
        .text_opt("decided_by", report.decided.map(|(_, by)| by))
        .number("version", report.version);
    Ok(match report.ends_at() {
        Some(end) => row.ends(end),
        None => row,
    }
    .build())
}

/// The report, unless it has ended.
pub(crate) fn from_item(item: &Item, now: Timestamp) -> Result<Option<Report>> {
    let f = Fields(item);
    if f.time_opt("ends_at")?.is_some_and(|end| end <= now) {
        return Ok(None);
    }
    let garbled = || ChatError::unavailable("item: the key of a report is garbled");
    let snapshot: Option<Snapshot> = f.json("snapshot")?;
    Ok(Some(Report {
        id: keys::report_at(f.text("PK")?, f.text("SK")?).ok_or_else(garbled)?,
        reason: f.read("reason", ReportReason::parse)?,
        comment: f.string_opt("comment")?,
        created_at: f.time("created_at")?,
        snapshot: snapshot.ok_or_else(garbled)?,
        status: f.read("status", ReportStatus::parse)?,
        action: f.read("action", ReportAction::parse)?,
        note: f.string_opt("note")?,
        decided: f.time_opt("decided_at")?.zip(f.parsed_opt("decided_by")?),
        version: f.number("version")?,
    }))
}

impl KeepReports for Table {
    async fn put_report(&self, report: &Report) -> Result<Commit> {
        // One that has ended, and lies there still, is gone.
        let put = Write::put(to_item(report)?)
            .when("attribute_not_exists(PK) OR #ends_at <= :now")
            .value(":now", n(report.created_at.ms()));
        let stored = self.write(put, ReturnValue::None).await?.is_done();
        Ok(if stored { Commit::Done } else { Commit::Stale })
    }

    async fn commit_decision(&self, report: &Report) -> Result<Commit> {
        let put = Write::put(to_item(report)?)
            .when("#version = :before")
            .value(":before", n(report.version.saturating_sub(1)));
        let mut writes = vec![put];
        writes.extend(Audit::of_decision(report).map(|record| audit::put(&record)));
        Ok(self.transact(writes).await?.commit())
    }
}

/// A place in a list as a cursor: opaque, because it is made of keys.
fn cursor_at(item: &Item, key: &str) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(Fields(item).text(key)?))
}

fn place_of(cursor: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = bytes.and_then(|b| String::from_utf8(b).ok());
    place
        .filter(|place| (1..=256).contains(&place.len()))
        .ok_or_else(|| FieldError::new("cursor", "invalid", "must be a cursor of this list").into())
}

/// At most `limit` of what was found, and where it goes on by `key`.
fn page(found: &Found, limit: usize, key: &str, now: Timestamp) -> Result<Page<Report>> {
    let next = match found.items.get(limit) {
        Some(_) => found.items[..limit].last().map(|item| cursor_at(item, key)).transpose()?,
        None => found.last.as_ref().map(|item| cursor_at(item, key)).transpose()?,
    };
    let reports = found.items.iter().take(limit).map(|item| from_item(item, now));
    Ok(Page { items: reports.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect(), next })
}

impl ListReports for Table {
    async fn reports_in(
        &self,
        room: RoomId,
        status: ReportStatus,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Page<Report>> {
        let find = match cursor {
            Some(cursor) => Find::new("PK = :room AND SK < :place", limit + 1)
                .value(":place", s(place_of(cursor)?)),
            None => Find::new("PK = :room", limit + 1),
        };
        let find = find
            .value(":room", s(keys::reports_pk(room)))
            .filter("#status = :status", REPORTS_EXAMINED_MAX)
            .value(":status", s(status.as_str()))
            .newest_first(true);
        page(&self.query(find).await?, limit, "SK", now)
    }

    async fn all_reports(
        &self,
        status: ReportStatus,
        limit: usize,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Page<Report>> {
        let find = match cursor {
            Some(cursor) => Find::new("#GSI1PK = :queue AND #GSI1SK < :place", limit + 1)
                .value(":place", s(place_of(cursor)?)),
            None => Find::new("#GSI1PK = :queue", limit + 1),
        };
        let find = find.value(":queue", s(queue(status))).newest_first(true).in_directory();
        page(&self.query(find).await?, limit, "GSI1SK", now)
    }
}
