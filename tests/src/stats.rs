//! Percentiles and numbers for people.

use std::time::Duration;

/// Durations of one kind.
#[derive(Default, Clone)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one.
    pub fn add(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that `percent` of the samples do not exceed, in milliseconds; 0 without samples.
    pub fn percentile_ms(&self, percent: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank among samples"
        )]
        let rank = ((percent / 100.0 * sorted.len() as f64).ceil() as usize).max(1) - 1;
        sorted
            .get(rank.min(sorted.len().saturating_sub(1)))
            .map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
    }
}

impl Extend<Duration> for Samples {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, samples: T) {
        self.0.extend(samples);
    }
}

/// A small generator of numbers that need not be secret: which process to kill, how long to back off.
pub struct Dice(u64);

impl Dice {
    /// A generator with a seed of its own.
    pub fn new() -> Self {
        let bytes = *uuid::Uuid::now_v7().as_bytes();
        Self(u64::from_le_bytes(std::array::from_fn(|index| bytes[index + 8])) | 1)
    }

    /// A number below `bound`, which is at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        // xorshift64, Marsaglia 2003
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap_or(0) % bound.max(1)
    }
}

impl Default for Dice {
    fn default() -> Self {
        Self::new()
    }
}
