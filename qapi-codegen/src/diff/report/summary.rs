//! Text that several formats share.

use super::{Report, ReportScope, UsageCounts};
use crate::diff::change::KindAttribute;
use crate::diff::command_line::CommandLineCoverage;
use crate::diff::devices::DeviceCoverage;
use crate::diff::finding::{Example, Finding};
use crate::json::{JsonStyle, JsonValue};
use crate::version::Series;

/// Says how much was compared.
pub fn compared_text(report: &Report<'_>) -> String {
    let compared = &report.compared;
    let nothing = match (report.counts.breaking, report.counts.dangerous) {
        (0, 0) => "Nothing breaks. ",
        _ => "",
    };
    let devices = report.devices.as_ref();
    let devices = devices.filter(|own| own.unlisted.is_empty());
    let devices = devices.map(|own| format!(" {} compared.", plural(own.compared, "device")));
    let command_line = report.command_line.as_ref();
    let command_line = command_line.map(command_line_text).unwrap_or_default();
    if report.scope == ReportScope::CommandLine {
        return format!("{nothing}{}", command_line.trim_start());
    }
    format!(
        "{nothing}Compared {} and {} with {} and {}; {} and {} are unchanged.{}{command_line}",
        plural(compared.commands.0, "command"),
        plural(compared.events.0, "event"),
        compared.commands.1,
        compared.events.1,
        plural(compared.unchanged_commands, "command"),
        plural(compared.unchanged_events, "event"),
        devices.unwrap_or_default()
    )
}

/// Says how much of the command lines was compared.
fn command_line_text(coverage: &CommandLineCoverage) -> String {
    let counts = [
        (coverage.options, "option"),
        (coverage.machines, "machine type"),
        (coverage.cpus, "CPU model"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, noun)| plural(count, noun)).collect();
    match counts.is_empty() {
        true => String::new(),
        false => format!(" Command line: {} of both releases.", counts.join(", ")),
    }
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

/// Says how many entries a list of actions omits.
pub fn omitted_text(omitted: usize) -> Option<String> {
    (omitted > 0)
        .then(|| format!("And {omitted} more; `--used-by FILE` lists what concerns a program."))
}

/// The largest number of devices that a report lists.
const MAX_DEVICES: usize = 40;

/// The title of [`not_compared`].
pub const NOT_COMPARED: &str = "Not compared";

/// Says what the report is not about.
pub fn not_compared(report: &Report<'_>) -> Vec<String> {
    let devices = report.devices.as_ref().map(missing_devices);
    let known = "the report has the changes that are known, not all there are.";
    let others = match report.scope {
        ReportScope::Everything => "Behaviour beyond the schema, such as the texts of errors",
        ReportScope::CommandLine => "The effects of options and the values of parameters",
    };
    let command_line = report.command_line.as_ref().map(missing_command_line);
    let items = devices.into_iter().flatten();
    items
        .chain(command_line.into_iter().flatten())
        .chain([format!("{others}: {known}")])
        .collect()
}

/// Says what of the command lines was not compared.
fn missing_command_line(coverage: &CommandLineCoverage) -> Vec<String> {
    let join = |series: &[Series]| {
        let names: Vec<String> = series.iter().map(|own| format!("QEMU {own}")).collect();
        names.join(" and ")
    };
    let (unknown, unlisted) = (join(&coverage.unknown), join(&coverage.unlisted));
    let options = (!unknown.is_empty()).then(|| {
        format!(
            "Options of the command line: not compared, because those of {unknown} are not known."
        )
    });
    let lists = (!unlisted.is_empty()).then(|| {
        format!(
            "Machine types, CPU models and parameters of options: not compared, because no build of \
             {unlisted} is known with them. Changes that other releases prove are listed."
        )
    });
    options.into_iter().chain(lists).collect()
}

/// Says which devices were not compared.
fn missing_devices(devices: &DeviceCoverage<'_>) -> Option<String> {
    let unlisted = devices.unlisted.iter().map(|own| format!("QEMU {own}"));
    let unlisted: Vec<String> = unlisted.collect();
    if !unlisted.is_empty() {
        return Some(format!(
            "Devices: not compared, because no build of {} is known with all its devices. Changes \
             that other releases prove are listed.",
            unlisted.join(" and ")
        ));
    }
    let names: Vec<String> = devices.undecided.iter().map(ToString::to_string).collect();
    (!names.is_empty()).then(|| {
        let names = shortened_list(&names, MAX_DEVICES);
        format!("Devices that the known builds of the new release lack, which builds may leave out: {names}.")
    })
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

/// The first names in backquotes, and the number of the others.
pub fn shortened_list(names: &[String], max: usize) -> String {
    match names.len().saturating_sub(max) {
        0 => code_list(names),
        more => format!("{} and {more} more", code_list(&names[..max])),
    }
}

/// The messages of an example, with titles.
pub fn example_sides<'e, 's>(
    example: &'e Example<'s>,
) -> impl Iterator<Item = (&'static str, &'e JsonValue<'s>)> {
    let sides = [("Before", &example.before), ("After", &example.after)];
    let sides = sides.into_iter();
    sides.filter_map(|(title, side)| Some((title, side.as_ref()?)))
}

/// The same as text.
pub fn titled_messages(example: &Example<'_>) -> Vec<(&'static str, String)> {
    let text = |value: &JsonValue<'_>| JsonStyle::PRETTY.format(value);
    let sides = example_sides(example);
    sides.map(|(title, side)| (title, text(side))).collect()
}

/// The value of a finding about one of several values at a path: an enum value,
/// a feature, a JSON type.
pub fn changed_value(finding: &Finding<'_>) -> Option<String> {
    let change = &finding.change;
    let has_value = [KindAttribute::EnumValue, KindAttribute::PerValue]
        .into_iter()
        .any(|attribute| change.kind.has(attribute));
    let value = change.new.as_ref().or(change.old.as_ref());
    value.filter(|_| has_value).map(ToString::to_string)
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
