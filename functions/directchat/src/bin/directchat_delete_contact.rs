//! `DELETE /directchat/contacts/{contact_id}` — gives a contact on another server up.
//!
//! 200; 404 where the caller has no such contact. The room stays to be read.

use chat::contacts::{ContactDeleted, delete_contact};
use domain::{ContactId, Result};
use edge::{About, App, Reply, Request};

async fn delete(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path::<ContactId>("contact_id")?;
    Ok(Reply::ok(&delete_contact(&app.table, who, request.now, id).await?))
}

fn about() -> About {
    About::rest("DELETE", "/directchat/contacts/{contact_id}", "Gives a contact up.")
        .path::<ContactId>("contact_id")
        .answers::<ContactDeleted>(200, "nothing more is said to them")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, delete)
}
