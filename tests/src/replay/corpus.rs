//! The corpus: `*.raw.txt` holds lines `[HH:MM] <nick> text`, and `=== …` where somebody came or went;
//! `*.annotation.txt` beside it holds `A B -`, which says that line B answers line A, counted from 0.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// One thing somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file.
    pub number: usize,
    /// Who said it.
    pub nick: String,
    /// What they said, trimmed.
    pub text: String,
    /// The line it answers, if that was said too.
    pub answers: Option<usize>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// The file's name without its ending: the room's name.
    pub name: String,
    /// What was said, in order.
    pub lines: Vec<Line>,
    /// Lines that nobody said: comings and goings, and empty ones.
    pub skipped: usize,
}

/// Reads every conversation of a folder (or one file), the last `most` lines of each: the annotated ones are
/// at the end.
///
/// # Errors
/// If a file cannot be read.
pub fn read(path: &Path, most: usize) -> std::io::Result<Vec<Conversation>> {
    let mut files: Vec<PathBuf> = if path.is_dir() {
        std::fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?
    } else {
        vec![path.to_path_buf()]
    };
    files.retain(|file| file.to_string_lossy().ends_with(".raw.txt"));
    files.sort();
    files.iter().map(|file| read_one(file, most)).collect()
}

fn read_one(file: &Path, most: usize) -> std::io::Result<Conversation> {
    let whole = file.to_string_lossy().into_owned();
    let stem = whole.trim_end_matches(".raw.txt");
    let raw = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
    let annotation = std::fs::read_to_string(format!("{stem}.annotation.txt")).unwrap_or_default();
    let name = Path::new(stem)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok(parse(&name, &raw, &annotation, most))
}

fn parse(name: &str, raw: &str, annotation: &str, most: usize) -> Conversation {
    let spoken: Vec<Option<(String, String)>> = raw.split_terminator('\n').map(speech).collect();
    let said: Vec<usize> = (0..spoken.len()).filter(|number| spoken[*number].is_some()).collect();
    let first =
        said.len().checked_sub(most).and_then(|index| said.get(index)).copied().unwrap_or(0);
    let skipped = spoken[first..].iter().filter(|line| line.is_none()).count();
    let mut answers: HashMap<usize, usize> = HashMap::new();
    for (to, from) in annotation.lines().filter_map(pair) {
        // A line that answers several counts as an answer to the nearest; one that answers itself begins.
        let usable = to < from && to >= first && spoken.get(to).is_some_and(Option::is_some);
        if usable {
            let nearest = answers.entry(from).or_insert(to);
            *nearest = to.max(*nearest);
        }
    }
    let lines = spoken.into_iter().enumerate().skip(first).filter_map(|(number, line)| {
        let (nick, text) = line?;
        Some(Line { number, nick, text, answers: answers.get(&number).copied() })
    });
    Conversation { name: name.to_owned(), lines: lines.collect(), skipped }
}

/// `[HH:MM] <nick> text` or `[HH:MM]  * nick text`.
fn speech(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix('[')?.split_once("] ")?.1;
    let (nick, text) = match rest.strip_prefix('<') {
        Some(rest) => rest.split_once('>')?,
        None => rest.trim_start().strip_prefix("* ")?.split_once(' ')?,
    };
    let text = text.trim().replace('\r', "\n");
    (!text.is_empty()).then(|| (nick.to_owned(), text))
}

fn pair(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// A valid username of its own for each nick, by nick.
pub fn usernames(conversations: &[Conversation]) -> BTreeMap<String, String> {
    let nicks = conversations
        .iter()
        .flat_map(|conversation| &conversation.lines)
        .map(|line| line.nick.clone());
    let nicks: std::collections::BTreeSet<String> = nicks.collect();
    let name = |(number, nick): (usize, &String)| {
        let kept: String = nick
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .take(14)
            .collect();
        (nick.clone(), format!("{kept}_{number:x}x"))
    };
    nicks.iter().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "=== a has joined #u\n[12:00] <a> hello\n[12:01] <|b|> a: hi > there\n[12:02] <a>  \n[12:03]  * c waves about\n[12:04] <a> bye\n";

    #[test]
    fn lines_are_what_people_said() {
        let talk = parse("f", RAW, "1 1 -\n0 4 -\n1 2 -\n2 4 -\n1 4 -\n4 5 -\n", usize::MAX);
        let said: Vec<(usize, &str, &str, Option<usize>)> = talk
            .lines
            .iter()
            .map(|l| (l.number, l.nick.as_str(), l.text.as_str(), l.answers))
            .collect();
        assert_eq!(
            said,
            [
                (1, "a", "hello", None),
                (2, "|b|", "a: hi > there", Some(1)),
                (4, "c", "waves about", Some(2)),
                (5, "a", "bye", Some(4))
            ]
        );
        assert_eq!(talk.skipped, 2);
    }

    #[test]
    fn a_shorter_run_takes_the_end_and_the_answers_within() {
        let talk = parse("f", RAW, "1 2 -\n2 4 -\n4 5 -\n", 2);
        assert_eq!(
            talk.lines.iter().map(|l| (l.number, l.answers)).collect::<Vec<_>>(),
            [(4, None), (5, Some(4))]
        );
    }

    #[test]
    fn nicks_become_usernames() {
        let talk = parse(
            "f",
            "[1:00] <|b|> x\n[1:00] <a> x\n[1:00] <averyveryverylongnick> x\n[1:00] <^b^> x\n",
            "",
            usize::MAX,
        );
        let names = usernames(&[talk]);
        for name in names.values() {
            assert!(
                (3..=20).contains(&name.len())
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
                "{name}"
            );
        }
        assert_eq!(names.values().collect::<std::collections::BTreeSet<_>>().len(), 4);
    }
}
