//! Searches the messages of the rooms the caller is in now.
//!
//! The index only proposes: every hit is read from the table, with the caller's membership, and shown if
//! it is there, not deleted, and still what was asked for. So nothing that the index has not heard of yet
//! (an edit, a deletion, somebody's removal) can come to light.

mod resolve;

use crate::gate::Principal;
use crate::index_messages::properties;
use crate::ports::{
    Accounts, Ask, FindMessages, Hit, HitOrder, HitPlace, ListRooms, Look, Range, ReadHistory,
    Seen, Throttle, Wanted,
};
use crate::view::{CompactUser, MessageView, People};
use domain::search::{Has, Highlight, SearchQuery, highlights, snippet_html};
use domain::{Bucket, Message, MessageKind, Result, Room, RoomId, RoomKind, Timestamp, UserId};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use resolve::{Places, Senders};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// How often the index is asked for a page: what it holds that is no longer so is passed over, and a page
/// that is not full after so many rounds is answered as it is.
const ROUNDS_MAX: usize = 4;
/// Reads of neighbours under way at once.
const READS_IN_FLIGHT_MAX: usize = 20;
/// How many lines beside a result are read to find one that somebody wrote.
const NEIGHBOURS_MAX: usize = 5;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SearchAsk {
    /// The query, with what the other parameters add to it.
    pub query: SearchQuery,
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only by this user: an id, a username, or `me`.
    pub sender: Option<String>,
    /// In which order.
    pub order: HitOrder,
    /// Only after this place in it.
    pub after: Option<HitPlace>,
    /// How many at most.
    pub limit: usize,
}

/// A page of results.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct SearchResults {
    pub results: Vec<SearchResult>,
    pub next_cursor: Option<String>,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct SearchResult {
    pub message: MessageView,
    pub room: FoundIn,
    /// Where the content is what was asked for, in code points.
    pub highlights: Vec<Highlight>,
    /// A piece of the content: escaped text with `<mark>` around the highlights.
    pub snippet_html: String,
    pub context: Context,
}

/// The room of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct FoundIn {
    pub id: RoomId,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: RoomKind,
}

/// What was written before and after a result.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Context {
    pub before: Option<MessageView>,
    pub after: Option<MessageView>,
}

/// A page of what is found, newest or best first.
///
/// Round trips, one after the other: who is asking, where they are a member and what they may still ask;
/// names, if the query has any; the index; the hits; their neighbours; the people they name.
pub async fn search_messages(
    store: &(impl Look + ListRooms + ReadHistory + Accounts + Throttle),
    index: &impl FindMessages,
    who: Principal,
    now: Timestamp,
    ask: &SearchAsk,
) -> Result<SearchResults> {
    let rooms = accessible(store, who, now, ask.room).await?;
    let Places(rooms) = resolve::rooms(store, who, now, rooms, &ask.query.rooms).await?;
    let senders = resolve::senders(store, who, ask).await?;
    let (Some(senders), false) = (senders, rooms.is_empty()) else {
        return Ok(SearchResults { results: Vec::new(), next_cursor: None });
    };
    let search = Search { store, index, who, now, ask, rooms, senders };
    let (found, next) = search.page().await?;
    let results = search.shown(found).await?;
    Ok(SearchResults { results, next_cursor: next.map(|place| place.to_string()) })
}

/// The rooms that may be searched: the one that is named, or all the caller is in.
async fn accessible(
    store: &(impl Look + ListRooms + Throttle),
    who: Principal,
    now: Timestamp,
    room: Option<RoomId>,
) -> Result<Vec<RoomId>> {
    if let Some(room) = room {
        let ask = who.ask_room(room);
        let seen = crate::look_within(store, Bucket::Search, who.user, ask, now).await?;
        return who.member(&seen, room).map(|_| vec![room]);
    }
    let (seen, rooms) = futures_util::future::try_join(
        crate::look_within(store, Bucket::Search, who.user, who.ask(), now),
        store.rooms_of(who.user),
    )
    .await?;
    who.check(&seen).map(|()| rooms)
}

/// One search under way.
struct Search<'a, S, I> {
    store: &'a S,
    index: &'a I,
    who: Principal,
    now: Timestamp,
    ask: &'a SearchAsk,
    rooms: Vec<RoomId>,
    senders: Senders,
}

/// A hit that has proved to be one.
struct Found {
    room: Room,
    message: Message,
    highlights: Vec<Highlight>,
}

