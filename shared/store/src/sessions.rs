//! Sessions `USER#<user> / SESSION#<session>`: one signed-in device each, until its refresh token
//! ends.

use crate::item::{Fields, Item, Row, s};
use crate::write::Write;
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Commit, Sessions};
use domain::{Result, Session, SessionId, Timestamp, UserId};

fn to_item(session: &Session) -> Item {
    let previous = session.previous.as_ref();
    Row::at(keys::session(session.user, session.id))
        .time("created_at", session.created_at)
        .ends(session.expires_at)
        .text("refresh_hash", &session.refresh_hash)
        .text_opt("previous_hash", previous.map(|(hash, _)| hash))
        .time_opt("replaced_at", previous.map(|(_, at)| *at))
        .build()
}

/// The session, if it stands at `now`.
pub(crate) fn from_item(item: &Item, now: Timestamp) -> Result<Option<Session>> {
    let f = Fields(item);
    if !f.stands(now)? {
        return Ok(None);
    }
    Ok(Some(Session {
        id: f.in_key("SK", keys::session_in)?,
        user: f.in_key("PK", keys::user_in)?,
        created_at: f.time("created_at")?,
        expires_at: f.time("ends_at")?,
        refresh_hash: f.string("refresh_hash")?,
        previous: f.string_opt("previous_hash")?.zip(f.time_opt("replaced_at")?),
    }))
}

impl Sessions for Table {
    async fn put_session(&self, session: &Session) -> Result<()> {
        self.write(Write::put(to_item(session)), ReturnValue::None).await.map(|_| ())
    }

    async fn rotate_session(&self, was: &Session, next: &Session) -> Result<Commit> {
        let rotate = Write::put(to_item(next))
            .when("#refresh_hash = :was")
            .value(":was", s(&was.refresh_hash));
        let rotated = self.write(rotate, ReturnValue::None).await?.is_done();
        Ok(if rotated { Commit::Done } else { Commit::Stale })
    }

    async fn end_session(&self, user: UserId, session: SessionId) -> Result<()> {
        let end = Write::delete(keys::session(user, session));
        self.write(end, ReturnValue::None).await.map(|_| ())
    }
}
