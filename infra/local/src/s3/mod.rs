//! S3: `s3s` over files, with the bucket events that functions are started by. Events are seen from
//! outside, at the HTTP exchange: whatever made or removed an object successfully is one.

use crate::metrics::{self, Metrics};
use crate::rights::{self, Rights};
use crate::runtime::Function;
use crate::template::model::BucketSource;
use crate::template::names::REGION;
use crate::{clock, net};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use s3s::auth::{S3Auth, SecretKey};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The secret key of all functions. Their access keys differ, which is enough to tell them apart.
pub const SECRET_KEY: &str = "local-stack-secret-key";

struct AnyKey;

#[async_trait::async_trait]
impl S3Auth for AnyKey {
    async fn get_secret_key(&self, _access_key: &str) -> S3Result<SecretKey> {
        Ok(SecretKey::from(SECRET_KEY))
    }
}

/// The buckets and who listens to them.
pub struct S3 {
    root: PathBuf,
    service: S3Service,
    listeners: Vec<(BucketSource, Arc<Function>)>,
    metrics: Arc<Metrics>,
    rights: Arc<Rights>,
}

impl S3 {
    /// Opens the folder and creates the buckets in it.
    ///
    /// # Errors
    /// One sentence when the folder cannot be used.
    pub fn open(
        root: &Path,
        buckets: &[String],
        listeners: Vec<(BucketSource, Arc<Function>)>,
        metrics: &Arc<Metrics>,
        rights: &Arc<Rights>,
    ) -> Result<Arc<Self>, String> {
        for bucket in buckets {
            std::fs::create_dir_all(root.join(bucket))
                .map_err(|error| format!("bucket {bucket}: {error}"))?;
        }
        let files = s3s_fs::FileSystem::new(root)
            .map_err(|error| format!("the buckets' folder: {error:?}"))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(AnyKey);
        Ok(Arc::new(Self {
            root: root.to_owned(),
            service: builder.build(),
            listeners,
            metrics: Arc::clone(metrics),
            rights: Arc::clone(rights),
        }))
    }

