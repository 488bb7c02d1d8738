//! `GET /attachments/{attachment_id}`

use parlance_tests::files::*;
use parlance_tests::prelude::*;

#[tokio::test]
async fn answers_carry_what_makes_them_safe() {
    let user = stack().user().await;
    let bytes = png(50, 40);
    let file = user.upload("Tee %22名%22.png", &bytes).await;
    let answer = user.open(&file, "").await;
    assert_eq!((answer.status, answer.bytes == bytes), (200, true));
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("vary", "authorization"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let disposition = answer.header("content-disposition").unwrap_or_default();
    assert!(
        disposition.starts_with("inline; filename=\"") && disposition.is_ascii(),
        "{disposition}"
    );
    assert!(disposition.contains("filename*=UTF-8''Tee%20%22%E5%90%8D%22.png"), "{disposition}");
    for (name, bytes) in [("a.pdf", pdf()), ("a.zip", zip(&[])), ("a.docx", docx(&[]))] {
        let file = user.upload(name, &bytes).await;
        let answer = user.open(&file, "").await;
        let disposition = answer.header("content-disposition").unwrap_or_default();
        assert!(disposition.starts_with("attachment;"), "{name}: {disposition}");
    }
}

#[tokio::test]
async fn etags_and_ranges() {
    let user = stack().user().await;
    let bytes = png(64, 64);
    let file = user.upload("a.png", &bytes).await;
    let etag = user.open(&file, "").await.header("etag").expect("an ETag").to_owned();
    assert!(etag.starts_with('"') && etag.len() > 20, "strong: {etag}");
    let unchanged = user.open_with(&file, "", &[("if-none-match", &etag)]).await;
    assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
    assert_eq!(unchanged.header("etag"), Some(etag.as_str()));
    let changed = user.open_with(&file, "", &[("if-none-match", "\"other\"")]).await;
    assert_eq!(changed.status, 200);
    let total = bytes.len();
    for (range, expected) in [
        ("bytes=0-9", 0..10),
        ("bytes=10-", 10..total),
        ("bytes=-5", total - 5..total),
        ("bytes=5-99999999", 5..total),
    ] {
        let part = user.open_with(&file, "", &[("range", range)]).await;
        assert_eq!((part.status, part.bytes == bytes[expected.clone()]), (206, true), "{range}");
        let said = format!("bytes {}-{}/{total}", expected.start, expected.end - 1);
        assert_eq!(part.header("content-range"), Some(said.as_str()));
    }
    let beyond = user.open_with(&file, "", &[("range", "bytes=9999999-")]).await;
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{total}").as_str()));
    beyond.problem(416, "range_not_satisfiable");
    for odd in ["bytes=0-1,3-4", "lines=1-2", "bytes=9-1", "bytes"] {
        assert_eq!(user.open_with(&file, "", &[("range", odd)]).await.status, 200, "{odd}");
    }
    let stale = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
    assert_eq!(user.open_with(&file, "", &stale).await.status, 200);
    let fresh = [("range", "bytes=0-9"), ("if-range", etag.as_str())];
    assert_eq!(user.open_with(&file, "", &fresh).await.status, 206);
}

#[tokio::test]
async fn before_it_is_used_only_its_sender_opens_it() {
    let [user, other] = stack().users().await;
    let file = user.upload("a.png", &png(8, 8)).await;
    assert_eq!(user.open(&file, "").await.status, 200);
    other.open(&file, "").await.problem(404, "not_found");
    stack()
        .api()
        .call("GET", file["url"].as_str().unwrap(), None, Payload::None)
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn afterwards_the_members_do_as_long_as_they_are_and_it_stands() {
    let [user, friend, leaver, stranger] = stack().users().await;
    let room = user.room_with(&[&friend, &leaver]).await;
    let file = user.upload("a.png", &png(400, 400)).await;
    let message = user.send_files(&room, "look", &[&file]).await;
    for member in [&user, &friend, &leaver] {
        assert_eq!(member.open(&file, "").await.status, 200);
        assert_eq!(member.open(&file, "?size=360").await.status, 200);
    }
    leaver.leave(&room).await;
    for outsider in [&leaver, &stranger] {
        outsider.open(&file, "").await.problem(403, "not_a_member");
        outsider.open(&file, "?size=96").await.problem(403, "not_a_member");
        outsider.meta(&file).await.problem(403, "not_a_member");
    }
    user.delete(&format!("/messages/{}", message["id"].as_str().unwrap())).await.ok(200);
    for member in [&user, &friend] {
        member.open(&file, "").await.problem_of(&[(404, "not_found"), (404, "message_deleted")]);
        member
            .open(&file, "?size=96")
            .await
            .problem_of(&[(404, "not_found"), (404, "message_deleted")]);
    }
    let other = user.upload("b.png", &png(8, 8)).await;
    user.send_files(&room, "", &[&other]).await;
    user.delete(&format!("/rooms/{room}")).await.ok(200);
    user.open(&other, "").await.problem(404, "not_found");
}

#[tokio::test]
async fn sizes_that_are_none() {
    let user = stack().user().await;
    let picture = user.upload("a.png", &png(8, 8)).await;
    for odd in ["95", "large", "0", "-1"] {
        user.open(&picture, &format!("?size={odd}")).await.invalid("size");
    }
    let paper = user.upload("a.pdf", &pdf()).await;
    user.open(&paper, "?size=thumb").await.problem(404, "not_found");
    user.open(&json!({"id": "0198c0de-9000-7000-8000-0000000000f1"}), "")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn the_bucket_answers_nobody_without_a_signature() {
    let [user, friend] = stack().users().await;
    let room = user.room_with(&[&friend]).await;
    let bytes = png_of_size(5_000_000);
    let announced = user.announce("large.png", "image/png", bytes.len()).await;
    assert_eq!(user.put_bytes(&announced, bytes.clone()).await, 200);
    let file = user.complete(&announced).await.ok(200);
    user.send_files(&room, "look", &[&file]).await;
    let redirected = friend.open(&file, "").await;
    assert_eq!(redirected.status, 302);
    assert_eq!(follow(&redirected).await.0, 200);
    let signed = redirected.header("location").unwrap().to_owned();
    let (plain, query) = signed.split_once('?').unwrap();
    let put = announced["upload"]["url"].as_str().unwrap().split_once('?').unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let status = async |method: reqwest::Method, url: &str| {
        let sent = client.request(method, url).body(b"x".to_vec()).send().await;
        sent.expect("an answer").status().as_u16()
    };
    // The same signature under another name, and one that is not its own.
    let other = format!("{plain}x?{query}");
    let (rest, last) = signed.split_at(signed.len() - 1);
    let forged = format!("{rest}{}", if last == "0" { '1' } else { '0' });
    assert_ne!(forged, signed);
    // The folder above holds everything, so it is asked too.
    let above = plain.rsplit_once('/').unwrap().0;
    for url in [plain, &other, &forged, above] {
        let answer = client.get(url).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 403, "{url}");
        assert!(!answer.bytes().await.unwrap().ends_with(&bytes[bytes.len() - 100..]), "{url}");
    }
    for (method, url) in [
        (reqwest::Method::PUT, plain),
        (reqwest::Method::PUT, put.0),
        (reqwest::Method::DELETE, plain),
        (reqwest::Method::DELETE, signed.as_str()),
    ] {
        assert_eq!(status(method.clone(), url).await, 403, "{method} {url}");
    }
    assert_eq!(follow(&redirected).await.2.len(), bytes.len(), "and it is what it was");
}
