//! Files to upload, made here so that none is checked in; and the ways to upload them.

use crate::answer::Answer;
use crate::api::Payload;
use crate::user::User;
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

/// The test file that every scanner reports (eicar.org), put together so that this source is none.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"]
        .concat()
        .into_bytes()
}

/// A picture with a left half in red and a right half in blue, with some grain so that it is no trivial one.
pub fn picture(width: u32, height: u32) -> image::DynamicImage {
    image::DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| {
        let grain = u8::try_from((x * 7 + y * 13) % 16).unwrap_or(0);
        if x < width / 2 {
            image::Rgb([230 + grain, 0, grain])
        } else {
            image::Rgb([grain, 0, 230 + grain])
        }
    }))
}

/// A picture as a file of a format.
pub fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    picture.write_to(&mut bytes, format).expect("a picture that can be written");
    bytes.into_inner()
}

/// A PNG.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&picture(width, height), image::ImageFormat::Png)
}

/// A PNG of exactly so many bytes: what is missing is a text chunk that no decoder looks at.
pub fn png_of_size(size: usize) -> Vec<u8> {
    let mut bytes = png(16, 16);
    let padding = size - bytes.len() - 12;
    let mut chunk = b"teSt".to_vec();
    chunk.resize(4 + padding, b'x');
    let end = bytes.len() - 12;
    let tail = bytes.split_off(end);
    bytes.extend(u32::try_from(padding).expect("a small file").to_be_bytes());
    let sum = crc32(&chunk);
    bytes.extend(chunk);
    bytes.extend(sum.to_be_bytes());
    bytes.extend(tail);
    assert_eq!(bytes.len(), size);
    bytes
}

/// A PNG of a few hundred bytes that claims to be of another size.
pub fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(8, 8);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// A JPEG whose EXIF block says that it is to be turned by 90 degrees, and where it was taken.
pub fn jpeg_lying_on_its_side(width: u32, height: u32, place: &str) -> Vec<u8> {
    let plain = encoded(&picture(width, height), image::ImageFormat::Jpeg);
    let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
    let length = u8::try_from(place.len()).expect("a short place");
    tiff.extend([0x01, 0x0E, 0, 2, 0, 0, 0, length, 0, 0, 0, 38, 0, 0, 0, 0]);
    tiff.extend(place.as_bytes());
    let mut exif = b"Exif\0\0".to_vec();
    exif.extend(tiff);
    let size = u16::try_from(exif.len() + 2).expect("a small block");
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(size.to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes
}

/// A zip archive.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(bytes).expect("bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

/// The same, with the flag that says its entries are encrypted.
pub fn encrypted_zip() -> Vec<u8> {
    let mut bytes = zip(&[("a.txt", b"hello")]);
    bytes[6] |= 1;
    let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    bytes[central + 8] |= 1;
    bytes
}

/// A Word document, as far as its parts are concerned.
pub fn docx(extra: &[(&str, &[u8])]) -> Vec<u8> {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", b"<Relationships/>"),
        ("word/document.xml", b"<w:document/>"),
    ];
    parts.extend(extra);
    zip(&parts)
}

/// An old Word document, as far as its container is concerned.
pub fn doc() -> Vec<u8> {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.resize(512, 0);
    bytes.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(2048, 0);
    bytes
}

/// A PDF, as far as its head and tail are concerned.
pub fn pdf() -> Vec<u8> {
    b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".to_vec()
}

/// A second of silence, 8 kHz, one byte a sample (RIFF, PCM).
pub fn wav() -> Vec<u8> {
    let mut bytes = b"RIFF\x64\x1F\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(b"\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0data\x40\x1F\0\0");
    bytes.resize(44 + 8_000, 0x80);
    bytes
}

/// The first two pages of an Opus stream in Ogg (RFC 7845).
pub fn opus() -> Vec<u8> {
    let page = |flags: u8, packet: &[u8]| {
        let head = [&b"OggS\0"[..], &[flags], &[0; 20], &[1, packet.len() as u8]].concat();
        [&head, packet].concat()
    };
    [page(2, b"OpusHead\x01\x01\0\0\x80\xBB\0\0\0\0\0"), page(0, b"OpusTags\0\0\0\0\0\0\0\0")]
        .concat()
}

