//! Who speaks over a connection: as a frame said before, as this one says, or as the handshake said.

use crate::dialect::Dialect;
use crate::tell::ARRIVED;
use chat::event::Event;
use chat::ports::{Callers, HandOn};
use chat::{FaceDevice, FaceNews, FaceRecipient, Principal};
use domain::{ChatError, Code, Face, Result, Subscription};
use edge::{App, FaceCall};

/// Whose frame this is. A token in it counts for the connection from then on, which is told of news in
/// `spelled`.
pub async fn whose(
    app: &App,
    call: &FaceCall,
    token: Option<&str>,
    spelled: &[Dialect],
) -> Result<Principal> {
    let before = app.table.caller(&call.connection, call.now).await?;
    let Some(token) = token else {
        return before.ok_or_else(|| ChatError::new(Code::Unauthenticated));
    };
    let who = app.verify(token, Some(Face::Cadmium), call.now).await?;
    if before.is_none_or(|one| (one.user, one.session) != (who.user, who.session)) {
        chat::check_session(&app.table, who, call.now).await?;
        admit(app, call, who, spelled).await?;
    }
    Ok(who)
}

/// Notes who speaks over the connection: it is one of their devices from now on, and receives what waits.
/// Whoever spoke over it before no longer does.
pub async fn admit(app: &App, call: &FaceCall, who: Principal, spelled: &[Dialect]) -> Result<()> {
    let FaceCall { connection, now, .. } = call;
    let (table, fanout, checks) = (&app.table, app.fanout(), app.presence());
    let times = app.presence_times();
    let before = table.caller(connection, *now).await?;
    if let Some(before) = before.filter(|one| (one.user, one.session) != (who.user, who.session)) {
        chat::disconnect(table, fanout, checks, times, before, *now, connection.clone()).await?;
    }
    table.note_caller(connection, who).await?;
    let (id, all) = (connection.clone(), Subscription::All);
    chat::connect(table, fanout, checks, times, who, *now, id, all, false).await?;
    let topics = spelled.iter().map(|dialect| dialect.topic().to_owned()).collect();
    let device = FaceDevice { id: connection.clone(), topics };
    let event = Event { kind: ARRIVED.into(), seq: None, ts: *now, data: Default::default() };
    let to = vec![FaceRecipient { user: Some(who.user), devices: vec![device] }];
    let news = FaceNews { event, receipt: None, close: false, to };
    app.faces().hand_on(Face::Cadmium, &news).await
}
