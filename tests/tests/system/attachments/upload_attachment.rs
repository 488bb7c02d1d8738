//! `POST /attachments/upload`

use parlance_tests::files::*;
use parlance_tests::prelude::*;

#[tokio::test]
async fn every_kind_is_taken_checked_and_given_back_byte_for_byte() {
    let user = stack().user().await;
    let whole = picture(40, 30);
    for (name, mime, bytes) in [
        ("a.png", "image/png", encoded(&whole, image::ImageFormat::Png)),
        ("a.jpg", "image/jpeg", encoded(&whole, image::ImageFormat::Jpeg)),
        ("a.gif", "image/gif", encoded(&whole, image::ImageFormat::Gif)),
        ("a.webp", "image/webp", encoded(&whole, image::ImageFormat::WebP)),
        ("a.pdf", "application/pdf", pdf()),
        ("a.doc", "application/msword", doc()),
        (
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            docx(&[]),
        ),
        ("a.zip", "application/zip", zip(&[("hello.txt", b"hello")])),
        ("a.wav", "audio/wav", wav()),
        ("a.ogg", "audio/ogg", opus()),
        ("a.mp3", "audio/mpeg", mp3()),
    ] {
        let answer = user.try_upload(name, mime, &bytes).await;
        let location = answer.header("location").map(str::to_owned);
        let file = answer.ok(201);
        shape::attachment(&file);
        assert_eq!(location.as_deref(), file["url"].as_str());
        assert!(file.get("upload").is_none(), "{file}");
        assert_eq!(
            (&file["status"], &file["filename"], &file["mime_type"], &file["size"]),
            (&json!("clean"), &json!(name), &json!(mime), &json!(bytes.len())),
            "{file}"
        );
        let is_picture = mime.starts_with("image/");
        let size = if is_picture { (json!(40), json!(30)) } else { (Value::Null, Value::Null) };
        assert_eq!((file["width"].clone(), file["height"].clone()), size, "{file}");
        let opened = user.open(&file, "").await;
        assert_eq!((opened.status, opened.bytes == bytes), (200, true), "{name}");
        assert_eq!(opened.header("content-type"), Some(mime));
    }
}

#[tokio::test]
async fn pictures_get_thumbnails_upright_and_without_metadata() {
    let user = stack().user().await;
    let place = "52.5200N 13.4050E in the garden";
    let lying = jpeg_lying_on_its_side(2400, 1200, place);
    let file = user.upload("Photo.JPG", &lying).await;
    assert_eq!((&file["width"], &file["height"]), (&json!(1200), &json!(2400)), "as it is shown");
    assert_eq!(file["thumbnails"], json!([96, 360, 1080]));
    assert!(
        file["thumbhash"].as_str().is_some_and(|hash| (20..60).contains(&hash.len())),
        "{file}"
    );
    for (query, (width, height)) in [
        ("?size=96", (96, 96)),
        ("?size=360", (180, 360)),
        ("?size=thumb", (180, 360)),
        ("?size=1080", (540, 1080)),
    ] {
        let answer = user.open(&file, query).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/webp")));
        assert!(!answer.text.contains("52.5200N"), "{query}: the place has come along");
        let shown = image::load_from_memory_with_format(&answer.bytes, image::ImageFormat::WebP);
        let shown = shown.expect("a picture").to_rgb8();
        assert_eq!((shown.width(), shown.height()), (width, height), "{query}");
        let middle = width / 2;
        let (top, bottom) = (shown.get_pixel(middle, 4), shown.get_pixel(middle, height - 5));
        assert!(top[0] > 180 && bottom[2] > 180, "{query}: what was left is on top now");
    }
    let small = user.upload("small.png", &png(300, 200)).await;
    assert_eq!(small["thumbnails"], json!([96]), "nothing is enlarged");
    let whole = user.open(&small, "?size=1080").await;
    assert_eq!(
        whole.header("content-type"),
        Some("image/png"),
        "the original is smaller than that"
    );
}

