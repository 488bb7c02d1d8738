//! `$disconnect` — forgets a connection and who spoke over it, and ends their typing.

use chat::ports::Callers;
use domain::{Face, Result};
use edge::{App, FaceAnswer, FaceCall};

async fn cadmium_disconnect(app: &App, call: &FaceCall) -> Result<FaceAnswer> {
    let FaceCall { connection, now, .. } = call;
    if let Some(who) = app.table.caller(connection, *now).await? {
        let (table, fanout, checks) = (&app.table, app.fanout(), app.presence());
        let times = app.presence_times();
        chat::disconnect(table, fanout, checks, times, who, *now, connection.clone()).await?;
        table.forget_caller(connection).await?;
    }
    Ok(FaceAnswer::silent())
}

fn main() -> edge::Exit {
    edge::serve_face_socket(Face::Cadmium, cadmium_disconnect)
}
