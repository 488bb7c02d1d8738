//! `cargo xtask up`: the whole deployment of template.yaml on this machine.

use crate::cargo::{self, Profile};
use crate::{Outcome, place, web};
use clap::Args;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How the stack is started.
#[derive(Args)]
pub struct Up {
    /// Port of the HTTP and WebSocket APIs; 0 takes a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Folder of everything that is kept [default: .parlance in the project]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Start with an empty folder: what was kept is deleted
    #[arg(long)]
    fresh: bool,
    /// Show what the functions write here too
    #[arg(long)]
    verbose: bool,
    /// Use the optimised build
    #[arg(long)]
    release: bool,
    /// A parameter of template.yaml, as SendRateMax=1000; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = parameter)]
    param: Vec<String>,
    /// Serve the API alone, without the web app
    #[arg(long)]
    no_web: bool,
    /// Fill it with recorded conversations, a folder as `replay` takes it, to see the app alive
    #[arg(long, value_name = "FOLDER")]
    demo: Option<PathBuf>,
    /// Further arguments of parlance-local, after `--`
    #[arg(last = true)]
    args: Vec<OsString>,
}

impl Up {
    /// Builds, then continues as the stack.
    pub fn run(self) -> Outcome {
        let profile = if self.release { Profile::Release } else { Profile::Dev };
        cargo::build(profile)?;
        let web = self.web()?;
        let ready = self.demo.as_ref().map(|folder| demo(profile, folder)).transpose()?;
        let arguments = self.arguments(profile.folder()?, web, ready);
        cargo::become_binary(profile, "parlance-local", arguments.into_iter())
    }

    /// The built web app, if it is wanted and this machine can build it.
    fn web(&self) -> Result<Option<PathBuf>, String> {
        if self.no_web {
            return Ok(None);
        }
        if let Err(reason) = web::possible() {
            println!("Serving the API alone: {reason}.");
            return Ok(None);
        }
        web::built().map(Some)
    }

    fn arguments(
        self,
        binaries: PathBuf,
        web: Option<PathBuf>,
        demo_ready: Option<PathBuf>,
    ) -> Vec<OsString> {
        let mut all: Vec<OsString> = vec![
            "--template".into(),
            place::root().join("template.yaml").into(),
            "--bin-dir".into(),
            binaries.into(),
            "--data".into(),
            place::data(self.data).into(),
            "--port".into(),
            self.port.to_string().into(),
        ];
        for (wanted, flag) in [(self.fresh, "--fresh"), (self.verbose, "--verbose")] {
            if wanted {
                all.push(flag.into());
            }
        }
        if let Some(folder) = web {
            all.extend(["--web".into(), folder.into()]);
        }
        if let Some(file) = demo_ready {
            all.extend(["--ready-file".into(), file.into(), "--param".into(), DEMO.into()]);
        }
        // Push works out of the box, also with a receiver on this machine.
        for parameter in ["PushContact=mailto:local@parlance.example", "OutboundLocal=true"] {
            all.extend(["--param".into(), parameter.into()]);
        }
        for parameter in self.param {
            all.extend(["--param".into(), parameter.into()]);
        }
        all.extend(self.args);
        all
    }
}

/// What the demonstration needs: many lines at once.
const DEMO: &str = "SendRateMax=100000";

/// Starts what fills the stack as soon as it runs, and says in which file it waits for the addresses. It ends
/// with the terminal's Ctrl-C, as the stack does, or when it finds the stack gone.
fn demo(profile: Profile, folder: &Path) -> Result<PathBuf, String> {
    if !folder.exists() {
        return Err(format!("there is nothing at {}.", folder.display()));
    }
    let ready = std::env::temp_dir().join(format!("parlance-demo-{}.json", std::process::id()));
    let _ = std::fs::remove_file(&ready);
    let program = profile.folder()?.join("demo");
    let mut filler = Command::new(&program);
    filler.arg("--data").arg(folder).arg("--ready").arg(&ready).stdin(Stdio::null());
    filler.spawn().map_err(|error| cargo::unstarted(&program.display().to_string(), &error))?;
    Ok(ready)
}

fn parameter(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("a parameter is written KEY=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_has_a_key() {
        assert!(parameter("SendRateMax=1000").is_ok());
        assert!(parameter("CorsOrigins=").is_ok());
        assert!(parameter("=1").is_err());
        assert!(parameter("SendRateMax").is_err());
    }

    fn up() -> Up {
        Up {
            port: 0,
            data: Some("d".into()),
            fresh: true,
            verbose: false,
            release: false,
            param: vec!["A=1".into(), "B=2".into()],
            no_web: false,
            demo: None,
            args: vec!["--idle-timeout".into(), "5".into()],
        }
    }

    fn tail(arguments: &[OsString]) -> String {
        let tail: Vec<_> = arguments[2..].iter().map(|a| a.to_string_lossy()).collect();
        tail.join(" ")
    }

    #[test]
    fn everything_is_passed_on() {
        let arguments = up().arguments("bins".into(), Some("dist".into()), None);
        // Those asked for come last, so that they count.
        let expected = "--bin-dir bins --data d --port 0 --fresh --web dist \
                        --param PushContact=mailto:local@parlance.example --param OutboundLocal=true \
                        --param A=1 --param B=2 --idle-timeout 5";
        assert_eq!(tail(&arguments), expected);
    }

    #[test]
    fn the_demonstration_is_told_when_the_stack_runs_and_may_write_much() {
        let arguments = up().arguments("bins".into(), None, Some("ready.json".into()));
        let expected = "--bin-dir bins --data d --port 0 --fresh \
                        --ready-file ready.json --param SendRateMax=100000 ";
        assert!(tail(&arguments).starts_with(expected), "{}", tail(&arguments));
    }

    #[test]
    fn there_is_no_demonstration_of_nothing() {
        let refused = demo(Profile::Dev, Path::new("/nowhere/at/all"));
        assert!(refused.is_err_and(|sentence| sentence.contains("/nowhere/at/all")));
    }
}
