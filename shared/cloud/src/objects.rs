//! Files in S3: a private bucket with one prefix per place, keys made of ids alone.

use crate::failure::failed;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use chat::ports::{Objects, Place, Served, SignedUpload};
use domain::{AttachmentId, ChatError, Result, Timestamp};
use futures_util::future::try_join_all;
use std::time::Duration;

/// Objects with this prefix wait for their check; the bucket's events and lifecycle go by it.
const QUARANTINE: &str = "quarantine/";

/// The bucket behind [`Objects`].
#[derive(Clone, Debug)]
pub struct FileBucket {
    client: Client,
    bucket: String,
}

/// The key of a place.
fn key(at: Place) -> String {
    match at {
        Place::Quarantine(id) => format!("{QUARANTINE}{id}"),
        Place::Clean(id) => format!("clean/{id}"),
        Place::Thumbnail(id, size) => format!("thumbnails/{id}/{size}"),
    }
}

/// The file whose upload has this key.
pub fn quarantined_id(key: &str) -> Option<AttachmentId> {
    key.strip_prefix(QUARANTINE)?.parse().ok()
}

impl FileBucket {
    /// The bucket of this name.
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self { client, bucket: bucket.into() }
    }

    fn reading(&self, at: Place) -> GetObjectFluentBuilder {
        self.client.get_object().bucket(&self.bucket).key(key(at))
    }

    async fn remove_one(&self, at: Place) -> Result<()> {
        let remove = self.client.delete_object().bucket(&self.bucket).key(key(at));
        remove.send().await.map(|_| ()).map_err(|e| failed("s3 DeleteObject", &e))
    }
}

/// What is not there (or is another version) is no failure.
async fn bytes_of(read: GetObjectFluentBuilder, etag: Option<&str>) -> Result<Option<Bytes>> {
    let answer = match read.send().await {
        Ok(answer) => answer,
        Err(SdkError::ServiceError(context))
            if matches!(context.err().code(), Some("NoSuchKey" | "PreconditionFailed")) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(failed("s3 GetObject", &error)),
    };
    let plain = |etag: &str| etag.trim_matches('"').to_owned();
    if etag.is_some_and(|wanted| answer.e_tag().map(plain) != Some(plain(wanted))) {
        return Ok(None);
    }
    let body = answer.body.collect().await;
    let body = body.map_err(|_| ChatError::unavailable("s3 GetObject: cut short"))?;
    Ok(Some(body.into_bytes()))
}

fn expiring(valid: Duration) -> Result<PresigningConfig> {
    PresigningConfig::expires_in(valid).map_err(|_| ChatError::unavailable("s3: cannot sign"))
}

impl Objects for FileBucket {
    async fn put(&self, at: Place, bytes: Bytes, content_type: &'static str) -> Result<()> {
        let put = self.client.put_object().bucket(&self.bucket).key(key(at));
        let put = put.content_type(content_type).body(ByteStream::from(bytes));
        put.send().await.map(|_| ()).map_err(|e| failed("s3 PutObject", &e))
    }

    async fn get(&self, at: Place, range: Option<(u64, u64)>) -> Result<Option<Bytes>> {
        let range = range.map(|(first, last)| format!("bytes={first}-{last}"));
        bytes_of(self.reading(at).set_range(range), None).await
    }

    async fn get_version(&self, at: Place, etag: &str) -> Result<Option<Bytes>> {
        bytes_of(self.reading(at).if_match(etag), Some(etag)).await
    }

    async fn remove(&self, at: &[Place]) -> Result<()> {
        try_join_all(at.iter().map(|place| self.remove_one(*place))).await.map(|_| ())
    }

    async fn sign_upload(
        &self,
        at: Place,
        size: u64,
        content_type: &'static str,
        valid: Duration,
    ) -> Result<SignedUpload> {
        // Both become part of the signature: S3 refuses another size or type by itself.
        let put = self.client.put_object().bucket(&self.bucket).key(key(at));
        let put = put.content_type(content_type).content_length(size.try_into().unwrap_or(0));
        let signed = put.presigned(expiring(valid)?).await;
        let signed = signed.map_err(|e| failed("s3 PutObject", &e))?;
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(SignedUpload { url: signed.uri().to_owned(), headers: headers.collect() })
    }

    async fn sign_download(&self, at: Place, served: &Served, valid: Duration) -> Result<String> {
        let read = self
            .reading(at)
            .response_content_type(served.content_type)
            .response_content_disposition(&served.disposition)
            .response_cache_control("private, max-age=31536000, immutable");
        let signed = read.presigned(expiring(valid)?).await;
        Ok(signed.map_err(|e| failed("s3 GetObject", &e))?.uri().to_owned())
    }

    async fn quarantined_before(&self, than: Timestamp, limit: usize) -> Result<Vec<AttachmentId>> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(QUARANTINE);
        let list = list.send().await.map_err(|e| failed("s3 ListObjectsV2", &e))?;
        let old = list.contents().iter().filter(|object| {
            object.last_modified().is_some_and(|at| at.secs() < than.ms().div_euclid(1000))
        });
        Ok(old.filter_map(|object| quarantined_id(object.key()?)).take(limit).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_of_ids() {
        let id = AttachmentId::new(Timestamp::from_ms(7), [7; 10]);
        assert_eq!(quarantined_id(&key(Place::Quarantine(id))), Some(id));
        assert_eq!(key(Place::Thumbnail(id, 96)), format!("thumbnails/{id}/96"));
        for other in ["", "quarantine/", "quarantine/x", &key(Place::Clean(id)), "quarantine/../x"]
        {
            assert_eq!(quarantined_id(other), None, "{other}");
        }
    }
}
