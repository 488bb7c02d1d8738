//! What must hold for every sequence of operations on a queue.

use super::*;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

fn message(seq: u64, visible_at: u64) -> Message {
    Message {
        seq,
        id: format!("m{seq}").into(),
        body: "body".into(),
        attributes: None,
        sent_at: 0,
        first_received_at: 0,
        receive_count: 0,
        visible_at,
    }
}

#[derive(Debug, Clone)]
enum Step {
    Send { delay: u64 },
    Receive { max: usize, visibility: u64 },
    Delete { held: usize },
    Hide { held: usize, by: u64 },
    Wait { by: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..50u64).prop_map(|delay| Step::Send { delay }),
        (1..5usize, 1..100u64).prop_map(|(max, visibility)| Step::Receive { max, visibility }),
        (0..20usize).prop_map(|held| Step::Delete { held }),
        (0..20usize, 0..100u64).prop_map(|(held, by)| Step::Hide { held, by }),
        (1..60u64).prop_map(|by| Step::Wait { by }),
    ]
}

proptest! {
    /// A message is never with two consumers at once, never lost, never seen after its deletion, and
    /// dies after exactly the allowed number of receives.
    #[test]
    fn no_loss_no_double(steps in proptest::collection::vec(step(), 1..200)) {
        const RECEIVES: u32 = 3;
        let mut queue = Queue::new(Some(RECEIVES));
        let (mut now, mut seq) = (1000u64, 0u64);
        let mut receipts: Vec<Delivery> = Vec::new();
        let mut hidden_until: HashMap<u64, u64> = HashMap::new();
        let (mut sent, mut deleted, mut dead) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut latest: HashMap<u64, String> = HashMap::new();
        for step in steps {
            match step {
                Step::Send { delay } => {
                    seq += 1;
                    queue.push(message(seq, now + delay));
                    hidden_until.insert(seq, now + delay);
                    sent.insert(seq);
                }
                Step::Receive { max, visibility } => {
                    let taken = queue.take(now, max, usize::MAX, visibility);
                    prop_assert!(taken.deliveries.len() <= max);
                    for delivery in taken.deliveries {
                        prop_assert!(hidden_until[&delivery.seq] <= now);
                        prop_assert!(!deleted.contains(&delivery.seq) && !dead.contains(&delivery.seq));
                        prop_assert!(delivery.receive_count <= RECEIVES);
                        hidden_until.insert(delivery.seq, now + visibility);
                        latest.insert(delivery.seq, delivery.receipt.clone());
                        receipts.push(delivery);
                    }
                    for message in taken.dead {
                        prop_assert!(dead.insert(message.seq));
                    }
                }
                Step::Delete { held } => if let Some(delivery) = receipts.get(held) {
                    let current = latest.get(&delivery.seq) == Some(&delivery.receipt)
                        && !dead.contains(&delivery.seq) && !deleted.contains(&delivery.seq);
                    prop_assert_eq!(queue.delete(&delivery.receipt).is_some(), current);
                    if current {
                        deleted.insert(delivery.seq);
                    }
                },
                Step::Hide { held, by } => if let Some(delivery) = receipts.get(held)
                    && queue.set_visible_at(&delivery.receipt, now + by)
                {
                    hidden_until.insert(delivery.seq, now + by);
                },
                Step::Wait { by } => now += by,
            }
            let (visible, in_flight, delayed) = queue.counts(now);
            prop_assert_eq!(visible + in_flight + delayed, sent.len() - deleted.len() - dead.len());
        }
        // Whatever is left comes out in the end: delivered or dead.
        let mut rest: HashSet<u64> = sent.iter().filter(|s| !deleted.contains(s) && !dead.contains(s)).copied().collect();
        now += 1_000_000;
        let taken = queue.take(now, usize::MAX, usize::MAX, 10);
        for seq in taken.deliveries.iter().map(|d| d.seq).chain(taken.dead.iter().map(|m| m.seq)) {
            prop_assert!(rest.remove(&seq));
        }
        prop_assert!(rest.is_empty());
    }
}

#[test]
fn oldest_first_and_bytes_bound_the_batch() {
    let mut queue = Queue::new(None);
    for seq in 1..=3 {
        queue.push(message(seq, 0));
    }
    let taken = queue.take(1, 10, 8, 1000);
    assert_eq!(taken.deliveries.iter().map(|d| d.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(queue.take(1, 10, 1, 1000).deliveries.len(), 1, "one message goes however large");
}
