//! Says to a contact what our user has done: at least once, one event after the other, never out of order.
//!
//! One at a time has the turn. Whoever wants something sent while another has it only says so, and the
//! other looks once more before it ends: so no event is left behind, and none overtakes another. What a
//! dead process leaves is taken up when its turn has run out, by the queue's next try.

use super::backlog::{self, Step};
use super::knock::{Knocked, knock};
use super::say::{self, Called, Part};
use super::{hash, ms_until};
use crate::deliver::note_arrival;
use crate::event::Receipt;
use crate::ports::{
    Ask, CallPeers, Commit, Introduction, KeepContacts, KeepPeerEvents, Look, MarkDelivered,
    Objects, PeerAnswer, PeerEvent, Place, Publish, ReadLog, SendInTurn, SentEvent, TakenPart,
    Turn, TurnEnd, WakeContacts,
};
use domain::{
    Attached, Contact, ContactKey, Hold, Identification, Message, MessageId, PeerState, Profile,
    Result, SentUpTo, Timestamp,
};
use std::collections::HashSet;

/// How long a turn lasts after the last call, in milliseconds: three times what a call can take. Where a
/// process has died, whoever comes next waits for so long.
const TURN_MS: i64 = 30_000;
/// How long one run may wait for peers in all, in milliseconds; what is left is another run's.
const BUSY_MS_MAX: i64 = 30_000;
/// Events of one run.
const EVENTS_MAX: usize = 100;
/// When it is looked again for an event that is just being written, in milliseconds.
const HOLE_MS: i64 = 5_000;
/// How early a delayed message may come, in milliseconds.
const EARLY_MS: i64 = 1_000;

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub struct DispatchTimes {
    /// After the first failure it is tried again in so many milliseconds; the delay doubles.
    pub retry_ms: i64,
}

/// What a run came to, for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dispatched {
    /// Events taken.
    pub taken: usize,
    /// Why events were refused for good.
    pub refused: Vec<String>,
    /// Why the rest waits.
    pub held: Option<String>,
}

/// Why a run ends.
enum End {
    /// There is nothing more.
    Settled,
    /// There is, and it can be sent at once by another run.
    Spent,
    /// An event is being written that comes before others.
    Hole,
    /// The peer takes nothing now.
    Held(String),
    /// What was taken could not be stored: somebody else has the turn, or was in the way.
    Lost,
}

/// Sends what there is for a contact, if nobody else does.
#[allow(clippy::too_many_arguments, reason = "the ports of sending, and to whom")]
pub async fn dispatch(
    store: &(impl Look + ReadLog + KeepContacts + KeepPeerEvents + SendInTurn + MarkDelivered),
    fanout: &impl Publish,
    objects: &impl Objects,
    peers: &impl CallPeers,
    queue: &impl WakeContacts,
    times: DispatchTimes,
    now: Timestamp,
    key: ContactKey,
) -> Result<Dispatched> {
    let turn = format!("{:016x}", rand::random::<u64>());
    let turn = turn.as_str();
    let contact = match store.take_turn(key, turn, now.plus_ms(TURN_MS), now).await? {
        Turn::Ours(contact) => *contact,
        Turn::Gone => return Ok(Dispatched::default()),
        Turn::Theirs(until) => {
            if let Some(until) = until {
                // In case it is a process that has died and looks no more.
                queue.wake(key, ms_until(until, now) + EARLY_MS).await?;
            }
            return Ok(Dispatched::default());
        }
    };
    let wanted = contact.wanted;
    let until = now.plus_ms(BUSY_MS_MAX);
    let done = Dispatched::default();
    let stored = contact.sent;
    let mut run = Run {
        store,
        fanout,
        objects,
        peers,
        turn,
        now,
        until,
        contact,
        stored,
        called: false,
        done,
    };
    let waits = ms_until(run.contact.hold.until, now) > EARLY_MS;
    let offline = run.contact.state == PeerState::Offline;
    // They will be heard of, or a delayed message is under way.
    let end = if waits || offline { Ok(End::Settled) } else { run.send_all().await };
    let end = match end {
        Ok(end) => end,
        Err(error) => {
            // A service of ours has failed: another try, but not with the turn taken for as long as it lasts.
            queue.wake(key, times.retry_ms).await?;
            let _ = store.give_back(key, turn, &run.as_stored()).await;
            return Err(error);
        }
    };
    let unchanged = run.contact.hold;
    let (hold, wake_ms) = match &end {
        End::Settled => (unchanged, None),
        End::Spent => (Hold::default(), Some(0)),
        End::Hole => (Hold::default(), Some(HOLE_MS)),
        End::Held(_) => unchanged.failed(times.retry_ms, run.now),
        End::Lost => {
            // Whether somebody else has it, or others were in the way of the write: nothing may be left.
            queue.wake(key, times.retry_ms).await?;
            store.give_back(key, turn, &run.as_stored()).await?;
            return Ok(run.done);
        }
    };
    if let Some(delay_ms) = wake_ms {
        // Before the turn ends: a run that dies here leaves one message too many, never one too few.
        queue.wake(key, delay_ms).await?;
    }
    if let End::Held(why) = end {
        run.done.held = Some(why);
    }
    let sent = run.contact.sent;
    let end = TurnEnd { sent, hold, unless_wanted_since: Some(wanted) };
    if store.give_back(key, turn, &end).await? == Commit::Stale {
        // Somebody has wanted more meanwhile: the peer was heard, or there is a new event.
        let soon = hold.failures > 0;
        queue.wake(key, if soon { times.retry_ms } else { 0 }).await?;
        let hold =
            if soon { Hold { until: run.now.plus_ms(times.retry_ms), ..hold } } else { hold };
        let end = TurnEnd { sent, hold, unless_wanted_since: None };
        store.give_back(key, turn, &end).await?;
    }
    Ok(run.done)
}

