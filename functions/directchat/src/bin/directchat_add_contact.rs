//! `POST /directchat/contacts` — makes a contact of somebody on another server, by their address.
//!
//! 201 with the contact and its direct room, 200 if there is one at this address. Nothing is sent before the
//! first message.

use chat::contacts::{ContactView, NewContact, add_contact};
use domain::{Channel, Code, DisplayName, PeerAddress, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    /// Their host, as `bob.example`, or an http(s) address.
    address: String,
    /// Where to write; `main` by default.
    channel: Option<String>,
    /// What they are shown as until they say themselves.
    nickname: Option<String>,
}

async fn add(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let body: Body = request.json()?;
    let address = PeerAddress::parse(&body.address).map_err(|wrong| wrong.at("/address"))?;
    directchat::may_be_called(app, &address, "/address")?;
    let channel = body.channel.as_deref().map(Channel::parse).transpose()?;
    let nickname = body.nickname.as_deref().map(DisplayName::parse).transpose();
    let nickname = nickname.map_err(|wrong| wrong.at("/nickname"))?;
    let new = NewContact { address, channel, nickname };
    let own = |username: &str| directchat::own_address(app, request, username);
    let (contact, there) =
        add_contact(&app.table, app.fanout(), who, request.now, own, new).await?;
    Ok(if there { Reply::ok(&contact) } else { Reply::created(&contact) })
}

fn about() -> About {
    About::rest("POST", "/directchat/contacts", "Makes a contact of somebody on another server.")
        .body::<Body>()
        .answers::<ContactView>(201, "the contact, with its direct room")
        .answers::<ContactView>(200, "there is one at this address")
        .refuses(&[Code::NotFound])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, add)
}
