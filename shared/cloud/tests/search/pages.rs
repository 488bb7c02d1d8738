//! Pages: everything once, in order, however it is cut.

use crate::harness::{NOW, Room, numbers, sent};
use chat::ports::HitOrder;
use domain::{Message, MessageId, Timestamp};

/// Everything a query finds, by pages of a size, through cursors as clients hold them.
async fn all(room: &Room, query: &str, order: HitOrder, size: usize) -> Vec<u64> {
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let after = cursor.map(|text| chat::ports::HitPlace::parse(&text, order).unwrap());
        let hits = room.hits(query, order, after, size).await.unwrap();
        let Some(last) = hits.last() else { return found };
        cursor = Some(last.place.to_string());
        found.extend(numbers(&hits));
    }
}

#[tokio::test]
async fn the_newest_come_first_also_within_a_millisecond() {
    let room = Room::new();
    let message = |seq: u64| {
        let at = Timestamp::from_ms(NOW.ms() + i64::try_from(seq / 4).unwrap());
        sent(Message { created_at: at, ..room.message(seq, "tea") })
    };
    room.take(&(1..=30).map(message).collect::<Vec<_>>()).await;
    let newest_first: Vec<u64> = (1..=30).rev().collect();
    for size in [1, 7, 30, 100] {
        assert_eq!(all(&room, "tea", HitOrder::Recent, size).await, newest_first, "{size}");
    }
}

#[tokio::test]
async fn the_most_exact_come_first_and_none_twice() {
    let room = Room::new();
    let (row, words, name, longer) =
        ("green tea", "tea is green", "teaTime green", "teapots, green");
    room.send(&[longer, name, words, row, longer, name, words, row]).await;
    let whole = all(&room, "green tea", HitOrder::Rank, 100).await;
    assert_eq!(whole, [8, 4, 7, 3, 6, 2, 5, 1]);
    for size in [1, 3, 7] {
        // Others write meanwhile, which must not move anything.
        room.send_others().await;
        assert_eq!(all(&room, "green tea", HitOrder::Rank, size).await, whole, "{size}");
    }
}

#[tokio::test]
async fn hits_name_their_messages() {
    let room = Room::new();
    room.send(&["tea"]).await;
    let hits = room.hits("tea", HitOrder::Recent, None, 10).await.unwrap();
    assert_eq!(hits[0].id, MessageId { room: room.id, seq: 1 });
    assert_eq!((hits[0].place.at_ms, hits[0].place.seq), (NOW.ms() + 1000, 1));
}
