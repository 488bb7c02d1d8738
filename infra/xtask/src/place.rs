//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The project's folder. Cargo says where this package is, also after the project was moved.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.ancestors().nth(2).unwrap_or(&here).to_path_buf()
}

/// Cargo's target folder, wherever it was configured to be: this program runs from `<target>/<profile>`.
pub fn target() -> Result<PathBuf, String> {
    let exe = env::current_exe()
        .map_err(|error| format!("cannot tell where this program lies: {error}."))?;
    let target = exe.parent().and_then(Path::parent);
    target.map(Path::to_path_buf).ok_or_else(|| "cannot tell where cargo builds to.".into())
}

/// Where the stack keeps its data unless told otherwise.
pub fn data(chosen: Option<PathBuf>) -> PathBuf {
    chosen.unwrap_or_else(|| root().join(".parlance"))
}
