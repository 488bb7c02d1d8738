//! Replays real conversations through the sockets of a stack and checks that nothing is lost, doubled or out
//! of order, with `--kill` while processes die. Exit code 1 on any violation.
//!
//! One user per nick, one room per file, several rooms at once, each room's lines in their order, replies as
//! annotated. Two observers per room listen the whole time.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a tool of the tests: what it cannot start with, it says and ends"
)]

use clap::Parser;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use parlance_tests::replay::corpus::{self, Conversation};
use parlance_tests::replay::crew::Crew;
use parlance_tests::replay::observer::{Seen, observe};
use parlance_tests::replay::writer::{Sent, write};
use parlance_tests::replay::{Tally, chaos, verdict};
use parlance_tests::stack::{Options, Stack, build_folder};
use parlance_tests::stats::Samples;
use parlance_tests::user::User;
use parlance_tests::view::RoomView;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Registrations at once: each is an Argon2 hash, so more than the processors gains nothing.
const SIGN_UPS_AT_ONCE: usize = 8;
const OBSERVERS_PER_ROOM: usize = 2;

#[derive(Parser)]
#[command(
    name = "replay",
    about = "Replays real conversations and checks that every line arrives once and in order"
)]
struct Args {
    /// A folder of `*.raw.txt` files with their annotations, or one such file.
    #[arg(long)]
    data: PathBuf,
    /// Only the last lines of each file (the annotated ones are at the end).
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    lines: usize,
    /// Only the first files.
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    files: usize,
    /// `max`, or lines per second and room.
    #[arg(long, default_value = "max")]
    speed: String,
    /// Kill a random function every second, and once the whole stack.
    #[arg(long)]
    kill: bool,
    /// The build to take the binaries from, if not that of this program: `debug` or `release`.
    #[arg(long)]
    profile: Option<String>,
}

struct Room {
    id: String,
    talk: Conversation,
}

#[tokio::main]
async fn main() -> ExitCode {
    // Checking every frame here would be measured with them.
    parlance_tests::contract::off();
    let args = Args::parse();
    let pace = match args.speed.as_str() {
        "max" => None,
        number => match number.parse::<f64>() {
            Ok(speed) if speed > 0.0 => Some(Duration::from_secs_f64(1.0 / speed)),
            _ => return fail("--speed is `max` or a number of lines per second"),
        },
    };
    let mut talks = match corpus::read(&args.data, args.lines) {
        Ok(talks) => talks,
        Err(error) => return fail(&format!("{}: {error}", args.data.display())),
    };
    talks.truncate(args.files);
    if talks.is_empty() {
        return fail(&format!("no *.raw.txt in {}", args.data.display()));
    }
    let mut options = Options::new().roomy();
    if let Some(profile) = &args.profile {
        let folder = build_folder();
        options = options.bin_dir(folder.parent().unwrap_or(&folder).join(profile));
    }
    let stack = Arc::new(
        tokio::task::spawn_blocking(move || Stack::start(options))
            .await
            .expect("a stack that starts"),
    );
    let code = run(&args, talks, pace, Arc::clone(&stack)).await;
    let clean = tokio::task::spawn_blocking(move || stack.stop()).await.unwrap_or(false);
    if !clean {
        println!("violation: the stack did not stop cleanly");
        return ExitCode::FAILURE;
    }
    code
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("replay: {reason}");
    ExitCode::FAILURE
}

