//! What can keep the stack from starting, each as one sentence a newcomer can act on.

use std::path::PathBuf;

/// Why the stack did not start. `Display` is the whole message.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The template could not be read from disk.
    #[error("cannot read the template {path}: {cause}")]
    TemplateUnreadable {
        /// The path that was asked for.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The template is not YAML, or not a template.
    #[error("the template {path} is not valid: {detail}")]
    TemplateInvalid {
        /// The file.
        path: PathBuf,
        /// Where and why.
        detail: String,
    },
    /// The template asks for something this stack does not do.
    #[error("{resource} ({kind}) asks for {what}, which the local stack does not do")]
    Unsupported {
        /// Logical id in the template.
        resource: String,
        /// Resource type.
        kind: String,
        /// Property or feature, by name.
        what: String,
    },
    /// A resource lacks something or names something that is not there.
    #[error("{resource} ({kind}): {detail}")]
    BadResource {
        /// Logical id in the template.
        resource: String,
        /// Resource type.
        kind: String,
        /// What is wrong.
        detail: String,
    },
    /// Another program listens on the port.
    #[error(
        "port {port} is taken: stop what listens there, or choose another with --port (0 takes a free one)"
    )]
    PortTaken {
        /// The port that was asked for.
        port: u16,
    },
    /// The data folder cannot be created or written.
    #[error("the data folder {path} cannot be written: {cause}")]
    DataUnwritable {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// Another stack runs on the same data.
    #[error(
        "the data folder {path} is in use by a running stack (process {pid}): stop that one, or choose another with --data"
    )]
    DataInUse {
        /// The folder.
        path: PathBuf,
        /// Process id the other stack wrote down.
        pid: String,
    },
    /// A function's program has not been built.
    #[error(
        "the program of {function} is missing at {path}: build it with `cargo build -p {package} --bin {binary}{flags}`"
    )]
    BinaryMissing {
        /// Logical id of the function.
        function: String,
        /// Where it was looked for.
        path: PathBuf,
        /// Package that builds it.
        package: String,
        /// Name of the program.
        binary: String,
        /// Build flags that go with the folder, with a leading blank.
        flags: &'static str,
    },
    /// What lies in the data folder does not fit the template.
    #[error("{0}")]
    Data(String),
}
