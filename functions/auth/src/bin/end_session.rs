//! `DELETE /auth/sessions/{session_id}` — signs one of the caller's devices out.
//!
//! 200; its tokens stop at once, its sockets are told `session_expired` and closed. 404 for a session
//! that is not the caller's, or has ended.

use chat::SessionEnded;
use domain::{Result, SessionId};
use edge::{About, App, Reply, Request};

async fn end_session(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("session_id")?;
    let ended = chat::end_session(&app.table, app.fanout(), who, request.now, id).await?;
    Ok(Reply::ok(&ended))
}

fn about() -> About {
    About::rest("DELETE", "/auth/sessions/{session_id}", "Signs one of the caller's devices out.")
        .path::<SessionId>("session_id")
        .answers::<SessionEnded>(200, "it has ended")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, end_session)
}
