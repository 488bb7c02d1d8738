//! Changes a message's text: its sender, within 15 minutes.

use crate::compose;
use crate::gate::{Principal, no_such};
use crate::ports::{Ask, ChangeMessage, Commit, Look, Publish, TakeSeq, Throttle};
use crate::throttle::look_within;
use crate::view::MessageView;
use domain::{
    Bucket, Change, ChatError, Code, FieldError, LogEntry, Message, MessageBody, MessageId, Result,
    Timestamp, may_edit, may_mention_all,
};

/// How often a change starts over when another change of the same message comes between.
pub(crate) const ROUNDS_MAX: usize = 8;

/// Gives `id` the new text and returns the message. The text it has already is no edit: nothing is
/// written, and only a recent edit is published again, for the retry of a request that died.
pub async fn edit_message(
    store: &(impl Look + TakeSeq + ChangeMessage + Throttle),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: MessageId,
    body: MessageBody,
) -> Result<MessageView> {
    let named = domain::markdown::named(body.as_str());
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    ask.usernames.clone_from(&named.names);
    let mut taken = None;
    let first = look_within(store, Bucket::Change, who.user, ask.clone(), now).await?;
    let mut first = Some(first);
    for _ in 0..ROUNDS_MAX {
        let seen = match first.take() {
            Some(seen) => seen,
            None => store.look(ask.clone(), now).await?,
        };
        let (room, member) = who.member(&seen, id.room)?;
        let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
        may_edit(message, who.user, now)?;
        member.may_write(now)?;
        room.may_reach_peer(who.user)?;
        if body.as_str().is_empty() && message.attachments.is_empty() {
            let expected = "must be 1-10000 characters";
            return Err(FieldError::new("/content", "too_short", expected).into());
        }
        let entry = |seq, at| LogEntry {
            room: id.room,
            seq,
            at,
            ordinal: room.message_count,
            actor: who.user,
            change: Change::MessageUpdated { message_seq: id.seq },
        };
        if message.body == body.as_str() {
            let people = crate::people(store, MessageView::names(message), now).await?;
            if let Some(at) = message.edited_at.filter(|at| now.since_ms(*at) < compose::HEAL_MS) {
                let entry = entry(message.changed_seq, at);
                compose::announce(fanout, &entry, room, Some(message), &people).await?;
            }
            return Ok(MessageView::of(message, &people, Some(who.user)));
        }
        let seq = match taken {
            Some(seq) => seq,
            None => *taken.insert(store.take_event_seq(id.room, now).await?.seq),
        };
        let entry = entry(seq, now);
        let mut edited = Message {
            body: body.as_str().to_owned(),
            edited_at: Some(now),
            changed_seq: seq,
            edits: message.edits + 1,
            ..message.clone()
        };
        let owner = |name: &str| seen.user_ids.get(name).copied();
        edited.mention(&named, owner, may_mention_all(room, member.role));
        if store.commit_edit(message, &edited, &entry).await? == Commit::Stale {
            continue;
        }
        // As it is now: reactions may have come, and replies, while this was written.
        let ask = Ask { messages: vec![id], ..Ask::default() };
        let edited = store.look(ask, now).await?.messages.remove(&id).unwrap_or(edited);
        let people = crate::people(store, MessageView::names(&edited), now).await?;
        compose::announce(fanout, &entry, room, Some(&edited), &people).await?;
        return Ok(MessageView::of(&edited, &people, Some(who.user)));
    }
    Err(busy())
}

/// Many changed the same thing at once; the caller may simply try again.
pub(crate) fn busy() -> ChatError {
    ChatError {
        retry_after_ms: Some(200),
        ..ChatError::because(Code::RateLimited, "many are changing this at once; try again")
    }
}
