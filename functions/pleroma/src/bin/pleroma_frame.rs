//! `$default` of `/api/v1/streaming` — a frame: `subscribe` and `unsubscribe`.
//!
//! Answered with `pleroma:respond`. After ten frames that nobody understands, and once the session has ended, the
//! socket is closed.

use chat::ports::{Callers, KeepConnections, Push};
use domain::{Code, Face, Result};
use edge::{App, FaceAnswer, FaceCall};
use pleroma::streams::{Said, Stream, read, respond};

async fn frame(app: &App, call: &FaceCall) -> Result<FaceAnswer> {
    let (store, now, id) = (&app.table, call.now, &call.connection);
    let Some(who) = store.caller(id, now).await? else {
        app.sockets().close(id).await;
        return Ok(FaceAnswer::silent());
    };
    match chat::check_session(store, who, now).await {
        Err(error) if error.code == Code::Unavailable => return Err(error),
        Err(_) => {
            app.sockets().close(id).await;
            return Ok(FaceAnswer::silent());
        }
        Ok(()) => {}
    }
    let text = match read(call.body()) {
        Said::Follow(stream, on) => {
            if let Stream::Live(topic) = stream {
                store.follow(who.user, id, topic, on).await?;
            }
            respond(if on { "subscribe" } else { "unsubscribe" }, None)
        }
        Said::Authenticate => respond("pleroma:authenticate", Some("already_authenticated")),
        Said::UnknownStream(kind) => respond(kind, Some("bad_topic")),
        Said::Unknown => {
            chat::refuse_frame(store, app.sockets(), who, id).await?;
            respond("unknown", Some("bad_request"))
        }
    };
    Ok(FaceAnswer::text(text))
}

fn main() -> edge::Exit {
    edge::serve_face_socket(Face::Pleroma, frame)
}
