//! Things that happen at the same moment, often enough to bite.

use futures_util::future::{join, join_all};
use parlance_tests::prelude::*;

const ROUNDS: usize = 12;

fn path(message: &Value) -> String {
    format!("/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_edit_against_a_deletion_never_brings_a_text_back() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    for round in 0..ROUNDS {
        let sent = bob.send(&room, &format!("secret {round}")).await;
        let message = path(&sent);
        let edits =
            (0..3).map(|n| bob.put(&message, json!({"content": format!("secret {round}.{n}")})));
        let (edits, deleted) = join(join_all(edits), alice.delete(&message)).await;
        // Many at once may be told to try again; nothing else.
        let busy = deleted.status == 429;
        let deleted = if busy { alice.delete(&message).await } else { deleted };
        deleted.ok(200);
        for edit in edits {
            if edit.status != 200 {
                edit.problem_of(&[(404, "message_deleted"), (429, "rate_limited")]);
            }
        }
        shape::tombstone(&bob.message(sent["id"].as_str().unwrap()).await, &alice.id);
        alice.get(&format!("{message}/history")).await.problem(404, "message_deleted");
        let page = alice.page(&room, "limit=5").await;
        assert!(!page.to_string().contains("secret"), "{page}");
    }
}

#[tokio::test]
async fn replies_against_the_deletion_of_their_root_are_all_counted_or_refused() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    for _ in 0..ROUNDS {
        let root = alice.send(&room, "root").await;
        let reply = json!({"content": "reply", "parent_message_id": root["id"]});
        let messages = format!("/rooms/{room}/messages");
        let replies = [&bob, &carol, &bob, &carol].map(|user| user.post(&messages, reply.clone()));
        let (replies, deleted) = join(join_all(replies), alice.delete(&path(&root))).await;
        let deleted =
            if deleted.status == 429 { alice.delete(&path(&root)).await } else { deleted };
        deleted.ok(200);
        let mut stored = 0_usize;
        for reply in replies {
            match reply.status {
                201 => stored += 1,
                _ => drop(reply.problem(404, "message_deleted")),
            }
        }
        let thread = bob.get(&format!("{}/thread", path(&root))).await.ok(200);
        assert_eq!(thread["root"]["deleted"], true);
        assert_eq!(thread["root"]["reply_count"], stored, "{thread}");
        assert_eq!(contents(&thread).len(), stored);
    }
}

#[tokio::test]
async fn replies_and_their_deletion_leave_the_right_count() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    let root = alice.send(&room, "root").await;
    let reply = json!({"content": "reply", "parent_message_id": root["id"]});
    for _ in 0..ROUNDS {
        let first = bob.send_as(&room, reply.clone()).await;
        join(carol.send_as(&room, reply.clone()), async {
            bob.delete(&path(&first)).await.ok(200)
        })
        .await;
    }
    let thread = alice.get(&format!("{}/thread?limit=100", path(&root))).await.ok(200);
    assert_eq!(contents(&thread).len(), 2 * ROUNDS);
    assert_eq!(thread["root"]["reply_count"], ROUNDS);
}

#[tokio::test]
async fn reactions_at_once_are_all_there_and_all_go() {
    let people = stack().crowd(6).await;
    let others: Vec<&User> = people[1..].iter().collect();
    let room = people[0].room_with(&others).await;
    let sent = people[0].send(&room, "react!").await;
    let reactions = format!("{}/reactions", path(&sent));
    for _ in 0..ROUNDS / 2 {
        let all = people.iter().map(|user| user.post(&reactions, json!({"emoji": "\u{1F525}"})));
        for answer in join_all(all).await {
            answer.ok(201);
        }
        let shown = people[0].message(sent["id"].as_str().unwrap()).await;
        assert_eq!(shown["reactions"][0]["count"], 6);
        let one = format!("{reactions}/%F0%9F%94%A5");
        for answer in join_all(people.iter().map(|user| user.delete(&one))).await {
            answer.ok(200);
        }
        let shown = people[0].message(sent["id"].as_str().unwrap()).await;
        assert_eq!(shown["reactions"], json!([]));
    }
}

#[tokio::test]
async fn paging_while_six_people_write_misses_and_doubles_nothing() {
    let people = stack().crowd(6).await;
    let others: Vec<&User> = people[1..].iter().collect();
    let room = people[0].room_with(&others).await;
    let before = people[0].send_all(&room, (0..10).map(|n| format!("before {n}"))).await;
    let write = join_all(people.iter().enumerate().map(|(who, user)| {
        let room = &room;
        async move { user.send_all(room, (0..8).map(|n| format!("{who}.{n}"))).await }
    }));
    let read = async {
        let mut pages = vec![];
        for _ in 0..4 {
            pages.push(people[1].history(&room, 7).await);
        }
        pages
    };
    let (written, pages) = join(write, read).await;
    for page in &pages {
        let seqs = seqs(page);
        assert!(seqs.windows(2).all(|pair| pair[0] > pair[1]), "in order, none twice: {seqs:?}");
        for message in &before {
            assert!(seqs.contains(&message["seq"].as_u64().unwrap()), "what was there is there");
        }
    }
    let all = seqs(&people[2].history(&room, 7).await);
    let mut wanted = seqs(&before);
    written.iter().for_each(|messages| wanted.extend(seqs(messages)));
    wanted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(all, wanted);
    let oldest = before[0]["id"].as_str().unwrap();
    let forwards = seqs(&people[2].history_forwards(&room, oldest, 7).await);
    assert!(forwards.iter().rev().eq(wanted.iter()));
}
