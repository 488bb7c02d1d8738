//! `GET /moderation/reports/{report_id}` — one report, with the message as it was.

use chat::ReportView;
use domain::{Code, ReportId, Result};
use edge::{About, App, Reply, Request};

async fn get_report(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("report_id")?;
    let report = chat::get_report(&app.table, &app.moderators(), who, request.now, id).await?;
    Ok(Reply::ok(&report))
}

fn about() -> About {
    About::rest("GET", "/moderation/reports/{report_id}", "One report.")
        .path::<ReportId>("report_id")
        .answers::<ReportView>(200, "the report")
        .refuses(&[Code::NotAMember, Code::InsufficientRole])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_report)
}
