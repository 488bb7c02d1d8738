//! A connection's life after the upgrade: one task reads, one writes, each frame is dispatched in a
//! task of its own, so that a slow route holds nobody up (and frames may overtake, as on AWS).

use super::connection::Connection;
use super::event::{self, Caller};
use super::{FRAME_BYTES_MAX, MESSAGE_BYTES_MAX, Route, SocketApi};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{
    CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode,
};
use tokio_tungstenite::tungstenite::{Error, Message};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Frames of one connection in work at once; reading pauses beyond that.
const DISPATCHED_MAX: usize = 64;
/// How long a closing client may take to read what is still in line.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// How a connection ended: the code and reason `$disconnect` is told.
type Ending = (u16, String);

pub(super) async fn run(
    api: Arc<SocketApi>,
    connection: Arc<Connection>,
    outbound: mpsc::Receiver<Message>,
    upgrade: OnUpgrade,
) {
    let ending = match upgrade.await {
        Ok(upgraded) => {
            let config = WebSocketConfig::default()
                .max_frame_size(Some(FRAME_BYTES_MAX))
                .max_message_size(Some(MESSAGE_BYTES_MAX));
            let socket = WebSocketStream::from_raw_socket(
                TokioIo::new(upgraded),
                Role::Server,
                Some(config),
            )
            .await;
            let (sink, stream) = socket.split();
            let mut writer = tokio::spawn(write(Arc::clone(&connection), outbound, sink));
            let ending = read(&api, &connection, stream).await;
            api.connections.remove(&connection.id);
            connection.end();
            let farewell = Message::Close(Some(CloseFrame {
                code: ending.0.into(),
                reason: ending.1.clone().into(),
            }));
            match tokio::time::timeout(FAREWELL_MAX, &mut writer).await {
                Ok(Ok((sink, rest))) => say_goodbye(sink, rest, farewell).await,
                Ok(Err(_)) => {}
                // The client reads nothing: let go of the socket.
                Err(_) => writer.abort(),
            }
            ending
        }
        Err(_) => (1006, "Connection lost".to_owned()),
    };
    api.connections.remove(&connection.id);
    if let Some(route) = api.routes.get("$disconnect") {
        let mut context = event::context(
            &api,
            &Caller::of(&connection),
            "$disconnect",
            "DISCONNECT",
            &event::fresh_id(),
        );
        context.insert("disconnectStatusCode".into(), ending.0.into());
        context.insert("disconnectReason".into(), ending.1.into());
        let event = json!({"requestContext": context, "isBase64Encoded": false});
        route.function.invoke_async(event.to_string().into());
    }
}

/// Writes what is still in line, then the close frame, for as long as the client takes it.
async fn say_goodbye(
    mut sink: SplitSink<Socket, Message>,
    mut rest: mpsc::Receiver<Message>,
    farewell: Message,
) {
    let _ = tokio::time::timeout(FAREWELL_MAX, async {
        while let Ok(message) = rest.try_recv() {
            sink.feed(message).await?;
        }
        sink.send(farewell).await?;
        sink.close().await
    })
    .await;
}

/// Writes what is in line, many frames with one flush when they meet. Hands the sink back at the end.
async fn write(
    connection: Arc<Connection>,
    mut outbound: mpsc::Receiver<Message>,
    mut sink: SplitSink<Socket, Message>,
) -> (SplitSink<Socket, Message>, mpsc::Receiver<Message>) {
    loop {
        let message = tokio::select! {
            message = outbound.recv() => message,
            () = connection.close.notified() => None,
        };
        let Some(mut message) = message else { return (sink, outbound) };
        let mut written = 0;
        loop {
            written += message.len();
            if sink.feed(message).await.is_err() {
                connection.end();
                return (sink, outbound);
            }
            match outbound.try_recv() {
                Ok(next) => message = next,
                Err(_) => break,
            }
        }
        // A client that does not read holds this flush up; the bound on what is in line then closes it.
        tokio::select! {
            flushed = sink.flush() => if flushed.is_err() {
                connection.end();
                return (sink, outbound);
            },
            () = connection.close.notified() => return (sink, outbound),
        }
        connection.written(written);
    }
}

