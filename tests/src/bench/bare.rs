//! What the machine can do at best: a WebSocket server that only passes frames on, and SQLite that only
//! commits. Measured in the same run, since a ratio survives a busy machine better than a time does.

use crate::stats::Samples;
use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, accept_async, connect_async_with_config};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;
type AnyError = Box<dyn std::error::Error + Send + Sync>;

const FRAME: &str = r#"{"type":"send_message","room_id":"0199aaaa-0000-7000-8000-000000000000","content":"hello there","ref":"1"}"#;

/// A server that passes every frame on to everybody, the sender too.
///
/// # Errors
/// If it cannot listen.
async fn serve() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("ws://{}", listener.local_addr()?);
    let (everybody, _) = broadcast::channel::<Message>(1024);
    let everybody = Arc::new(everybody);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let everybody = Arc::clone(&everybody);
            let mut heard = everybody.subscribe();
            tokio::spawn(async move {
                let Ok(socket) = accept_async(stream).await else { return };
                let (mut sink, mut frames) = socket.split();
                tokio::spawn(async move {
                    while let Ok(frame) = heard.recv().await {
                        if sink.send(frame).await.is_err() {
                            return;
                        }
                    }
                });
                while let Some(Ok(frame)) = frames.next().await {
                    if frame.is_text() {
                        let _ = everybody.send(frame);
                    }
                }
            });
        }
    });
    Ok(address)
}

async fn connect(address: &str) -> Result<Client, AnyError> {
    Ok(connect_async_with_config(address, None, true).await?.0)
}

/// Round trips of one client: a bare echo.
///
/// # Errors
/// If the sockets fail.
pub async fn echo(rounds: usize) -> Result<Samples, AnyError> {
    let mut client = connect(&serve().await?).await?;
    let mut samples = Samples::default();
    for round in 0..rounds + rounds / 10 {
        let begun = Instant::now();
        client.send(Message::text(FRAME)).await?;
        client.next().await.ok_or("closed")??;
        if round >= rounds / 10 {
            samples.add(begun.elapsed());
        }
    }
    Ok(samples)
}

/// From a send until the last of `receivers` has the frame.
///
/// # Errors
/// If the sockets fail.
pub async fn broadcast(receivers: usize, rounds: usize) -> Result<Samples, AnyError> {
    let address = serve().await?;
    let mut sender = connect(&address).await?;
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    for client in join_all((0..receivers).map(|_| connect(&address))).await {
        let (mut client, arrived) = (client?, arrived.clone());
        tokio::spawn(async move {
            while let Some(Ok(_)) = client.next().await {
                if arrived.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
    }
    let mut samples = Samples::default();
    for _ in 0..rounds {
        let begun = Instant::now();
        sender.send(Message::text(FRAME)).await?;
        let mut last = begun;
        for _ in 0..receivers {
            last = last.max(arrivals.recv().await.ok_or("closed")?);
        }
        sender.next().await.ok_or("closed")??;
        samples.add(last - begun);
    }
    Ok(samples)
}

/// Commits of one row each per second, in WAL mode with `synchronous` as given.
///
/// # Errors
/// If SQLite fails.
pub fn commits_per_second(
    folder: &Path,
    synchronous: &str,
    during: Duration,
) -> Result<f64, AnyError> {
    let file = folder.join(format!("commits-{synchronous}.sqlite"));
    let db = rusqlite::Connection::open(&file)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", synchronous)?;
    db.execute_batch("CREATE TABLE message (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")?;
    let mut insert = db.prepare("INSERT INTO message (body) VALUES (?1)")?;
    let begun = Instant::now();
    let mut commits = 0_u32;
    while begun.elapsed() < during {
        insert.execute([FRAME])?;
        commits += 1;
    }
    Ok(f64::from(commits) / begun.elapsed().as_secs_f64())
}
