//! `GET /api/v1/notifications` — notifications of chat messages, newest first.
//!
//! 200 with a page and `Link`; `types[]`, `include_types[]`, `exclude_types[]` beside the parameters of pages.

use domain::{FieldError, NotificationId, Result};
use edge::{App, Reply, Request};
use pleroma::notices::{self, wanted};
use pleroma::paging::{Paging, links};
use pleroma::pen;

/// Parameters that other pages keep.
const KEPT: [&str; 4] = ["limit", "types[]", "include_types[]", "exclude_types[]"];

fn notice_id(text: &str, name: &'static str) -> Result<NotificationId, FieldError> {
    text.parse().map_err(|_| FieldError::new(name, "invalid", "must be the id of a notification"))
}

async fn list_notifications(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let page = Paging::read(request, notice_id)?;
    let (store, now) = (&app.table, request.now);
    let [types, included, excluded] =
        ["types[]", "include_types[]", "exclude_types[]"].map(|name| request.query_list(name));
    if !wanted(&types, &included, &excluded) {
        chat::check_session(store, who, now).await?;
        let none: [(); 0] = [];
        return Ok(Reply::ok(&none));
    }
    let found = notices::fill(
        page,
        async |limit, cursor| chat::list_notifications(store, who, now, false, limit, cursor).await,
        async |ids| chat::direct_messages(store, who.user, now, ids).await,
    );
    let found = found.await?;
    let pen = pen::of_request(app, request, who.user);
    let mut shown = Vec::with_capacity(found.len());
    for (notice, about) in &found {
        shown.push(pen.notice(notice.id, notice.created_at, notice.read, about).await?);
    }
    let id = |one: Option<&notices::Notice>| one.map(|notice| notice.id.to_string());
    let (first, last) = (id(shown.first()), id(shown.last()));
    let reply = Reply::ok(&shown);
    Ok(match links(request, &pen.base, &KEPT, last.as_deref(), first.as_deref()) {
        Some(links) => reply.header("link", links),
        None => reply,
    })
}

fn main() -> edge::Exit {
    pleroma::serve(list_notifications)
}