async fn read(
    api: &Arc<SocketApi>,
    connection: &Arc<Connection>,
    mut stream: SplitStream<Socket>,
) -> Ending {
    let expires = Instant::now() + api.lifetimes.age;
    let in_work = Arc::new(Semaphore::new(DISPATCHED_MAX));
    let mut check = tokio::time::interval(
        (api.lifetimes.idle / 4).clamp(Duration::from_millis(20), Duration::from_secs(5)),
    );
    check.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            message = stream.next() => message,
            () = tokio::time::sleep_until(expires) => return (1001, "Going away".to_owned()),
            _ = check.tick() => {
                if connection.closing() {
                    return (1000, "Connection Closed Normally".to_owned());
                }
                let idle = crate::clock::epoch_ms().saturating_sub(connection.last_active.load(Ordering::Acquire));
                if u128::from(idle) >= api.lifetimes.idle.as_millis() {
                    return (1001, "Going away".to_owned());
                }
                continue;
            }
            () = connection.ended() => return (1000, "Connection Closed Normally".to_owned()),
        };
        connection.touch();
        let (body, binary) = match message {
            Some(Ok(Message::Text(text))) => (text.as_str().to_owned(), false),
            Some(Ok(Message::Binary(bytes))) => (STANDARD.encode(bytes), true),
            Some(Ok(Message::Close(frame))) => {
                return frame.map_or(
                    (1005, "Client-side close frame status not set".to_owned()),
                    |frame| (frame.code.into(), frame.reason.as_str().to_owned()),
                );
            }
            Some(Ok(_)) => continue,
            Some(Err(Error::Capacity(_))) => {
                return (CloseCode::Size.into(), "Message too long".to_owned());
            }
            Some(Err(Error::Protocol(_) | Error::Utf8(_))) => {
                return (1002, "Protocol error".to_owned());
            }
            Some(Err(_)) | None => return (1006, "Connection lost".to_owned()),
        };
        let Ok(permit) = Arc::clone(&in_work).acquire_owned().await else { continue };
        let (api, connection) = (Arc::clone(api), Arc::clone(connection));
        tokio::spawn(async move {
            dispatch(&api, &connection, body, binary).await;
            drop(permit);
        });
    }
}

/// The part of a function's answer that matters here.
#[derive(Deserialize)]
struct Proxied<'a> {
    #[serde(default, borrow)]
    body: Option<Cow<'a, str>>,
}

async fn dispatch(api: &SocketApi, connection: &Connection, body: String, binary: bool) {
    let id = event::fresh_id();
    let say = |text: &str| {
        let frame = json!({"message": text, "connectionId": connection.id, "requestId": id});
        let _ = connection.send(Message::text(frame.to_string()));
    };
    let Some((key, route)) = api.route_of(if binary { "" } else { &body }) else {
        say("Forbidden");
        return;
    };
    let event = message_event(api, connection, key, &id, body, binary);
    match invoke(route, event).await {
        Some(result) if route.answers => {
            if let Ok(Proxied { body: Some(body) }) = serde_json::from_slice::<Proxied<'_>>(&result)
                && !body.is_empty()
            {
                let _ = connection.send(Message::text(body.into_owned()));
            }
        }
        Some(_) => {}
        None => say("Internal server error"),
    }
}

fn message_event(
    api: &SocketApi,
    connection: &Connection,
    key: &str,
    id: &str,
    body: String,
    binary: bool,
) -> String {
    let mut event = Map::new();
    event.insert(
        "requestContext".into(),
        event::context(api, &Caller::of(connection), key, "MESSAGE", id).into(),
    );
    if !api.variables.is_empty() {
        event.insert("stageVariables".into(), json!(api.variables));
    }
    event.insert("body".into(), body.into());
    event.insert("isBase64Encoded".into(), binary.into());
    Value::Object(event).to_string()
}

async fn invoke(route: &Route, event: String) -> Option<bytes::Bytes> {
    tokio::time::timeout(route.timeout, route.function.invoke(event.into())).await.ok()?.ok()
}
