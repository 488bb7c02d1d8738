//! Reports of messages: made by members, reviewed by the room's admins and the site's moderators,
//! decided, and on record.
//!
//! A report holds the message as it was, so that neither edit nor deletion takes the evidence away.
//! Reviewers see that, and nothing else of a room they are not in: a direct message is seen by
//! moderators only where one of its two has reported it.

use crate::delete_message::delete_reported;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::event::{Audience, Event, Fanout};
use crate::event_data::{EventData, ReportCreated, ReportUpdated};
use crate::gate::{Principal, no_such};
use crate::me::Moderators;
use crate::ports::{
    Accounts, ChangeMessage, Commit, Files, KeepReports, ListAdmins, ListReports, Look, Objects,
    Page, Publish, Seen, TakeSeq, Throttle,
};
use crate::throttle::look_within;
use crate::view::{AttachmentView, CompactUser, People};
use domain::{
    Bucket, ChatError, Code, MessageId, MessageKind, Report, ReportAction, ReportId, ReportReason,
    ReportStatus, Result, Role, RoomId, Snapshot, Timestamp, UserId, may_report,
};
use futures_util::future::{try_join, try_join_all};
use schemars::JsonSchema;
use serde::Serialize;

/// How long after a report its repetition is told again, in milliseconds: the first try may have
/// died before it could.
const HEAL_MS: i64 = 60_000;

/// What the reporter sees of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct OwnReport {
    pub id: ReportId,
    pub room_id: RoomId,
    pub message_id: MessageId,
    pub reason: ReportReason,
    pub comment: Option<String>,
    pub status: ReportStatus,
    pub created_at: Timestamp,
}

impl OwnReport {
    fn of(report: &Report) -> Self {
        Self {
            id: report.id,
            room_id: report.id.message.room,
            message_id: report.id.message,
            reason: report.reason,
            comment: report.comment.clone(),
            status: report.status,
            created_at: report.created_at,
        }
    }
}

/// What an event says of a report: who wants to see more asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReportNews {
    pub report_id: ReportId,
    pub room_id: RoomId,
    pub message_id: MessageId,
    pub reason: ReportReason,
    pub status: ReportStatus,
    pub action: ReportAction,
    pub created_at: Timestamp,
}

impl ReportNews {
    fn of(report: &Report) -> Self {
        Self {
            report_id: report.id,
            room_id: report.id.message.room,
            message_id: report.id.message,
            reason: report.reason,
            status: report.status,
            action: report.action,
            created_at: report.created_at,
        }
    }
}

/// A message as it was when it was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct SnapshotView {
    pub sender: CompactUser,
    #[serde(rename = "type")]
    pub kind: MessageKind,
    pub content: String,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    /// What is known of its files; they can be had while the message stands.
    pub attachments: Vec<AttachmentView>,
}

/// A report as a reviewer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Report")]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReportView {
    pub id: ReportId,
    pub room_id: RoomId,
    pub message_id: MessageId,
    pub reporter: CompactUser,
    pub reason: ReportReason,
    pub comment: Option<String>,
    pub created_at: Timestamp,
    pub snapshot: SnapshotView,
    pub status: ReportStatus,
    pub action: ReportAction,
    pub note: Option<String>,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<CompactUser>,
}

impl ReportView {
    fn of(report: &Report, people: &People) -> Self {
        let person = |user| CompactUser::of(user, people);
        let snapshot = &report.snapshot;
        Self {
            id: report.id,
            room_id: report.id.message.room,
            message_id: report.id.message,
            reporter: person(report.id.reporter),
            reason: report.reason,
            comment: report.comment.clone(),
            created_at: report.created_at,
            snapshot: SnapshotView {
                sender: person(snapshot.sender),
                kind: snapshot.kind,
                content: snapshot.body.clone(),
                created_at: snapshot.created_at,
                edited_at: snapshot.edited_at,
                attachments: snapshot.attachments.iter().map(AttachmentView::of).collect(),
            },
            status: report.status,
            action: report.action,
            note: report.note.clone(),
            decided_at: report.decided.map(|(at, _)| at),
            decided_by: report.decided.map(|(_, by)| person(by)),
        }
    }

