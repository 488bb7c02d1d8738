//! `GET /api/v1/media/{media_id}` — what is known of a file.
//!
//! 200 with the attachment once it has been checked; 206 without `url` before that; 422 if it did not pass.

use domain::{ChatError, Code, FileStatus, Result};
use edge::{App, Reply, Request};
use pleroma::attachment::Attachment;

async fn get_media(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("media_id")?;
    let file = chat::files::file_meta(&app.table, who, request.now, id).await?;
    let status = match file.status {
        FileStatus::Clean => 200,
        FileStatus::Pending => 206,
        FileStatus::Infected => return Err(ChatError::new(Code::Infected)),
        FileStatus::Error => return Err(ChatError::new(Code::FileUnreadable)),
    };
    Ok(Reply::json(status, &Attachment::of(&file, app.files()).await?))
}

fn main() -> edge::Exit {
    pleroma::serve(get_media)
}
