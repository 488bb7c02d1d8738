//! The step between the host and a function: this program, started once more, asks the kernel to end
//! it with its parent and then becomes the function. So no function outlives the stack, however the
//! stack ends. It costs about a millisecond at a process's start and nothing afterwards.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// First argument that asks for this step.
pub const ARGUMENT: &str = "__function";

/// Where this program is. On Linux the kernel's own link, which stays right when a build replaces the
/// file while the stack runs.
///
/// # Errors
/// When the system cannot tell.
pub fn own_program() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok(PathBuf::from("/proc/self/exe"))
    } else {
        std::env::current_exe()
    }
}

/// Becomes the program named by `args` (parent's process id, path) if they ask for it. Returns only
/// when they do not, or with a message when the program could not be started.
///
/// # Errors
/// Why the program did not start.
pub fn step(mut args: impl Iterator<Item = OsString>) -> Result<(), String> {
    if args.next().is_none_or(|first| first != ARGUMENT) {
        return Ok(());
    }
    let parent = args.next().and_then(|text| text.to_str()?.parse::<i32>().ok());
    let program = args.next().ok_or("no program was named")?;
    // Elsewhere a function ends when its next call to the Runtime API finds nobody.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .map_err(|error| error.to_string())?;
    // The parent may have gone before the wish was noted.
    if rustix::process::getppid().map(rustix::process::Pid::as_raw_pid) != parent {
        return Err("the stack is gone".to_owned());
    }
    Err(Command::new(program).exec().to_string())
}
