//! What no file of a chat needs to hold: the test signature of virus scanners, and programs.

/// The EICAR test file, which every scanner reports (eicar.org, "Anti-malware testfile"). Written in
/// two halves, so that this source is no finding itself.
const EICAR: [&str; 2] =
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

/// Bytes of a search's overlap, so that nothing hides on the seam of two chunks.
pub(crate) const SEAM: usize = 67;

/// Extensions of what a double click would run.
const PROGRAMS: [&str; 25] = [
    "apk", "app", "bat", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta", "jar", "jse", "lnk",
    "msc", "msi", "msp", "pif", "ps1", "reg", "scr", "sys", "vbe", "vbs", "wsf", "wsh",
];

/// How programs begin: DOS and Windows, Linux, macOS (both byte orders, both widths, fat), Android,
/// Java, Windows shortcuts.
const HEADS: [&[u8]; 9] = [
    b"\x7FELF",
    b"\xFE\xED\xFA\xCE",
    b"\xFE\xED\xFA\xCF",
    b"\xCE\xFA\xED\xFE",
    b"\xCF\xFA\xED\xFE",
    b"\xCA\xFE\xBA\xBE",
    b"dex\n03",
    b"L\0\0\0\x01\x14\x02\0",
    b"#@~^",
];

/// The test signature, put together.
pub(crate) fn eicar() -> String {
    EICAR.concat()
}

/// Whether the test signature stands anywhere in these bytes.
pub(crate) fn has_eicar(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, eicar().as_bytes()).is_some()
}

/// Whether these bytes begin like a program.
pub(crate) fn is_program(head: &[u8]) -> bool {
    HEADS.iter().any(|signature| head.starts_with(signature)) || is_windows_program(head)
}

/// `MZ` alone begins many a text; the address of the second header must be plausible too.
fn is_windows_program(head: &[u8]) -> bool {
    let Some(address) = head.get(0x3C..0x40).filter(|_| head.starts_with(b"MZ")) else {
        return false;
    };
    let address = address.iter().rev().fold(0u64, |all, byte| all << 8 | u64::from(*byte));
    let there = usize::try_from(address).ok().and_then(|at| head.get(at..at + 2));
    // Beyond the bytes at hand it cannot be disproved.
    there.is_none_or(|mark| mark == b"PE" || mark == b"NE" || mark == b"LE")
}

/// Whether a name is a program's.
pub(crate) fn is_program_name(name: &str) -> bool {
    let name = name.trim_end_matches(['.', ' ', '/']).to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(_, extension)| PROGRAMS.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_head_and_name() {
        let mut windows = vec![0u8; 0x90];
        windows[..2].copy_from_slice(b"MZ");
        windows[0x3C] = 0x80;
        windows[0x80..0x82].copy_from_slice(b"PE");
        assert!(is_program(&windows));
        windows[0x80..0x82].copy_from_slice(b"xx");
        assert!(!is_program(&windows));
        assert!(is_program(b"\x7FELF\x02\x01"));
        assert!(!is_program(b"MZ is a licence plate") && !is_program(b"#!/bin/sh"));
        for name in ["a.exe", "dir/A.EXE", "x.txt.scr", "trick.exe.", "trick.exe "] {
            assert!(is_program_name(name), "{name}");
        }
        for name in ["a.txt", "exe", "setup.exe.txt", "main.js", "run.sh", "README"] {
            assert!(!is_program_name(name), "{name}");
        }
    }

    #[test]
    fn the_seam_covers_the_signature() {
        assert_eq!(eicar().len(), SEAM + 1);
        assert!(has_eicar(format!("…{}…", eicar()).as_bytes()) && !has_eicar(b"X5O!P%"));
    }
}
