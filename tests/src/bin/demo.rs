//! Fills a stack that somebody else has started with recorded conversations, and lets their ends be spoken
//! slowly, so that the web app can be seen alive: `cargo xtask up --demo FOLDER`.
//!
//! One user per nick, one room per file, and `demo`, who is in all of them and whom some write to.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a tool of the tests: what it cannot go on with, it says and ends"
)]

use clap::Parser;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use parlance_tests::api::Api;
use parlance_tests::replay::Tally;
use parlance_tests::replay::corpus::{self, Conversation};
use parlance_tests::replay::crew::Crew;
use parlance_tests::replay::writer::{Sent, write};
use parlance_tests::user::{PASSWORD, User};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "demo";
/// Requests at once: more than the processors gains nothing.
const AT_ONCE: usize = 8;
/// Between two lines of a room at its end.
const PACE: Duration = Duration::from_secs(4);
/// How many write to `demo` themselves.
const WRITERS: usize = 5;
const REACTIONS: [&str; 5] = ["👍", "🎉", "😄", "❤️", "👀"];
/// Every so many lines has a reaction.
const REACTION_EVERY: usize = 9;

#[derive(Parser)]
struct Args {
    /// A folder of `*.raw.txt` files with their annotations, or one such file.
    #[arg(long)]
    data: PathBuf,
    /// Where the stack writes its addresses once it runs.
    #[arg(long)]
    ready: PathBuf,
    /// Only the first files.
    #[arg(long, default_value_t = 8)]
    files: usize,
    /// Only the last lines of each.
    #[arg(long, default_value_t = 200)]
    lines: usize,
    /// How many of those are spoken slowly.
    #[arg(long, default_value_t = 60)]
    slow: usize,
}

#[tokio::main]
async fn main() {
    parlance_tests::contract::off();
    tokio::spawn(end_with_the_stack());
    let args = Args::parse();
    let mut talks = corpus::read(&args.data, args.lines).expect("a folder that can be read");
    talks.truncate(args.files);
    assert!(!talks.is_empty(), "there is no *.raw.txt in {}", args.data.display());
    let (http, ws) = addresses(&args.ready).await;
    let Some(host) = register(&http, &ws, NAME, "Demo").await else {
        println!("The conversations are there already: sign in as {NAME}, {PASSWORD}");
        return;
    };
    println!("Filling in {} conversations …", talks.len());
    let names = corpus::usernames(&talks).into_iter().map(|(nick, name)| {
        let (http, ws) = (http.clone(), ws.clone());
        async move { Some((nick.clone(), register(&http, &ws, &name, &nick).await?)) }
    });
    let users: Vec<_> = stream::iter(names).buffer_unordered(AT_ONCE).collect().await;
    let users: HashMap<String, User> = users.into_iter().flatten().collect();
    let some: Vec<User> = users.values().take(WRITERS).cloned().collect();
    let tally = Arc::new(Tally::default());
    let crew = Crew::new(users, Arc::clone(&tally));
    let late = join_all(talks.into_iter().map(|talk| {
        let (host, crew, tally) = (&host, &crew, &tally);
        async move {
            let room = open(host, crew, &talk).await;
            let (early, late) = split(talk, args.slow);
            match write(&room, &early, crew, tally, None).await {
                Ok(sent) => react(host, &sent).await,
                Err(refused) => println!("{refused}"),
            }
            (room, late)
        }
    }))
    .await;
    greet(&host, &some).await;
    println!("Sign in as {NAME}, {PASSWORD}");
    join_all(late.iter().map(|(room, talk)| write(room, talk, &crew, &tally, Some(PACE)))).await;
}

/// The stack is this program's parent: without it there is nothing to do.
async fn end_with_the_stack() {
    let stack = std::os::unix::process::parent_id();
    while std::os::unix::process::parent_id() == stack {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    std::process::exit(0);
}

/// The addresses, once the stack has written them.
async fn addresses(file: &Path) -> (String, String) {
    loop {
        let read = std::fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        if let Some(ready) = read {
            let ready: Value = ready;
            let text = |name: &str| ready[name].as_str().expect("an address").to_owned();
            return (text("http"), text("ws"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Somebody new; none if the name is taken.
async fn register(http: &str, ws: &str, name: &str, shown: &str) -> Option<User> {
    let api = Api::new(http.to_owned());
    let shown: String = shown.chars().take(50).collect();
    let body = json!({"username": name, "password": PASSWORD, "display_name": shown});
    let answer = api.call("POST", "/auth/register", None, body).await;
    (answer.status == 201).then(|| User::of(api, ws.to_owned(), &answer.json))
}

async fn open(host: &User, crew: &Crew, talk: &Conversation) -> String {
    let room = host.make_room("public", &talk.name.replace('_', " ")).await;
    let nicks: BTreeSet<&str> = talk.lines.iter().map(|line| line.nick.as_str()).collect();
    let joins = nicks.iter().map(|nick| crew.user(nick).join(&room));
    stream::iter(joins).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
    room
}

fn split(mut talk: Conversation, slow: usize) -> (Conversation, Conversation) {
    let at = talk.lines.len().saturating_sub(slow);
    let lines = talk.lines.split_off(at);
    let late = Conversation { lines, ..talk.clone() };
    (talk, late)
}

async fn react(host: &User, sent: &[Sent]) {
    for (index, line) in sent.iter().step_by(REACTION_EVERY).enumerate() {
        let emoji = REACTIONS[index % REACTIONS.len()];
        host.post(&format!("/messages/{}/reactions", line.id), json!({"emoji": emoji})).await;
    }
}

async fn greet(host: &User, some: &[User]) {
    for user in some {
        let room = user.direct_room(host).await;
        user.send(&room, "Hello! Good to see you here.").await;
    }
}
