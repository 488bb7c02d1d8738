//! What an idempotency key stands for: `USER#<user> / SENT#<room>#<client key>`, kept for a day.

use crate::item::{Fields, Item, Row, t};
use crate::keys;
use crate::write::Write;
use domain::{ChatError, Message, Result, Sent, Timestamp};

/// How long a record is kept, in milliseconds (24 hours).
const SENT_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// Stores the record of a send under its message's client key, where none stands.
pub(crate) fn put(message: &Message, sent: &Sent) -> Result<Write> {
    let Some(client_key) = &message.client_key else {
        return Err(ChatError::unavailable(
            "store: a send's record needs the message's client key",
        ));
    };
    let item = Row::at(keys::sent(message.sender, message.id.room, client_key))
        .text("fingerprint", &sent.fingerprint)
        .number("seq", sent.seq)
        .ends(message.created_at.plus_ms(SENT_KEPT_MS));
    let free = "attribute_not_exists(PK) OR #ends_at <= :now";
    Ok(Write::put(item.build()).when(free).value(":now", t(message.created_at)))
}

/// The record, if it stands at `now`.
pub(crate) fn from_item(item: &Item, now: Timestamp) -> Result<Option<Sent>> {
    let f = Fields(item);
    if !f.stands(now)? {
        return Ok(None);
    }
    Ok(Some(Sent { fingerprint: f.string("fingerprint")?, seq: f.number("seq")? }))
}
