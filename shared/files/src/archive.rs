//! Zip archives: unpacked as far as the limits go, kept nowhere.
//!
//! Sizes that an archive states are not believed; what counts is what comes out. An archive inside an
//! archive is looked into once; what cannot be looked into (encrypted, another format, deeper still)
//! does not pass: a scanner that shrugs is none.

use crate::danger::{SEAM, has_eicar, is_program, is_program_name};
use crate::{infected, unreadable};
use domain::Finding;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Entries in all, nested ones included.
const ENTRIES_MAX: usize = 10_000;
/// Bytes that may come out in all: twenty times the largest file.
const UNPACKED_MAX: u64 = 200 * 1024 * 1024;
/// How many times larger than packed an entry may be …
const RATIO_MAX: u64 = 200;
/// … once this much has come out: small texts of one letter are no bomb.
const RATIO_FROM: u64 = 1024 * 1024;
/// An archive in an archive is unpacked into memory up to this many bytes.
const NESTED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Archives within archives: the file itself, and one more inside it.
const DEPTH_MAX: usize = 2;
/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Whether an archive holds a Word document (ECMA-376 part 2: the content types are at its root).
pub(crate) fn is_docx(bytes: &[u8]) -> bool {
    ZipArchive::new(Cursor::new(bytes)).is_ok_and(|archive| holds_document(&archive))
}

fn holds_document(archive: &Archive<'_>) -> bool {
    let has = |name| archive.index_for_name(name).is_some();
    has("[Content_Types].xml") && has("word/document.xml")
}

/// What is left of the limits while an archive is gone through.
struct Budget {
    entries: usize,
    bytes: u64,
}

/// Goes through an archive; the first thing that must not pass.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Finding> {
    let mut budget = Budget { entries: ENTRIES_MAX, bytes: UNPACKED_MAX };
    walk(bytes, 1, &mut budget)
}