/// Two empty frames (MPEG 1 layer III, 128 kbit/s, 44.1 kHz).
pub fn mp3() -> Vec<u8> {
    let mut frame = b"\xFF\xFB\x90\0".to_vec();
    frame.resize(417, 0);
    frame.repeat(2)
}

/// One file as a form.
pub fn form(filename: Option<&str>, mime_type: Option<&str>, bytes: &[u8]) -> Payload {
    let mut body = b"--b0undary\r\nContent-Disposition: form-data; name=\"file\"".to_vec();
    if let Some(name) = filename {
        body.extend(format!("; filename=\"{name}\"").into_bytes());
    }
    if let Some(mime) = mime_type {
        body.extend(format!("\r\nContent-Type: {mime}").into_bytes());
    }
    body.extend(b"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--b0undary--\r\n");
    Payload::Raw("multipart/form-data; boundary=b0undary", body)
}

impl User {
    /// Uploads a file as a form, whatever comes of it.
    pub async fn try_upload(&self, filename: &str, mime_type: &str, bytes: &[u8]) -> Answer {
        let mime = Some(mime_type).filter(|mime| !mime.is_empty());
        self.call("POST", "/attachments/upload", form(Some(filename), mime, bytes)).await
    }

    /// Uploads a file that passes; the attachment.
    pub async fn upload(&self, filename: &str, bytes: &[u8]) -> Value {
        let attachment = self.try_upload(filename, "", bytes).await.ok(201);
        crate::shape::attachment(&attachment);
        assert_eq!(attachment["status"], "clean", "{attachment}");
        attachment
    }

    /// Announces a file; the attachment with its `upload`.
    pub async fn announce(&self, filename: &str, mime_type: &str, size: usize) -> Value {
        let body = json!({"filename": filename, "mime_type": mime_type, "size": size});
        let announced = self.post("/attachments/upload", body).await.ok(201);
        crate::shape::attachment(&announced);
        assert_eq!(
            (&announced["status"], &announced["upload"]["method"]),
            (&json!("pending"), &json!("PUT"))
        );
        announced
    }

    /// Puts bytes where `announced` says, with exactly its headers; the status.
    pub async fn put_bytes(&self, announced: &Value, bytes: Vec<u8>) -> u16 {
        let mut headers: Vec<(String, String)> = vec![];
        for (name, value) in announced["upload"]["headers"].as_object().expect("headers") {
            // The length is the client's own to send.
            if name != "content-length" {
                headers.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
            }
        }
        self.put_with(announced, &headers, bytes).await
    }

    /// Puts bytes with headers of one's own.
    pub async fn put_with(
        &self,
        announced: &Value,
        headers: &[(String, String)],
        bytes: Vec<u8>,
    ) -> u16 {
        let url = announced["upload"]["url"].as_str().expect("an address");
        let client = reqwest::Client::builder().no_proxy().timeout(crate::DEADLINE).build();
        let mut request = client.expect("a client").put(url).body(bytes);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send().await.expect("an answer").status().as_u16()
    }

    /// Opens a file; `query` with its question mark.
    pub async fn open(&self, attachment: &Value, query: &str) -> Answer {
        self.open_with(attachment, query, &[]).await
    }

    /// Opens a file with headers.
    pub async fn open_with(
        &self,
        attachment: &Value,
        query: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let path = format!("/attachments/{}{query}", attachment["id"].as_str().expect("an id"));
        self.call_with("GET", &path, headers, Payload::None).await
    }

    /// What is known of a file.
    pub async fn meta(&self, attachment: &Value) -> Answer {
        self.get(&format!("/attachments/{}/meta", attachment["id"].as_str().expect("an id"))).await
    }

    /// Says that an announced file has been put.
    pub async fn complete(&self, attachment: &Value) -> Answer {
        let id = attachment["id"].as_str().expect("an id");
        self.poke(&format!("/attachments/{id}/complete")).await
    }

    /// Sends files; the message.
    pub async fn send_files(&self, room: &str, content: &str, files: &[&Value]) -> Value {
        let ids: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
        self.send_as(room, json!({"content": content, "attachments": ids})).await
    }
}

/// The bytes behind a redirection.
pub async fn follow(answer: &Answer) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let address = answer.header("location").expect("a location");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let found = client.get(address).send().await.expect("an answer");
    let (status, headers) = (found.status().as_u16(), found.headers().clone());
    (status, headers, found.bytes().await.expect("bytes").to_vec())
}
