//! The web app's files beside the API.

use crate::harness::{DEADLINE, Stack, command};
use reqwest::{Method, StatusCode, header};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// A built app in a folder that the stack may have as its own.
fn built(folder: &Path) -> String {
    let dist = folder.join("dist");
    std::fs::create_dir_all(dist.join("assets")).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("written");
    write("dist/index.html", "<!doctype html><title>App</title>");
    write("dist/assets/app-1.js", &"export {};\n".repeat(50));
    write("dist/manifest.webmanifest", "{}");
    write("dist/.hidden", "no");
    write("secret.txt", "no");
    let headers = include_str!("../../../../web/headers.json");
    write("headers.json", headers);
    dist.display().to_string()
}

fn started() -> Stack {
    let folder = tempfile::tempdir().expect("a folder");
    let dist = built(folder.path());
    Stack::start_in(folder, &["--web", &dist])
}

#[tokio::test]
async fn files_come_with_their_headers() {
    let stack = started();
    let page = stack.client.get(&stack.http).send().await.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-cache");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains(&stack.ws[..stack.ws.len() - "/ws".len()]), "{policy}");
    assert_eq!(page.text().await.expect("text"), "<!doctype html><title>App</title>");

    let url = format!("{}/assets/app-1.js", stack.http);
    let whole = stack.client.get(&url).send().await.expect("an answer");
    assert_eq!(whole.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert!(whole.headers()[header::CACHE_CONTROL].to_str().is_ok_and(|v| v.contains("immutable")));
    let tag = whole.headers()[header::ETAG].clone();
    assert_eq!(whole.bytes().await.expect("a body").len(), 550);
    let packed = stack.client.get(&url).header(header::ACCEPT_ENCODING, "gzip, br");
    let packed = packed.send().await.expect("an answer");
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    assert!(packed.bytes().await.expect("a body").len() < 100);
    let again = stack.client.get(&url).header(header::IF_NONE_MATCH, &tag);
    let again = again.send().await.expect("an answer");
    assert_eq!((again.status(), &again.headers()[header::ETAG]), (StatusCode::NOT_MODIFIED, &tag));
    let head = stack.client.head(&url).send().await.expect("an answer");
    assert_eq!(
        (head.status(), &head.headers()[header::CONTENT_LENGTH]),
        (StatusCode::OK, &"550".parse().expect("valid"))
    );
}

#[tokio::test]
async fn everything_else_is_the_api_s() {
    let stack = started();
    assert_eq!(stack.get("/echo").await.0, 200);
    let posted = stack.client.request(Method::POST, format!("{}/", stack.http)).send().await;
    assert_ne!(
        posted.expect("an answer").headers()[header::CONTENT_TYPE],
        "text/html; charset=utf-8"
    );
    for path in
        ["/nothing", "/assets/none.js", "/assets/", "/assets", "/.hidden", "/dist/index.html"]
    {
        let (status, text) = stack.get(path).await;
        assert!(!text.contains("no\n") && text != "no" && status != 304, "{path}: {status} {text}");
        assert!(!text.contains("<!doctype"), "{path}: {text}");
    }
    // A client would tidy these up: they go out as they stand.
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "//secret.txt",
    ] {
        let answer = raw(&stack.http, path);
        assert!(answer.starts_with("HTTP/1.1 ") && !answer.ends_with("\r\nno"), "{path}: {answer}");
    }
}

fn raw(http: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(http.trim_start_matches("http://")).expect("connected");
    stream.set_read_timeout(Some(DEADLINE)).expect("set");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read");
    answer
}

#[test]
fn a_folder_without_an_app_is_refused_and_costs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("data")).expect("a folder");
    std::fs::write(folder.path().join("data/kept"), "").expect("written");
    let empty = folder.path().join("dist").display().to_string();
    let mut command = command(folder.path(), crate::harness::TEMPLATE);
    let ended = command.args(["--fresh", "--web", &empty]).output().expect("ends");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success() && said.contains("no built web app"), "{said}");
    assert!(folder.path().join("data/kept").exists());
}
