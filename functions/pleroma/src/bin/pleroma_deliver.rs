//! Queue `PleromaQueue` — says what happened over the streaming sockets.
//!
//! Run twice it says it twice; clients know messages by their ids.

use chat::FaceNews;
use domain::{Result, Timestamp};
use edge::App;
use pleroma::news::News;
use pleroma::pen::Pen;

async fn tell(app: &App, news: &FaceNews, now: Timestamp) -> Result<()> {
    let store = &app.table;
    // The template gives this function one in any case: there is no request to go by.
    let base = app.public_url().unwrap_or_default();
    let about = News::of(store, now, &news.event).await?;
    let told = chat::tell_face(store, app.fanout(), app.sockets(), now, news, async |user, _| {
        let pen = Pen::new(app.files(), base.clone(), now, user);
        about.words(store, &pen, user).await
    });
    let told = told.await?;
    if told.given_up > 0 {
        tracing::warn!(given_up = told.given_up, posts = told.posts, "frames given up");
    }
    Ok(())
}

async fn deliver(app: &App, batch: &[FaceNews], now: Timestamp) -> Vec<usize> {
    let mut failed = Vec::new();
    for (place, news) in batch.iter().enumerate() {
        if let Err(error) = tell(app, news, now).await {
            tracing::error!(detail = %error.detail, kind = %news.event.kind, "not told");
            failed.push(place);
        }
    }
    failed
}

fn main() -> edge::Exit {
    edge::serve_queue(deliver)
}