/// A turn.
struct Run<'a, S, F, O, P> {
    store: &'a S,
    fanout: &'a F,
    objects: &'a O,
    peers: &'a P,
    turn: &'a str,
    /// The time, moved on by what peers have taken.
    now: Timestamp,
    /// When this run has waited long enough.
    until: Timestamp,
    contact: Contact,
    /// How far it has come as it is stored.
    stored: SentUpTo,
    /// Whether there was a call since the turn was last prolonged.
    called: bool,
    done: Dispatched,
}

/// What became of one part.
enum Went {
    On,
    Refused,
    End(End),
}

impl<S, F, O, P> Run<'_, S, F, O, P>
where
    S: Look + ReadLog + KeepContacts + KeepPeerEvents + SendInTurn + MarkDelivered,
    F: Publish,
    O: Objects,
    P: CallPeers,
{
    /// The end of a turn that leaves everything as it is stored.
    fn as_stored(&self) -> TurnEnd {
        TurnEnd { sent: self.stored, hold: self.contact.hold, unless_wanted_since: None }
    }

    async fn send_all(&mut self) -> Result<End> {
        let owner = self.contact.key.owner;
        loop {
            let room = self.contact.room;
            let ask = Ask { rooms: vec![room], profiles: vec![owner], ..Ask::default() };
            let mut seen = self.store.look(ask, self.now).await?;
            let (Some(room), Some(owner)) =
                (seen.rooms.remove(&room), seen.profiles.remove(&owner))
            else {
                return Ok(End::Settled);
            };
            if let Some(end) = self.rename(&owner).await? {
                return Ok(end);
            }
            if room.last_seq <= self.contact.sent.seq {
                return Ok(End::Settled);
            }
            let from = self.contact.sent.seq;
            let left = backlog::read(self.store, &room, owner.id, from, self.now).await?;
            let called = self.called(&left.steps).await?;
            let theirs = self.theirs(&left.steps, &called).await?;
            for (seq, step) in &left.steps {
                if let Some(end) = self.step(*seq, step, &owner, &theirs, &called).await? {
                    return Ok(end);
                }
            }
            let part = if left.upto > self.contact.sent.seq { 0 } else { self.contact.sent.part };
            self.contact.sent = SentUpTo { seq: left.upto.max(self.contact.sent.seq), part };
            match (left.more, left.hole) {
                (true, _) => {}
                (_, true) => return Ok(End::Hole),
                _ => return Ok(End::Settled),
            }
        }
    }

    /// What our own messages that the steps name are called at the other side.
    async fn called(&self, steps: &[(u64, Step)]) -> Result<Called> {
        let owner = self.contact.key.owner;
        let mut seqs: Vec<u64> =
            steps.iter().filter_map(|(_, step)| say::named(step, owner)).collect();
        seqs.sort_unstable();
        seqs.dedup();
        self.store.sent_events(&self.contact, &seqs).await
    }

    /// Which of the messages that are answered, and not known under a name of theirs, are theirs.
    async fn theirs(&self, steps: &[(u64, Step)], called: &Called) -> Result<HashSet<u64>> {
        let room = self.contact.room;
        let answered = steps.iter().filter_map(|(_, step)| match step {
            Step::Message(message) => message.reply_to_seq,
            Step::Change(..) => None,
        });
        let messages: HashSet<MessageId> = answered
            .filter(|seq| !called.contains_key(seq))
            .map(|seq| MessageId { room, seq })
            .collect();
        if messages.is_empty() {
            return Ok(HashSet::new());
        }
        let ask = Ask { messages: messages.into_iter().collect(), ..Ask::default() };
        let seen = self.store.look(ask, self.now).await?;
        let theirs = seen.messages.values().filter(|m| m.sender == self.contact.remote);
        Ok(theirs.map(|m| m.id.seq).collect())
    }

    /// Tells another name of our user, once they know one.
    async fn rename(&mut self, owner: &Profile) -> Result<Option<End>> {
        let told = self.contact.told_name.as_ref();
        if told.is_none_or(|name| *name == owner.display_name) || self.contact.proven.is_none() {
            return Ok(None);
        }
        let key = format!("{}-nick-{}", self.contact.key.id, self.contact.wanted);
        let (went, _) = self.tell(owner, &PeerEvent::Nick, &key).await?;
        match went {
            Went::End(end) => Ok(Some(end)),
            Went::On | Went::Refused => {
                self.contact.told_name = Some(owner.display_name.clone());
                self.advance(&TakenPart::default()).await
            }
        }
    }

    /// All parts of a step that have not been taken yet.
    async fn step(
        &mut self,
        seq: u64,
        step: &Step,
        owner: &Profile,
        theirs: &HashSet<u64>,
        called: &Called,
    ) -> Result<Option<End>> {
        // What was sent of this very step before.
        let next = seq.checked_sub(1) == Some(self.contact.sent.seq);
        let done = if next { self.contact.sent.part as usize } else { 0 };
        let parts = say::parts(step, seq, owner.id, theirs, called);
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.into_iter().enumerate().skip(done) {
            if self.done.taken >= EVENTS_MAX || self.now >= self.until {
                return Ok(Some(End::Spent));
            }
            let key = format!("{}-{seq}-{index}", self.contact.key.id);
            let (went, event_id) = match &part {
                Part::Event(event) => self.tell(owner, event, &key).await?,
                Part::File(file, reply_to) => {
                    self.show(owner, file, reply_to.clone(), &key).await?
                }
            };
            if let Went::End(end) = went {
                return Ok(Some(end));
            }
            let sent = u32::try_from(index + 1).unwrap_or(u32::MAX);
            self.contact.sent = match index == last {
                true => SentUpTo { seq, part: 0 },
                false => SentUpTo { seq: seq - 1, part: sent },
            };
            let taken = remembered(step, index, event_id, called);
            if let Some(end) = self.advance(&taken).await? {
                return Ok(Some(end));
            }
            if index == last
                && let (Went::On, Step::Message(message)) = (went, step)
            {
                self.arrived(message).await;
            }
        }
        Ok(None)
    }

    /// Hands one event over. What they call it, if it was taken.
    async fn tell(
        &mut self,
        owner: &Profile,
        event: &PeerEvent,
        key: &str,
    ) -> Result<(Went, Option<String>)> {
        let peers = self.peers;
        let who = introduction(&self.contact, owner);
        let call = async |address: &_| peers.tell(address, who, event, key).await;
        let knocked = knock(&self.contact, async |took| self.keep(took).await, call).await?;
        self.judge(knocked, owner).await
    }

    /// Hands a file over, then the event that shows it. One that they do not want is named instead.
    async fn show(
        &mut self,
        owner: &Profile,
        file: &Attached,
        reply_to: Option<String>,
        key: &str,
    ) -> Result<(Went, Option<String>)> {
        let named = |reply_to| PeerEvent::Text {
            text: format!("[file {} could not be delivered]", file.filename),
            reply_to,
        };
        let event = match self.objects.get(Place::Clean(file.id), None).await? {
            None => named(reply_to),
            Some(bytes) => {
                let (peers, mime) = (self.peers, file.mime_type.as_str());
                let who = introduction(&self.contact, owner);
                let call =
                    async |address: &_| peers.hand_over(address, who, mime, bytes.clone()).await;
                let knocked =
                    knock(&self.contact, async |took| self.keep(took).await, call).await?;
                match self.judge(knocked, owner).await? {
                    (Went::On, Some(url)) => {
                        PeerEvent::File { mime: file.mime_type.clone(), url, reply_to }
                    }
                    (Went::End(end), _) => return Ok((Went::End(end), None)),
                    _ => named(reply_to),
                }
            }
        };
        self.tell(owner, &event, key).await
    }

    /// Whether the turn goes on for another call. The first is within what it was taken for.
    async fn keep(&self, took_ms: i64) -> Result<bool> {
        if !self.called && took_ms == 0 {
            return Ok(true);
        }
        let until = self.now.plus_ms(took_ms).plus_ms(TURN_MS);
        let kept = self.store.keep_turn(self.contact.key, self.turn, until).await?;
        Ok(kept == Commit::Done)
    }

    /// What an answer means, and what it teaches.
    async fn judge(
        &mut self,
        knocked: Option<Knocked>,
        owner: &Profile,
    ) -> Result<(Went, Option<String>)> {
        let Some(knocked) = knocked else { return Ok((Went::End(End::Lost), None)) };
        self.called = true;
        self.now = self.now.plus_ms(knocked.took_ms);
        match knocked.answer {
            PeerAnswer::Taken { id, sender_id } => {
                self.done.taken += 1;
                self.contact.told_name = Some(owner.display_name.clone());
                self.contact.hold = Hold::default();
                if let Some(address) = knocked.address
                    && self.contact.proven.as_ref() != Some(&address)
                {
                    self.store.claim(&self.contact, &address).await?;
                    self.contact.proven = Some(address);
                }
                let theirs = sender_id.as_deref().and_then(|id| Identification::parse(id).ok());
                if let Some(theirs) = theirs {
                    self.learn(&hash(theirs.secret())).await?;
                }
                Ok((Went::On, Some(id)))
            }
            PeerAnswer::Refused(why) => {
                self.done.refused.push(why);
                self.contact.refused += 1;
                Ok((Went::Refused, None))
            }
            PeerAnswer::Later(why) => Ok((Went::End(End::Held(why)), None)),
        }
    }

    /// From now on they are known by this identification too.
    async fn learn(&mut self, theirs: &str) -> Result<()> {
        if self.contact.theirs.iter().any(|known| known == theirs) {
            return Ok(());
        }
        let mut known = self.store.know_by(&self.contact, theirs, None).await?;
        if known == Commit::Stale
            && let Some(other) = self.namesake(theirs).await?
        {
            known = self.store.know_by(&self.contact, theirs, Some(other)).await?;
        }
        if known == Commit::Done {
            self.contact.theirs.push(theirs.to_owned());
        } else if let Some(contact) = self.store.contact(self.contact.key).await? {
            self.contact.theirs = contact.theirs;
        }
        Ok(())
    }

    /// The contact that is known by this identification, if it is the same peer: somebody who wrote to us
    /// while our user had only added them, and who was nobody but a stranger then.
    async fn namesake(&self, theirs: &str) -> Result<Option<ContactKey>> {
        let Some(address) = &self.contact.proven else { return Ok(None) };
        let met = self.store.meet(&self.contact.username, theirs, address).await?;
        let Some(other) = met.known.filter(|known| *known != self.contact.key) else {
            return Ok(None);
        };
        let other = self.store.contact(other).await?;
        let same = |other: &Contact| {
            other.asked && other.proven.is_none() && other.addresses.contains(address)
        };
        Ok(other.filter(same).map(|other| other.key))
    }

    async fn advance(&mut self, taken: &TakenPart) -> Result<Option<End>> {
        let until = self.now.plus_ms(TURN_MS);
        let commit = self.store.advance(&self.contact, self.turn, until, taken, self.now).await?;
        if commit == Commit::Stale {
            return Ok(Some(End::Lost));
        }
        self.stored = self.contact.sent;
        self.called = false;
        Ok(None)
    }

    /// Shows our user that a message has arrived.
    async fn arrived(&self, message: &Message) {
        let receipt = Receipt { from: self.contact.key.owner, to: self.contact.remote };
        let (store, fanout, room) = (self.store, self.fanout, self.contact.room);
        // Left for the next message if it fails: the mark only says too little until then.
        let _ = note_arrival(store, fanout, room, receipt, message.id.seq, self.now).await;
    }
}

fn introduction<'a>(contact: &'a Contact, owner: &'a Profile) -> Introduction<'a> {
    let picture = owner.avatar_url.as_deref().filter(|url| url.starts_with("https://"));
    Introduction { contact, nickname: &owner.display_name, picture }
}

/// What is to be remembered of a part that they call so.
fn remembered(step: &Step, index: usize, event_id: Option<String>, called: &Called) -> TakenPart {
    let Some(event_id) = event_id else { return TakenPart::default() };
    match step {
        Step::Message(message) => {
            let (seq, version) = (message.id.seq, message.changed_seq);
            let first = SentEvent { seq, event_id: event_id.clone(), version };
            let message = (index == 0).then_some(first);
            TakenPart { message, called: Some((event_id, seq)) }
        }
        Step::Change(_, message) => {
            let edited = called.get(&message.id.seq).map(|sent| SentEvent {
                version: message.changed_seq.max(sent.version),
                ..sent.clone()
            });
            TakenPart { message: edited, called: Some((event_id, message.id.seq)) }
        }
    }
}
