//! `PATCH /moderation/reports/{report_id}` — decides a report, or opens it again.
//!
//! 200 with the report. `action` `delete_message` deletes the message; the others say what was done
//! by their own routes.

use chat::{Decision, ReportView};
use domain::{Code, FieldError, Remark, ReportAction, ReportId, ReportStatus, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "ReportStatus")]
    status: String,
    /// What is done about it; `none` by default, and while it is open.
    #[schemars(with = "Option<ReportAction>")]
    action: Option<String>,
    /// What the reviewer says.
    #[schemars(with = "Option<Remark>")]
    note: Option<String>,
}

fn decision(body: &Body) -> Result<Decision> {
    let status = ReportStatus::parse(&body.status).ok_or_else(|| {
        FieldError::new("/status", "invalid", "must be open, resolved or dismissed")
    })?;
    let action = body.action.as_deref().unwrap_or(ReportAction::None.as_str());
    let action = ReportAction::parse(action).ok_or_else(|| {
        let expected = "must be none, delete_message, silence, remove or ban";
        FieldError::new("/action", "invalid", expected)
    })?;
    if status != ReportStatus::Resolved && action != ReportAction::None {
        let expected = "must be none, unless the report is resolved";
        return Err(FieldError::new("/action", "exclusive", expected).into());
    }
    let note = body.note.as_deref().map(Remark::parse).transpose();
    let note = note.map_err(|e| e.at("/note"))?.and_then(Remark::into_option);
    Ok(Decision { status, action, note })
}

async fn resolve_report(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id: ReportId = request.path("report_id")?;
    let decision = decision(&request.json()?)?;
    let (table, files, moderators) = (&app.table, app.files(), app.moderators());
    let (fanout, now) = (app.fanout(), request.now);
    let report = chat::decide_report(table, files, fanout, &moderators, who, now, id, decision);
    Ok(Reply::ok(&report.await?))
}

fn about() -> About {
    About::rest("PATCH", "/moderation/reports/{report_id}", "Decides a report.")
        .path::<ReportId>("report_id")
        .body::<Body>()
        .answers::<ReportView>(200, "as it is now")
        .refuses(&[Code::NotAMember, Code::InsufficientRole])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, resolve_report)
}
