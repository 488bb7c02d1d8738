//! Files: their states, their use, their end.

use crate::harness::*;
use chat::ports::*;
use domain::{
    AttachmentId, Change, FileFault, FileKind, FileStatus, FileUse, Finding, Membership, Message,
    Picture, RoomKind, StoredFile, Timestamp, UserId,
};

fn later(ms: i64) -> Timestamp {
    NOW.plus_ms(ms)
}

fn file(owner: UserId) -> StoredFile {
    StoredFile {
        id: AttachmentId::new(NOW, rand::random()),
        owner,
        filename: "tea 名.png".into(),
        kind: FileKind::Png,
        size: 70,
        created_at: NOW,
        status: FileStatus::Pending,
        finding: None,
        digest: None,
        picture: None,
        used: FileUse::None { ends_at: later(1_000) },
        fingerprint: "f".into(),
    }
}

fn clean(file: &StoredFile) -> StoredFile {
    let thumbhash = "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned();
    let picture = Picture { width: 500, height: 400, thumbhash, thumbnails: vec![96, 360] };
    StoredFile {
        status: FileStatus::Clean,
        digest: Some("d".into()),
        picture: Some(picture),
        ..file.clone()
    }
}

async fn load(stack: &Stack, id: AttachmentId, now: Timestamp) -> Option<StoredFile> {
    let ask = Ask { files: vec![id], ..Ask::default() };
    stack.table.look(ask, now).await.unwrap().files.remove(&id)
}

/// A file that has been checked and waits to be used.
async fn ready(stack: &Stack, owner: UserId) -> StoredFile {
    let new = file(owner);
    assert_eq!(stack.table.create_file(&new).await, Ok(Commit::Done));
    let clean = clean(&new);
    assert_eq!(stack.table.settle_file(&clean, NOW).await, Ok(Commit::Done));
    clean
}

/// A send of these files.
async fn send(stack: &Stack, who: &Membership, files: &[&StoredFile]) -> (Message, Commit) {
    let place = stack.table.take_message_seq(who.room, NOW).await.unwrap();
    let attachments = files.iter().map(|file| file.attached()).collect();
    let message = Message { attachments, ..message(who, place.seq, place.ordinal, "") };
    let window = stack.next_window(who.user).await;
    let new = NewMessage { message: &message, sent: None, rate: (&window, LIMIT) };
    let commit = stack.table.commit_message(new).await.unwrap();
    (message, commit)
}

#[tokio::test]
async fn a_file_is_settled_once_and_reads_back() {
    let stack = Stack::new().await;
    let new = file(user());
    assert_eq!(stack.table.create_file(&new).await, Ok(Commit::Done));
    assert_eq!(stack.table.create_file(&new).await, Ok(Commit::Stale), "the id is taken");
    assert_eq!(load(&stack, new.id, NOW).await, Some(new.clone()));
    let done = StoredFile { size: 71, ..clean(&new) };
    stack.calls.take();
    assert_eq!(stack.table.settle_file(&done, NOW).await, Ok(Commit::Done));
    assert_eq!(stack.calls.take(), ["UpdateItem"]);
    assert_eq!(load(&stack, new.id, NOW).await, Some(done.clone()));
    let finding = Some(Finding::new(FileFault::Infected, "found"));
    let other = StoredFile { status: FileStatus::Infected, finding, ..new.clone() };
    assert_eq!(stack.table.settle_file(&other, NOW).await, Ok(Commit::Stale), "settled already");
    assert_eq!(load(&stack, new.id, NOW).await, Some(done));
    let bad = file(user());
    stack.table.create_file(&bad).await.unwrap();
    let bad = StoredFile { id: bad.id, owner: bad.owner, ..other };
    assert_eq!(stack.table.settle_file(&bad, NOW).await, Ok(Commit::Done));
    assert_eq!(load(&stack, bad.id, NOW).await, Some(bad));
}

#[tokio::test]
async fn an_end_is_an_end_for_everything() {
    let stack = Stack::new().await;
    let new = file(user());
    stack.table.create_file(&new).await.unwrap();
    let end = later(1_000);
    assert!(load(&stack, new.id, later(999)).await.is_some());
    assert_eq!(load(&stack, new.id, end).await, None);
    assert_eq!(stack.table.settle_file(&clean(&new), end).await, Ok(Commit::Stale));
    assert_eq!(stack.table.end_file(new.id, new.owner, end).await, Ok(Commit::Stale));
    stack.table.forget_file(new.id, later(999)).await.unwrap();
    assert!(load(&stack, new.id, NOW).await.is_some(), "what stands is not forgotten");
    assert_eq!(stack.table.ended_files(later(999), 10).await, Ok(vec![]));
    assert_eq!(stack.table.ended_files(end, 10).await, Ok(vec![new.id]));
    // The same key, a day later: the place is free once it has been swept.
    let again = StoredFile { used: FileUse::None { ends_at: later(9_000) }, ..new.clone() };
    assert_eq!(stack.table.create_file(&again).await, Ok(Commit::Stale));
    stack.table.forget_file(new.id, end).await.unwrap();
    assert_eq!(stack.table.create_file(&again).await, Ok(Commit::Done));
    assert_eq!(stack.table.ended_files(end, 10).await, Ok(vec![]));
    assert_eq!(stack.table.end_file(new.id, user(), end).await, Ok(Commit::Stale), "not theirs");
    assert_eq!(stack.table.end_file(new.id, new.owner, later(2_000)).await, Ok(Commit::Done));
    assert_eq!(load(&stack, new.id, later(2_000)).await, None);
    stack.table.forget_file(new.id, later(2_000)).await.unwrap();
    assert_eq!(load(&stack, new.id, NOW).await, None);
}

