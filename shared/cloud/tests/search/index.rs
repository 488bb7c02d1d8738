//! What is in the index: as the last change says, whatever comes twice, late or in pieces.

use crate::harness::{NOW, Room, changed, embedded, index, numbers, sender, sent, wanted};
use chat::ports::{FindMessages, HitOrder, TableChange, Wanted};
use cloud::SearchIndex;
use domain::search::{Has, SearchQuery};
use domain::{Message, MessageKind};

#[tokio::test]
async fn edits_and_deletions_replace_what_was() {
    let room = Room::new();
    let first = room.message(1, "green tea");
    let edited = Message { body: "black coffee".into(), changed_seq: 2, ..first.clone() };
    let gone = edited.tombstone(NOW, first.sender, 3);
    room.take(&[sent(first.clone())]).await;
    assert_eq!(room.find("tea").await, [1]);
    room.take(&[changed(&first, &edited)]).await;
    assert_eq!(room.find("tea").await, [] as [u64; 0]);
    assert_eq!(room.find("coffee").await, [1]);
    room.take(&[changed(&edited, &gone)]).await;
    assert_eq!(room.find("coffee").await, [] as [u64; 0]);

    // The whole again, as after a failure further on, and in the wrong order.
    room.take(&[sent(first.clone()), changed(&first, &edited), changed(&edited, &gone)]).await;
    assert_eq!(room.find("coffee").await, [] as [u64; 0]);
    room.take(&[changed(&first, &edited), sent(first)]).await;
    assert_eq!(room.find("tea").await, [] as [u64; 0]);
}

#[tokio::test]
async fn a_late_change_does_not_undo_a_later_one() {
    let room = Room::new();
    let first = room.message(1, "green tea");
    let edited = Message { body: "black coffee".into(), changed_seq: 5, ..first.clone() };
    room.take(&[changed(&first, &edited)]).await;
    room.take(&[sent(first)]).await;
    assert_eq!(room.find("coffee").await, [1]);
    assert_eq!(room.find("tea").await, [] as [u64; 0]);
}

#[tokio::test]
async fn what_the_system_wrote_is_not_found() {
    let room = Room::new();
    let line = Message { kind: MessageKind::System, ..room.message(1, "tea") };
    room.take(&[sent(line), TableChange::Other]).await;
    assert_eq!(room.find("tea").await, [] as [u64; 0]);
}

#[tokio::test]
async fn a_room_that_is_gone_is_forgotten_and_no_other() {
    let (gone, stays) = (Room::new(), Room::new());
    gone.send(&["tea one", "tea two", "tea three"]).await;
    stays.send(&["tea"]).await;
    gone.take(&[TableChange::RoomDeleted(gone.id)]).await;
    assert_eq!(gone.find("tea").await, [] as [u64; 0]);
    assert_eq!(stays.find("tea").await, [1]);
    gone.take(&[TableChange::RoomDeleted(gone.id)]).await;
}

#[tokio::test]
async fn filters_hold_together() {
    let room = Room::new();
    let other = Room::new();
    let by = |n: u8, message: Message| Message { sender: sender(n), ..message };
    room.take(&[
        sent(by(1, room.message(1, "tea"))),
        sent(by(2, room.message(2, "tea https://example.org"))),
        sent(by(3, room.message(3, "coffee https://example.org"))),
        sent(by(1, other.message(4, "tea"))),
    ])
    .await;
    let query = SearchQuery::parse("tea").unwrap();
    let nothing = SearchQuery::default();
    let (one, both) = ([room.id], [room.id, other.id]);
    let at = |seq: i64| Some(NOW.plus_ms(seq * 1000));
    let (a, ab) = ([sender(1)], [sender(1), sender(2)]);
    let (links, no_links) = ([(Has::Links, true)], [(Has::Links, false)]);
    for (asked, expected) in [
        (wanted(&query, &one), vec![2, 1]),
        (wanted(&query, &both), vec![4, 2, 1]),
        (wanted(&nothing, &one), vec![3, 2, 1]),
        (Wanted { senders: &a, ..wanted(&query, &both) }, vec![4, 1]),
        (Wanted { senders: &ab, ..wanted(&nothing, &one) }, vec![2, 1]),
        (Wanted { not_senders: &a, ..wanted(&nothing, &one) }, vec![3, 2]),
        (Wanted { has: &links, ..wanted(&query, &one) }, vec![2]),
        (Wanted { has: &links, ..wanted(&nothing, &one) }, vec![3, 2]),
        (Wanted { has: &no_links, ..wanted(&nothing, &one) }, vec![1]),
        (Wanted { since: at(2), ..wanted(&nothing, &one) }, vec![3, 2]),
        (Wanted { until: at(2), ..wanted(&nothing, &one) }, vec![1]),
        (Wanted { since: at(2), until: at(3), ..wanted(&nothing, &one) }, vec![2]),
        (Wanted { order: HitOrder::Rank, senders: &a, ..wanted(&query, &one) }, vec![1]),
    ] {
        let hits = index().find(&asked).await.unwrap();
        assert_eq!(numbers(&hits), expected, "{asked:?}");
    }
}

#[tokio::test]
async fn a_thousand_rooms_and_the_longest_query_fit() {
    let room = Room::new();
    let text = format!("{} {}", "tea ".repeat(2_000), "東".repeat(1_000));
    room.send(&[&text]).await;
    let mut rooms: Vec<_> = (0..999).map(|_| Room::new().id).collect();
    rooms.push(room.id);
    for text in ["tea ".repeat(32), "-x ".repeat(32), "東".repeat(500), "a-b".repeat(160)] {
        let query = SearchQuery::parse(&text).unwrap();
        let found = index().find(&wanted(&query, &rooms)).await.unwrap();
        assert_eq!(found.len(), usize::from(!text.contains("a-b")), "{text:.20}");
    }
}

#[tokio::test]
async fn large_batches_go_in_pieces() {
    let room = Room::new();
    let long = "word ".repeat(2_000);
    let changes: Vec<_> =
        (1..=300).map(|seq| sent(room.message(seq, &format!("{long} number{seq}")))).collect();
    room.take(&changes).await;
    for seq in [1, 150, 300] {
        assert_eq!(room.find(&format!("\"number{seq}\" word")).await.last(), Some(&seq));
    }
}

#[tokio::test]
async fn before_anything_was_written_nothing_is_found() {
    let index = SearchIndex::unsigned(&embedded("empty"));
    let query = SearchQuery::parse("tea").unwrap();
    let room = Room::new();
    let rooms = [room.id];
    assert_eq!(index.find(&wanted(&query, &rooms)).await, Ok(Vec::new()));
    let changes = [TableChange::RoomDeleted(room.id)];
    assert!(chat::index_messages(&index, &changes).await.failed.is_empty());
}

#[tokio::test]
async fn what_does_not_answer_is_unavailable() {
    // The port of a listener that is gone.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let index = SearchIndex::unsigned(&format!("http://127.0.0.1:{port}"));
    let room = Room::new();
    let (query, rooms) = (SearchQuery::parse("tea").unwrap(), [room.id]);
    let error = index.find(&wanted(&query, &rooms)).await.unwrap_err();
    assert_eq!(error.code, domain::Code::Unavailable);
    let done = chat::index_messages(&index, &[sent(room.message(1, "tea"))]).await;
    assert_eq!((done.failed, done.error.map(|e| e.code)), (vec![0], Some(error.code)));
}
