//! `GET /search?q=&room_id=&sender=&from=&to=&has=&order=&limit=&cursor=` — finds messages in the rooms
//! the caller is in.
//!
//! 200, newest first unless `order=rank`. 403 for a room the caller is not in, 503 where the deployment
//! has no search.

use chat::ports::{HitOrder, HitPlace};
use chat::{SearchAsk, SearchResults};
use domain::search::{DateSpan, Has, SearchQuery};
use domain::{Code, FieldError, Result, RoomId};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// Words, `"phrases"`, `-not`; `from:name in:room has:link before:2026-11-20 after: during:`.
    #[schemars(length(max = 500))]
    q: Option<String>,
    /// Only in this room.
    room_id: Option<RoomId>,
    /// Only by this user: an id, a username, or `me`.
    sender: Option<String>,
    /// Not before this date or date-time; days are those of UTC.
    from: Option<String>,
    /// Not after this date or date-time; a date is included.
    to: Option<String>,
    /// `attachments`, `links`, or both: repeated, or with a comma.
    has: Option<String>,
    #[serde(default)]
    order: Order,
    #[serde(default)]
    limit: Limit<20, 50>,
    /// A `next_cursor`.
    cursor: Option<String>,
}

/// What comes first: the newest, or what fits best.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Order {
    #[default]
    Recent,
    Rank,
}

/// All parameters as one question.
fn question(query: &Query) -> Result<SearchAsk> {
    let wrong = |name: &'static str, expected: &'static str| {
        move || FieldError::new(name, "invalid", expected)
    };
    let span = |name: &'static str, text: &str| {
        DateSpan::parse(text).ok_or_else(wrong(name, DateSpan::EXPECTED))
    };
    let mut asked = SearchQuery::parse(query.q.as_deref().unwrap_or_default())?;
    if let Some(from) = given(&query.from) {
        asked.since(span("from", from)?.start);
    }
    if let Some(to) = given(&query.to) {
        asked.until(span("to", to)?.end);
    }
    for has in given(&query.has).into_iter().flat_map(|has| has.split(',')) {
        let has = Has::parse(has.trim())
            .ok_or_else(wrong("has", "must be attachments or links, or both with a comma"))?;
        asked.has.push((has, true));
    }
    let sender = given(&query.sender).map(str::to_owned);
    if asked.is_empty() && sender.is_none() && query.room_id.is_none() {
        return Err(
            FieldError::new("q", "required", "is required where nothing else is given").into()
        );
    }
    let order = match query.order {
        Order::Recent => HitOrder::Recent,
        Order::Rank => HitOrder::Rank,
    };
    let place =
        |text| HitPlace::parse(text, order).ok_or_else(wrong("cursor", "must be a next_cursor"));
    let after = given(&query.cursor).map(place).transpose()?;
    let limit = query.limit.get();
    Ok(SearchAsk { query: asked, room: query.room_id, sender, order, after, limit })
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

async fn search(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let ask = question(&request.params()?)?;
    let found = chat::search_messages(&app.table, app.search()?, who, request.now, &ask).await?;
    Ok(Reply::ok(&found))
}

fn about() -> About {
    About::rest("GET", "/search", "Finds messages in the rooms the caller is in.")
        .notes(
            "Newest first unless `order=rank`. Every word must be there; a bare word of three characters or \
             more also finds longer ones that begin with it. `q` may be left out where another parameter is \
             given. A page may be shorter than `limit` and still have a next one.",
        )
        .query::<Query>()
        .answers::<SearchResults>(200, "those found")
        .refuses(&[Code::NotAMember, Code::NotFound])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, search)
}
