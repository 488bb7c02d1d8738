//! Queue `FanoutQueue` — brings events to the sockets of those who are members now, and hands what is
//! for clients of other protocols to their faces.
//!
//! Run twice it delivers twice; clients drop numbers they have seen.

use chat::event::Fanout;
use domain::Timestamp;
use edge::App;

async fn deliver(app: &App, batch: &[Fanout], now: Timestamp) -> Vec<usize> {
    let (table, fanout, sockets) = (&app.table, app.fanout(), app.sockets());
    let done = chat::deliver(table, fanout, sockets, app.faces(), now, batch).await;
    if let Some(error) = &done.error {
        tracing::error!(detail = %error.detail, failed = done.failed.len(), "not delivered");
    }
    if done.given_up > 0 {
        tracing::warn!(given_up = done.given_up, posts = done.posts, "frames given up");
    }
    done.failed
}

fn main() -> edge::Exit {
    edge::serve_events(deliver)
}