    /// Answers for ever.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        net::serve(listener, move |request, _| {
            let s3 = Arc::clone(&self);
            async move { s3.handle(request).await }
        })
        .await;
    }

    async fn handle(&self, request: Request<Incoming>) -> Response<Body> {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let mut answer = if request.method() == Method::OPTIONS && origin.is_some() {
            let mut answer = Response::new(Body::empty());
            let headers = answer.headers_mut();
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_METHODS,
                HeaderValue::from_static("GET, HEAD, PUT, POST, DELETE"),
            );
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
            answer
        } else {
            self.exchange(request).await
        };
        if let Some(origin) = origin {
            // Signed addresses are the gate; a page at another port must be able to use them.
            answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            answer
                .headers_mut()
                .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
        }
        answer
    }

    async fn exchange(&self, request: Request<Incoming>) -> Response<Body> {
        let method = request.method().clone();
        let query = request.uri().query().unwrap_or("").to_owned();
        let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
        let (bucket, key) = path
            .trim_start_matches('/')
            .split_once('/')
            .unwrap_or((path.trim_start_matches('/'), ""));
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let copied = request.headers().contains_key("x-amz-copy-source");
        let authorization = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        self.metrics.called(authorization.as_deref(), &format!("s3.{method}"), 0);
        if let Err(message) = self.may(authorization.as_deref(), &request, &bucket, &key) {
            return denied(&message);
        }
        let answer = match self.service.call(request.map(Body::from)).await {
            Ok(answer) => answer,
            Err(_) => {
                let mut answer = Response::new(Body::empty());
                *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                return answer;
            }
        };
        if answer.status().is_success()
            && !key.is_empty()
            && let Some(event) = event_name(&method, &query, copied)
        {
            let tag = answer
                .headers()
                .get(header::ETAG)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            self.announce(event, &bucket, &key, tag.trim_matches('"'));
        }
        answer
    }

    /// Whether the caller may do this; a signed address may do what its signer may.
    fn may(
        &self,
        authorization: Option<&str>,
        request: &Request<Incoming>,
        bucket: &str,
        key: &str,
    ) -> Result<(), String> {
        let query = request.uri().query().unwrap_or_default();
        let signed = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="));
        let signed = signed.map(|credential| {
            format!("Credential={}", percent_decode_str(credential).decode_utf8_lossy())
        });
        let caller = authorization.or(signed.as_deref()).and_then(metrics::caller);
        let source = request.headers().get("x-amz-copy-source").and_then(|v| v.to_str().ok());
        let source = source.map(|path| percent_decode_str(path).decode_utf8_lossy().into_owned());
        let method = request.method().as_str();
        self.rights.check(caller, &rights::s3(method, query, bucket, key, source.as_deref()))
    }

    fn announce(&self, event: &str, bucket: &str, key: &str, tag: &str) {
        let wanted = |pattern: &String| {
            let pattern = pattern.trim_start_matches("s3:");
            pattern == event
                || pattern.strip_suffix('*').is_some_and(|start| event.starts_with(start))
        };
        for (source, function) in &self.listeners {
            if source.bucket == bucket
                && source.events.iter().any(wanted)
                && key.starts_with(&source.prefix)
                && key.ends_with(&source.suffix)
            {
                function.invoke_async(self.record(event, bucket, key, tag).into());
            }
        }
    }

    fn record(&self, event: &str, bucket: &str, key: &str, tag: &str) -> String {
        let size =
            std::fs::metadata(self.root.join(bucket).join(key)).map_or(0, |found| found.len());
        // Keys arrive the way a form encodes them.
        let encoded =
            percent_encoding::utf8_percent_encode(key, KEY_KEPT).to_string().replace("%20", "+");
        json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": REGION,
            "eventTime": clock::rfc3339(),
            "eventName": event,
            "userIdentity": {"principalId": "LOCAL"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": uuid::Uuid::new_v4().simple().to_string()},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "local",
                "bucket": {"name": bucket, "ownerIdentity": {"principalId": "LOCAL"}, "arn": format!("arn:aws:s3:::{bucket}")},
                "object": {"key": encoded, "size": size, "eTag": tag, "sequencer": format!("{:016X}", clock::epoch_ms())},
            },
        }]})
        .to_string()
    }
}

/// A call that no statement of the function allows.
fn denied(message: &str) -> Response<Body> {
    let xml = format!("<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>");
    let mut answer = Response::new(Body::from(xml));
    *answer.status_mut() = StatusCode::FORBIDDEN;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer
}

/// What stays as it is in an event's key.
const KEY_KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*');

fn event_name(method: &Method, query: &str, copied: bool) -> Option<&'static str> {
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let part =
        ["partNumber", "tagging", "acl", "uploads", "retention", "legal-hold"].into_iter().any(has);
    match *method {
        _ if part => None,
        Method::PUT if copied => Some("ObjectCreated:Copy"),
        Method::PUT => Some("ObjectCreated:Put"),
        Method::POST if has("uploadId") => Some("ObjectCreated:CompleteMultipartUpload"),
        Method::DELETE if !has("uploadId") => Some("ObjectRemoved:Delete"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_as_an_event() {
        assert_eq!(event_name(&Method::PUT, "x-id=PutObject", false), Some("ObjectCreated:Put"));
        assert_eq!(event_name(&Method::PUT, "", true), Some("ObjectCreated:Copy"));
        assert_eq!(event_name(&Method::PUT, "partNumber=1&uploadId=x", false), None);
        assert_eq!(
            event_name(&Method::POST, "uploadId=x", false),
            Some("ObjectCreated:CompleteMultipartUpload")
        );
        assert_eq!(event_name(&Method::DELETE, "uploadId=x", false), None);
        assert_eq!(event_name(&Method::GET, "", false), None);
    }
}
