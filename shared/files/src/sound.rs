//! Sound by its content, and nothing that holds film beside it: a film would be served as sound.

use domain::FileKind;

/// The kind of sound the content shows, if it is one that is taken.
pub(crate) fn kind(bytes: &[u8]) -> Option<FileKind> {
    if bytes.starts_with(b"OggS") {
        return is_ogg(bytes).then_some(FileKind::Ogg);
    }
    if bytes.starts_with(b"\x1A\x45\xDF\xA3") {
        return is_weba(bytes).then_some(FileKind::Weba);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return is_m4a(bytes).then_some(FileKind::M4a);
    }
    is_mp3(bytes).then_some(FileKind::Mp3)
}

/// RFC 3533: the first page is the head of the first stream; each stream begins with a page of its
/// own. Whatever begins a stream must be a codec of sound.
fn is_ogg(bytes: &[u8]) -> bool {
    const SOUND: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"\x7FFLAC", b"Speex   "];
    let mut rest = bytes;
    let mut found = false;
    // Bit 2 of the fifth byte: this page begins a stream. All of those stand at the front.
    while rest.starts_with(b"OggS") && rest.get(5).is_some_and(|flags| flags & 2 != 0) {
        let Some(lengths) = rest.get(26).and_then(|count| rest.get(27..27 + usize::from(*count)))
        else {
            return false;
        };
        let begin = 27 + lengths.len();
        let length: usize = lengths.iter().map(|one| usize::from(*one)).sum();
        let Some(packet) = rest.get(begin..begin + length) else { return false };
        if !SOUND.iter().any(|head| packet.starts_with(head)) {
            return false;
        }
        found = true;
        rest = rest.get(begin + length..).unwrap_or_default();
    }
    found
}

/// Matroska (RFC 9559): the kinds of the tracks stand before the first cluster.
fn is_weba(bytes: &[u8]) -> bool {
    let head = before(bytes, b"\x1F\x43\xB6\x75");
    let has = |what: &[u8]| memchr::memmem::find(head, what).is_some();
    has(b"webm") && (has(b"A_OPUS") || has(b"A_VORBIS")) && !has(b"V_") && !has(b"S_TEXT")
}

/// ISO 14496-12 8.4.3: each track has a handler box that says what it is.
fn is_m4a(bytes: &[u8]) -> bool {
    let mut sounds = false;
    for at in memchr::memmem::find_iter(bytes, b"hdlr") {
        match bytes.get(at + 12..at + 16) {
            Some(b"soun") => sounds = true,
            Some(b"vide") => return false,
            _ => {}
        }
    }
    sounds
}

/// ISO 11172-3 2.4.2.3: frames of layer III one after the other, behind the tag (ID3v2) if there is one.
fn is_mp3(bytes: &[u8]) -> bool {
    let mut at = match bytes {
        [b'I', b'D', b'3', _, _, _, a, b, c, d, ..] if (a | b | c | d) & 0x80 == 0 => {
            10 + [a, b, c, d].into_iter().fold(0, |sum, digit| (sum << 7) | usize::from(*digit))
        }
        _ => 0,
    };
    // Two in a row: one may be chance.
    for _ in 0..2 {
        match bytes.get(at..).and_then(frame_length) {
            Some(length) => at += length,
            None => return false,
        }
    }
    true
}

/// Bytes of the frame of layer III that begins here.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    const FIRST: [usize; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const SECOND: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    const RATES: [usize; 3] = [44_100, 48_000, 32_000];
    let [0xFF, b, c, _, ..] = bytes else { return None };
    let is_layer_three = b & 0b1110_0110 == 0b1110_0010;
    // 3: version 1; 2: version 2; 0: version 2.5; 1 is not in use.
    let version = (b >> 3) & 3;
    if !is_layer_three || version == 1 {
        return None;
    }
    let (rates, samples, divisor) = match version {
        3 => (FIRST, 144, 1),
        2 => (SECOND, 72, 2),
        _ => (SECOND, 72, 4),
    };
    let kilobits = rates.get(usize::from(c >> 4)).copied().filter(|rate| *rate > 0)?;
    let hertz = RATES.get(usize::from((c >> 2) & 3))? / divisor;
    let padding = usize::from((c >> 1) & 1);
    Some(samples * kilobits * 1000 / hertz + padding)
}

fn before<'a>(bytes: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let end = memchr::memmem::find(bytes, mark).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(begins: bool, packet: &[u8]) -> Vec<u8> {
        let mut page = b"OggS\0".to_vec();
        page.push(if begins { 2 } else { 0 });
        page.extend([0; 20]);
        page.extend([1, packet.len() as u8]);
        page.extend(packet);
        page
    }

    fn handler(kind: &[u8; 4]) -> Vec<u8> {
        [b"\0\0\0\x21hdlr\0\0\0\0\0\0\0\0", &kind[..]].concat()
    }

    /// 128 kbit/s at 44.1 kHz: 417 bytes.
    fn frame() -> Vec<u8> {
        let mut frame = b"\xFF\xFB\x90\x00".to_vec();
        frame.resize(417, 0);
        frame
    }

    #[test]
    fn sound_is_told_from_film_and_from_noise() {
        let webm = b"\x1A\x45\xDF\xA3 webm ";
        let mp4 = b"\0\0\0\x18ftypM4A ";
        for (what, bytes, expected) in [
            (
                "opus",
                [page(true, b"OpusHead"), page(false, b"OpusTags")].concat(),
                Some(FileKind::Ogg),
            ),
            ("film", [page(true, b"OpusHead"), page(true, b"\x80theora")].concat(), None),
            ("cut page", page(true, b"OpusHead")[..30].to_vec(), None),
            ("no page", b"OggS".to_vec(), None),
            ("weba", [&webm[..], b"A_OPUS"].concat(), Some(FileKind::Weba)),
            ("webm", [&webm[..], b"V_VP9 A_OPUS"].concat(), None),
            ("mkv", b"\x1A\x45\xDF\xA3 matroska A_OPUS".to_vec(), None),
            ("m4a", [&mp4[..], &handler(b"soun")].concat(), Some(FileKind::M4a)),
            ("mp4", [&mp4[..], &handler(b"soun"), &handler(b"vide")].concat(), None),
            ("no track", mp4.to_vec(), None),
            ("mp3", [frame(), frame()].concat(), Some(FileKind::Mp3)),
            (
                "tagged mp3",
                [b"ID3\x04\0\0\0\0\0\x02ab".to_vec(), frame(), frame()].concat(),
                Some(FileKind::Mp3),
            ),
            ("one frame", frame(), None),
            ("tag only", b"ID3\x04\0\0\x7F\x7F\x7F\x7F".to_vec(), None),
            ("free bitrate", b"\xFF\xFB\x00\x00".repeat(2), None),
            ("layer two", b"\xFF\xFD\x90\x00".repeat(200), None),
        ] {
            assert_eq!(kind(&bytes), expected, "{what}");
        }
    }
}
