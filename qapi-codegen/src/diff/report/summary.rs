//! Text that several formats share.

use super::UsageCounts;
use super::rendered::RenderedReport;

/// Says how much was compared.
pub fn compared_text(report: &RenderedReport<'_>) -> String {
    let compared = &report.compared;
    let nothing = match (report.counts.breaking, report.counts.dangerous) {
        (0, 0) => "Nothing breaks. ",
        _ => "",
    };
    format!(
        "{nothing}Compared {} and {} with {} and {}; {} and {} are unchanged.",
        plural(compared.commands.0, "command"),
        plural(compared.events.0, "event"),
        compared.commands.1,
        compared.events.1,
        plural(compared.unchanged_commands, "command"),
        plural(compared.unchanged_events, "event"),
    )
}

/// Says how many findings affect a program.
pub fn used_text(used: &UsageCounts) -> String {
    format!(
        "{} of {} affect this program, {} of them breaking. They are listed first.",
        used.affected,
        plural(used.all, "finding"),
        used.breaking
    )
}

/// A count with its noun: `1 command`, `2 commands`.
pub fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// Names in backquotes.
pub fn code_list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The anchor of a heading, as hosts of Markdown make it.
pub fn anchor(heading: &str) -> String {
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    let kept = heading.chars().filter(is_kept);
    kept.map(|c| {
        if c == ' ' {
            '-'
        } else {
            c.to_ascii_lowercase()
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_nouns() {
        assert_eq!(
            (plural(1, "event"), plural(0, "event")),
            ("1 event".into(), "0 events".into())
        );
    }

    #[test]
    fn anchors_have_no_punctuation() {
        assert_eq!(anchor("`blockdev-add` X"), "blockdev-add-x");
    }
}
