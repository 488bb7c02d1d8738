//! The scanner `clamd`, against a real one with a signature database of a few lines. It is Debian's package
//! `clamav-daemon`; where it is missing and this runs as root it is installed, and where it cannot be had the
//! test says so and is left out.

use parlance_tests::files::*;
use parlance_tests::prelude::*;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What our own signature looks for: a text that is nowhere else.
const MARK: &str = "parlance-test-malware-5b1f0c";

/// A clamd on a socket of its own, stopped with the test.
struct Daemon {
    child: Child,
    socket: PathBuf,
    _folder: tempfile::TempDir,
}

fn program() -> Option<PathBuf> {
    let there = || {
        ["/usr/sbin/clamd", "/usr/local/sbin/clamd"]
            .map(PathBuf::from)
            .into_iter()
            .find(|p| p.exists())
    };
    there().or_else(|| {
        let quiet =
            |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet(Command::new("apt-get").arg("update")).ok()?;
        let install = ["install", "-y", "--no-install-recommends", "clamav-daemon"];
        quiet(Command::new("apt-get").args(install).env("DEBIAN_FRONTEND", "noninteractive"))
            .ok()?;
        there()
    })
}

impl Daemon {
    fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("db")).expect("a folder");
        // Extended signature: name, any file, any offset, the text in hex.
        let hex: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(path("db/parlance.ndb"), format!("Parlance.Test.Malware:0:*:{hex}\n"))
            .expect("written");
        let socket = path("clamd.ctl");
        let text = format!(
            "LocalSocket {}\nDatabaseDirectory {}\nForeground yes\nAlertEncrypted yes\nStreamMaxLength 20M\n",
            socket.display(),
            path("db").display()
        );
        std::fs::write(path("clamd.conf"), text).expect("written");
        let mut command = Command::new(program);
        command.arg("--config-file").arg(path("clamd.conf"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("clamd");
        Self { child, socket, _folder: folder }
    }

    async fn ready(&mut self) {
        let (socket, child) = (self.socket.clone(), &mut self.child);
        let child = std::cell::RefCell::new(child);
        super::until("clamd to listen", async || {
            assert!(child.borrow_mut().try_wait().expect("its state").is_none(), "clamd has ended");
            std::os::unix::net::UnixStream::connect(&socket).ok()
        })
        .await;
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

#[tokio::test]
async fn a_real_clamd_decides_and_nothing_passes_without_it() {
    let Some(program) = program() else {
        eprintln!(
            "LEFT OUT: there is no clamd here and the package clamav-daemon cannot be installed"
        );
        return;
    };
    let mut clamd = Daemon::start(&program);
    clamd.ready().await;
    let address = format!("unix:{}", clamd.socket.display());
    let options = Options::new().roomy().param("Scanner", "clamd").param("ClamdAddress", address);
    let stack = Stack::start(options);
    let user = stack.user().await;
    let socket = Socket::connect(&user).await;

    let clean = user.upload("a.png", &png(40, 40)).await;
    assert_eq!(user.open(&clean, "").await.status, 200);
    user.upload("large.pdf", &[pdf(), vec![b' '; 3_000_000]].concat()).await;
    let marked = [pdf(), MARK.as_bytes().to_vec()].concat();
    let refused = user.try_upload("a.pdf", "", &marked).await.problem(403, "infected");
    assert!(
        refused["detail"].as_str().is_some_and(|text| text.contains("Parlance.Test.Malware")),
        "{refused}"
    );
    let packed = zip(&[("inner/notes.txt", MARK.as_bytes())]);
    user.try_upload("a.zip", "", &packed).await.problem(403, "infected");

    let announced = user.announce("b.pdf", "application/pdf", marked.len()).await;
    assert_eq!(user.put_bytes(&announced, marked.clone()).await, 200);
    let told = socket
        .expect("attachment_updated", |data| data["attachment"]["id"] == announced["id"])
        .await;
    assert_eq!(told.data["attachment"]["status"], "infected");

    // It goes away: uploads wait, nothing passes, and nobody gets an error for it.
    clamd.stop();
    let waiting = user.try_upload("a.png", "image/png", &png(41, 41)).await.ok(201);
    assert_eq!(waiting["status"], "pending");
    user.open(&waiting, "").await.problem(409, "attachment_not_ready");
    let announced = user.announce("c.pdf", "application/pdf", marked.len()).await;
    assert_eq!(user.put_bytes(&announced, marked).await, 200);
    assert_eq!(user.complete(&announced).await.ok(200)["status"], "pending");

    // And comes back: whoever asks again is told.
    let folder = clamd.socket.parent().expect("a folder").to_path_buf();
    let mut command = Command::new(&program);
    command.arg("--config-file").arg(folder.join("clamd.conf"));
    let _ = std::fs::remove_file(&clamd.socket);
    clamd.child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("clamd");
    clamd.ready().await;
    assert_eq!(user.complete(&waiting).await.ok(200)["status"], "clean");
    user.complete(&announced).await.problem(403, "infected");
}
