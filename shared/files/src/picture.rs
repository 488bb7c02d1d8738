//! Pictures: how large they are, and their thumbnails.
//!
//! Decoders are those of the `image` crate, in Rust throughout. A picture's size is read from its head
//! before a pixel is decoded, so a small file that claims a billion pixels costs nothing. Thumbnails are
//! made of pixels alone: camera, place and time of the original do not come along.

use crate::unreadable;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chat::ports::Drawn;
use domain::{FileKind, Finding, Picture};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Pixels beyond which a picture is kept as a file and not drawn (40 megapixels).
pub(crate) const PIXELS_MAX: u64 = 40_000_000;
/// Bytes that decoding may allocate: the most pixels at 16 bits in four channels, and some room.
const ALLOCATED_MAX: u64 = PIXELS_MAX * 8 + 32 * 1024 * 1024;
/// The square that lists of pictures show.
const SQUARE: u16 = 96;
/// Longest sides of the other thumbnails, from the largest.
const SCALED: [u16; 2] = [1080, 360];
/// Longest side of what a thumbhash is made of (its own limit is 100).
const HASHED: u32 = 100;
/// Quality of the thumbnails: below 70 edges of text begin to smear, above 80 sizes double.
const QUALITY: f32 = 75.0;

fn decoder<'a>(
    kind: FileKind,
    bytes: &'a [u8],
) -> Result<impl ImageDecoder + 'a, image::ImageError> {
    let format = match kind {
        FileKind::Jpeg => ImageFormat::Jpeg,
        FileKind::Gif => ImageFormat::Gif,
        FileKind::Webp => ImageFormat::WebP,
        _ => ImageFormat::Png,
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(ALLOCATED_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader.into_decoder()
}

fn pixels((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Refuses what is no picture of its kind: its head cannot be read, or it has no pixels.
pub(crate) fn check(kind: FileKind, bytes: &[u8]) -> Result<(), Finding> {
    match decoder(kind, bytes).map(|decoder| decoder.dimensions()) {
        Ok(size) if pixels(size) > 0 => Ok(()),
        // Its head was read and asks for too much: that is a large picture, and no damage.
        Err(image::ImageError::Limits(_)) => Ok(()),
        Ok(_) | Err(_) => Err(unreadable("the picture is damaged")),
    }
}

/// Draws the thumbnails; a word on why not, where it cannot be done. Of moving pictures the first
/// frame is drawn. Nothing is enlarged.
pub(crate) fn draw(kind: FileKind, bytes: &[u8]) -> Result<Drawn, &'static str> {
    let mut decoder = decoder(kind, bytes).map_err(|_| "undecodable")?;
    if pixels(decoder.dimensions()) > PIXELS_MAX {
        return Err("too many pixels");
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).map_err(|_| "undecodable")?;
    let (width, height) = turned(&whole, orientation);

    let mut thumbnails = Vec::new();
    let mut shown = shrunk(whole, u32::from(SCALED[0]));
    // Turning is cheaper when little is left to turn.
    shown.apply_orientation(orientation);
    for size in SCALED {
        if width.max(height) > u32::from(size) {
            shown = shrunk(shown, u32::from(size));
            thumbnails.push((size, encode(&shown)?));
        }
    }
    let side = u32::from(SQUARE).min(width).min(height).max(1);
    let square = shown.resize_to_fill(side, side, FilterType::CatmullRom);
    thumbnails.push((SQUARE, encode(&square)?));
    thumbnails.reverse();

    let small = shrunk(shown, HASHED).to_rgba8();
    let hash = thumbhash::rgba_to_thumb_hash(
        small.width() as usize,
        small.height() as usize,
        small.as_raw(),
    );
    let sizes = thumbnails.iter().map(|(size, _)| *size).collect();
    let picture = Picture { width, height, thumbhash: STANDARD.encode(hash), thumbnails: sizes };
    Ok(Drawn { picture, thumbnails })
}

/// Width and height as they are shown.
fn turned(whole: &DynamicImage, orientation: Orientation) -> (u32, u32) {
    let (width, height) = (whole.width(), whole.height());
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    }
}

/// At most `side` pixels on the longer side, in eight bits. Large pictures are first averaged down to
/// twice the size, which is fast, and then scaled, which is sharp.
fn shrunk(whole: DynamicImage, side: u32) -> DynamicImage {
    let longer = whole.width().max(whole.height());
    let rough = if longer > side * 4 { whole.thumbnail(side * 2, side * 2) } else { whole };
    let fine = if rough.width().max(rough.height()) > side {
        rough.resize(side, side, FilterType::CatmullRom)
    } else {
        rough
    };
    if fine.color().has_alpha() {
        DynamicImage::ImageRgba8(fine.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(fine.into_rgb8())
    }
}

fn encode(image: &DynamicImage) -> Result<Vec<u8>, &'static str> {
    let (width, height) = (image.width(), image.height());
    let encoded = match image {
        DynamicImage::ImageRgb8(rgb) => {
            webp::Encoder::from_rgb(rgb, width, height).encode_simple(false, QUALITY)
        }
        other => {
            let rgba = other.to_rgba8();
            webp::Encoder::from_rgba(&rgba, width, height).encode_simple(false, QUALITY)
        }
    };
    encoded.map(|webp| webp.to_vec()).map_err(|_| "unencodable")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::{ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// Left half red, right half blue.
    fn halves(width: u32, height: u32) -> DynamicImage {
        let colour = |x| if x < width / 2 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| colour(x)))
    }

    fn decode(webp: &[u8]) -> DynamicImage {
        image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap()
    }

    /// An EXIF block with an orientation and a place, as cameras write it (big endian, one IFD).
    fn exif(orientation: u8) -> Vec<u8> {
        let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x02".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        tiff.extend([0x01, 0x0E, 0, 2, 0, 0, 0, 14, 0, 0, 0, 38]);
        tiff.extend([0, 0, 0, 0]);
        tiff.extend(b"52.5N 13.4E OK");
        tiff
    }

    fn jpeg(image: &DynamicImage, orientation: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        encoder.set_exif_metadata(exif(orientation)).unwrap();
        encoder
            .write_image(image.as_bytes(), image.width(), image.height(), image.color().into())
            .unwrap();
        bytes
    }

    #[test]
    fn sizes_are_those_that_make_sense() {
        for ((width, height), sizes) in [
            ((2400, 1200), vec![96, 360, 1080]),
            ((1080, 700), vec![96, 360]),
            ((360, 360), vec![96]),
            ((20, 10), vec![96]),
            ((1, 1), vec![96]),
            ((1, 3000), vec![96, 360, 1080]),
        ] {
            let drawn = draw(FileKind::Png, &png(&halves(width, height))).unwrap();
            assert_eq!(drawn.picture.thumbnails, sizes, "{width}x{height}");
            assert_eq!((drawn.picture.width, drawn.picture.height), (width, height));
            for (size, webp) in &drawn.thumbnails {
                let thumb = decode(webp);
                let longer = thumb.width().max(thumb.height());
                assert!(longer <= u32::from(*size), "{size}: {longer}");
                assert!(thumb.width() <= width && thumb.height() <= height, "nothing is enlarged");
                if *size == SQUARE {
                    assert_eq!(thumb.width(), thumb.height());
                }
            }
            let hash = STANDARD.decode(&drawn.picture.thumbhash).unwrap();
            assert!((5..40).contains(&hash.len()), "{}", hash.len());
        }
    }

    #[test]
    fn orientation_is_applied_and_metadata_stays_behind() {
        let upright = halves(800, 400);
        let bytes = jpeg(&upright, 6); // to be turned by 90 degrees clockwise
        assert!(memchr::memmem::find(&bytes, b"52.5N").is_some());
        let drawn = draw(FileKind::Jpeg, &bytes).unwrap();
        assert_eq!((drawn.picture.width, drawn.picture.height), (400, 800));
        let (_, webp) = &drawn.thumbnails[1];
        assert!(memchr::memmem::find(webp, b"52.5N").is_none());
        assert!(memchr::memmem::find(webp, b"EXIF").is_none());
        let thumb = decode(webp).to_rgb8();
        assert_eq!((thumb.width(), thumb.height()), (180, 360));
        let (top, bottom) = (thumb.get_pixel(90, 40), thumb.get_pixel(90, 320));
        assert!(top[0] > 200 && bottom[2] > 200, "what was left is on top: {top:?} {bottom:?}");
    }

    #[test]
    fn transparency_stays() {
        let clear = RgbaImage::from_pixel(300, 300, Rgba([0, 200, 0, 0]));
        let drawn = draw(FileKind::Png, &png(&DynamicImage::ImageRgba8(clear))).unwrap();
        assert_eq!(decode(&drawn.thumbnails[0].1).to_rgba8().get_pixel(5, 5)[3], 0);
    }

    /// A PNG that claims a size and has nothing to show for it.
    fn claim(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = png(&halves(8, 8));
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
    }

    #[test]
    fn pixel_bombs_are_files_without_thumbnails() {
        for (width, height) in [(60_000, 60_000), (8_000, 5_001), (1, 2_000_000_000)] {
            let bomb = claim(width, height);
            assert!(check(FileKind::Png, &bomb).is_ok(), "{width}x{height}");
            assert!(draw(FileKind::Png, &bomb).is_err(), "{width}x{height}");
        }
        // The size alone is fine; the rest of the picture is missing.
        assert!(draw(FileKind::Png, &claim(4_000, 4_000)).is_err());
    }

    #[test]
    fn damage_is_no_panic() {
        let good = jpeg(&halves(64, 64), 1);
        for end in [4, 20, good.len() / 2, good.len() - 1] {
            let _ = draw(FileKind::Jpeg, &good[..end]);
            let _ = check(FileKind::Jpeg, &good[..end]);
        }
        assert!(check(FileKind::Gif, b"GIF89a\0\0\0\0\0\0\0").is_err());
        assert!(check(FileKind::Webp, b"RIFF\x04\0\0\0WEBP").is_err());
    }
}
