//! `$disconnect` of `/api/v1/streaming` — forgets a streaming socket.

use chat::ports::Callers;
use domain::{Face, Result};
use edge::{App, FaceAnswer, FaceCall};

async fn disconnect(app: &App, call: &FaceCall) -> Result<FaceAnswer> {
    let (store, now, id) = (&app.table, call.now, &call.connection);
    // Once their token has ended, nobody is known, and their connection has ended as well.
    if let Some(who) = store.caller(id, now).await? {
        let (fanout, checks, times) = (app.fanout(), app.presence(), app.presence_times());
        chat::disconnect(store, fanout, checks, times, who, now, id.clone()).await?;
    }
    store.forget_caller(id).await?;
    Ok(FaceAnswer::silent())
}

fn main() -> edge::Exit {
    edge::serve_face_socket(Face::Pleroma, disconnect)
}
