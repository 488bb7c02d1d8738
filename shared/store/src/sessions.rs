//! Sessions `USER#<user> / SESSION#<session>`: one signed-in device each, until its refresh token
//! ends.

use crate::find::Find;
use crate::item::{Fields, Item, Row, s};
use crate::write::Write;
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Commit, Devices, OpenSession, Sessions};
use domain::{Result, Session, SessionId, Timestamp, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};

pub(crate) fn to_item(session: &Session) -> Item {
    let previous = session.previous.as_ref();
    Row::at(keys::session(session.user, session.id))
        .time("created_at", session.created_at)
        .ends(session.expires_at)
        .text("refresh_hash", &session.refresh_hash)
        .text_opt("previous_hash", previous.map(|(hash, _)| hash))
        .time_opt("replaced_at", previous.map(|(_, at)| *at))
        .text_opt("device", session.device.as_ref())
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
        device: f.string_opt("device")?,
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

/// Sessions of one user that are listed.
const SESSIONS_MAX: usize = 1_000;
/// Sessions ended at once.
const ENDS_IN_FLIGHT_MAX: usize = 16;

impl OpenSession for Table {
    async fn open_session(
        &self,
        session: &Session,
        folded_username: &str,
        password_hash: &str,
    ) -> Result<Commit> {
        let writes = vec![
            Write::put_new(to_item(session)),
            Write::check(keys::username(folded_username))
                .when("#password_hash = :hash")
                .value(":hash", s(password_hash)),
            Write::check(keys::profile(session.user))
                .when("attribute_exists(PK) AND attribute_not_exists(#deactivated)"),
        ];
        Ok(self.transact(writes).await?.commit())
    }
}

impl Devices for Table {
    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let find = Find::new("PK = :user AND begins_with(SK, :sessions)", SESSIONS_MAX)
            .value(":user", s(keys::user_pk(user)))
            .value(":sessions", s(keys::SESSIONS));
        let found = self.query(find).await?;
        let rows = found.items.iter().map(|item| from_item(item, now));
        Ok(rows.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    async fn end_sessions(&self, user: UserId, sessions: &[SessionId]) -> Result<()> {
        let ends = sessions.iter().copied().map(|session| self.end_session(user, session));
        stream::iter(ends.collect::<Vec<_>>())
            .buffer_unordered(ENDS_IN_FLIGHT_MAX)
            .try_collect()
            .await
    }
}
