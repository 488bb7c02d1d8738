//! `GET /sync`

use parlance_tests::prelude::*;

async fn cursor(user: &User) -> String {
    user.get("/bootstrap").await.ok(200)["cursor"].as_str().unwrap().to_owned()
}

async fn sync(user: &User, cursor: &str) -> Value {
    user.get(&format!("/sync?since={cursor}")).await.ok(200)
}

#[tokio::test]
async fn what_was_missed_comes_once_and_in_order() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    alice.send(&room, "old").await;
    let since = cursor(&bob).await;
    assert_eq!(sync(&bob, &since).await["events"], json!([]));
    alice.send_all(&room, ["one", "two", "three"]).await;
    let missed = sync(&bob, &since).await;
    let texts: Vec<&Value> = missed["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["data"]["message"]["content"])
        .collect();
    assert_eq!(texts, ["one", "two", "three"]);
    let state = &missed["rooms"][&room];
    assert_eq!((&state["unread_count"], &state["complete"]), (&json!(4), &json!(true)));
    assert_eq!(missed["more"], false);
    let again = sync(&bob, missed["cursor"].as_str().unwrap()).await;
    assert_eq!(again["events"], json!([]));
}

#[tokio::test]
async fn rooms_come_and_go() {
    let [alice, bob] = stack().users().await;
    let (stays, leaves) = (alice.room_with(&[&bob]).await, alice.room_with(&[&bob]).await);
    let since = cursor(&bob).await;
    bob.leave(&leaves).await;
    let comes = alice.room_with(&[&bob]).await;
    alice.send(&comes, "welcome").await;
    let missed = sync(&bob, &since).await;
    let rooms = missed["rooms"].as_object().unwrap();
    assert!(
        rooms.contains_key(&stays) && rooms.contains_key(&comes) && !rooms.contains_key(&leaves)
    );
    assert_eq!(ids(&missed["joined"]), [comes.as_str()]);
    shape::room_of_member(&missed["joined"][0]);
    assert_eq!(missed["resync"], json!([]));
    let since = missed["cursor"].as_str().unwrap();
    alice.send(&comes, "next").await;
    let missed = sync(&bob, since).await;
    assert_eq!(missed["events"].as_array().unwrap().len(), 1, "{missed}");
    assert_eq!(missed["joined"], json!([]));
    bob.join(&leaves).await;
    let missed = sync(&bob, missed["cursor"].as_str().unwrap()).await;
    assert_eq!(ids(&missed["joined"]), [leaves.as_str()], "come back");
}

#[tokio::test]
async fn too_much_is_loaded_afresh_and_much_comes_in_pieces() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let since = cursor(&bob).await;
    let long = "x".repeat(9_000);
    for _ in 0..15 {
        alice.send(&room, &long).await;
    }
    let (mut got, mut at, mut rounds) = (0, since, 0);
    loop {
        let missed = sync(&bob, &at).await;
        got += missed["events"].as_array().unwrap().len();
        rounds += 1;
        missed["cursor"].as_str().unwrap().clone_into(&mut at);
        if missed["more"] == false {
            break;
        }
    }
    assert_eq!(got, 15);
    assert!(rounds > 1, "more than one answer holds");
}

#[tokio::test]
async fn reading_elsewhere_is_known() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let since = cursor(&bob).await;
    let sent = alice.send(&room, "read elsewhere").await;
    let other = Socket::connect(&bob).await;
    other.ack(json!({"type": "read_message", "message_id": sent["id"]})).await;
    let missed = sync(&bob, &since).await;
    let state = &missed["rooms"][&room];
    assert_eq!((&state["unread_count"], &state["last_read_message_id"]), (&json!(0), &sent["id"]));
}

#[tokio::test]
async fn somebody_elses_cursor_shows_nothing_of_theirs() {
    let [alice, bob, stranger] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let since = cursor(&bob).await;
    alice.send(&room, "inside").await;
    let missed = sync(&stranger, &since).await;
    assert_eq!((&missed["events"], &missed["rooms"]), (&json!([]), &json!({})));
}

#[tokio::test]
async fn what_is_no_cursor_is_refused() {
    let user = stack().user().await;
    user.get("/sync").await.invalid("since");
    for bad in ["", "x", "AQ", "%00", "AgAAAAAAAA", &"A".repeat(7_000), "AQAAAAAAAAA_____________"]
    {
        user.get(&format!("/sync?since={bad}")).await.invalid("since");
    }
}