    /// Everybody it names.
    fn names(report: &Report) -> impl Iterator<Item = UserId> {
        let decider = report.decided.map(|(_, by)| by);
        [report.id.reporter, report.snapshot.sender].into_iter().chain(decider)
    }
}

/// A page of reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Reports {
    pub reports: Vec<ReportView>,
    pub next_cursor: Option<String>,
}

/// Reports a message of a room the caller is in. `true` if the caller had reported it before: that
/// report stays as it is.
pub async fn report_message(
    store: &(impl Look + Throttle + KeepReports + ListAdmins + Accounts),
    fanout: &impl Publish,
    moderators: &Moderators,
    who: Principal,
    now: Timestamp,
    message: MessageId,
    (reason, comment): (ReportReason, Option<String>),
) -> Result<(OwnReport, bool)> {
    let id = ReportId { message, reporter: who.user };
    let mut ask = who.ask_room(message.room);
    ask.messages = vec![message];
    ask.reports = vec![id];
    let mut seen = look_within(store, Bucket::Report, who.user, ask.clone(), now).await?;
    who.member(&seen, message.room)?;
    if !seen.reports.contains_key(&id) {
        let there = seen.messages.get(&message).ok_or_else(|| no_such("message"))?;
        may_report(there, who.user)?;
        let report = Report {
            id,
            reason,
            comment,
            created_at: now,
            snapshot: Snapshot::of(there),
            status: ReportStatus::Open,
            action: ReportAction::None,
            note: None,
            decided: None,
            version: 1,
        };
        if store.put_report(&report).await? == Commit::Done {
            tell(store, fanout, moderators, now, &report, |report| ReportCreated { report })
                .await?;
            return Ok((OwnReport::of(&report), false));
        }
        // Another device of the caller was faster.
        seen = store.look(ask, now).await?;
    }
    let report = seen.reports.get(&id).ok_or_else(busy)?;
    if now.since_ms(report.created_at) < HEAL_MS && report.status == ReportStatus::Open {
        tell(store, fanout, moderators, now, report, |report| ReportCreated { report }).await?;
    }
    Ok((OwnReport::of(report), true))
}

/// Which reports are wanted.
#[derive(Clone, Copy, Debug)]
pub struct ReportQuery<'a> {
    /// Of one room; moderators may leave it out.
    pub room: Option<RoomId>,
    /// In this state.
    pub status: ReportStatus,
    /// At most so many.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<&'a str>,
}

/// Reports of a room for its admins, of any or all rooms for moderators. Nobody sees a report of
/// their own messages, unless they are a moderator.
pub async fn list_reports(
    store: &(impl Look + ListReports),
    moderators: &Moderators,
    who: Principal,
    now: Timestamp,
    query: ReportQuery<'_>,
) -> Result<Reports> {
    let mut ask = query.room.map_or_else(|| who.ask(), |room| who.ask_room(room));
    ask.profiles = vec![who.user];
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let moderator = moderates(&seen, moderators, who);
    let ReportQuery { room, status, limit, cursor } = query;
    let page = match room {
        Some(room) => {
            if !moderator {
                who.member(&seen, room)?.1.at_least(Role::Admin)?;
            }
            store.reports_in(room, status, limit, cursor, now).await?
        }
        None if moderator => store.all_reports(status, limit, cursor, now).await?,
        None => return Err(ChatError::because(Code::InsufficientRole, "name a room of yours")),
    };
    let Page { mut items, next } = page;
    // The index may be a moment behind: what has just been decided is no longer open.
    items.retain(|report| report.status == status);
    items.retain(|report| moderator || report.snapshot.sender != who.user);
    let people = crate::people(store, items.iter().flat_map(ReportView::names), now).await?;
    let reports = items.iter().map(|report| ReportView::of(report, &people)).collect();
    Ok(Reports { reports, next_cursor: next })
}

