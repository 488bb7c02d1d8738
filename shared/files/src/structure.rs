//! The check that needs nobody else: what a file of its kind must be, and must not hold.

use crate::danger::has_eicar;
use crate::sniff::has_wide;
use crate::{archive, infected, picture, sniff};
use domain::{FileFault, FileKind, Finding};

/// The first thing that must not pass; `None` when there is nothing.
pub(crate) fn check(kind: FileKind, bytes: &[u8]) -> Option<Finding> {
    let found = sniff::kind(bytes);
    let agrees = found == Some(kind) || (kind, found) == (FileKind::Zip, Some(FileKind::Docx));
    if !agrees {
        let detail = "the content is not what the name or type says";
        return Some(Finding::new(FileFault::OtherType, detail));
    }
    if has_eicar(bytes) {
        return Some(infected("the file holds the EICAR test signature"));
    }
    match kind {
        FileKind::Zip | FileKind::Docx => archive::check(bytes).err(),
        FileKind::Doc => {
            has_wide(bytes, "_VBA_PROJECT").then(|| infected("the document holds macros"))
        }
        FileKind::Jpeg | FileKind::Png | FileKind::Gif | FileKind::Webp => {
            picture::check(kind, bytes).err()
        }
        // Sound has been walked through by now: its kind cannot be told without.
        FileKind::Pdf
        | FileKind::Mp3
        | FileKind::Ogg
        | FileKind::Wav
        | FileKind::M4a
        | FileKind::Weba => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compound(names: &[&str]) -> Vec<u8> {
        let mut bytes = sniff::COMPOUND.to_vec();
        for name in names {
            bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        }
        bytes
    }

    #[test]
    fn each_kind_has_its_check() {
        let fault = |kind, bytes: &[u8]| check(kind, bytes).map(|finding| finding.fault);
        let eicar = format!("%PDF-1.4\n{}", crate::danger::eicar());
        for (what, kind, bytes, expected) in [
            ("pdf", FileKind::Pdf, b"%PDF-1.4\n".to_vec(), None),
            ("eicar", FileKind::Pdf, eicar.into_bytes(), Some(FileFault::Infected)),
            ("text", FileKind::Pdf, b"hello".to_vec(), Some(FileFault::OtherType)),
            ("html", FileKind::Png, b"<script>".to_vec(), Some(FileFault::OtherType)),
            (
                "head only",
                FileKind::Png,
                b"\x89PNG\r\n\x1A\n".to_vec(),
                Some(FileFault::Unreadable),
            ),
            ("word", FileKind::Doc, compound(&["WordDocument"]), None),
            ("installer", FileKind::Doc, compound(&["Installer"]), Some(FileFault::OtherType)),
            (
                "macros",
                FileKind::Doc,
                compound(&["WordDocument", "_VBA_PROJECT"]),
                Some(FileFault::Infected),
            ),
        ] {
            assert_eq!(fault(kind, &bytes), expected, "{what}");
        }
    }
}
