//! One running Parlance: `parlance-local` over the function binaries of the same build, on free ports,
//! with a data folder of its own.
//!
//! A stack must end with whoever started it, however that ends: a test process that is killed, or whose
//! statics are never dropped, would otherwise leave dozens of processes behind. So a *keeper*, a few lines
//! of shell, holds the other end of a pipe; when the pipe closes it stops the stack and removes the data.

use crate::process::{alive, descendants, signal};
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How long a stack may take to accept connections, and to stop.
const START_DEADLINE: Duration = Duration::from_secs(120);
const STOP_DEADLINE: Duration = Duration::from_secs(60);

/// Reads pids from its input, one a line; at the end of the input stops the last of them and clears up.
const KEEPER: &str = r#"
trap '' INT TERM HUP
pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  kill -s TERM "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -s KILL "$pid" 2>/dev/null
fi
[ "$2" = keep ] || rm -rf "$1"
"#;

/// What a stack is started with.
#[derive(Clone, Default)]
pub struct Options {
    /// Template parameters that differ from their defaults.
    pub params: Vec<(String, String)>,
    /// Further arguments of `parlance-local`.
    pub args: Vec<String>,
    /// The folder of the binaries; by default that of the running executable.
    pub bin_dir: Option<PathBuf>,
    /// The data folder; by default a temporary one.
    pub data: Option<PathBuf>,
}

impl Options {
    /// The template's own parameters on a fresh folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Overrides a template parameter.
    pub fn param(mut self, name: &str, value: impl ToString) -> Self {
        self.params.push((name.into(), value.to_string()));
        self
    }

    /// No practical rate limit: for tests that are about something else.
    pub fn roomy(self) -> Self {
        self.param("SendRateMax", 100_000)
    }

    /// With Web Push, to receivers on this machine too; somebody who is connected has a second to read.
    pub fn pushing(self) -> Self {
        let params = self.param("PushContact", "mailto:ops@parlance.example");
        params.param("OutboundLocal", true).param("PushDelaySeconds", 1)
    }

    /// With peers on this machine, who are asked again after a second.
    pub fn peering(self) -> Self {
        self.param("OutboundLocal", true).param("DirectChatRetrySeconds", 1)
    }

    /// Adds an argument of `parlance-local`.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Takes the binaries from another folder (a release build).
    pub fn bin_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.bin_dir = Some(folder.into());
        self
    }
}

/// The domain of the shared stack, under which every user has a host of their own.
pub const DOMAIN: &str = "parlance.test";

/// Addresses from the ready file.
#[derive(Clone, Default)]
struct Ready {
    http: String,
    ws: String,
    aws: String,
}

struct Running {
    child: Option<Child>,
    ready: Ready,
    /// The end of its input tells the keeper that this process is done.
    keeper: Option<Child>,
}

/// One running deployment.
pub struct Stack {
    options: Options,
    folder: PathBuf,
    running: Mutex<Running>,
}

/// The stack shared by the tests of a process: the template's parameters but for the rate limit, which is
/// out of reach so that no test meets it by accident; with Web Push, and hosts for users.
pub fn stack() -> &'static Stack {
    static SHARED: OnceLock<Result<Stack, String>> = OnceLock::new();
    shared(&SHARED, Options::new().roomy().pushing().peering().param("DirectChatDomain", DOMAIN))
}

/// The shared stack for what is about the rate limit: the template's ten messages, but per ten minutes
/// instead of ten seconds, so that no test depends on how fast the machine is.
pub fn limited() -> &'static Stack {
    static SHARED: OnceLock<Result<Stack, String>> = OnceLock::new();
    shared(&SHARED, Options::new().param("SendRateMax", 10).param("SendRateWindowSeconds", 600))
}

/// The shared stack for what is about silence: presence ends after three seconds instead of five minutes,
/// and the grace of a disconnect is one second instead of ten.
pub fn brief() -> &'static Stack {
    static SHARED: OnceLock<Result<Stack, String>> = OnceLock::new();
    let options = Options::new().roomy();
    let options = options.param("PresenceExpirySeconds", 3).param("PresenceGraceSeconds", 1);
    shared(&SHARED, options)
}