#[tokio::test]
async fn names_are_kept_and_made_harmless() {
    let user = stack().user().await;
    let bytes = png(8, 8);
    for (given, kept) in [
        ("Tee & Gebäck 名.png", "Tee & Gebäck 名.png"),
        ("../../etc/cron.d/x.png", "x.png"),
        ("C:\\Users\\ada\\x.png", "x.png"),
        ("exe\u{202e}gnp.png", "exegnp.png"),
        ("photo", "photo.png"),
        ("..", "file.png"),
        (&format!("{}.png", "n".repeat(400)), &format!("{}.png", "n".repeat(251))),
    ] {
        let file = user.try_upload(given, "image/png", &bytes).await.ok(201);
        assert_eq!(file["filename"], kept, "{given}");
    }
    let nameless = user.call("POST", "/attachments/upload", form(None, None, &bytes)).await.ok(201);
    assert_eq!(nameless["filename"], "file.png");
}

#[tokio::test]
async fn what_is_not_taken_is_refused() {
    let user = stack().user().await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let html = b"<!doctype html><script>alert(1)</script>";
    for (name, mime, bytes) in [
        ("a.svg", "image/svg+xml", &svg[..]),
        ("a.html", "text/html", html),
        ("a.exe", "application/octet-stream", b"MZ\x90\0"),
        ("a.png.html", "", html),
        ("a.txt", "text/plain", b"hello"),
        ("a", "", b"hello"),
        ("a.png", "text/html", &png(8, 8)),
    ] {
        user.try_upload(name, mime, bytes).await.problem(415, "unsupported_type");
    }
    let plain_zip = zip(&[("a.txt", b"x")]);
    for (name, mime, bytes) in [
        ("a.png", "image/png", &html[..]),
        ("a.png", "image/png", svg),
        ("a.png", "image/jpeg", &png(8, 8)),
        ("a.jpg", "", &png(8, 8)),
        ("a.pdf", "application/pdf", b" %PDF-1.4"),
        ("a.docx", "", &plain_zip),
        ("a.doc", "", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 an installer"),
        ("a.gif", "", b"GIF87"),
    ] {
        user.try_upload(name, mime, bytes).await.problem(400, "type_mismatch");
    }
    user.try_upload("a.png", "image/png", b"").await.invalid("/file");
}

#[tokio::test]
async fn what_is_dangerous_is_refused_and_not_kept() {
    let user = stack().user().await;
    let eicar = eicar();
    let nested = zip(&[("inner.zip", &zip(&[("virus.txt", &eicar)]))]);
    let deep = zip(&[("2.zip", &zip(&[("3.zip", &zip(&[("4.txt", b"x")]))]))]);
    let zeros = vec![0; 9 * 1024 * 1024];
    let infected_pdf = [pdf(), eicar.clone()].concat();
    for (what, name, bytes) in [
        ("the test file in an archive", "a.zip", zip(&[("virus.txt", &eicar)])),
        ("the test file in an archive in an archive", "a.zip", nested),
        ("the test file behind a PDF", "a.pdf", infected_pdf),
        ("a program in an archive", "a.zip", zip(&[("notes.txt", b"\x7FELF\x02\x01\x01\0")])),
        ("a program by its name", "a.zip", zip(&[("invoice.pdf.exe", b"x")])),
        ("a decompression bomb", "a.zip", zip(&[("zeros", &zeros)])),
        ("a bomb in a document", "a.docx", docx(&[("word/media/1.bin", &zeros)])),
        ("macros", "a.docx", docx(&[("word/vbaProject.bin", b"x")])),
        ("archives too deep", "a.zip", deep),
        ("a way out of the archive", "a.zip", zip(&[("../../x", b"x")])),
    ] {
        let answer = user.try_upload(name, "", &bytes).await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text);
        answer.problem(403, "infected");
    }
    for (what, name, bytes) in [
        ("encrypted", "a.zip", encrypted_zip()),
        ("cut short", "a.zip", zip(&[("a.txt", b"hello")])[..50].to_vec()),
        ("an archive nobody can look into", "a.zip", zip(&[("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04")])),
        ("no picture behind the signature", "a.png", b"\x89PNG\r\n\x1A\n".to_vec()),
    ] {
        let answer = user.try_upload(name, "", &bytes).await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.text);
        answer.problem(400, "file_unreadable");
    }
}

