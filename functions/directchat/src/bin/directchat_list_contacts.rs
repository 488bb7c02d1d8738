//! `GET /directchat/contacts` — the caller's contacts on other servers, the oldest first. 200.

use chat::contacts::{Contacts, list_contacts};
use domain::Result;
use edge::{About, App, Reply, Request};

async fn list(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    Ok(Reply::ok(&list_contacts(&app.table, who, request.now).await?))
}

fn about() -> About {
    About::rest("GET", "/directchat/contacts", "The caller's contacts on other servers.")
        .answers::<Contacts>(200, "all of them, the oldest first")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list)
}
