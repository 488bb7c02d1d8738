//! `DELETE /api/v1/pleroma/chats/{chat_id}/messages/{message_id}` — deletes a message of one's own, for both.
//!
//! 200 with the message as it was; 400 `could_not_delete` for the other one's and for what is gone.

use domain::{Code, Result, RoomId};
use edge::{App, Reply, Request};
use pleroma::{ids, pen, problem};

async fn delete_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room: RoomId = request.path("chat_id")?;
    let (store, now) = (&app.table, request.now);
    let read_seq = chat::direct_read_seq(store, who, now, room).await?;
    let id = ids::parse_message_id(&request.path_text("message_id"));
    let Some(id) = id.filter(|id| id.room == room) else { return Ok(problem::could_not_delete()) };
    let found = chat::direct_messages(store, who.user, now, vec![id]).await?.remove(&id);
    let Some(found) = found.filter(|found| found.message.sender.id == who.user) else {
        return Ok(problem::could_not_delete());
    };
    let shown = pen::of_request(app, request, who.user).message(&found.message, read_seq).await?;
    match chat::delete_message(store, app.files(), app.fanout(), who, now, id).await {
        Ok(_) => Ok(Reply::ok(&shown)),
        Err(error) if matches!(error.code, Code::NotFound | Code::MessageDeleted) => {
            Ok(problem::could_not_delete())
        }
        Err(error) => Err(error),
    }
}

fn main() -> edge::Exit {
    pleroma::serve(delete_message)
}