#[tokio::test]
async fn pixel_bombs_are_files_without_thumbnails() {
    let [user, friend] = stack().users().await;
    let room = user.room_with(&[&friend]).await;
    for (width, height) in [(60_000, 60_000), (1, 2_000_000_000), (8_000, 5_001)] {
        let bomb = png_that_claims(width, height);
        let file = user.upload("bomb.png", &bomb).await;
        assert_eq!((&file["thumbnails"], &file["width"]), (&json!([]), &Value::Null), "{file}");
        user.open(&file, "?size=96").await.problem(404, "not_found");
        let opened = user.open(&file, "").await;
        let disposition = opened.header("content-disposition").unwrap_or_default();
        assert!(disposition.starts_with("attachment;"), "no browser draws it: {disposition}");
        let sent = user.send_files(&room, "", &[&file]).await;
        assert_eq!(sent["type"], "file");
    }
}

#[tokio::test]
async fn announcements_have_the_same_rules() {
    let user = stack().user().await;
    let ask = async |filename: &str, mime_type: &str, size: Value| {
        let body = json!({"filename": filename, "mime_type": mime_type, "size": size});
        user.post("/attachments/upload", body).await
    };
    let announced = user.announce("a.pdf", "application/pdf", 10_485_760).await;
    assert!(announced["upload"]["expires_at"].is_string(), "{announced}");
    ask("a.pdf", "application/pdf", json!(10_485_761)).await.problem(413, "payload_too_large");
    ask("a.pdf", "application/pdf", json!(0)).await.invalid("/size");
    ask("a.pdf", "application/pdf", json!(-1)).await.invalid("/size");
    ask("a.svg", "image/svg+xml", json!(10)).await.problem(415, "unsupported_type");
    ask("a.pdf", "image/png", json!(10)).await.problem(400, "type_mismatch");
    ask("..", "image/png", json!(10)).await.invalid("/filename");
    user.post("/attachments/upload", json!({"filename": "a.png"})).await.invalid("/size");
    let text = Payload::Raw("text/plain", b"hello".to_vec());
    user.call("POST", "/attachments/upload", text).await.problem(415, "unsupported_type");
}

#[tokio::test]
async fn forms_that_are_none() {
    let user = stack().user().await;
    let send = async |kind: &'static str, body: &str| {
        let payload = Payload::Raw(kind, body.as_bytes().to_vec());
        user.call("POST", "/attachments/upload", payload).await
    };
    let kind = "multipart/form-data; boundary=b";
    send("multipart/form-data", "--b--").await.invalid("/file");
    send(kind, "").await.invalid("/file");
    send(kind, "--b--\r\n").await.invalid("/file");
    send(kind, "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--\r\n")
        .await
        .invalid("/file");
    send(kind, "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ncut")
        .await
        .invalid("/file");
}

#[tokio::test]
async fn the_same_key_is_the_same_upload() {
    let user = stack().user().await;
    let bytes = png(20, 20);
    let headers = [("idempotency-key", "upload-1")];
    let again = async |bytes: &[u8]| {
        let payload = form(Some("a.png"), Some("image/png"), bytes);
        user.call_with("POST", "/attachments/upload", &headers, payload).await
    };
    let first = again(&bytes).await.ok(201);
    let second = again(&bytes).await;
    assert_eq!(second.header("idempotent-replay"), Some("true"));
    assert_eq!(second.ok(200), first);
    again(&png(21, 20)).await.problem(409, "idempotency_conflict");
    let body = json!({"filename": "b.pdf", "mime_type": "application/pdf", "size": 9});
    let announce = async |body: &Value| {
        let headers = [("idempotency-key", "upload-2")];
        user.call_with("POST", "/attachments/upload", &headers, body.clone()).await
    };
    let first = announce(&body).await.ok(201);
    let second = announce(&body).await.ok(200);
    assert_eq!(first["id"], second["id"]);
    assert!(second["upload"]["url"].is_string(), "it can still be put: {second}");
}

#[tokio::test]
async fn uploads_have_a_limit_of_their_own() {
    let user = limited().user().await;
    let bytes = png(8, 8);
    for _ in 0..20 {
        user.try_upload("a.png", "image/png", &bytes).await.ok(201);
    }
    user.try_upload("a.png", "image/png", &bytes).await.problem(429, "rate_limited");
}
