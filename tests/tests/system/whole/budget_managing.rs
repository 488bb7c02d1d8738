//! Bounded work in managing rooms: each use case runs a few times alone on a stack, and makes the calls that
//! the table in `budget.rs` allows.

use super::budget::check;
use parlance_tests::prelude::*;

/// People to whom things are done; each use case is run once for each.
const RUNS: usize = 6;

/// One request that counts as one run of a function.
struct Deed {
    method: &'static str,
    path: String,
    body: Option<Value>,
}

fn deed(method: &'static str, path: String, body: Option<Value>) -> Deed {
    Deed { method, path, body }
}

/// Performs the deeds one after the other: the first warms the function up, the others are counted.
async fn counted(stack: &Stack, function: &str, deeds: Vec<(&User, Deed)>) -> Vec<Value> {
    let mut answers = vec![];
    let mut before = None;
    let runs = u64::try_from(deeds.len()).unwrap() - 1;
    for (who, deed) in deeds {
        let payload = deed.body.map_or(Payload::None, Payload::Json);
        let answer = who.call(deed.method, &deed.path, payload).await;
        assert!(matches!(answer.status, 200 | 201), "{}: {}", answer.what, answer.text);
        answers.push(answer.json);
        if before.is_none() {
            before = Some(stack.metrics().await);
        }
    }
    check(function, &before.unwrap(), &stack.metrics().await, runs);
    answers
}

#[tokio::test]
async fn managing_a_room_keeps_to_its_calls() {
    let stack = Stack::start(Options::new().roomy());
    let owner = stack.user().await;
    let crowd = stack.crowd(RUNS).await;
    let room = owner.make_room("public", "Tea").await;
    let at = |rest: &str| format!("/rooms/{room}{rest}");
    let on = |user: &User, rest: &str| format!("/rooms/{room}/members/{}{rest}", user.id);
    let each = |make: &dyn Fn(&User) -> Deed| -> Vec<(&User, Deed)> {
        crowd.iter().map(|user| (&owner, make(user))).collect()
    };
    let join = crowd.iter().map(|user| (user, deed("POST", at("/join"), None))).collect();
    counted(&stack, "join_room", join).await;
    let role = || Some(json!({"role": "admin"}));
    let appoint = each(&|user| deed("PATCH", on(user, "/role"), role()));
    counted(&stack, "change_role", appoint).await;
    let silence = each(&|user| deed("PUT", on(user, "/silence"), None));
    counted(&stack, "silence_member", silence).await;
    let lift = each(&|user| deed("DELETE", on(user, "/silence"), None));
    counted(&stack, "unsilence_member", lift).await;
    let level = || Some(json!({"level": "muted"}));
    let prefer =
        crowd.iter().map(|user| (user, deed("PUT", at("/notification-preference"), level())));
    counted(&stack, "set_notification_level", prefer.collect()).await;
    let remove = each(&|user| deed("DELETE", on(user, ""), None));
    counted(&stack, "remove_member", remove).await;
    let add = each(&|user| deed("POST", at("/members"), Some(json!({"user_id": user.id}))));
    counted(&stack, "add_member", add).await;
    let ban = each(&|user| deed("PUT", at(&format!("/bans/{}", user.id)), None));
    counted(&stack, "ban_member", ban).await;
    let list = each(&|_| deed("GET", at("/bans"), None));
    counted(&stack, "list_bans", list).await;
    let unban = each(&|user| deed("DELETE", at(&format!("/bans/{}", user.id)), None));
    counted(&stack, "unban_member", unban).await;

    let messages = owner.send_all(&room, (0..RUNS).map(|number| number.to_string())).await;
    let pins: Vec<String> =
        messages.iter().map(|m| at(&format!("/pins/{}", m["id"].as_str().unwrap()))).collect();
    let all = |method| pins.iter().map(|path| (&owner, deed(method, path.clone(), None))).collect();
    counted(&stack, "pin_message", all("PUT")).await;
    counted(&stack, "list_pins", each(&|_| deed("GET", at("/pins"), None))).await;
    counted(&stack, "unpin_message", all("DELETE")).await;

    let make = each(&|_| deed("POST", at("/invites"), None));
    let invites = counted(&stack, "create_invite", make).await;
    counted(&stack, "list_invites", each(&|_| deed("GET", at("/invites"), None))).await;
    let codes: Vec<&str> = invites.iter().map(|invite| invite["code"].as_str().unwrap()).collect();
    let look = crowd.iter().map(|user| (user, deed("GET", format!("/invites/{}", codes[0]), None)));
    counted(&stack, "get_invite", look.collect()).await;
    let accept = crowd
        .iter()
        .map(|user| (user, deed("POST", format!("/invites/{}/accept", codes[0]), None)));
    counted(&stack, "accept_invite", accept.collect()).await;
    let revoke =
        codes.iter().map(|code| (&owner, deed("DELETE", format!("/invites/{code}"), None)));
    counted(&stack, "revoke_invite", revoke.collect()).await;

    let mut rooms = vec![];
    for _ in 0..RUNS {
        rooms.push(owner.make_room("public", "to go").await);
    }
    let delete = rooms.iter().map(|room| (&owner, deed("DELETE", format!("/rooms/{room}"), None)));
    counted(&stack, "delete_room", delete.collect()).await;
}
