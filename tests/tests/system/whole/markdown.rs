//! What people write and how it is shown: Markdown as safe HTML, and whom it names.

use parlance_tests::prelude::*;

#[tokio::test]
async fn a_message_comes_as_written_and_as_html_on_every_way() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let socket = Socket::connect(&bob).await;
    let raw = "**a** < b && c\nsee <b>this</b> [x](javascript:alert(1)) :smile:";
    let html =
        "<p><strong>a</strong> &lt; b &amp;&amp; c<br>see &lt;b&gt;this&lt;/b&gt; x :smile:</p>";
    let sent = alice.send(&room, raw).await;
    assert_eq!((&sent["content"], &sent["content_html"]), (&json!(raw), &json!(html)));
    let event = socket.expect("message_created", |d| d["message"]["id"] == sent["id"]).await;
    assert_eq!(event.data["message"]["content_html"], html);
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    assert_eq!(bob.get(&path).await.ok(200)["content_html"], html);
    assert_eq!(bob.page(&room, "limit=1").await["messages"][0]["content_html"], html);
    let edited = alice.put(&path, json!({"content": "`now`"})).await.ok(200);
    assert_eq!(edited["content_html"], "<p><code>now</code></p>");
    let deleted = alice.delete(&path).await.ok(200);
    assert_eq!(deleted["message"]["content_html"], Value::Null);
    let line = alice.page(&room, "order=asc").await["messages"][0].clone();
    assert_eq!((&line["type"], &line["content_html"]), (&json!("system"), &Value::Null));
}

#[tokio::test]
async fn a_message_names_people_who_exist_whatever_the_case_and_never_its_sender() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    let text = format!(
        "@{} and @{}, not `@{}` nor me@{}.org, @nobody_at_all, @{}",
        bob.name.to_uppercase(),
        bob.name,
        carol.name,
        carol.name,
        alice.name
    );
    let sent = alice.send(&room, &text).await;
    assert_eq!((&sent["mentions"], &sent["mentions_all"]), (&json!([bob.id]), &json!(false)));
    let html = sent["content_html"].as_str().unwrap();
    let span = format!("<span class=\"mention\" data-user-id=\"{}\">", bob.id);
    assert_eq!(html.matches(&span).count(), 2, "{html}");
    assert_eq!(html.matches("<span").count(), 2, "{html}");
    // An edit names others, or nobody.
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    let edited = alice.put(&path, json!({"content": format!("@{}", carol.name)})).await.ok(200);
    assert_eq!(edited["mentions"], json!([carol.id]));
    let edited = alice.put(&path, json!({"content": "@here"})).await.ok(200);
    assert_eq!((&edited["mentions"], &edited["mentions_all"]), (&json!([]), &json!(true)));
    assert!(edited["content_html"].as_str().unwrap().contains("data-all"));
    assert_eq!(bob.message(sent["id"].as_str().unwrap()).await["mentions_all"], true);
    alice.delete(&path).await.ok(200);
    let gone = bob.message(sent["id"].as_str().unwrap()).await;
    assert_eq!((&gone["mentions"], &gone["mentions_all"]), (&json!([]), &json!(false)));
}

#[tokio::test]
async fn hostile_markdown_is_a_message_like_any_other() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    for unit in
        [">", "[", "![", "*a_ ", "`", "- ", "|", "|a", "<", "&", "[a](", "@ab ", "https://a.b/("]
    {
        let text: String = unit.chars().cycle().take(10_000).collect();
        let sent = alice.send(&room, &text).await;
        let html = sent["content_html"].as_str().unwrap();
        assert!(html.len() <= 64 * 1024, "{unit}: {}", html.len());
    }
    let bidi = alice.send(&room, "invoice\u{202E}gpj.exe").await;
    assert_eq!(bidi["content"], "invoice\u{202E}gpj.exe");
    assert_eq!(bidi["content_html"], "<p>invoicegpj.exe</p>");
    assert_eq!(bob.page(&room, "limit=100").await["messages"].as_array().unwrap().len(), 15);
}

#[tokio::test]
async fn a_page_of_the_longest_messages_is_cut_and_goes_on() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let longest = "\u{1F600}".repeat(10_000);
    for _ in 0..40 {
        alice.send(&room, &longest).await;
    }
    let page = bob.page(&room, "limit=100").await;
    assert!(page["messages"].as_array().unwrap().len() < 40, "cut");
    assert_eq!(page["has_more_before"], true);
    let all = bob.history(&room, 100).await;
    assert_eq!(all.len(), 40);
    let socket = Socket::connect(&bob).await;
    let mut view = RoomView::new(&room, 0);
    assert!(view.heal(&socket, std::time::Duration::from_secs(60)).await);
    assert_eq!(view.contents().iter().filter(|text| **text == longest).count(), 40);
}
