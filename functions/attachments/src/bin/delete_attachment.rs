//! `DELETE /attachments/{attachment_id}` — removes a file of one's own that nothing uses.
//!
//! 200; 409 `attachment_in_use` for one that belongs to a message: it goes with the message.

use chat::Deleted;
use domain::{AttachmentId, Code, Result};
use edge::{About, App, Reply, Request};

async fn delete_attachment(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("attachment_id")?;
    chat::files::delete_file(&app.table, app.files(), who, request.now, id).await?;
    Ok(Reply::ok(&Deleted::DONE))
}

fn about() -> About {
    About::rest("DELETE", "/attachments/{attachment_id}", "Removes an unused file of one's own.")
        .path::<AttachmentId>("attachment_id")
        .answers::<Deleted>(200, "gone")
        .refuses(&[Code::AttachmentInUse])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, delete_attachment)
}
