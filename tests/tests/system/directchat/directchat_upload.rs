//! `POST /upload`: files of users of other servers

use super::said;
use parlance_tests::files::{eicar, form, pdf, png, zip};
use parlance_tests::peer::Peer;
use parlance_tests::prelude::*;
use sha2::{Digest, Sha256};

fn file(url: &str) -> Value {
    let content = json!({"file_type": "image/png", "url": url});
    json!({"type": "chat", "schema": "m.file", "content": content})
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256://{:x}", Sha256::digest(bytes))
}

#[tokio::test]
async fn a_file_is_uploaded_and_then_shown() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let upload = format!("{}/upload", alice.directchat());
    let picture = png(40, 20);
    let answer = bea.post(&upload, &[("content-type", "image/png")], picture.clone()).await.ok(200);
    assert_eq!(answer["url"], digest(&picture));
    assert_eq!(alice.contacts().await.len(), 0, "nobody is seen before they say something");
    let url = answer["url"].as_str().unwrap();
    bea.send(&alice, file(url)).await;
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    let shown = alice.history(&room, 5).await.remove(0);
    assert_eq!((&shown["type"], &shown["content"]), (&json!("image"), &json!("")));
    let attachment = &shown["attachments"][0];
    assert_eq!((&attachment["width"], &attachment["status"]), (&json!(40), &json!("clean")));
    let opened = alice.open(attachment, "").await;
    assert_eq!(opened.bytes, picture);
    // As a form, and answered in the other way.
    let Payload::Raw(kind, body) = form(Some("plan.pdf"), Some("application/pdf"), &pdf()) else {
        panic!("a form is bytes");
    };
    let headers = [("content-type", kind), ("accept", "text/plain")];
    let answer = bea.post(&upload, &headers, body).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, digest(&pdf()).as_str()));
    bea.send(&alice, file(&answer.text)).await;
    let shown = alice.history(&room, 5).await.remove(0);
    assert_eq!(shown["attachments"][0]["filename"], "plan.pdf");
    // Once for each upload.
    let again = bea.try_send(&alice, file(&format!("{}?", answer.text))).await;
    assert_eq!(again.status, 400, "{}", again.text);
}

#[tokio::test]
async fn only_what_the_contact_has_uploaded_is_shown() {
    let [alice, bob] = stack().users().await;
    let [bea, carl] = [Peer::start("Bea").await, Peer::start("Carl").await];
    let picture = png(7, 9);
    let upload = async |peer: &Peer, to: &User| {
        let url = format!("{}/upload", to.directchat());
        peer.post(&url, &[("content-type", "image/png")], picture.clone()).await.ok(200)
    };
    let url = upload(&bea, &alice).await["url"].as_str().unwrap().to_owned();
    for (peer, to) in [(&carl, &alice), (&bea, &bob)] {
        peer.say(to, "hello").await;
        let refused = peer.try_send(to, file(&url)).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let room = to.only_contact().await["room_id"].as_str().unwrap().to_owned();
        assert_eq!(said(to, &room).await, ["hello"]);
    }
    bea.send(&alice, file(&url)).await;
}

#[tokio::test]
async fn what_no_file_may_be_is_refused() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let upload = format!("{}/upload", alice.directchat());
    for (kind, bytes, status) in [
        ("image/png", vec![], 400),
        ("image/png", b"no picture".to_vec(), 400),
        ("application/zip", zip(&[("virus.txt", &eicar())]), 403),
        ("application/x-msdownload", b"MZ\x90\0".to_vec(), 415),
        ("multipart/form-data", b"no boundary".to_vec(), 400),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken".to_vec(), 400),
    ] {
        let refused = bea.post(&upload, &[("content-type", kind)], bytes).await;
        assert_eq!(refused.status, status, "{kind}: {}", refused.text);
        assert!(refused.json["error"].is_string(), "{kind}: {}", refused.text);
    }
    for name in ["Chat-Identification", "Chat-Nickname", "Chat-Reply", "Chat-Version"] {
        let refused = bea.post(&upload, &[(name, "")], png(3, 3)).await;
        assert_eq!(refused.status, 400, "{name}: {}", refused.text);
    }
    let huge = vec![0; 11 * 1024 * 1024];
    let refused = bea.post(&upload, &[("content-type", "image/png")], huge).await;
    assert_eq!(refused.status, 413);
    let nobody = format!("{}/directchat/nobody_at_all/upload", alice.api.base);
    assert_eq!(bea.post(&nobody, &[], png(3, 3)).await.status, 404);
}
