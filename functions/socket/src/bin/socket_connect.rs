//! `$connect` — notes the connection; `ready` follows once it stands.
//!
//! `?subscribe=explicit` receives only rooms joined over this connection, `?batch=1` takes several
//! events in one frame.

use domain::{Result, Subscription};
use edge::{App, Handshake};

async fn socket_connect(app: &App, handshake: Handshake) -> Result<()> {
    let Handshake { principal, connection, explicit, batch, now } = handshake;
    let subscription =
        if explicit { Subscription::Explicit(Vec::new()) } else { Subscription::All };
    let (table, fanout, checks) = (&app.table, app.fanout(), app.presence());
    let times = app.presence_times();
    chat::connect(table, fanout, checks, times, principal, now, connection, subscription, batch)
        .await
}

fn main() -> edge::Exit {
    edge::serve_connect(socket_connect)
}
