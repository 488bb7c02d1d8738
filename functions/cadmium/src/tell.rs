//! News on their way to the clients: our events in the protocol's words. What it has no words for (edits,
//! deletions, reactions, rooms of many) is not said.

use crate::content::Content;
use crate::dialect::{Dialect, Kind};
use crate::entity::Entity;
use crate::events::{Created, Types, WasRead, Written};
use crate::message_id::{encode, origin};
use crate::push::frames;
use crate::{media, typing};
use chat::event::{Event, Receipt};
use chat::ports::{Ask, Callers, HandOn, Look};
use chat::{FaceDevice, FaceFrame, FaceNews};
use domain::{ChatError, Face, Result, RoomId, RoomKind, Timestamp, UserId};
use edge::App;
use serde::de::DeserializeOwned;
use serde_json::json;

/// The kind of a task in this face's own queue: a connection has said whose it is.
pub(crate) const ARRIVED: &str = "device_arrived";
/// The topic of connections that have caught up.
const LIVE: &str = "live";

/// What there is to say.
enum Said {
    /// Nothing.
    Nothing,
    /// A message, to each of the two in their own way.
    Message(Receipt),
    /// Something about one of the two, to the other.
    About(UserId, Vec<FaceFrame>),
}

/// Brings one entry of the queue to the connections it is for.
pub async fn tell(app: &App, news: &FaceNews, now: Timestamp) -> Result<()> {
    if news.event.kind == ARRIVED {
        return catch_up(app, news, now).await;
    }
    let mut news = news.clone();
    let said = match (news.event.kind.as_str(), news.receipt) {
        ("message_created", Some((_, receipt))) => {
            not_back(&mut news)?;
            Said::Message(receipt)
        }
        ("message_read", _) => read(app, &news.event, now).await?,
        ("user_typing" | typing::REPEATED, _) => types(app, &news, now).await?,
        _ => Said::Nothing,
    };
    for device in news.to.iter_mut().flat_map(|recipient| &mut recipient.devices) {
        spell(device);
    }
    let words = async |user: UserId, event: &Event| match &said {
        Said::Message(receipt) => message(app, user, *receipt, event, now).await,
        Said::About(about, frames) if *about != user => Ok(frames.clone()),
        _ => Ok(Vec::new()),
    };
    let (table, fanout, sockets) = (&app.table, app.fanout(), app.sockets());
    let told = chat::tell_face(table, fanout, sockets, now, &news, words).await?;
    if told.given_up > 0 {
        tracing::warn!(given_up = told.given_up, posts = told.posts, "frames given up");
    }
    Ok(())
}

/// What waits for a connection, before anything live.
async fn catch_up(app: &App, news: &FaceNews, now: Timestamp) -> Result<()> {
    let (table, fanout, sockets) = (&app.table, app.fanout(), app.sockets());
    for recipient in &news.to {
        let Some(user) = recipient.user else { continue };
        for device in &recipient.devices {
            // A connection may say meanwhile that it is somebody else's: then nothing more is for it. What has
            // begun fails, so that nothing counts as delivered, and is left when it is tried again.
            let is_theirs = async || {
                let caller = table.caller(&device.id, now).await?;
                Ok::<_, ChatError>(caller.is_some_and(|who| who.user == user))
            };
            if !is_theirs().await? {
                continue;
            }
            let words = async |receipt: Receipt, event: &Event| {
                if !is_theirs().await? {
                    return Err(ChatError::unavailable("the connection is somebody else's by now"));
                }
                message(app, receipt.to, receipt, event, now).await
            };
            let done = chat::catch_up_face(table, fanout, sockets, now, user, device, LIVE, words);
            if done.await?.more {
                app.faces().hand_on(Face::Cadmium, news).await?;
            }
        }
    }
    Ok(())
}

