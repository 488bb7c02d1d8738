//! The search suite against a real OpenSearch, which Maven brings and one JVM runs (`tests/opensearch`).

use crate::{cargo, place};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The tests that speak to whatever `OPENSEARCH_ENDPOINT` names.
const SUITE: [&str; 4] = ["test", "--workspace", "--test", "search"];
/// Lines of the node's output that are shown when it does not come up.
const TAIL_LINES: usize = 20;

/// Starts a node and runs the suite against it.
pub fn check() -> Result<&'static str, String> {
    for program in ["mvn", "java"] {
        let mut version = Command::new(program);
        version.arg("-version").stdout(Stdio::null()).stderr(Stdio::null());
        if !version.status().is_ok_and(|status| status.success()) {
            return Ok(if program == "mvn" { "skipped: no Maven" } else { "skipped: no Java" });
        }
    }
    let folder = place::target()?.join("opensearch");
    let data = folder.join("data");
    let _ = fs::remove_dir_all(&data);
    fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    let Some(classes) = classes(&folder)? else {
        return Ok("skipped: Maven cannot fetch OpenSearch");
    };
    let mut node = Node::start(&classes, &data)?;
    let endpoint = format!("http://127.0.0.1:{}", node.port);
    let mut suite = cargo::command(&SUITE);
    suite.env("OPENSEARCH_ENDPOINT", endpoint);
    let ended = suite.status().map_err(|error| cargo::unstarted("cargo", &error));
    node.stop();
    match ended?.success() {
        true => Ok("ok"),
        false => Err("OpenSearch answers otherwise than the embedded engine".into()),
    }
}

/// The class path of OpenSearch, fetched once; none if that is not possible here.
fn classes(folder: &Path) -> Result<Option<String>, String> {
    let file = folder.join("classpath");
    let pom = source().join("pom.xml");
    let fetched = Command::new("mvn")
        .args(["--quiet", "--batch-mode", "--file"])
        .arg(&pom)
        .arg("dependency:build-classpath")
        .arg(format!("-Dmdep.outputFile={}", file.display()))
        .status()
        .map_err(|error| cargo::unstarted("mvn", &error))?;
    if !fetched.success() {
        return Ok(None);
    }
    fs::read_to_string(&file).map(Some).map_err(|error| format!("{}: {error}", file.display()))
}

fn source() -> PathBuf {
    place::root().join("tests/opensearch")
}

/// A node of OpenSearch. It ends with its standard input, so it never outlives this program.
struct Node {
    child: Child,
    port: u16,
}

impl Node {
    fn start(classes: &str, data: &Path) -> Result<Self, String> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| format!("no port is free: {error}."))?.port();
        let mut child = Command::new("java")
            .args(["-Xms512m", "-Xmx512m", "-cp", classes])
            .arg(source().join("Node.java"))
            .arg(port.to_string())
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| cargo::unstarted("java", &error))?;
        let mut output = Vec::new();
        let mut lines =
            child.stdout.take().map(BufReader::new).into_iter().flat_map(BufReader::lines);
        while let Some(Ok(line)) = lines.next() {
            if line == "ready" || line.ends_with(" ready") {
                // What it says from now on is nobody's concern, but it must not block on it.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { child, port });
            }
            output.push(line);
        }
        let tail = output.split_off(output.len().saturating_sub(TAIL_LINES));
        let _ = child.wait();
        Err(format!("OpenSearch did not come up:\n{}", tail.join("\n")))
    }

    fn stop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
