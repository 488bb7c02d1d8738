//! Clients of other protocols. `deliver` hands what they are to hear of to their face's queue, and a worker
//! of the face says it in the protocol's own words ([`tell_face`]).

use crate::deliver::note_arrival;
use crate::event::{Audience, Event, Fanout, Receipt};
use crate::ports::{KeepConnections, MarkDelivered, Posted, Publish, Push};
use domain::{Connection, ConnectionId, Face, Result, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a face's queue carries: an event, and for whom it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceNews {
    /// What happened.
    pub event: Event,
    /// A message of a direct room: its sender is told when it has arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<(RoomId, Receipt)>,
    /// Whether the connections are closed after the event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// The connections, by their users.
    pub to: Vec<FaceRecipient>,
}

/// A user of a face.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaceRecipient {
    /// Who; nobody where single connections are meant.
    pub user: Option<UserId>,
    /// Their connections over this face.
    pub devices: Vec<FaceDevice>,
}

/// A connection of a face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaceDevice {
    /// Which.
    pub id: ConnectionId,
    /// What its client has asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
}

/// A frame in a face's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceFrame {
    /// The topics it belongs to: a device that has asked for any of them receives it. None: all receive it.
    pub topics: Vec<&'static str>,
    /// The frame, at most 32 KB.
    pub text: String,
}

/// What became of a face's frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaceTold {
    /// Frames accepted.
    pub posts: usize,
    /// Connections found gone.
    pub gone: usize,
    /// Frames given up.
    pub given_up: usize,
}

/// News of one batch entry, gathered by face.
#[derive(Default)]
pub(crate) struct Gathered(BTreeMap<Face, Vec<FaceRecipient>>);

impl Gathered {
    /// Adds a user's connection.
    pub(crate) fn add(&mut self, face: Face, user: Option<UserId>, connection: &Connection) {
        let device = FaceDevice { id: connection.id.clone(), topics: connection.topics.clone() };
        let all = self.0.entry(face).or_default();
        match all.iter_mut().find(|one| one.user == user) {
            Some(one) => one.devices.push(device),
            None => all.push(FaceRecipient { user, devices: vec![device] }),
        }
    }

    /// The news of each face.
    pub(crate) fn news(self, entry: &Fanout) -> Vec<(Face, FaceNews)> {
        let receipt = match entry.audience {
            Audience::Room(room) => entry.receipt.map(|receipt| (room, receipt)),
            _ => None,
        };
        let (event, close) = (&entry.event, entry.close);
        let one = |to| FaceNews { event: event.clone(), receipt, close, to };
        self.0.into_iter().map(|(face, to)| (face, one(to))).collect()
    }
}

/// Brings an event to the connections of a face; `words` translates it for one of its users, into nothing
/// where the protocol has no word for it. Fails only before the first frame has gone out, so that trying
/// again repeats nothing; what cannot be posted is given up, and its client finds it in the history.
pub async fn tell_face(
    store: &(impl KeepConnections + MarkDelivered),
    fanout: &impl Publish,
    sockets: &impl Push,
    now: Timestamp,
    news: &FaceNews,
    words: impl AsyncFn(UserId, &Event) -> Result<Vec<FaceFrame>>,
) -> Result<FaceTold> {
    let mut all = Vec::with_capacity(news.to.len());
    for recipient in &news.to {
        let frames = match recipient.user {
            Some(user) => words(user, &news.event).await?,
            None => Vec::new(),
        };
        all.push((recipient, frames));
    }
    let mut told = FaceTold::default();
    for (recipient, frames) in all {
        let mut gone = Vec::new();
        let mut arrived = false;
        for device in &recipient.devices {
            let wanted = frames.iter().filter(|frame| wants(device, frame));
            for frame in wanted {
                match sockets.post(&device.id, frame.text.clone().into_bytes(), false).await {
                    Posted::Sent => {
                        told.posts += 1;
                        arrived = true;
                    }
                    Posted::Gone => {
                        gone.push(device.id.clone());
                        break;
                    }
                    Posted::GaveUp => told.given_up += 1,
                }
            }
            if news.close {
                sockets.close(&device.id).await;
            }
        }
        told.gone += gone.len();
        let Some(user) = recipient.user else { continue };
        if !gone.is_empty() {
            // Left for the next time if it fails: a dead connection costs one more post.
            let _ = store.drop_connections(user, &gone, now).await;
        }
        if let (Some((room, receipt)), Some(seq)) = (news.receipt, news.event.seq)
            && arrived
            && receipt.to == user
        {
            // Left for the next message if it fails: the mark only says too little until then.
            let _ = note_arrival(store, fanout, room, receipt, seq, now).await;
        }
    }
    Ok(told)
}

pub(crate) fn wants(device: &FaceDevice, frame: &FaceFrame) -> bool {
    frame.topics.is_empty() || frame.topics.iter().any(|t| device.topics.iter().any(|d| d == t))
}
