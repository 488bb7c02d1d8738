//! What is remembered beside a contact, under `CONTACT#<id>`: `OUT#<seq>` what became of our message,
//! `EVENT#<hash>` which message they call so, `SEEN#<hash>` what was heard a moment ago, `FILE#<digest>`
//! what they have uploaded. And whose turn it is to send, on the contact itself.

use crate::item::{Fields, Item, Row, n, s, t};
use crate::write::{Write, Written};
use crate::{Table, contacts, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Commit, KeepPeerEvents, SendInTurn, SentEvent, TakenPart, Turn, TurnEnd};
use domain::{AttachmentId, ChatError, Contact, ContactKey, Result, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// How long it is remembered what became of an event, in milliseconds (a year): a reply to something
/// older comes without what it answers.
const KEPT_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// How often somebody asks for a turn that passes from hand to hand.
const TRIES_MAX: u32 = 4;

fn to_item(contact: &Contact, event: &SentEvent, now: Timestamp) -> Item {
    Row::at(keys::sent_event(contact.key.id, event.seq))
        .text("event_id", &event.event_id)
        .number("version", event.version)
        .ends(now.plus_ms(KEPT_MS))
        .build()
}

fn from_item(item: &Item) -> Result<SentEvent> {
    let f = Fields(item);
    Ok(SentEvent {
        seq: f.in_key("SK", keys::sent_event_in)?,
        event_id: f.string("event_id")?,
        version: f.number("version")?,
    })
}

impl KeepPeerEvents for Table {
    async fn hear_once(
        &self,
        contact: &Contact,
        print: &str,
        key: &str,
        window_ms: i64,
        now: Timestamp,
    ) -> Result<String> {
        let item = Row::at(keys::heard_event(contact.key.id, print))
            .text("key", key)
            .ends(now.plus_ms(window_ms))
            .build();
        let put = Write::put(item)
            .when("attribute_not_exists(PK) OR #ends_at <= :now")
            .value(":now", t(now));
        match self.write(put, ReturnValue::None).await? {
            Written::Done(_) => Ok(key.to_owned()),
            Written::Failed(was) => Fields(&was).string("key"),
        }
    }

    async fn sent_events(
        &self,
        contact: &Contact,
        seqs: &[u64],
    ) -> Result<HashMap<u64, SentEvent>> {
        if seqs.is_empty() {
            return Ok(HashMap::new());
        }
        let keys = seqs.iter().map(|seq| keys::sent_event(contact.key.id, *seq));
        let items = self.batch_get(keys).await?;
        items.iter().map(|item| from_item(item).map(|event| (event.seq, event))).collect()
    }

    async fn message_called(&self, contact: &Contact, event: &str) -> Result<Option<u64>> {
        let item = self.get(keys::called_event(contact.key.id, &hash(event))).await?;
        item.map(|item| Fields(&item).number("seq")).transpose()
    }

    async fn note_upload(
        &self,
        contact: &Contact,
        digest: &str,
        file: AttachmentId,
        ends_at: Timestamp,
    ) -> Result<()> {
        let row = Row::at(keys::peer_file(contact.key.id, digest)).text("file", file).ends(ends_at);
        self.write(Write::put(row.build()), ReturnValue::None).await.map(|_| ())
    }

    async fn upload_noted(
        &self,
        contact: &Contact,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<AttachmentId>> {
        let Some(item) = self.get(keys::peer_file(contact.key.id, digest)).await? else {
            return Ok(None);
        };
        let f = Fields(&item);
        if f.stands(now)? { f.parsed("file").map(Some) } else { Ok(None) }
    }
}

impl SendInTurn for Table {
    async fn take_turn(
        &self,
        key: ContactKey,
        turn: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Turn> {
        let at = || keys::contact(key);
        for _ in 0..TRIES_MAX {
            let update = "SET #turn = :turn, #turn_ends_at = :until ADD #wanted :one";
            let take = Write::update(at(), update)
                .when("attribute_exists(PK) AND (attribute_not_exists(#turn_ends_at) OR #turn_ends_at <= :now)")
                .value(":turn", s(turn))
                .value(":until", t(until))
                .value(":now", t(now))
                .value(":one", n(1));
            match self.write(take, ReturnValue::AllNew).await? {
                Written::Done(item) => {
                    return contacts::from_item(&item).map(|c| Turn::Ours(Box::new(c)));
                }
                Written::Failed(was) if was.is_empty() => return Ok(Turn::Gone),
                Written::Failed(_) => {}
            }
            let want = Write::update(at(), "SET #doubted = #turn ADD #wanted :one")
                .when("#turn_ends_at > :now")
                .value(":now", t(now))
                .value(":one", n(1));
            if let Written::Done(was) = self.write(want, ReturnValue::AllOld).await? {
                let f = Fields(&was);
                let first = f.text_opt("doubted")? != f.text_opt("turn")?;
                let ends_at = f.time("turn_ends_at")?;
                return Ok(Turn::Theirs(first.then_some(ends_at)));
            }
        }
        Err(ChatError::unavailable("dynamodb: a contact's turn passes too fast"))
    }

    async fn advance(
        &self,
        contact: &Contact,
        turn: &str,
        until: Timestamp,
        taken: &TakenPart,
        now: Timestamp,
    ) -> Result<Commit> {
        let mut update = "SET #sent_seq = :seq, #sent_part = :part, #turn_ends_at = :until, \
                          #failures = :none, #hold_until = :none, #refused = :refused"
            .to_owned();
        if contact.told_name.is_some() {
            update.push_str(", #told_name = :told_name");
        }
        update.push_str(" REMOVE #hold_since");
        let mut progress = Write::update(keys::contact(contact.key), update)
            .when("#turn = :turn")
            .value(":turn", s(turn))
            .value(":seq", n(contact.sent.seq))
            .value(":part", n(contact.sent.part))
            .value(":until", t(until))
            .value(":none", n(0))
            .value(":refused", n(contact.refused));
        if let Some(name) = &contact.told_name {
            progress = progress.value(":told_name", s(name));
        }
        let mut writes = Vec::new();
        writes.extend(taken.message.as_ref().map(|event| Write::put(to_item(contact, event, now))));
        if let Some((event_id, seq)) = &taken.called {
            let row = Row::at(keys::called_event(contact.key.id, &hash(event_id)));
            let row = row.number("seq", seq).ends(now.plus_ms(KEPT_MS));
            writes.push(Write::put(row.build()));
        }
        if writes.is_empty() {
            let done = self.write(progress, ReturnValue::None).await?.is_done();
            return Ok(if done { Commit::Done } else { Commit::Stale });
        }
        writes.push(progress);
        Ok(self.transact(writes).await?.commit())
    }

    async fn keep_turn(&self, key: ContactKey, turn: &str, until: Timestamp) -> Result<Commit> {
        let keep = Write::update(keys::contact(key), "SET #turn_ends_at = :until")
            .when("#turn = :turn")
            .value(":turn", s(turn))
            .value(":until", t(until));
        let kept = self.write(keep, ReturnValue::None).await?.is_done();
        Ok(if kept { Commit::Done } else { Commit::Stale })
    }

    async fn give_back(&self, key: ContactKey, turn: &str, end: &TurnEnd) -> Result<Commit> {
        let mut update = "SET #sent_seq = :seq, #sent_part = :part, #turn_ends_at = :over, \
                          #failures = :failures, #hold_until = :hold_until"
            .to_owned();
        update.push_str(match end.hold.since {
            Some(_) => ", #hold_since = :hold_since",
            None => " REMOVE #hold_since",
        });
        let condition = match end.unless_wanted_since {
            Some(_) => "#turn = :turn AND #wanted = :wanted",
            None => "#turn = :turn",
        };
        let mut give = Write::update(keys::contact(key), update)
            .when(condition)
            .value(":turn", s(turn))
            .value(":seq", n(end.sent.seq))
            .value(":part", n(end.sent.part))
            .value(":over", n(0))
            .value(":failures", n(end.hold.failures))
            .value(":hold_until", t(end.hold.until));
        if let Some(since) = end.hold.since {
            give = give.value(":hold_since", t(since));
        }
        if let Some(wanted) = end.unless_wanted_since {
            give = give.value(":wanted", n(wanted));
        }
        let given = self.write(give, ReturnValue::None).await?.is_done();
        Ok(if given { Commit::Done } else { Commit::Stale })
    }
}

/// SHA-256 in hex: event ids of others have any form.
fn hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
