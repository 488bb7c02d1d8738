//! Asks a clamd: its command INSTREAM, over TCP or a local socket (clamd(8), "COMMANDS").

use bytes::Bytes;
use chat::ports::Verdict;
use domain::{ChatError, Finding, Result};
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// How long a scan may take, connection and all; well within a function's 29 s.
const SCAN_MAX: Duration = Duration::from_secs(20);
/// Bytes sent at a time.
const CHUNK: usize = 64 * 1024;
/// Longest answer that is read, in bytes; a signature's name is much shorter.
const ANSWER_MAX: u64 = 4 * 1024;

/// Where a clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clamd {
    /// `host:port`
    Tcp(String),
    /// `unix:/path`
    Unix(PathBuf),
}

impl Clamd {
    /// Reads an address: `host:port` or `unix:/path`.
    ///
    /// # Errors
    /// One sentence when it is neither.
    pub fn at(address: &str) -> std::result::Result<Self, String> {
        match (address.strip_prefix("unix:"), address.rsplit_once(':')) {
            (Some(path), _) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            (None, Some((host, port))) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Self::Tcp(address.to_owned()))
            }
            _ => Err(format!("clamd's address must be host:port or unix:/path, not {address:?}")),
        }
    }

    /// What clamd says of these bytes. An error when it does not answer, or not in its language:
    /// nothing passes unseen.
    pub(crate) async fn scan(&self, bytes: &Bytes) -> Result<Verdict> {
        let asked = tokio::time::timeout(SCAN_MAX, self.ask(bytes)).await;
        let answer = match asked {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(ChatError::unavailable(format_args!("clamd: {error}"))),
            Err(_) => return Err(ChatError::unavailable("clamd: no answer in time")),
        };
        read(&answer)
    }

    async fn ask(&self, bytes: &[u8]) -> std::io::Result<String> {
        match self {
            Self::Tcp(address) => stream(TcpStream::connect(address).await?, bytes).await,
            Self::Unix(path) => stream(UnixStream::connect(path).await?, bytes).await,
        }
    }
}

async fn stream(
    mut clamd: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &[u8],
) -> std::io::Result<String> {
    // `z`: command and answer end with NUL.
    clamd.write_all(b"zINSTREAM\0").await?;
    for chunk in bytes.chunks(CHUNK) {
        let length = u32::try_from(chunk.len()).unwrap_or(0);
        clamd.write_all(&length.to_be_bytes()).await?;
        clamd.write_all(chunk).await?;
    }
    clamd.write_all(&[0; 4]).await?;
    clamd.flush().await?;
    let mut answer = Vec::new();
    clamd.take(ANSWER_MAX).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned())
}

/// `stream: OK`, `stream: <signature> FOUND`, or an error.
fn read(answer: &str) -> Result<Verdict> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Ok(Verdict::Clean);
    }
    match said.strip_suffix(" FOUND") {
        // Names of encrypted files as clamd's option AlertEncrypted reports them.
        Some(name) if name.starts_with("Heuristics.Encrypted") => {
            Ok(Verdict::Bad(crate::unreadable("the file is encrypted")))
        }
        Some(name) => {
            tracing::warn!(signature = name, "malware was uploaded");
            Ok(Verdict::Bad(found(name)))
        }
        None => Err(ChatError::unavailable(format_args!("clamd: {said:.200}"))),
    }
}

fn found(name: &str) -> Finding {
    let shown: String = name.chars().filter(|c| c.is_ascii_graphic()).take(100).collect();
    crate::infected(format!("malware was found: {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::FileFault;
    use tokio::net::UnixListener;

    #[test]
    fn addresses() {
        assert_eq!(Clamd::at("unix:/run/clamd.ctl"), Ok(Clamd::Unix("/run/clamd.ctl".into())));
        assert_eq!(Clamd::at("clamd.internal:3310"), Ok(Clamd::Tcp("clamd.internal:3310".into())));
        for bad in ["", "clamd", ":3310", "host:", "host:x", "unix:relative", "/run/clamd.ctl"] {
            assert!(Clamd::at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn answers() {
        assert_eq!(read("stream: OK"), Ok(Verdict::Clean));
        let fault = |answer| match read(answer) {
            Ok(Verdict::Bad(finding)) => finding.fault,
            other => panic!("{other:?}"),
        };
        assert_eq!(fault("stream: Parlance.Test.UNOFFICIAL FOUND"), FileFault::Infected);
        assert_eq!(fault("stream: Heuristics.Encrypted.Zip FOUND"), FileFault::Unreadable);
        for odd in ["", "stream: ", "INSTREAM size limit exceeded. ERROR", "stream: x ERROR", "OK?"]
        {
            assert!(read(odd).is_err(), "{odd}");
        }
    }

    #[tokio::test]
    async fn the_stream_is_framed_and_silence_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clamd");
        let listener = UnixListener::bind(&path).unwrap();
        let clamd = Clamd::Unix(path.clone());
        let bytes = Bytes::from(vec![7u8; CHUNK + 1]);
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut all = vec![0; 10 + 4 + CHUNK + 4 + 1 + 4];
            socket.read_exact(&mut all).await.unwrap();
            socket.write_all(b"stream: OK\0").await.unwrap();
            drop(socket);
            // The second caller is hung up on.
            drop(listener.accept().await.unwrap());
            all
        });
        assert_eq!(clamd.scan(&bytes).await, Ok(Verdict::Clean));
        assert!(clamd.scan(&bytes).await.is_err());
        let all = server.await.unwrap();
        assert!(
            all.starts_with(b"zINSTREAM\0\0\x01\0\0\x07")
                && all.ends_with(b"\0\0\0\x01\x07\0\0\0\0")
        );
        std::fs::remove_file(path).unwrap();
        assert!(clamd.scan(&bytes).await.is_err(), "nobody listens");
    }
}
