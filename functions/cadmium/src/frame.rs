//! A frame on its way through its route.

use crate::dialect::Dialect;
use crate::entity::Entity;
use crate::envelope::Envelope;
use crate::refusal::Refusal;
use crate::session::whose;
use chat::Principal;
use chat::ports::KeepConnections;
use domain::{ChatError, Code, Face};
use edge::{App, Exit, FaceAnswer, FaceCall, serve_face_socket};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A frame whose envelope has been read.
pub struct Frame<'a> {
    /// Over which connection, and when.
    pub call: &'a FaceCall,
    /// What it says.
    pub envelope: Envelope,
    /// Our own name.
    pub server: String,
}

impl Frame<'_> {
    /// Who sends it.
    pub async fn caller(&self, app: &App) -> Result<Principal, Refusal> {
        let (token, spelled) =
            (self.envelope.token.as_deref(), Dialect::told_to(&self.envelope.kind));
        Ok(whose(app, self.call, token, spelled).await?)
    }

    /// Its payload.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        if !self.envelope.payload.is_object() {
            return Err(Refusal::parse("payload must be an object"));
        }
        let payload = self.envelope.payload.clone();
        serde_json::from_value(payload).map_err(|error| Refusal::parse(format!("payload: {error}")))
    }

    /// The name of the one user it is for.
    pub fn recipient(&self) -> Result<String, Refusal> {
        let [one] = self.envelope.to.as_slice() else {
            return Err(Refusal::recipient("`to` must be exactly one user"));
        };
        match Entity::parse(one) {
            Ok(Entity::User { name, server }) if server.eq_ignore_ascii_case(&self.server) => {
                Ok(name)
            }
            Ok(Entity::User { .. }) => {
                Err(Refusal::new("unknown-host", "that server is not reached from here"))
            }
            _ => Err(Refusal::recipient("`to` must be a user: @name@server")),
        }
    }

    /// Notes a client that spells the types in the later way: it is told in that spelling from now on.
    pub async fn note_spelling(&self, app: &App, who: Principal) -> Result<(), Refusal> {
        if Dialect::of(&self.envelope.kind) == Dialect::Basic {
            let (connection, topic) = (&self.call.connection, Dialect::Basic.topic());
            app.table.follow(who.user, connection, topic, true).await?;
        }
        Ok(())
    }
}

/// Serves a type of frame. Whatever comes of it is answered with one frame: the handler's payload with
/// `ok: true`, or why not.
pub fn serve_frame<T: Serialize>(
    route: impl AsyncFn(&App, &Frame<'_>) -> Result<T, Refusal>,
) -> Exit {
    let route = &route;
    serve_face_socket(Face::Cadmium, async move |app: &App, call: &FaceCall| {
        let server = app.server_name();
        let envelope = match Envelope::parse(call.body()) {
            Ok(envelope) => envelope,
            Err(unread) => {
                let (known, why) = *unread;
                return Ok(FaceAnswer::text(known.refusal(&server, &why)));
            }
        };
        let frame = Frame { call, envelope, server };
        let text = match route(app, &frame).await {
            Ok(payload) => frame.envelope.answer(&frame.server, true, &payload),
            Err(why) => frame.envelope.refusal(&frame.server, &why),
        };
        Ok(FaceAnswer::text(text))
    })
}

/// A fault of ours stands in the log, and nothing of it in the answer.
pub(crate) fn logged(error: &ChatError) {
    if error.code == Code::Unavailable {
        tracing::error!(detail = %error.detail, "failed");
    }
}
