//! What keeps the stack from starting, and how it ends.

use crate::harness::{Stack, TEMPLATE, command};
use std::process::Stdio;

fn refusal(
    template: &str,
    change: impl FnOnce(&mut std::process::Command, &std::path::Path),
) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = command(folder.path(), template);
    change(&mut command, folder.path());
    let output = command.stderr(Stdio::piped()).output().expect("runs");
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.trim_end().lines().count(), 1, "one sentence: {text}");
    text
}

#[test]
fn each_obstacle_is_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let text = refusal(TEMPLATE, |command, _| {
        command.args(["--port", &port]);
    });
    assert!(text.contains(&port) && text.contains("taken"), "{text}");
    let text = refusal(TEMPLATE, |command, _| {
        command.args(["--template", "/nowhere/template.yaml"]);
    });
    assert!(text.contains("/nowhere/template.yaml"), "{text}");
    assert!(refusal("Resources: [", |_, _| {}).contains("not valid"));
    let text = refusal(TEMPLATE, |command, _| {
        command.args(["--data", "/proc/nowhere"]);
    });
    assert!(text.contains("/proc/nowhere"), "{text}");
    let text = refusal(TEMPLATE, |_, folder| {
        std::fs::remove_file(folder.join("bin/worker")).expect("removed")
    });
    assert!(text.contains("cargo build -p workers --bin worker"), "{text}");
    let text = refusal(
        "Parameters: {Out: {Type: String}}\nResources: {Odd: {Type: AWS::Kinesis::Stream}}",
        |_, _| {},
    );
    assert!(text.contains("Odd") && text.contains("AWS::Kinesis::Stream"), "{text}");
}

#[tokio::test]
async fn one_stack_per_folder_and_a_clean_end() {
    let mut stack = Stack::start(&[]);
    assert_eq!(stack.get("/echo").await.0, 200);
    let output =
        command(stack.folder.path(), TEMPLATE).stderr(Stdio::piped()).output().expect("runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("in use"), "{text}");
    let processes = stack.local("processes").await;
    let pid = processes[0]["pid"].as_u64().expect("a process");
    assert!(stack.terminate());
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "the functions end with it");
}

#[tokio::test]
async fn functions_die_with_a_stack_that_is_killed() {
    let stack = Stack::start(&[]);
    stack.get("/echo").await;
    let pid = stack.local("processes").await[0]["pid"].as_u64().expect("a process");
    let _folder = stack.kill();
    crate::harness::until("the function's end", async || {
        // Where nobody collects it, it stays as a zombie without a program.
        std::fs::read_to_string(format!("/proc/{pid}/cmdline"))
            .unwrap_or_default()
            .is_empty()
            .then_some(())
    })
    .await;
}