/// One report, for those who review it.
pub async fn get_report(
    store: &impl Look,
    moderators: &Moderators,
    who: Principal,
    now: Timestamp,
    id: ReportId,
) -> Result<ReportView> {
    let (report, _) = under_review(store, moderators, who, now, id).await?;
    view(store, &report, now).await
}

/// What is decided about a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The report's state from now on.
    pub status: ReportStatus,
    /// What is done about it.
    pub action: ReportAction,
    /// What the reviewer says.
    pub note: Option<String>,
}

/// Decides a report, or opens it again. `delete_message` deletes the message first, also by a
/// moderator who is not in the room; the other actions say what was done by their own routes. The
/// same decision again is none: nothing is written.
#[allow(clippy::too_many_arguments, reason = "a use case names what it needs")]
pub async fn decide_report(
    store: &(impl Look + TakeSeq + ChangeMessage + Files + KeepReports + ListAdmins + Accounts),
    objects: &impl Objects,
    fanout: &impl Publish,
    moderators: &Moderators,
    who: Principal,
    now: Timestamp,
    id: ReportId,
    decision: Decision,
) -> Result<ReportView> {
    for _ in 0..ROUNDS_MAX {
        let (was, moderator) = under_review(store, moderators, who, now, id).await?;
        let Decision { status, action, note } = decision.clone();
        if (was.status, was.action, &was.note) == (status, action, &note) {
            return view(store, &was, now).await;
        }
        if action == ReportAction::DeleteMessage {
            delete_reported(store, objects, fanout, who, now, id.message, moderator).await?;
        }
        let decided = (status != ReportStatus::Open).then_some((now, who.user));
        let next = Report { status, action, note, decided, version: was.version + 1, ..was };
        if store.commit_decision(&next).await? == Commit::Stale {
            continue;
        }
        tell(store, fanout, moderators, now, &next, |report| ReportUpdated { report }).await?;
        return view(store, &next, now).await;
    }
    Err(busy())
}

/// The report, if the caller reviews it, and whether as a moderator.
async fn under_review(
    store: &impl Look,
    moderators: &Moderators,
    who: Principal,
    now: Timestamp,
    id: ReportId,
) -> Result<(Report, bool)> {
    let mut ask = who.ask_room(id.message.room);
    ask.profiles = vec![who.user];
    ask.reports = vec![id];
    let mut seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let moderator = moderates(&seen, moderators, who);
    if !moderator {
        who.member(&seen, id.message.room)?.1.at_least(Role::Admin)?;
    }
    let report = seen.reports.remove(&id).ok_or_else(|| no_such("report"))?;
    if !moderator && report.snapshot.sender == who.user {
        // Nobody judges themselves.
        return Err(ChatError::new(Code::InsufficientRole));
    }
    Ok((report, moderator))
}

fn moderates(seen: &Seen, moderators: &Moderators, who: Principal) -> bool {
    seen.profiles.get(&who.user).is_some_and(|profile| moderators.has(profile))
}

async fn view(store: &impl Look, report: &Report, now: Timestamp) -> Result<ReportView> {
    let people = crate::people(store, ReportView::names(report), now).await?;
    Ok(ReportView::of(report, &people))
}

/// Tells those who review the report: the room's admins, but for the one it is about, and the
/// moderators.
async fn tell<T: EventData>(
    store: &(impl ListAdmins + Accounts),
    fanout: &impl Publish,
    moderators: &Moderators,
    now: Timestamp,
    report: &Report,
    event: impl FnOnce(ReportNews) -> T,
) -> Result<()> {
    let names = moderators.folded().iter().map(|name| store.credentials(name));
    let (mut audience, accounts) =
        try_join(store.admins_of(report.id.message.room), try_join_all(names)).await?;
    audience.retain(|admin| *admin != report.snapshot.sender);
    audience.extend(accounts.into_iter().flatten().map(|account| account.user));
    if audience.is_empty() {
        return Ok(());
    }
    let event = Event::of(now, event(ReportNews::of(report)));
    fanout.publish(&Fanout::new(Audience::Users(audience), event)).await
}
