//! What a file is by its content. Signatures from the formats' own specifications.

use crate::{archive, sound};
use domain::FileKind;

/// Compound file (MS-CFB 2.2): the container of the old Office formats, installers and others.
pub(crate) const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// The kind the content shows, if it is one that is taken.
pub(crate) fn kind(bytes: &[u8]) -> Option<FileKind> {
    let begins = |signature: &[u8]| bytes.starts_with(signature);
    match bytes {
        _ if begins(b"\xFF\xD8\xFF") => Some(FileKind::Jpeg),
        _ if begins(b"\x89PNG\r\n\x1A\n") => Some(FileKind::Png),
        _ if begins(b"GIF87a") || begins(b"GIF89a") => Some(FileKind::Gif),
        _ if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some(FileKind::Webp),
        _ if begins(b"RIFF") && bytes.get(8..12) == Some(b"WAVE") => Some(FileKind::Wav),
        _ if begins(b"%PDF-") => Some(FileKind::Pdf),
        // A Word document is the compound file with this stream (MS-DOC 2.1.1).
        _ if begins(COMPOUND) => has_wide(bytes, "WordDocument").then_some(FileKind::Doc),
        _ if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => {
            Some(if archive::is_docx(bytes) { FileKind::Docx } else { FileKind::Zip })
        }
        _ => sound::kind(bytes),
    }
}

/// Whether a name stands in the bytes as UTF-16, as directories of compound files hold them.
pub(crate) fn has_wide(bytes: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &wide).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures() {
        for (bytes, expected) in [
            (&b"\xFF\xD8\xFF\xE0"[..], Some(FileKind::Jpeg)),
            (b"\x89PNG\r\n\x1A\n", Some(FileKind::Png)),
            (b"GIF89a", Some(FileKind::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(FileKind::Webp)),
            (b"RIFF\0\0\0\0WAVEfmt ", Some(FileKind::Wav)),
            (b"RIFF\0\0\0\0AVI LIST", None),
            (b"%PDF-1.7", Some(FileKind::Pdf)),
            (b" %PDF-1.7", None),
            (b"PK\x05\x06", Some(FileKind::Zip)),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 an installer", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"<!doctype html>", None),
            (b"MZ\x90", None),
            (b"", None),
        ] {
            assert_eq!(kind(bytes), expected, "{bytes:?}");
        }
        let mut word = COMPOUND.to_vec();
        word.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(kind(&word), Some(FileKind::Doc));
    }
}