fn walk(bytes: &[u8], depth: usize, budget: &mut Budget) -> Result<(), Finding> {
    let damaged = || unreadable("the archive is damaged");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    budget.entries = budget
        .entries
        .checked_sub(archive.len())
        .ok_or_else(|| infected("the archive has too many entries"))?;
    if archive.offset() != 0 {
        return Err(unreadable("there is something before the archive"));
    }
    if archive.has_overlapping_files().map_err(|_| damaged())? {
        return Err(infected("the archive's entries overlap, as in a decompression bomb"));
    }
    for index in 0..archive.len() {
        let raw = archive.by_index_raw(index).map_err(|_| damaged())?;
        if raw.encrypted() {
            return Err(unreadable("the archive is encrypted"));
        }
        let name = String::from_utf8_lossy(raw.name_raw()).into_owned();
        let packed = raw.compressed_size();
        drop(raw);
        check_name(&name)?;
        let entry = archive
            .by_index(index)
            .map_err(|_| unreadable("the archive is packed in a way that cannot be looked into"))?;
        read_entry(entry, packed, depth, budget)?;
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Finding> {
    let leaves = name.starts_with(['/', '\\'])
        || name.as_bytes().get(1) == Some(&b':')
        || name.split(['/', '\\']).any(|part| part == "..");
    if leaves {
        return Err(infected("the archive holds paths that lead out of it"));
    }
    if is_program_name(name) {
        return Err(infected("the archive holds a program"));
    }
    if name.to_ascii_lowercase().ends_with("vbaproject.bin") {
        return Err(infected("the document holds macros"));
    }
    Ok(())
}

/// What else an entry can be.
enum Content {
    Plain,
    Nested,
}

fn content_of(head: &[u8]) -> Result<Content, Finding> {
    if is_program(head) {
        return Err(infected("the archive holds a program"));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Content::Nested);
    }
    // 7z, rar, gzip, bzip2, xz, zstandard, cabinet; a tar has its mark further in.
    let closed: [&[u8]; 7] = [
        b"7z\xBC\xAF\x27\x1C",
        b"Rar!\x1A\x07",
        b"\x1F\x8B",
        b"BZh",
        b"\xFD7zXZ\0",
        b"\x28\xB5\x2F\xFD",
        b"MSCF",
    ];
    let is_tar = head.get(257..262) == Some(b"ustar");
    if is_tar || closed.iter().any(|signature| head.starts_with(signature)) {
        return Err(unreadable("the archive holds an archive that cannot be looked into"));
    }
    Ok(Content::Plain)
}

fn read_entry(
    mut entry: impl Read,
    packed: u64,
    depth: usize,
    budget: &mut Budget,
) -> Result<(), Finding> {
    let mut window = Vec::with_capacity(CHUNK + SEAM);
    let mut nested: Option<Vec<u8>> = None;
    let mut unpacked = 0u64;
    loop {
        let kept = window.len();
        let read = (&mut entry).take(CHUNK as u64).read_to_end(&mut window);
        let read = read.map_err(|_| unreadable("the archive is damaged"))?;
        if read == 0 {
            break;
        }
        let fresh = &window[kept..];
        if unpacked == 0 && matches!(content_of(fresh)?, Content::Nested) {
            if depth >= DEPTH_MAX {
                return Err(infected("archives are nested too deep"));
            }
            nested = Some(Vec::new());
        }
        unpacked += read as u64;
        budget.bytes = budget
            .bytes
            .checked_sub(read as u64)
            .ok_or_else(|| infected("too much comes out of the archive"))?;
        if unpacked > RATIO_FROM && unpacked / packed.max(1) > RATIO_MAX {
            return Err(infected("the archive is a decompression bomb"));
        }
        if has_eicar(&window) {
            return Err(infected("the archive holds the EICAR test signature"));
        }
        if let Some(inner) = &mut nested {
            if inner.len() + read > NESTED_BYTES_MAX {
                return Err(unreadable("an archive inside the archive is too large to look into"));
            }
            inner.extend_from_slice(fresh);
        }
        let seam = window.len().saturating_sub(SEAM);
        window.drain(..seam);
    }
    nested.map_or(Ok(()), |inner| walk(&inner, depth + 1, budget))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::danger::eicar;
    use domain::FileFault;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn fault(bytes: &[u8]) -> Option<FileFault> {
        check(bytes).err().map(|finding| finding.fault)
    }

    #[test]
    fn what_passes() {
        assert_eq!(fault(&zip(&[])), None);
        assert_eq!(fault(&zip(&[("a.txt", b"hello"), ("src/main.rs", b"fn main() {}")])), None);
        assert_eq!(fault(&zip(&[("inner.zip", &zip(&[("a.txt", b"hello")]))])), None);
        assert_eq!(fault(&zip(&[("zeros", &vec![0; 1024 * 1024])])), None, "small enough");
    }

    #[test]
    fn what_does_not() {
        let eicar = eicar();
        let seam = format!("{}{eicar}", "x".repeat(CHUNK - 30));
        let deep = zip(&[("2.zip", &zip(&[("3.zip", &zip(&[("a", b"x")]))]))]);
        for (what, bytes, expected) in [
            ("eicar", zip(&[("a.txt", eicar.as_bytes())]), FileFault::Infected),
            ("eicar on a seam", zip(&[("a.txt", seam.as_bytes())]), FileFault::Infected),
            ("a program", zip(&[("readme", b"\x7FELF\x02\x01\x01")]), FileFault::Infected),
            ("a program's name", zip(&[("invoice.pdf.exe", b"x")]), FileFault::Infected),
            ("nested program", zip(&[("a.zip", &zip(&[("a.scr", b"x")]))]), FileFault::Infected),
            ("a way out", zip(&[("../../etc/cron.d/x", b"x")]), FileFault::Infected),
            ("a drive", zip(&[("C:/x", b"x")]), FileFault::Infected),
            ("macros", zip(&[("word/vbaProject.bin", b"x")]), FileFault::Infected),
            ("too deep", deep, FileFault::Infected),
            ("a bomb", zip(&[("zeros", &vec![0; 9 * 1024 * 1024])]), FileFault::Infected),
            ("another format", zip(&[("a.gz", b"\x1F\x8B\x08")]), FileFault::Unreadable),
            ("cut short", zip(&[("a", b"hello")])[..40].to_vec(), FileFault::Unreadable),
            ("a prefix", [b"GIF89a".to_vec(), zip(&[("a", b"x")])].concat(), FileFault::Unreadable),
        ] {
            assert_eq!(fault(&bytes), Some(expected), "{what}");
        }
    }

    #[test]
    fn a_bomb_of_many_parts() {
        // Each part stays below the ratio's start; together they go beyond the total.
        let part = vec![0u8; 1024 * 1024];
        let names: Vec<_> = (0..220).map(|n| n.to_string()).collect();
        let entries: Vec<_> = names.iter().map(|name| (name.as_str(), &part[..])).collect();
        assert_eq!(fault(&zip(&entries)), Some(FileFault::Infected));
        let many: Vec<_> = (0..=ENTRIES_MAX).map(|n| n.to_string()).collect();
        let entries: Vec<_> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(fault(&zip(&entries)), Some(FileFault::Infected));
    }

    #[test]
    fn encryption_is_seen_in_the_flags() {
        let mut bytes = zip(&[("a.txt", b"hello")]);
        // Bit 0 of the general purpose flag, in the local and in the central header (APPNOTE 4.4.4).
        bytes[6] |= 1;
        let central = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
        bytes[central + 8] |= 1;
        assert_eq!(fault(&bytes), Some(FileFault::Unreadable));
    }

    #[test]
    fn documents_are_told_from_other_archives() {
        let parts: [(&str, &[u8]); 2] =
            [("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")];
        assert!(is_docx(&zip(&parts)));
        assert!(!is_docx(&zip(&parts[1..])) && !is_docx(b"PK\x03\x04"));
    }
}
