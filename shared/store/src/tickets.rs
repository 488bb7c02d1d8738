//! Tickets `TICKET#<hash> / TICKET`: each opens one socket, once.

use crate::item::{Fields, Row, t};
use crate::write::{Write, Written};
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Ticket, Tickets};
use domain::{Result, Timestamp};

impl Tickets for Table {
    async fn put_ticket(&self, hash: &str, ticket: Ticket) -> Result<()> {
        let item = Row::at(keys::ticket(hash))
            .text("user", ticket.user)
            .text("session", ticket.session)
            .time("token_expires_at", ticket.token_expires_at)
            .ends(ticket.expires_at)
            .build();
        self.write(Write::put(item), ReturnValue::None).await.map(|_| ())
    }

    async fn take_ticket(&self, hash: &str, now: Timestamp) -> Result<Option<Ticket>> {
        // The condition makes it one caller's: whoever comes second finds no row to satisfy it.
        let take = Write::delete(keys::ticket(hash)).when("#ends_at > :now").value(":now", t(now));
        let Written::Done(item) = self.write(take, ReturnValue::AllOld).await? else {
            return Ok(None);
        };
        let f = Fields(&item);
        Ok(Some(Ticket {
            user: f.parsed("user")?,
            session: f.parsed("session")?,
            expires_at: f.time("ends_at")?,
            token_expires_at: f.time("token_expires_at")?,
        }))
    }
}
