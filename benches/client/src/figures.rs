//! Measured times.

use std::time::{Duration, Instant};

/// The times of many runs.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Measures one run.
    pub fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.push(start.elapsed());
        result
    }

    /// Returns the time that `permille` of the runs did not exceed.
    pub fn quantile(&mut self, permille: usize) -> Duration {
        self.0.sort_unstable();
        let index = self.0.len() * permille / 1000;
        self.0[index.min(self.0.len() - 1)]
    }
}

/// Prints one row: a name, p50 and p99 in microseconds, and the ratio of the
/// p50 to that of the floor.
pub fn row(name: &str, times: &mut Times, floor: Duration) {
    let (p50, p99) = (times.quantile(500), times.quantile(990));
    let ratio = p50.as_secs_f64() / floor.as_secs_f64();
    let micro = |time: Duration| time.as_secs_f64() * 1e6;
    println!(
        "  {name:<24} p50 {:>9.1} us   p99 {:>9.1} us   {ratio:>6.2}",
        micro(p50),
        micro(p99)
    );
}
