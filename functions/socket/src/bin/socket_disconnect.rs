//! `$disconnect` — forgets the connection and ends its user's typing.

use domain::Result;
use edge::{App, Hangup};

async fn socket_disconnect(app: &App, hangup: Hangup) -> Result<()> {
    let Hangup { principal, connection, now } = hangup;
    let (table, fanout, checks) = (&app.table, app.fanout(), app.presence());
    chat::disconnect(table, fanout, checks, app.presence_times(), principal, now, connection).await
}

fn main() -> edge::Exit {
    edge::serve_disconnect(socket_disconnect)
}
