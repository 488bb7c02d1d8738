//! `POST /oauth/revoke` — ends the session of a token.
//!
//! Open to everybody who has one. 200 with an empty object, also where there is nothing to end (RFC 7009).

use domain::{Code, Face, Result};
use edge::{App, Reply, Request};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Body {
    token: String,
}

async fn revoke_token(app: &App, request: &Request) -> Result<Reply> {
    let body: Body = request.fields().await?;
    let ended = async {
        let who = app.verify(&body.token, Some(Face::Pleroma), request.now).await?;
        chat::logout(&app.table, app.fanout(), who, request.now).await
    };
    match ended.await {
        Err(error) if error.code == Code::Unavailable => Err(error),
        _ => Ok(Reply::ok(&json!({}))),
    }
}

fn main() -> edge::Exit {
    pleroma::serve_open(revoke_token)
}