/// Leaves out the connection that sent the message: it has its answer.
fn not_back(news: &mut FaceNews) -> Result<()> {
    let sent: Created = data(&news.event)?;
    let Some(key) = sent.message.client_id else { return Ok(()) };
    for recipient in &mut news.to {
        recipient.devices.retain(|device| !key.starts_with(&origin(&device.id)));
    }
    Ok(())
}

/// The topics of a device as frames have them: its spellings once it has caught up, none before.
fn spell(device: &mut FaceDevice) {
    let live = device.topics.iter().any(|topic| topic == LIVE);
    let spelled = |topic: &String| Dialect::ALL.iter().any(|dialect| dialect.topic() == topic);
    device.topics.retain(|topic| live && spelled(topic));
}

async fn message(
    app: &App,
    user: UserId,
    receipt: Receipt,
    event: &Event,
    now: Timestamp,
) -> Result<Vec<FaceFrame>> {
    let Created { message } = data(event)?;
    if message.deleted {
        return Ok(Vec::new());
    }
    let server = app.server_name();
    let from = Entity::user(&message.sender.username, &server);
    // A copy for another device of the sender says whom it was for.
    let to = match user == receipt.from {
        true => named(app, receipt.to, &server, now).await?,
        false => None,
    };
    let Written { id, content, created_at, reply_to_message_id, attachments, .. } = message;
    let (kind, content) = Content::of(&content, media::signed(app, &attachments).await?).written();
    let mut payload = json!({
        "messageID": encode(id),
        "originServerTimestamp": created_at.ms().div_euclid(1000),
        "type": kind,
        "content": content,
    });
    if let Some(answered) = reply_to_message_id {
        payload["reply"] = json!(encode(answered));
    }
    Ok(frames(Kind::Message, &from, to.as_ref(), &payload))
}

async fn read(app: &App, event: &Event, now: Timestamp) -> Result<Said> {
    let WasRead { room_id, user_id, message_id } = data(event)?;
    let Some(from) = one_of_two(app, room_id, user_id, now).await? else {
        return Ok(Said::Nothing);
    };
    let payload = json!({"messageID": encode(message_id)});
    Ok(Said::About(user_id, frames(Kind::Read, &from, None, &payload)))
}

async fn types(app: &App, news: &FaceNews, now: Timestamp) -> Result<Said> {
    let said: Types = data(&news.event)?;
    let again = news.event.kind == typing::REPEATED;
    if !said.typing || (again && !typing::still(app, &said, news.event.ts, now).await?) {
        return Ok(Said::Nothing);
    }
    let Some(from) = one_of_two(app, said.room_id, said.user_id, now).await? else {
        return Ok(Said::Nothing);
    };
    if !again {
        typing::repeat(app, news).await?;
    }
    Ok(Said::About(said.user_id, frames(Kind::Typing, &from, None, &json!({}))))
}

/// The user, if the room is one of two.
async fn one_of_two(
    app: &App,
    room: RoomId,
    user: UserId,
    now: Timestamp,
) -> Result<Option<Entity>> {
    let ask = Ask { rooms: vec![room], profiles: vec![user], ..Ask::default() };
    let seen = app.table.look(ask, now).await?;
    let direct = seen.rooms.get(&room).is_some_and(|room| room.kind == RoomKind::Direct);
    let profile = seen.profiles.get(&user).filter(|_| direct);
    Ok(profile.map(|profile| Entity::user(&profile.username, &app.server_name())))
}

async fn named(app: &App, user: UserId, server: &str, now: Timestamp) -> Result<Option<Entity>> {
    let ask = Ask { profiles: vec![user], ..Ask::default() };
    let seen = app.table.look(ask, now).await?;
    Ok(seen.profiles.get(&user).map(|profile| Entity::user(&profile.username, server)))
}

fn data<T: DeserializeOwned>(event: &Event) -> Result<T> {
    let read = T::deserialize(&event.data);
    read.map_err(|error| ChatError::unavailable(format!("{}: {error}", event.kind)))
}