async fn run(
    args: &Args,
    talks: Vec<Conversation>,
    pace: Option<Duration>,
    stack: Arc<Stack>,
) -> ExitCode {
    let tally = Arc::new(Tally::default());
    let lines: usize = talks.iter().map(|talk| talk.lines.len()).sum();
    let skipped: usize = talks.iter().map(|talk| talk.skipped).sum();
    let replies =
        talks.iter().flat_map(|talk| &talk.lines).filter(|line| line.answers.is_some()).count();
    println!(
        "{} conversations, {lines} lines, {replies} of them replies; {skipped} lines that nobody said",
        talks.len()
    );

    let host = stack.user().await;
    let users = sign_up(&stack, &talks).await;
    println!("{} people signed up", users.len());
    let crew = Arc::new(Crew::new(users, Arc::clone(&tally)));
    let rooms = make_rooms(&host, &crew, talks).await;
    let observers = stack.crowd(rooms.len() * OBSERVERS_PER_ROOM).await;
    let listening = listen(&host, &rooms, &observers, &tally).await;

    let troubles: Vec<_> = if args.kill {
        let total = u64::try_from(lines).unwrap_or(u64::MAX);
        vec![
            tokio::spawn(chaos::kill_functions(Arc::clone(&stack), Arc::clone(&tally))),
            tokio::spawn(chaos::kill_everything_once(
                Arc::clone(&stack),
                Arc::clone(&tally),
                total,
            )),
        ]
    } else {
        vec![]
    };
    let begun = Instant::now();
    let progress = tokio::spawn(show_progress(Arc::clone(&tally), lines));
    let written =
        join_all(rooms.iter().map(|room| write(&room.id, &room.talk, &crew, &tally, pace))).await;
    let took = begun.elapsed();
    tally.written.store(true, Ordering::Release);
    join_all(troubles).await;
    progress.abort();
    let mut seen = join_all(listening)
        .await
        .into_iter()
        .map(|seen| seen.expect("an observer that ends"))
        .collect::<Vec<Seen>>();

    let mut violations = vec![];
    let mut latencies = Samples::default();
    let mut sums = [0_u64; 5];
    for (index, (room, sent)) in rooms.iter().zip(written).enumerate() {
        let own: Vec<Seen> = seen.drain(..OBSERVERS_PER_ROOM).collect();
        match sent {
            Ok(sent) => {
                latencies.extend(own.iter().flat_map(|seen| until_seen(&sent, seen)));
                let readers =
                    [host.reconnected(), observers[index * OBSERVERS_PER_ROOM].reconnected()];
                let found = verdict::judge(&room.id, &sent, &readers, &own).await;
                violations.extend(
                    found.into_iter().map(|violation| format!("{}: {violation}", room.talk.name)),
                );
            }
            Err(refusal) => violations.push(refusal),
        }
        for seen in &own {
            let view = &seen.view;
            if view.late > 0 {
                let late = view.late;
                violations
                    .push(format!("{}: {late} came that had been called void", room.talk.name));
            }
            let void = u64::try_from(view.void.len()).unwrap_or(u64::MAX);
            for (sum, value) in
                sums.iter_mut().zip([view.duplicates, view.healed, void, view.late, seen.resumes])
            {
                *sum += value;
            }
        }
    }
    report(&tally, took, &latencies, sums);
    for violation in &violations {
        println!("violation: {violation}");
    }
    if violations.is_empty() {
        println!("every line once, in one order for every reader and observer, replies right");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn sign_up(stack: &Stack, talks: &[Conversation]) -> HashMap<String, User> {
    let names = corpus::usernames(talks);
    let users = names.into_iter().map(|(nick, name)| async move {
        let user = stack.user_named(&name, Some(&nick)).await;
        (nick, user)
    });
    stream::iter(users).buffer_unordered(SIGN_UPS_AT_ONCE).collect().await
}

async fn make_rooms(host: &User, crew: &Crew, talks: Vec<Conversation>) -> Vec<Room> {
    let mut rooms = vec![];
    for talk in talks {
        let id = host.make_room("public", &talk.name).await;
        let nicks: BTreeSet<&str> = talk.lines.iter().map(|line| line.nick.as_str()).collect();
        let joins = nicks.iter().map(|nick| crew.user(nick).join(&id));
        stream::iter(joins).buffer_unordered(SIGN_UPS_AT_ONCE).collect::<Vec<_>>().await;
        rooms.push(Room { id, talk });
    }
    rooms
}

async fn listen(
    host: &User,
    rooms: &[Room],
    observers: &[User],
    tally: &Arc<Tally>,
) -> Vec<tokio::task::JoinHandle<Seen>> {
    let mut listening = vec![];
    for (room, pair) in rooms.iter().zip(observers.chunks(OBSERVERS_PER_ROOM)) {
        for observer in pair {
            observer.join(&room.id).await;
        }
        let position = host.room(&room.id).await["last_seq"].as_u64().expect("a position");
        for observer in pair {
            listening.push(tokio::spawn(observe(
                observer.clone(),
                RoomView::new(&room.id, position),
                Arc::clone(tally),
            )));
        }
    }
    listening
}

/// From the first try of a line to its live arrival at an observer; what a resume brought is not counted.
fn until_seen<'a>(sent: &'a [Sent], seen: &'a Seen) -> impl Iterator<Item = Duration> + 'a {
    sent.iter()
        .filter_map(|line| Some(seen.live.get(&line.id)?.saturating_duration_since(line.first_try)))
}

async fn show_progress(tally: Arc<Tally>, lines: usize) {
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        println!("… {} of {lines} lines", tally.sent.load(Ordering::Relaxed));
    }
}

fn report(
    tally: &Tally,
    took: Duration,
    latencies: &Samples,
    [duplicates, healed, void, late, resumes]: [u64; 5],
) {
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let lines = u32::try_from(count(&tally.sent)).unwrap_or(u32::MAX);
    let rows = [
        ("lines acknowledged", lines.to_string()),
        ("lines per second", format!("{:.1}", f64::from(lines) / took.as_secs_f64())),
        ("send to observers' sockets, p50", format!("{:.1} ms", latencies.percentile_ms(50.0))),
        ("send to observers' sockets, p95", format!("{:.1} ms", latencies.percentile_ms(95.0))),
        ("live arrivals", latencies.len().to_string()),
        ("functions killed", count(&tally.kills).to_string()),
        ("whole stack killed", count(&tally.stack_kills).to_string()),
        ("reconnects", count(&tally.reconnects).to_string()),
        ("sends repeated", count(&tally.retries).to_string()),
        ("… of which the server had stored", count(&tally.replayed).to_string()),
        ("observers: duplicates dropped", duplicates.to_string()),
        ("observers: resumes", resumes.to_string()),
        ("observers: events that a resume brought", healed.to_string()),
        ("observers: numbers void", void.to_string()),
        ("observers: void numbers that came later", late.to_string()),
    ];
    for (name, value) in rows {
        println!("{name:<42} {value:>12}");
    }
}
