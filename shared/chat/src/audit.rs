//! What those with a rank have done in a room.

use crate::gate::Principal;
use crate::ports::{ListAudit, Look};
use crate::view::CompactUser;
use domain::{AuditAction, MessageId, ReportStatus, Result, Role, RoomId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// One deed: who, what, to whom. It never holds text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct AuditRecord {
    pub id: String,
    pub at: Timestamp,
    pub actor: CompactUser,
    pub action: AuditAction,
    /// To whom.
    pub subject: Option<CompactUser>,
    pub message_id: Option<MessageId>,
    /// Of `member_updated`: the role they have since.
    pub role: Option<Role>,
    /// Of `member_updated`: until when they are silenced since, if they are.
    pub silenced_until: Option<Timestamp>,
    /// Of `report_decided`.
    pub status: Option<ReportStatus>,
}

/// A page of deeds, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct AuditPage {
    pub records: Vec<AuditRecord>,
    pub next_cursor: Option<String>,
}

/// What has been done in a room, for its admins and owner.
pub async fn list_audit(
    store: &(impl Look + ListAudit),
    who: Principal,
    now: Timestamp,
    room: RoomId,
    limit: usize,
    cursor: Option<&str>,
) -> Result<AuditPage> {
    let seen = store.look(who.ask_room(room), now).await?;
    who.member(&seen, room)?.1.at_least(Role::Admin)?;
    let page = store.audit(room, limit, cursor, now).await?;
    let names = page.items.iter().flat_map(|record| [Some(record.actor), record.subject]);
    let people = crate::people(store, names.flatten(), now).await?;
    let record = |record: domain::Audit| AuditRecord {
        id: record.id,
        at: record.at,
        actor: CompactUser::of(record.actor, &people),
        action: record.action,
        subject: record.subject.map(|user| CompactUser::of(user, &people)),
        message_id: record.message_seq.map(|seq| MessageId { room, seq }),
        role: record.role,
        silenced_until: record.silenced_until,
        status: record.status,
    };
    let records = page.items.into_iter().map(record).collect();
    Ok(AuditPage { records, next_cursor: page.next })
}
