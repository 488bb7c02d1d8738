//! Who speaks over a connection `CONN#<connection> / CALLER`, for faces whose frames say it.

use crate::item::{Fields, Row};
use crate::write::Write;
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::Principal;
use chat::ports::Callers;
use domain::{ConnectionId, Result, Timestamp};

impl Callers for Table {
    async fn note_caller(&self, connection: &ConnectionId, who: Principal) -> Result<()> {
        let item = Row::at(keys::caller(connection))
            .text("user", who.user)
            .text("session", who.session)
            .ends(who.expires_at)
            .build();
        self.write(Write::put(item), ReturnValue::None).await.map(|_| ())
    }

    async fn caller(&self, connection: &ConnectionId, now: Timestamp) -> Result<Option<Principal>> {
        let Some(item) = self.get(keys::caller(connection)).await? else { return Ok(None) };
        let f = Fields(&item);
        let who = Principal {
            user: f.parsed("user")?,
            session: f.parsed("session")?,
            expires_at: f.time("ends_at")?,
        };
        Ok(Some(who).filter(|who| who.expires_at > now))
    }

    async fn forget_caller(&self, connection: &ConnectionId) -> Result<()> {
        self.write(Write::delete(keys::caller(connection)), ReturnValue::None).await.map(|_| ())
    }
}
