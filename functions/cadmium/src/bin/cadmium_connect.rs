//! `$connect` — opens a connection of the Cadmium face.
//!
//! A token in `Authorization: Bearer …` or `?token=` says whose it is: 401 if it is not a good one of this
//! face. Without one the connection is nobody's until a frame says who it is.

use cadmium::{Dialect, admit};
use domain::{Face, Result};
use edge::{App, FaceAnswer, FaceCall};

async fn cadmium_connect(app: &App, call: &FaceCall) -> Result<FaceAnswer> {
    if let Some(token) = call.bearer().or_else(|| call.query("token")) {
        let who = app.verify(token, Some(Face::Cadmium), call.now).await?;
        chat::check_session(&app.table, who, call.now).await?;
        admit(app, call, who, &[Dialect::Private]).await?;
    }
    Ok(FaceAnswer::silent())
}

fn main() -> edge::Exit {
    edge::serve_face_socket(Face::Cadmium, cadmium_connect)
}
