//! The port to S3, against a server that speaks its protocol over HTTP.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, RequestChecksumCalculation};
use bytes::Bytes;
use chat::ports::{Objects, Place, Served};
use cloud::FileBucket;
use domain::{AttachmentId, Timestamp};
use parlance_local::s3::{S3, SECRET_KEY};
use std::time::Duration;
use tokio::net::TcpListener;

const BUCKET: &str = "files";

struct Server {
    bucket: FileBucket,
    folder: tempfile::TempDir,
}

async fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let metrics = std::sync::Arc::default();
    let rights = std::sync::Arc::default();
    let buckets = [BUCKET.to_owned()];
    let s3 = S3::open(folder.path(), &buckets, vec![], &metrics, &rights).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(s3.serve(listener));
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("LOCALtest", SECRET_KEY, None, None, "tests"))
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let bucket = FileBucket::new(aws_sdk_s3::Client::from_conf(config), BUCKET);
    Server { bucket, folder }
}

fn id(n: u8) -> AttachmentId {
    AttachmentId::new(Timestamp::from_ms(1), [n; 10])
}

#[tokio::test]
async fn bytes_come_back_whole_and_in_part_and_go() {
    let Server { bucket, folder: _kept } = server().await;
    let bytes = Bytes::from((0..200_000u32).map(|n| (n % 251) as u8).collect::<Vec<_>>());
    for place in [Place::Quarantine(id(1)), Place::Clean(id(1)), Place::Thumbnail(id(1), 96)] {
        assert_eq!(bucket.get(place, None).await, Ok(None), "not there yet");
        bucket.put(place, bytes.clone(), "image/png").await.unwrap();
        assert_eq!(bucket.get(place, None).await, Ok(Some(bytes.clone())));
        assert_eq!(bucket.get(place, Some((10, 19))).await, Ok(Some(bytes.slice(10..20))));
        let beyond = bucket.get(place, Some((199_990, 10_000_000))).await;
        assert_eq!(beyond, Ok(Some(bytes.slice(199_990..))));
    }
    let new = || Bytes::from_static(b"new");
    assert_eq!(bucket.put_new(Place::Clean(id(1)), new(), "image/png").await, Ok(false));
    assert_eq!(bucket.get(Place::Clean(id(1)), None).await, Ok(Some(bytes.clone())), "untouched");
    assert_eq!(bucket.put_new(Place::Clean(id(9)), new(), "image/png").await, Ok(true));
    assert_eq!(bucket.get(Place::Clean(id(9)), None).await, Ok(Some(new())));
    bucket.put(Place::Clean(id(1)), new(), "image/png").await.unwrap();
    assert_eq!(bucket.get(Place::Clean(id(1)), None).await, Ok(Some(Bytes::from_static(b"new"))));
    let all = [Place::Quarantine(id(1)), Place::Clean(id(1)), Place::Thumbnail(id(1), 360)];
    for _ in 0..2 {
        bucket.remove(&all).await.unwrap();
    }
    assert_eq!(bucket.get(Place::Clean(id(1)), None).await, Ok(None));
    assert!(bucket.get(Place::Thumbnail(id(1), 96), None).await.unwrap().is_some());
}

#[tokio::test]
async fn a_version_is_told_from_what_took_its_place() {
    let Server { bucket, folder: _kept } = server().await;
    let place = Place::Quarantine(id(2));
    bucket.put(place, Bytes::from_static(b"hello"), "image/png").await.unwrap();
    let md5 = "5d41402abc4b2a76b9719d911017c592";
    let quoted = format!("\"{md5}\"");
    for etag in [md5, &quoted] {
        assert_eq!(bucket.get_version(place, etag).await, Ok(Some(Bytes::from_static(b"hello"))));
    }
    bucket.put(place, Bytes::from_static(b"other"), "image/png").await.unwrap();
    assert_eq!(bucket.get_version(place, md5).await, Ok(None));
    assert_eq!(bucket.get_version(Place::Quarantine(id(3)), md5).await, Ok(None));
}

#[tokio::test]
async fn a_signed_upload_takes_what_was_signed_and_nothing_else() {
    let Server { bucket, folder: _kept } = server().await;
    let place = Place::Quarantine(id(4));
    let signed = bucket.sign_upload(place, 5, "image/png", Duration::from_secs(60)).await.unwrap();
    let http = reqwest::Client::new();
    let put = async |url: &str, kind: &str, body: &'static str| {
        let request = http.put(url).header("content-type", kind).body(body);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(put(&signed.url, "image/png", "hello!").await, 403, "longer");
    assert_eq!(put(&signed.url, "image/png", "hell").await, 403, "shorter");
    assert_eq!(put(&signed.url, "text/html", "hello").await, 403, "another type");
    let elsewhere = signed.url.replace("quarantine", "clean");
    assert_eq!(put(&elsewhere, "image/png", "hello").await, 403, "another place");
    assert_eq!(bucket.get(place, None).await, Ok(None));
    assert_eq!(put(&signed.url, "image/png", "hello").await, 200);
    assert_eq!(bucket.get(place, None).await, Ok(Some(Bytes::from_static(b"hello"))));
    let headers: Vec<&str> = signed.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert!(headers.contains(&"content-type"), "{headers:?}");
}

#[tokio::test]
async fn a_signed_download_says_what_it_is() {
    let Server { bucket, folder: _kept } = server().await;
    let place = Place::Clean(id(5));
    bucket.put(place, Bytes::from_static(b"hello"), "application/zip").await.unwrap();
    let disposition = "attachment; filename=\"a b.zip\"; filename*=UTF-8''a%20b.zip".to_owned();
    let served = Served { content_type: "application/zip", disposition };
    let url = bucket.sign_download(place, &served, Duration::from_secs(60)).await.unwrap();
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), served.content_type);
    assert_eq!(header("content-disposition"), served.disposition);
    assert_eq!(answer.bytes().await.unwrap(), "hello");
    let part = reqwest::Client::new().get(&url).header("range", "bytes=1-2").send().await.unwrap();
    assert_eq!(
        (part.status().as_u16(), part.bytes().await.unwrap()),
        (206, Bytes::from_static(b"el"))
    );
    let other = url.replace("clean", "quarantine");
    assert_eq!(reqwest::get(&other).await.unwrap().status(), 403);
}

#[tokio::test]
async fn what_lies_in_the_quarantine_is_found_by_its_age() {
    let Server { bucket, folder } = server().await;
    for n in 1..=3 {
        bucket.put(Place::Quarantine(id(n)), Bytes::from_static(b"x"), "image/png").await.unwrap();
        bucket.put(Place::Clean(id(n)), Bytes::from_static(b"x"), "image/png").await.unwrap();
    }
    let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    for n in 1..=2 {
        let path = folder.path().join(BUCKET).join("quarantine").join(id(n).to_string());
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    let than = Timestamp::from_ms(1_000_001_000);
    let mut found = bucket.quarantined_before(than, 10).await.unwrap();
    found.sort();
    assert_eq!(found, [id(1), id(2)]);
    assert_eq!(bucket.quarantined_before(than, 1).await.unwrap().len(), 1);
    assert_eq!(bucket.quarantined_before(Timestamp::from_ms(5), 10).await, Ok(vec![]));
}
