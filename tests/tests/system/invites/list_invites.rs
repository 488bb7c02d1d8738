//! `GET /rooms/{room_id}/invites`

use parlance_tests::prelude::*;

#[tokio::test]
async fn those_that_stand_are_listed_newest_first() {
    let [owner, admin, guest] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    let mut codes = vec![];
    for _ in 0..3 {
        codes.insert(0, owner.invite_code(&room, json!({})).await);
    }
    let single = admin.invite_code(&room, json!({"max_uses": 1})).await;
    let listed = async || {
        let mut found = vec![];
        let mut query = "limit=2".to_owned();
        loop {
            let page = owner.get(&format!("/rooms/{room}/invites?{query}")).await.ok(200);
            for invite in page["invites"].as_array().unwrap() {
                shape::invite(invite);
                found.push(invite["code"].as_str().unwrap().to_owned());
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("limit=2&cursor={cursor}"),
                None => return found,
            }
        }
    };
    let with_single: Vec<String> = [single.clone()].into_iter().chain(codes.clone()).collect();
    assert_eq!(listed().await, with_single);
    // Used up, revoked, made by somebody who may no longer: gone from the list.
    guest.poke(&format!("/invites/{single}/accept")).await.ok(200);
    assert_eq!(listed().await, codes);
    owner.delete(&format!("/invites/{}", codes[0])).await.ok(200);
    assert_eq!(listed().await, codes[1..]);
    admin.invite_code(&room, json!({})).await;
    owner.appoint(&room, &admin, "member").await;
    assert_eq!(listed().await, codes[1..]);
}

#[tokio::test]
async fn only_admins_and_the_owner_see_it() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let path = format!("/rooms/{room}/invites");
    member.get(&path).await.problem(403, "insufficient_role");
    stranger.get(&path).await.problem(403, "not_a_member");
    for query in ["limit=0", "cursor=nonsense", "cursor=-"] {
        owner.get(&format!("{path}?{query}")).await.problem(400, "validation_failed");
    }
}
