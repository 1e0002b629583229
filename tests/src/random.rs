//! The number of random cases.

use proptest::test_runner::Config;

/// The settings of a sweep over random cases: a quarter of their full number, and all of
/// them if `QMP_ALL_CASES` is 1.
pub fn random_cases(full: u32) -> Config {
    let is_full = std::env::var_os("QMP_ALL_CASES").is_some_and(|value| value == "1");
    Config {
        cases: if is_full { full } else { full / 4 },
        failure_persistence: None,
        ..Config::default()
    }
}