/// A stack that does not come up is not tried again by every test.
fn shared(cell: &'static OnceLock<Result<Stack, String>>, options: Options) -> &'static Stack {
    match cell.get_or_init(|| Stack::try_start(options)) {
        Ok(stack) => stack,
        Err(reason) => panic!("{reason}"),
    }
}

/// The folder of the build that the running executable belongs to: `target/<profile>`.
pub fn build_folder() -> PathBuf {
    let exe = std::env::current_exe().expect("the running executable's path");
    let folder = exe.parent().expect("an executable lies in a folder");
    if folder.ends_with("deps") {
        folder.parent().unwrap_or(folder).to_path_buf()
    } else {
        folder.to_path_buf()
    }
}

/// The project's folder.
pub fn project_folder() -> PathBuf {
    match std::env::var_os("PARLANCE_ROOT") {
        Some(root) => root.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
    }
}

/// The template under test.
pub fn template_path() -> PathBuf {
    std::env::var_os("PARLANCE_TEMPLATE")
        .map_or_else(|| project_folder().join("template.yaml"), PathBuf::from)
}

impl Stack {
    /// Starts a stack and waits until it accepts connections.
    ///
    /// # Panics
    /// With the tail of its output, if it does not come up.
    pub fn start(options: Options) -> Self {
        Self::try_start(options).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Like [`Stack::start`].
    ///
    /// # Errors
    /// With the tail of its output, if it does not come up.
    pub fn try_start(options: Options) -> Result<Self, String> {
        let folder = tempfile::Builder::new()
            .prefix("parlance-test-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let running = Running { child: None, ready: Ready::default(), keeper: None };
        let stack = Self { options, folder, running: Mutex::new(running) };
        stack.spawn(0)?;
        Ok(stack)
    }

    /// `http://127.0.0.1:PORT`
    pub fn http(&self) -> String {
        self.lock().ready.http.clone()
    }

    /// `ws://127.0.0.1:PORT/ws`
    pub fn ws(&self) -> String {
        self.lock().ready.ws.clone()
    }

    /// The internal listener: AWS endpoints and diagnostics.
    pub fn aws(&self) -> String {
        self.lock().ready.aws.clone()
    }

    /// The process id of `parlance-local`.
    pub fn pid(&self) -> u32 {
        self.lock().child.as_ref().map_or(0, Child::id)
    }

    /// Where it keeps its data.
    pub fn data(&self) -> PathBuf {
        self.options.data.clone().unwrap_or_else(|| self.folder.join("data"))
    }

    /// `kill -9` of everything at once: the stack and its function processes.
    pub fn kill(&self) {
        let mut running = self.lock();
        let Some(mut child) = running.child.take() else { return };
        let mut all = vec![child.id()];
        all.extend(descendants(child.id()));
        signal("KILL", &all);
        let _ = child.wait();
    }

    /// Starts again after [`Stack::kill`] or [`Stack::stop`], on the same data and the same port.
    pub fn start_again(&self) {
        let port = self
            .http()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .expect("a port in the URL");
        self.spawn(port).unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// Stops it as Ctrl-C would, and waits; whether it said goodbye with exit code 0 and left no process.
    pub fn stop(&self) -> bool {
        let mut running = self.lock();
        let Some(mut child) = running.child.take() else { return true };
        // Nothing left to keep: the id may soon belong to somebody else.
        tell(running.keeper.as_mut(), "");
        let below = descendants(child.id());
        signal("TERM", &[child.id()]);
        let deadline = Instant::now() + STOP_DEADLINE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = child.try_wait() {
                return status.success() && !below.iter().any(|pid| alive(*pid));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        signal("KILL", &descendants(child.id()));
        let _ = child.kill();
        let _ = child.wait();
        false
    }

    /// The last lines of the stack's and the functions' output.
    pub fn output_tail(&self) -> String {
        let mut text = String::new();
        for file in [self.folder.join("stack.log"), self.data().join("logs/functions.log")] {
            let whole = fs::read(&file).unwrap_or_default();
            let whole = String::from_utf8_lossy(&whole);
            let lines: Vec<&str> = whole.lines().collect();
            text.push_str(&format!("--- {}\n", file.display()));
            text.push_str(&lines[lines.len().saturating_sub(40)..].join("\n"));
            text.push('\n');
        }
        text
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self, port: u16) -> Result<(), String> {
        let mut running = self.lock();
        assert!(running.child.is_none(), "the stack runs already");
        let ready_file = self.folder.join("ready.json");
        let _ = fs::remove_file(&ready_file);
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("stack.log"))
            .expect("a log file");
        let mut child = self
            .command(port, &ready_file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", self.program().display()))?;
        self.tell_keeper(&mut running, child.id());
        let deadline = Instant::now() + START_DEADLINE;
        loop {
            if let Some(ready) = read_ready(&ready_file) {
                running.ready = ready;
                running.child = Some(child);
                return Ok(());
            }
            let ended = child.try_wait().expect("the state of a child");
            if ended.is_some() || Instant::now() > deadline {
                let _ = child.kill();
                let _ = child.wait();
                let state = ended.map_or_else(
                    || "was not ready in time".into(),
                    |status| format!("ended: {status}"),
                );
                return Err(format!("parlance-local {state}\n{}", self.output_tail()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The executable of the stack.
    pub fn program(&self) -> PathBuf {
        match std::env::var_os("PARLANCE_LOCAL_BIN") {
            Some(path) => path.into(),
            None => self.bin_dir().join("parlance-local"),
        }
    }

    /// The folder of the function binaries.
    pub fn bin_dir(&self) -> PathBuf {
        if let Some(folder) = &self.options.bin_dir {
            return folder.clone();
        }
        match (std::env::var_os("PARLANCE_BIN_DIR"), std::env::var_os("PARLANCE_LOCAL_BIN")) {
            (Some(folder), _) => folder.into(),
            (None, Some(program)) => {
                Path::new(&program).parent().map_or_else(build_folder, Path::to_path_buf)
            }
            (None, None) => build_folder(),
        }
    }

    fn command(&self, port: u16, ready_file: &Path) -> Command {
        let mut command = Command::new(self.program());
        command.arg("--template").arg(template_path());
        command.arg("--bin-dir").arg(self.bin_dir());
        command.arg("--data").arg(self.data());
        command.arg("--port").arg(port.to_string());
        command.arg("--ready-file").arg(ready_file);
        for (name, value) in &self.options.params {
            command.arg("--param").arg(format!("{name}={value}"));
        }
        command.args(&self.options.args);
        command
    }

    fn tell_keeper(&self, running: &mut Running, pid: u32) {
        let keeper = running.keeper.get_or_insert_with(|| {
            let keep =
                if std::env::var_os("PARLANCE_TEST_KEEP").is_some() { "keep" } else { "remove" };
            Command::new("sh")
                .args(["-c", KEEPER, "keeper"])
                .arg(&self.folder)
                .arg(keep)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()
                .expect("a shell")
        });
        tell(Some(keeper), &pid.to_string());
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.stop();
        let keeper = self.lock().keeper.take();
        if let Some(mut keeper) = keeper {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        } else if std::env::var_os("PARLANCE_TEST_KEEP").is_none() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn tell(keeper: Option<&mut Child>, line: &str) {
    if let Some(input) = keeper.and_then(|keeper| keeper.stdin.as_mut()) {
        let _ = writeln!(input, "{line}");
    }
}

fn read_ready(file: &Path) -> Option<Ready> {
    let value: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let text = |name: &str| value[name].as_str().map(|url| url.trim_end_matches('/').to_owned());
    Some(Ready { http: text("http")?, ws: text("ws")?, aws: text("aws")? })
}
