//! `POST /messages/{message_id}/report` — reports a message to those who moderate its room.
//!
//! 201 with the report; the same reporter again 200 with the report as it was first made. The message
//! is kept as it is now, whatever becomes of it.

use chat::OwnReport;
use domain::{ClientKey, Code, FieldError, MessageId, Remark, ReportReason, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "ReportReason")]
    reason: String,
    /// What the reporter says.
    #[schemars(with = "Option<Remark>")]
    comment: Option<String>,
}

async fn report_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id: MessageId = request.path("message_id")?;
    // One person has one report of a message, so the key adds nothing but must be one.
    request.idempotency_key()?;
    let body: Body = request.json()?;
    let reason = ReportReason::parse(&body.reason).ok_or_else(|| {
        let expected = "must be spam, harassment, violence, illegal or other";
        FieldError::new("/reason", "invalid", expected)
    })?;
    let comment = body.comment.as_deref().map(Remark::parse).transpose();
    let comment = comment.map_err(|e| e.at("/comment"))?.and_then(Remark::into_option);
    let (table, moderators, report) = (&app.table, app.moderators(), (reason, comment));
    let (report, repeated) =
        chat::report_message(table, app.fanout(), &moderators, who, request.now, id, report)
            .await?;
    Ok(if repeated { Reply::ok(&report) } else { Reply::created(&report) })
}

fn about() -> About {
    About::rest("POST", "/messages/{message_id}/report", "Reports a message.")
        .path::<MessageId>("message_id")
        .takes_header::<ClientKey>("Idempotency-Key", "the key of this request")
        .body::<Body>()
        .answers::<OwnReport>(201, "reported")
        .answers::<OwnReport>(200, "the caller had reported it before")
        .refuses(&[Code::NotAMember, Code::MessageDeleted, Code::NotReportable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, report_message)
}
