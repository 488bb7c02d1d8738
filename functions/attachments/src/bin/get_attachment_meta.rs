//! `GET /attachments/{attachment_id}/meta` — what is known of a file.
//!
//! 200 with the attachment, for those who may open it; also while it is being checked.

use chat::view::AttachmentView;
use domain::{AttachmentId, Code, Result};
use edge::{About, App, Reply, Request};

async fn get_attachment_meta(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("attachment_id")?;
    Ok(Reply::ok(&chat::files::file_meta(&app.table, who, request.now, id).await?))
}

fn about() -> About {
    About::rest("GET", "/attachments/{attachment_id}/meta", "What is known of a file.")
        .path::<AttachmentId>("attachment_id")
        .answers::<AttachmentView>(200, "the file")
        .refuses(&[Code::NotAMember, Code::MessageDeleted])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_attachment_meta)
}
