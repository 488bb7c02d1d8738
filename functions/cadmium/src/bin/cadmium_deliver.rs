//! Queue `CadmiumQueue` — brings news to the clients of the Cadmium face in the protocol's words, to a
//! connection that has just said whose it is what its user has not received yet, and repeats typing.
//!
//! Run twice it delivers twice; clients drop message ids they have seen.

use chat::FaceNews;
use domain::Timestamp;
use edge::App;

async fn cadmium_deliver(app: &App, batch: &[FaceNews], now: Timestamp) -> Vec<usize> {
    let mut failed = Vec::new();
    for (place, news) in batch.iter().enumerate() {
        if let Err(error) = cadmium::tell(app, news, now).await {
            tracing::error!(detail = %error.detail, kind = %news.event.kind, "not told");
            failed.push(place);
        }
    }
    failed
}

fn main() -> edge::Exit {
    edge::serve_queue(cadmium_deliver)
}
