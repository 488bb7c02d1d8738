//! Stream of the table — tells people of messages that name them, answer them or are meant for them
//! alone, and of rooms they were brought into. Sockets are told at once; what is to be pushed to other
//! devices is handed to `PushQueue`.
//!
//! Run twice it notifies once: a notification's id follows from its event and its person.

use chat::ports::TableChange;
use chat::{Ways, Written};
use domain::Timestamp;
use edge::App;

async fn notify(app: &App, changes: &[TableChange], now: Timestamp) -> Vec<usize> {
    let (fanout, pushes) = (app.fanout(), app.pushes());
    let ways = Ways { fanout, pushes, push_delay_ms: app.push_delay_ms() };
    for (place, change) in changes.iter().enumerate() {
        let Some(written) = Written::of(change) else { continue };
        if let Err(error) = chat::notify(&app.table, ways, now, &written).await {
            tracing::error!(detail = %error.detail, "not notified; the record comes again");
            // Everything behind it comes again too, in its order.
            return vec![place];
        }
    }
    Vec::new()
}

fn main() -> edge::Exit {
    edge::serve_stream(notify)
}
