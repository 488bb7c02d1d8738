//! Deletes a message: its sender, an admin, the owner. The place stays, everything else goes.

use crate::compose;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::files;
use crate::gate::{Principal, no_such};
use crate::ports::{ChangeMessage, Commit, Files, Look, Objects, Publish, TakeSeq};
use crate::view::MessageView;
use domain::{Change, LogEntry, Message, MessageId, Result, Timestamp, may_delete};

/// Leaves a tombstone and returns it, also when there is one already. Its files end with it: their
/// records in the same transaction, their bytes right after.
pub async fn delete_message(
    store: &(impl Look + TakeSeq + ChangeMessage + Files),
    objects: &impl Objects,
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: MessageId,
) -> Result<MessageView> {
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let mut seen = store.look(ask.clone(), now).await?;
        let (room, member) = who.member(&seen, id.room)?;
        let room = room.clone();
        let role = member.role;
        let message = seen.messages.remove(&id).ok_or_else(|| no_such("message"))?;
        may_delete(&message, who.user, role)?;
        let entry = |seq, at, actor| LogEntry {
            room: id.room,
            seq,
            at,
            ordinal: room.message_count,
            actor,
            change: Change::MessageDeleted { message_seq: id.seq },
        };
        let attached = message.attachments.clone();
        let (entry, tombstone) = if let Some((at, by)) = message.deleted {
            if now.since_ms(at) >= compose::HEAL_MS {
                return view(store, &message, who, now).await;
            }
            (entry(message.changed_seq, at, by), message)
        } else {
            let seq = match taken {
                Some(seq) => seq,
                None => *taken.insert(store.take_event_seq(id.room, now).await?.seq),
            };
            let entry = entry(seq, now, who.user);
            if store.commit_delete(&message, &entry).await? == Commit::Stale {
                continue;
            }
            let tombstone = message.tombstone(now, who.user, seq);
            (entry, tombstone)
        };
        compose::announce(fanout, &entry, &room, Some(&tombstone), &seen.profiles).await?;
        files::remove_attached(store, objects, &attached, now).await;
        return view(store, &tombstone, who, now).await;
    }
    Err(busy())
}

async fn view(
    store: &impl Look,
    message: &Message,
    who: Principal,
    now: Timestamp,
) -> Result<MessageView> {
    let people = crate::people(store, [message.sender], now).await?;
    Ok(MessageView::of(message, &people, Some(who.user)))
}
