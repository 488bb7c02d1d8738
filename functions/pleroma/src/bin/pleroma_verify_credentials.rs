//! `GET /api/v1/accounts/verify_credentials` — the caller's account.
//!
//! 200 with the account and its `source`.

use domain::Result;
use edge::{App, Reply, Request};
use pleroma::account::Account;

async fn verify_credentials(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let user = chat::get_user(&app.table, who, request.now, who.user).await?;
    Ok(Reply::ok(&Account::of_profile(&user, &pleroma::base(app, request)).own()))
}

fn main() -> edge::Exit {
    pleroma::serve(verify_credentials)
}
