//! Workers started by events other than a queue's: a bucket's, a schedule's, another service's. An
//! error makes Lambda invoke again (twice), so work must be safe to repeat.

use crate::App;
use crate::app::now;
use crate::serve::{Exit, serve};
use domain::{Result, Timestamp};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct BucketEvent {
    #[serde(rename = "Records", default)]
    records: Vec<BucketRecord>,
}

#[derive(Deserialize)]
struct BucketRecord {
    s3: BucketEntity,
}

#[derive(Deserialize)]
struct BucketEntity {
    object: ObjectEntity,
}

#[derive(Deserialize)]
struct ObjectEntity {
    key: String,
}

#[derive(Serialize)]
struct Worked {
    objects: usize,
}

/// Serves a bucket's events: `work` is called with the key of each object.
pub fn serve_bucket(work: impl AsyncFn(&App, &str, Timestamp) -> Result<()>) -> Exit {
    serve(async |app, event: BucketEvent, _: &str| {
        for record in &event.records {
            work(app, &plain_key(&record.s3.object.key), now()).await?;
        }
        Ok(Worked { objects: event.records.len() })
    })
}

/// Keys come the way a form encodes them.
fn plain_key(encoded: &str) -> String {
    percent_decode_str(&encoded.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Serves any event that can be read as `T`.
pub fn serve_event<T: DeserializeOwned, A: Serialize>(
    work: impl AsyncFn(&App, T, Timestamp) -> Result<A>,
) -> Exit {
    serve(async |app, event: T, _: &str| Ok(work(app, event, now()).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded() {
        assert_eq!(plain_key("quarantine/a+b%2Bc%C3%A9"), "quarantine/a b+cé");
        assert_eq!(plain_key("%"), "%");
    }

    #[test]
    fn what_is_no_object_is_nothing_to_do() {
        let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#;
        assert!(serde_json::from_str::<BucketEvent>(test).unwrap().records.is_empty());
    }
}
