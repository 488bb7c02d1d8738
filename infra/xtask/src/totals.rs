//! Adding up what the test runners say at their ends.

/// Tests by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Not run because they are marked so.
    pub ignored: u64,
}

impl Totals {
    /// Takes in a line of a runner's output; only its last line,
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, counts.
    pub fn take(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in rest.split(['.', ';']) {
            let Some((number, word)) = part.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    /// The closing line.
    pub fn sentence(self) -> String {
        let Self { passed, failed, ignored } = self;
        let ignored = if ignored == 0 { String::new() } else { format!(", {ignored} ignored") };
        format!("{passed} passed, {failed} failed{ignored}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_are_added_up() {
        let mut totals = Totals::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.05s",
            "test a::b ... ok",
            "test result: FAILED. 40 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 61.20s",
        ] {
            totals.take(line);
        }
        assert_eq!(totals, Totals { passed: 43, failed: 2, ignored: 1 });
        assert_eq!(totals.sentence(), "43 passed, 2 failed, 1 ignored");
        assert_eq!(Totals { ignored: 0, ..totals }.sentence(), "43 passed, 2 failed");
    }
}