#[tokio::test]
async fn ended_files_come_in_order_and_in_parts() {
    let stack = Stack::new().await;
    let mut files = vec![];
    for ends in [300, 100, 200] {
        let new = StoredFile { used: FileUse::None { ends_at: later(ends) }, ..file(user()) };
        stack.table.create_file(&new).await.unwrap();
        files.push(new.id);
    }
    let [third, first, second] = files[..] else { unreachable!() };
    assert_eq!(stack.table.ended_files(later(250), 10).await, Ok(vec![first, second]));
    assert_eq!(stack.table.ended_files(later(999), 2).await, Ok(vec![first, second]));
    assert_eq!(stack.table.ended_files(later(999), 3).await, Ok(vec![first, second, third]));
}

#[tokio::test]
async fn a_send_takes_its_files_or_nothing() {
    let stack = Stack::new().await;
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    let (one, two) = (ready(&stack, owner.user).await, ready(&stack, owner.user).await);
    stack.calls.take();
    let (message, commit) = send(&stack, &owner, &[&one, &two]).await;
    assert_eq!(commit, Commit::Done);
    assert!(stack.calls.take().contains(&"TransactWriteItems".to_owned()));
    assert_eq!(stack.message(message.id).await.attachments, message.attachments);
    for file in [&one, &two] {
        let there = load(&stack, file.id, later(99_000_000)).await.unwrap();
        assert_eq!(there.used, FileUse::Message(message.id), "it has no end any more");
    }
    assert_eq!(stack.table.ended_files(later(99_000_000), 10).await, Ok(vec![]));

    let theirs = ready(&stack, user()).await;
    let pending = file(owner.user);
    stack.table.create_file(&pending).await.unwrap();
    let ended = StoredFile { used: FileUse::None { ends_at: NOW }, ..file(owner.user) };
    stack.table.create_file(&ended).await.unwrap();
    let fresh = ready(&stack, owner.user).await;
    for wrong in [&one, &theirs, &pending, &ended] {
        let (message, commit) = send(&stack, &owner, &[&fresh, wrong]).await;
        assert_eq!(commit, Commit::Stale);
        let ask = Ask { messages: vec![message.id], ..Ask::default() };
        assert!(stack.table.look(ask, NOW).await.unwrap().messages.is_empty());
        assert_eq!(load(&stack, fresh.id, NOW).await, Some(fresh.clone()), "it can still be sent");
    }
}

#[tokio::test]
async fn files_end_with_their_message() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let one = ready(&stack, owner.user).await;
    let (message, _) = send(&stack, &owner, &[&one]).await;
    let seq = stack.table.take_event_seq(room.id, NOW).await.unwrap().seq;
    let change = Change::MessageDeleted { message_seq: message.id.seq };
    let entry = entry(room.id, seq, owner.user, change);
    assert_eq!(stack.table.commit_delete(&message, &entry).await, Ok(Commit::Done));
    assert_eq!(load(&stack, one.id, NOW).await, None);
    assert_eq!(stack.table.ended_files(NOW, 10).await, Ok(vec![one.id]), "the sweep finds it");
    assert!(stack.message(message.id).await.attachments.is_empty());
}

#[tokio::test]
async fn a_profile_wears_one_picture_at_a_time() {
    let stack = Stack::new().await;
    let me = profile("ada", "Ada");
    stack.table.create_account(&me, "hash").await.unwrap();
    let (one, two) = (ready(&stack, me.id).await, ready(&stack, me.id).await);
    let wearing = |id: AttachmentId| domain::Profile {
        avatar_url: Some(format!("/attachments/{id}")),
        ..me.clone()
    };
    let first = stack.table.save_avatar(&wearing(one.id), None, Some(one.id), NOW).await;
    assert_eq!(first, Ok(Commit::Done));
    assert_eq!(load(&stack, one.id, later(99_000)).await.unwrap().used, FileUse::Avatar);
    let next = stack.table.save_avatar(&wearing(two.id), Some(one.id), Some(two.id), NOW).await;
    assert_eq!(next, Ok(Commit::Done));
    assert_eq!(load(&stack, one.id, NOW).await, None);
    let theirs = ready(&stack, user()).await;
    let stolen = wearing(theirs.id);
    let stolen = stack.table.save_avatar(&stolen, Some(two.id), Some(theirs.id), NOW).await;
    assert_eq!(stolen, Ok(Commit::Stale));
    let ask = Ask { profiles: vec![me.id], ..Ask::default() };
    let seen = stack.table.look(ask, NOW).await.unwrap();
    assert_eq!(seen.profiles[&me.id].avatar_url, wearing(two.id).avatar_url);
    assert_eq!(load(&stack, two.id, NOW).await.unwrap().used, FileUse::Avatar);
}
