//! Stream of the table — tells people of messages that name them, answer them or are meant for them
//! alone, and of rooms they were brought into.
//!
//! Run twice it notifies once: a notification's id follows from its event and its person.

use chat::Written;
use chat::ports::TableChange;
use domain::Timestamp;
use edge::App;

async fn notify(app: &App, changes: &[TableChange], now: Timestamp) -> Vec<usize> {
    for (place, change) in changes.iter().enumerate() {
        let Some(written) = Written::of(change) else { continue };
        if let Err(error) = chat::notify(&app.table, app.fanout(), now, &written).await {
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
