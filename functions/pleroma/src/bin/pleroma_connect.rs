//! `$connect` of `/api/v1/streaming` — opens the streaming socket.
//!
//! The token comes in the query (`access_token`), as the subprotocol, which is chosen then, or in the header.
//! `stream` names the first stream; more follow in frames. 401 without a good token, 404 for an unknown stream.

use chat::ports::{Callers, KeepConnections};
use domain::{Code, Face, Result, Subscription};
use edge::{App, FaceAnswer, FaceCall};
use pleroma::streams::{Stream, offered};

async fn connect(app: &App, call: &FaceCall) -> Result<FaceAnswer> {
    let subprotocol = offered(call.header("sec-websocket-protocol"));
    let token = call.query("access_token").filter(|token| !token.is_empty());
    let Some(token) = token.or(subprotocol).or(call.bearer()) else {
        return Ok(FaceAnswer::refused(401));
    };
    let (store, now, id) = (&app.table, call.now, &call.connection);
    let known = async {
        let who = app.verify(token, Some(Face::Pleroma), now).await?;
        chat::check_session(store, who, now).await.map(|()| who)
    };
    let who = match known.await {
        Ok(who) => who,
        Err(error) if error.code == Code::Unavailable => return Err(error),
        Err(_) => return Ok(FaceAnswer::refused(401)),
    };
    let stream = match call.query("stream").filter(|name| !name.is_empty()).map(Stream::named) {
        Some(None) => return Ok(FaceAnswer::refused(404)),
        stream => stream.flatten(),
    };
    store.note_caller(id, who).await?;
    let (fanout, checks, times) = (app.fanout(), app.presence(), app.presence_times());
    let all = Subscription::All;
    chat::connect(store, fanout, checks, times, who, now, id.clone(), all, false).await?;
    if let Some(Stream::Live(topic)) = stream {
        store.follow(who.user, id, topic, true).await?;
    }
    let answer = FaceAnswer::silent();
    Ok(match subprotocol {
        Some(subprotocol) => answer.header("Sec-WebSocket-Protocol", subprotocol),
        None => answer,
    })
}

fn main() -> edge::Exit {
    edge::serve_face_socket(Face::Pleroma, connect)
}
