//! `GET /api/v1/accounts/{account_id}` — somebody's account.
//!
//! 200 with the account.

use domain::Result;
use edge::{App, Reply, Request};
use pleroma::account::Account;

async fn get_account(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("account_id")?;
    let user = chat::get_user(&app.table, who, request.now, id).await?;
    Ok(Reply::ok(&Account::of_profile(&user, &pleroma::base(app, request))))
}

fn main() -> edge::Exit {
    pleroma::serve(get_account)
}
