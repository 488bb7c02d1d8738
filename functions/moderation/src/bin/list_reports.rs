//! `GET /moderation/reports?status=&room_id=&limit=&cursor=` — the reports of a room for its admins,
//! those of all rooms for moderators.

use chat::{ReportQuery, Reports};
use domain::{Code, ReportStatus, Result, RoomId};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// `open` by default.
    #[serde(default)]
    status: ReportStatus,
    /// Moderators may leave it out.
    room_id: Option<RoomId>,
    #[serde(default)]
    limit: Limit<20, 50>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_reports(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { status, room_id, limit, cursor } = request.params()?;
    let (limit, cursor) = (limit.get(), cursor.as_deref());
    let query = ReportQuery { room: room_id, status, limit, cursor };
    let moderators = app.moderators();
    let reports = chat::list_reports(&app.table, &moderators, who, request.now, query).await?;
    Ok(Reply::ok(&reports))
}

fn about() -> About {
    About::rest("GET", "/moderation/reports", "Reports of messages, for those who review them.")
        .query::<Query>()
        .answers::<Reports>(200, "a page; it may hold fewer than asked for and still have a next")
        .refuses(&[Code::NotFound, Code::NotAMember, Code::InsufficientRole])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_reports)
}
