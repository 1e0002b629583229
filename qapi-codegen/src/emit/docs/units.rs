//! Units that the names of members state.

/// The unit in the last word of a name, or in the only one.
///
/// Only abbreviations count: a name such as `total-bytes` is its own explanation.
pub fn unit(name: &str) -> Option<&'static str> {
    let word = name.rsplit(['-', '_']).next()?;
    let unit = UNITS.iter().find(|(suffix, _)| *suffix == word);
    unit.map(|(_, unit)| *unit)
}

const UNITS: [(&str, &str); 4] = [
    ("ns", "nanoseconds"),
    ("us", "microseconds"),
    ("ms", "milliseconds"),
    ("mbps", "megabits per second"),
];

#[cfg(test)]
mod tests {
    use super::unit;

    #[test]
    fn abbreviations_are_units() {
        assert_eq!(unit("rd_total_time_ns"), Some("nanoseconds"));
        assert_eq!(unit("reconnect-ms"), Some("milliseconds"));
        assert_eq!(unit("mbps"), Some("megabits per second"));
        assert_eq!(unit("items"), None);
    }
}
