//! Units that the names of members state.

/// The unit in the last word of a name, or in the only one.
pub fn unit(name: &str) -> Option<&'static str> {
    let word = name.rsplit(['-', '_']).next()?;
    let unit = UNITS.iter().find(|(suffix, _)| *suffix == word);
    unit.map(|(_, unit)| *unit)
}

/// The unit that a name abbreviates. A name such as `total-bytes` is its own
/// explanation.
pub fn abbreviated_unit(name: &str) -> Option<&'static str> {
    unit(name).filter(|unit| !name.ends_with(unit))
}

/// A name that replaces another, with its unit if the other has another one.
pub fn replacement(old: &str, new: &str) -> String {
    match (unit(old), unit(new)) {
        (old, Some(unit)) if old != Some(unit) => format!("`{new}` (in {unit})"),
        (Some(unit), None) => format!("`{new}` (not in {unit})"),
        _ => format!("`{new}`"),
    }
}

/// The last words of names and their units.
const UNITS: [(&str, &str); 8] = [
    ("ns", "nanoseconds"),
    ("us", "microseconds"),
    ("ms", "milliseconds"),
    ("nsec", "nanoseconds"),
    ("sec", "seconds"),
    ("seconds", "seconds"),
    ("mbps", "megabits per second"),
    ("bytes", "bytes"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_units() {
        for (name, unit) in [
            ("rd_total_time_ns", Some("nanoseconds")),
            ("reconnect-ms", Some("milliseconds")),
            ("mbps", Some("megabits per second")),
            ("total-bytes", None),
            ("items", None),
        ] {
            assert_eq!(abbreviated_unit(name), unit, "{name}");
        }
    }

    #[test]
    fn a_replacement_in_another_unit_states_it() {
        for (old, new, text) in [
            (
                "reconnect",
                "reconnect-ms",
                "`reconnect-ms` (in milliseconds)",
            ),
            (
                "reconnect-ms",
                "reconnect",
                "`reconnect` (not in milliseconds)",
            ),
            ("latency-ns", "latency-us", "`latency-us` (in microseconds)"),
            ("conect-ms", "connect-ms", "`connect-ms`"),
            ("nodename", "node-name", "`node-name`"),
        ] {
            assert_eq!(replacement(old, new), text);
        }
    }
}
