//! `GET /users/search`

use parlance_tests::prelude::*;

async fn found(user: &User, query: &str) -> Vec<String> {
    let page = user.get(&format!("/users/search?{query}")).await.ok(200);
    page["users"].as_array().unwrap().iter().for_each(shape::compact_user);
    ids(&page["users"])
}

/// A name that comes before those of the other tests' people: a part of a display name is looked for among the
/// first thousand.
fn early() -> String {
    format!("0{}", &username()[1..])
}

#[tokio::test]
async fn the_beginning_of_a_username_comes_before_part_of_a_display_name() {
    let word = username();
    let by_display = stack().user_named(&early(), Some(&format!("The {word}"))).await;
    let by_name = stack().user_named(&word, None).await;
    for spelling in [word.clone(), word.to_uppercase()] {
        assert_eq!(
            found(&by_name, &format!("q={spelling}")).await,
            [by_name.id.clone(), by_display.id.clone()]
        );
    }
    assert_eq!(found(&by_name, &format!("q={}", &word[..word.len() - 1])).await[0], by_name.id);
    assert!(found(&by_name, &format!("q={}x", &word)).await.is_empty());
}

#[tokio::test]
async fn no_more_come_than_asked_for() {
    let user = stack().user().await;
    let word = username()[..10].to_owned();
    for number in 0..13 {
        stack().user_named(&format!("{word}_{number}"), None).await;
    }
    assert_eq!(found(&user, &format!("q={word}")).await.len(), 10, "ten by default");
    assert_eq!(found(&user, &format!("q={word}&limit=3")).await.len(), 3);
    assert_eq!(found(&user, &format!("q={word}&limit=25")).await.len(), 13);
}

#[tokio::test]
async fn signs_stand_for_themselves() {
    let word = username();
    let percent = stack().user_named(&early(), Some(&format!("{word} 100%"))).await;
    stack().user_named(&early(), Some(&format!("{word} 1000"))).await;
    assert_eq!(found(&percent, &format!("q={word}%20100%25")).await, [percent.id.as_str()]);
    assert!(found(&percent, &format!("q={word}%25%25")).await.is_empty());
}

#[tokio::test]
async fn wrong_words_and_limits_are_refused() {
    let user = stack().user().await;
    for query in [
        "",
        "q=",
        "q=%20%20",
        &format!("q={}", "x".repeat(51)),
        "q=a&limit=0",
        "q=a&limit=NaN",
        "q=a&limit=-1",
    ] {
        user.get(&format!("/users/search?{query}")).await.problem(400, "validation_failed");
    }
    let many = user.get("/users/search?q=u&limit=26").await;
    if many.status == 200 {
        assert!(many.json["users"].as_array().unwrap().len() <= 25);
    } else {
        many.problem(400, "validation_failed");
    }
}
