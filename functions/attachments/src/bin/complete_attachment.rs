//! `POST /attachments/{attachment_id}/complete` — says that an announced file has been put.
//!
//! 200 with the attachment, checked against what was announced; the same again later. 409
//! `attachment_not_ready` when nothing has been put; 400 `type_mismatch` for another size or type, 403
//! `infected` and 400 `file_unreadable` for what does not pass: the bytes are gone then.

use chat::view::AttachmentView;
use domain::{AttachmentId, Code, Result};
use edge::{About, App, Reply, Request};
use files::Inspector;

async fn complete_attachment(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("attachment_id")?;
    let (store, inspect, now) = (&app.table, Inspector::shared(), request.now);
    let attachment =
        chat::files::complete_upload(store, app.files(), inspect, app.fanout(), who, now, id)
            .await?;
    Ok(Reply::ok(&attachment))
}

fn about() -> About {
    About::rest("POST", "/attachments/{attachment_id}/complete", "Completes a signed upload.")
        .notes("Where a scanner takes its time the status stays `pending`; `attachment_updated` tells.")
        .path::<AttachmentId>("attachment_id")
        .answers::<AttachmentView>(200, "the file as it is")
        .refuses(&[
            Code::AttachmentNotReady,
            Code::TypeMismatch,
            Code::Infected,
            Code::FileUnreadable,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, complete_attachment)
}
