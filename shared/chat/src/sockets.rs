//! A socket's life: opened, subscribed, misused, closed.

use crate::blocks::blocked_by;
use crate::event::{Audience, Event, Fanout};
use crate::event_data::Ready;
use crate::gate::Principal;
use crate::ports::{AskCheck, Blocks, KeepConnections, Look, Publish, Push, Typing};
use crate::presence::{Check, ask_if_wanted};
use crate::typing::typing;
use domain::{Connection, ConnectionId, PresenceTimes, Result, RoomId, Subscription, Timestamp};

/// How often a client should ping, in milliseconds. API Gateway closes after 10 idle minutes.
pub const HEARTBEAT_MS: i64 = 25_000;
/// How long API Gateway keeps a socket at the most, in milliseconds (2 hours).
pub const SOCKET_MS: i64 = 2 * 60 * 60 * 1000;
/// Frames that are none of ours before a socket is closed.
pub const BAD_FRAMES_MAX: u32 = 10;

/// Notes an opened socket, and has `ready` sent over it once it stands (other protocols greet as they like).
#[allow(clippy::too_many_arguments, reason = "two queues, and what the handshake says")]
pub async fn connect(
    store: &impl KeepConnections,
    fanout: &impl Publish,
    queue: &impl AskCheck,
    times: PresenceTimes,
    who: Principal,
    now: Timestamp,
    id: ConnectionId,
    subscription: Subscription,
    batch: bool,
) -> Result<()> {
    let ends = now.plus_ms(SOCKET_MS).min(who.expires_at);
    let connection =
        Connection { subscription, batch, ..Connection::new(id.clone(), who.session, now, ends) };
    let presence = store.add_connection(who.user, &connection, now).await?;
    let data = Ready { connection_id: id.clone(), user_id: who.user, heartbeat_ms: HEARTBEAT_MS };
    let ready = Fanout::new(Audience::Connections(vec![id.clone()]), Event::of(now, data));
    let greet = async {
        match id.face() {
            None => fanout.publish(&ready).await,
            Some(_) => Ok(()),
        }
    };
    let asked = ask_if_wanted(queue, times, who.user, now, Some(&presence));
    futures_util::future::try_join(greet, asked).await?;
    Ok(())
}

/// Forgets a closed socket and ends its user's typing. (Another device may be typing too: its next
/// `typing_start` says so again.) Whether the user is still here is looked at after the grace, so that
/// nobody sees a reconnect.
pub async fn disconnect(
    store: &(impl KeepConnections + Typing + Blocks),
    fanout: &impl Publish,
    queue: &impl AskCheck,
    times: PresenceTimes,
    who: Principal,
    now: Timestamp,
    id: ConnectionId,
) -> Result<()> {
    let presence = store.drop_connections(who.user, &[id], now).await?;
    if presence.shown.status != presence.devices(now, times) {
        queue.ask_check(Check::now(who.user), times.grace_ms).await?;
    }
    let rooms = store.stop_typing_everywhere(who.user, now).await?;
    if rooms.is_empty() {
        return Ok(());
    }
    let unseen = blocked_by(store, who.user).await?;
    for room in rooms {
        fanout.publish(&typing(who.user, room, false, now, &unseen)).await?;
    }
    Ok(())
}

/// Adds a room to what a connection receives, or takes it away. Returns the room's last number.
pub async fn subscribe(
    store: &(impl Look + KeepConnections),
    who: Principal,
    now: Timestamp,
    connection: &ConnectionId,
    room: RoomId,
    on: bool,
) -> Result<u64> {
    let seen = store.look(who.ask_room(room), now).await?;
    let (found, _) = who.member(&seen, room)?;
    store.subscribe(who.user, connection, room, on).await?;
    Ok(found.last_seq)
}

/// Counts a frame that is none of ours; the tenth closes the socket.
pub async fn refuse_frame(
    store: &impl KeepConnections,
    sockets: &impl Push,
    who: Principal,
    connection: &ConnectionId,
) -> Result<()> {
    if store.count_bad_frame(who.user, connection).await? >= BAD_FRAMES_MAX {
        sockets.close(connection).await;
    }
    Ok(())
}