impl<S: Look + ReadHistory, I: FindMessages> Search<'_, S, I> {
    /// The page, and the place it ends at if there may be more.
    async fn page(&self) -> Result<(Vec<Found>, Option<HitPlace>)> {
        let query = &self.ask.query;
        let mut found: Vec<Found> = Vec::new();
        let mut after = self.ask.after;
        for round in 1.. {
            // One more than is wanted tells whether there is more.
            let limit = self.ask.limit - found.len() + 1;
            let wanted = Wanted {
                clauses: &query.clauses,
                rooms: &self.rooms,
                senders: &self.senders.only,
                not_senders: &self.senders.not,
                has: &query.has,
                since: query.since,
                until: query.until,
                order: self.ask.order,
                after,
                limit,
            };
            let hits = self.index.find(&wanted).await?;
            let all = hits.len() < limit;
            let seen = self.look(&hits).await?;
            for hit in hits {
                if found.len() == self.ask.limit {
                    return Ok((found, after));
                }
                after = Some(hit.place);
                found.extend(self.proven(&seen, &hit));
            }
            if all {
                return Ok((found, None));
            }
            if found.len() == self.ask.limit || round == ROUNDS_MAX {
                break;
            }
        }
        Ok((found, after))
    }

    /// Everything there is to know of the hits, as it is now.
    async fn look(&self, hits: &[Hit]) -> Result<Seen> {
        if hits.is_empty() {
            return Ok(Seen::default());
        }
        let mut rooms: Vec<RoomId> = hits.iter().map(|hit| hit.id.room).collect();
        rooms.sort_unstable();
        rooms.dedup();
        let ask = Ask {
            messages: hits.iter().map(|hit| hit.id).collect(),
            members: rooms.iter().map(|room| (*room, self.who.user)).collect(),
            rooms,
            ..Ask::default()
        };
        self.store.look(ask, self.now).await
    }

    /// The hit, if the caller may read it and it is what was asked for.
    fn proven(&self, seen: &Seen, hit: &Hit) -> Option<Found> {
        let query = &self.ask.query;
        let room = seen.rooms.get(&hit.id.room)?;
        seen.members.get(&(hit.id.room, self.who.user))?;
        let message = seen.messages.get(&hit.id)?;
        if message.deleted.is_some() || message.kind == MessageKind::System {
            return None;
        }
        let at = message.created_at;
        let in_time =
            query.since.is_none_or(|since| at >= since) && query.until.is_none_or(|end| at < end);
        let has = properties(message);
        let as_wanted = |(what, wanted): &(Has, bool)| has.contains(what) == *wanted;
        if !in_time || !self.senders.fit(message.sender) || !query.has.iter().all(as_wanted) {
            return None;
        }
        let highlights = highlights(&query.clauses, &message.body)?;
        Some(Found { room: room.clone(), message: message.clone(), highlights })
    }

    /// What was written before and after a hit.
    async fn neighbours(&self, one: &Found) -> Result<(Option<Message>, Option<Message>)> {
        let (room, last_seq, seq) = (one.room.id, one.room.last_seq, one.message.id.seq);
        let limit = NEIGHBOURS_MAX;
        let before = Range { after: None, before: Some(seq), last_seq, newest_first: true, limit };
        let after = Range { after: Some(seq), before: None, newest_first: false, ..before };
        let both = (self.store.history(room, before), self.store.history(room, after));
        let (before, after) = futures_util::future::try_join(both.0, both.1).await?;
        Ok((written(before), written(after)))
    }

    /// The results with their neighbours and everybody's names.
    async fn shown(&self, found: Vec<Found>) -> Result<Vec<SearchResult>> {
        let reads: Vec<_> = found.iter().map(|one| self.neighbours(one)).collect();
        let beside: Vec<(Option<Message>, Option<Message>)> =
            stream::iter(reads).buffered(READS_IN_FLIGHT_MAX).try_collect().await?;
        let messages = found
            .iter()
            .map(|one| &one.message)
            .chain(beside.iter().flat_map(|(before, after)| before.iter().chain(after)));
        let peers = found.iter().filter_map(|one| one.room.peer_of(self.who.user));
        let names: Vec<UserId> = messages.flat_map(MessageView::names).chain(peers).collect();
        let people = crate::people(self.store, names, self.now).await?;
        let results = found.into_iter().zip(beside);
        Ok(results.map(|(one, (before, after))| self.view(&one, before, after, &people)).collect())
    }

    fn view(
        &self,
        one: &Found,
        before: Option<Message>,
        after: Option<Message>,
        people: &People,
    ) -> SearchResult {
        let Found { room, message, highlights } = one;
        let view = |message: &Message| MessageView::of(message, people, Some(self.who.user));
        let name = match room.peer_of(self.who.user) {
            Some(peer) => CompactUser::of(peer, people).display_name,
            None => room.name.clone().unwrap_or_default(),
        };
        SearchResult {
            message: view(message),
            room: FoundIn { id: room.id, name, kind: room.kind },
            highlights: highlights.clone(),
            snippet_html: snippet_html(&message.body, highlights),
            context: Context { before: before.as_ref().map(view), after: after.as_ref().map(view) },
        }
    }
}

/// The first that somebody wrote.
fn written(neighbours: Vec<Message>) -> Option<Message> {
    neighbours.into_iter().find(|message| message.kind != MessageKind::System)
}

impl HitPlace {
    /// Reads a cursor that belongs to this order.
    pub fn parse(text: &str, order: HitOrder) -> Option<Self> {
        let mut parts = text.split('_');
        let score = match order {
            HitOrder::Recent => None,
            HitOrder::Rank => {
                let score: f64 = parts.next()?.parse().ok()?;
                Some(Some(score).filter(|score| score.is_finite() && *score >= 0.0)?)
            }
        };
        let mut number = || parts.next()?.parse::<i64>().ok().filter(|number| *number >= 0);
        let place = Self { score, at_ms: number()?, seq: number()?, tie: number()? };
        parts.next().is_none().then_some(place)
    }
}

impl std::fmt::Display for HitPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(score) = self.score {
            write!(f, "{score}_")?;
        }
        write!(f, "{}_{}_{}", self.at_ms, self.seq, self.tie)
    }
}

/// What the results have in common.
pub(crate) type ByRoom = HashMap<RoomId, Room>;

#[cfg(test)]
mod tests;
