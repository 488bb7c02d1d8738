//! A published client, masto.js, makes every call of the chats and receives live updates. It needs Node, so
//! `cargo xtask test --only clients` installs it and runs this.

use parlance_tests::prelude::*;
use std::process::Command;

#[tokio::test]
#[ignore = "needs Node: cargo xtask test --only clients"]
async fn masto_makes_every_call_and_hears_what_happens() {
    let folder = std::env::var_os("PARLANCE_CLIENTS").expect("the folder of installed clients");
    let folder = std::path::Path::new(&folder).join("pleroma");
    let [ann, bob] = stack().users().await;
    let mut node = Command::new("node");
    node.arg("run.mjs").current_dir(&folder).env("PARLANCE_URL", &ann.api.base);
    node.env("PARLANCE_ALICE", &ann.name).env("PARLANCE_BOB", &bob.name);
    node.env("PARLANCE_PASSWORD", PASSWORD);
    let ended = tokio::task::spawn_blocking(move || node.output()).await.unwrap();
    let ended = ended.expect("Node runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, wrong) = (text(&ended.stdout), text(&ended.stderr));
    assert!(ended.status.success(), "{said}\n{wrong}\n{}", stack().output_tail());
    assert!(said.ends_with("ok: the end\n"), "{said}");
}
