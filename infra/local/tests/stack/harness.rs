//! Starts the program on free ports with a data folder of its own and ends it with the test.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take before a test fails: generous, since machines are busy.
pub const DEADLINE: Duration = Duration::from_secs(30);

pub const TEMPLATE: &str = include_str!("template.yaml");

pub struct Stack {
    child: Child,
    pub folder: TempDir,
    pub http: String,
    pub ws: String,
    pub aws: String,
    pub dynamodb: String,
    pub client: reqwest::Client,
}

/// A folder with the fixture under the name of every function in the template.
pub fn bin_dir(folder: &Path) -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_parlance-local"));
    let fixture = program.parent().expect("a folder").join("examples/fixture");
    assert!(fixture.exists(), "cargo builds examples with the tests");
    let bins = folder.join("bin");
    std::fs::create_dir_all(&bins).expect("a folder");
    for name in TEMPLATE.split("Binary: ").skip(1).filter_map(|rest| rest.split('}').next()) {
        let _ = std::os::unix::fs::symlink(&fixture, bins.join(name));
    }
    bins
}

pub fn command(folder: &Path, template: &str) -> Command {
    let template_path = folder.join("template.yaml");
    std::fs::write(&template_path, template).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance-local"));
    command
        .args(["--port", "0", "--template"])
        .arg(template_path)
        .arg("--bin-dir")
        .arg(bin_dir(folder))
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--ready-file")
        .arg(folder.join("ready.json"))
        .arg("--param")
        .arg(format!("Out={}", folder.join("out.jsonl").display()))
        .stdout(Stdio::null());
    command
}

impl Stack {
    pub fn start(extra: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), extra)
    }

    pub fn start_in(folder: TempDir, extra: &[&str]) -> Self {
        let ready = folder.path().join("ready.json");
        let _ = std::fs::remove_file(&ready);
        let mut child = command(folder.path(), TEMPLATE).args(extra).spawn().expect("starts");
        let since = Instant::now();
        let text = loop {
            if let Ok(text) = std::fs::read_to_string(&ready) {
                break text;
            }
            if let Ok(Some(status)) = child.try_wait() {
                panic!("the stack ended: {status}");
            }
            assert!(since.elapsed() < DEADLINE, "the stack is not ready");
            std::thread::sleep(Duration::from_millis(5));
        };
        let ready: Value = serde_json::from_str(&text).expect("JSON");
        let address = |name: &str| ready[name].as_str().expect("an address").to_owned();
        Self {
            child,
            folder,
            http: address("http"),
            ws: address("ws"),
            aws: address("aws"),
            dynamodb: address("dynamodb"),
            client: reqwest::Client::new(),
        }
    }

    /// Ends the stack without warning and gives its folder back.
    pub fn kill(mut self) -> TempDir {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
        std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"))
    }

    /// Asks the stack to end, and says whether it did so cleanly.
    pub fn terminate(&mut self) -> bool {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).expect("small"))
            .expect("not zero");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("signalled");
        self.child.wait().expect("gone").success()
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer =
            self.client.get(format!("{}{path}", self.http)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }

    pub async fn local(&self, path: &str) -> Value {
        self.client
            .get(format!("{}/_local/{path}", self.aws))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    }

    pub async fn aws(&self, url: &str, target: &str, body: Value) -> (u16, Value) {
        let answer = self
            .client
            .post(url)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20261120T000000Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=LOCALtest/20261120/us-east-1/any/aws4_request, SignedHeaders=host, Signature=00",
            )
            .body(body.to_string())
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn sqs(&self, operation: &str, body: Value) -> Value {
        let (status, answer) = self.aws(&self.aws, &format!("AmazonSQS.{operation}"), body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    pub async fn dynamodb(&self, operation: &str, body: Value) -> Value {
        let (status, answer) =
            self.aws(&self.dynamodb, &format!("DynamoDB_20120810.{operation}"), body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// Events that the functions have recorded.
    pub fn recorded(&self) -> Vec<Value> {
        std::fs::read_to_string(self.folder.path().join("out.jsonl"))
            .unwrap_or_default()
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits for a recorded event.
    pub async fn recorded_where(&self, what: impl Fn(&Value) -> bool) -> Value {
        until("the event", async || self.recorded().into_iter().find(|event| what(event))).await
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again and again until there is something.
pub async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(since.elapsed() < DEADLINE, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A presigned address, by Signature Version 4 with only the host signed.
pub fn presign(method: &str, base: &str, path: &str) -> String {
    use sha2::{Digest, Sha256};
    let host = base.trim_start_matches("http://");
    let time = chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{}/us-east-1/s3/aws4_request", &time[..8]);
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=LOCALtest%2F{}&X-Amz-Date={time}&X-Amz-Expires=60&X-Amz-SignedHeaders=host",
        scope.replace('/', "%2F")
    );
    let request = format!("{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let mut key = format!("AWS4{}", parlance_local::s3::SECRET_KEY).into_bytes();
    for part in scope.split('/') {
        key = hmac(&key, part.as_bytes());
    }
    format!("{base}{path}?{query}&X-Amz-Signature={}", hex(&hmac(&key, to_sign.as_bytes())))
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut block = [0u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner =
        Sha256::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
