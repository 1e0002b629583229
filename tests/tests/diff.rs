//! Comparisons of the imported releases: nothing differs from itself, both
//! readings of a pair agree, and a long comparison has the findings of its steps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::diff::change::ChangeKind;
use qapi_codegen::diff::compare::compare;
use qapi_codegen::diff::finding::{Finding, findings};
use qapi_codegen::diff::report::{Report, ReportInputs, ReportSide};
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::{JsonStyle, JsonValue};
use qapi_codegen::knowledge::Knowledge;
use qapi_codegen::schema::Schema;
use qapi_codegen::version::{Series, Version};
use qapi_codegen::wire::{Interface, render_path};
use tests::releases::{catalogue, release};
use xtask::workspace;

fn main() {
    let arguments = Arguments::from_args();
    let series = workspace::imported().expect("the folder of the schemas is there");
    let mut trials = Vec::new();
    for &one in &series {
        trials.push(Trial::test(format!("itself/{one}"), move || itself(one)));
    }
    for pair in series.windows(2) {
        let (old, new) = (pair[0], pair[1]);
        trials.push(Trial::test(format!("reverse/{old}-{new}"), move || {
            reverse(old, new)
        }));
    }
    for three in series.windows(3) {
        let [old, via, new] = [three[0], three[1], three[2]];
        trials.push(Trial::test(format!("net/{old}-{via}-{new}"), move || {
            net(old, via, new)
        }));
    }
    for release in ["2.5.1", "2.11.0", "7.2.22"] {
        let name = format!("introspected/{release}");
        trials.push(Trial::test(name, move || introspected(release)));
    }
    trials.push(Trial::test("example/blockdev-add", example));
    for (old, new, target, expected) in EDITS {
        trials.push(Trial::test(format!("edit/{target}"), move || {
            edit(old, new, target, expected)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

static NO_KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::default);

/// The schemas of all series, read once.
static SCHEMAS: LazyLock<BTreeMap<Series, OnceLock<Schema>>> = LazyLock::new(|| {
    let series = workspace::imported().expect("the folder of the schemas is there");
    series
        .into_iter()
        .map(|own| (own, OnceLock::new()))
        .collect()
});

fn schema(series: Series) -> &'static Schema {
    SCHEMAS[&series].get_or_init(|| load(series))
}

fn load(series: Series) -> Schema {
    let release = catalogue().release(&series.to_string(), QemuProgram::Emulator);
    release.expect("the series is imported").schema
}

fn report<'s>(
    old: &'s Schema,
    new: &'s Schema,
    between: &[&'s Schema],
    knowledge: &'s Knowledge,
) -> Report<'s> {
    let side = |schema| ReportSide {
        name: "",
        schema,
        devices: None,
        command_line: None,
    };
    let (old, new) = (side(old), side(new));
    Report::compare(&ReportInputs {
        old,
        new,
        between: between.to_vec(),
        knowledge,
    })
}

/// What a QEMU reports about itself does not differ from the imported schema.
fn introspected(recorded: &str) -> Result<(), Failed> {
    let version: Version = recorded.parse()?;
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    let reply = recordings.join(recorded).join("query-qmp-schema.json");
    let imported = &release(&version.series().to_string()).schema;
    let introspected = &release(&reply.to_string_lossy()).schema;
    for (old, new) in [(imported, introspected), (introspected, imported)] {
        let found = report(old, new, &[], &NO_KNOWLEDGE).findings;
        if !found.is_empty() {
            return Err(format!("{found:#?}").into());
        }
    }
    Ok(())
}

/// A release does not differ from itself, and the report says what was looked
/// at.
fn itself(series: Series) -> Result<(), Failed> {
    let schema = schema(series);
    let report = report(schema, schema, &[], &NO_KNOWLEDGE);
    if !report.findings.is_empty() {
        return Err(format!("{:#?}", report.findings).into());
    }
    let compared = report.compared;
    let all = (compared.unchanged_commands, compared.unchanged_events);
    if all != (schema.commands.len(), schema.events.len()) || all.0 == 0 {
        return Err(format!("{compared:?}").into());
    }
    Ok(())
}

/// Where one reading says that something came, the other says that it went.
fn reverse(old: Series, new: Series) -> Result<(), Failed> {
    let (old, new) = (schema(old), schema(new));
    let places = |old: &Schema, new: &Schema| -> BTreeSet<(String, String)> {
        let (old, new) = (Interface::from_schema(old), Interface::from_schema(new));
        let comparison = compare(&old, &new);
        let findings = findings(&comparison).into_iter();
        // A condition that older schemas could not state is found one way only.
        let both_ways = findings.filter(|finding| !ONE_WAY.contains(&finding.change.kind));
        both_ways
            .flat_map(|finding| {
                let names = finding.targets().into_iter();
                names.map(move |name| (name, finding.direction.as_str().to_owned()))
            })
            .map(|(name, direction)| (name.trim_start_matches("x-").to_owned(), direction))
            .collect()
    };
    same(&places(old, new), &places(new, old))
}

/// Kinds that are found one way only. That a documentation no longer deprecates
/// something is not a change.
const ONE_WAY: [ChangeKind; 2] = [
    ChangeKind::ConditionStated,
    ChangeKind::DocumentedDeprecatedAdded,
];

fn same<T: Ord + std::fmt::Debug>(left: &BTreeSet<T>, right: &BTreeSet<T>) -> Result<(), Failed> {
    let only: Vec<&T> = left.symmetric_difference(right).collect();
    if only.is_empty() {
        Ok(())
    } else {
        Err(format!("only one way: {only:#?}").into())
    }
}

/// What differs in the end differed in one of the steps; what differed in a
/// step differs in the end, unless the other step has to do with it as well.
fn net(old: Series, via: Series, new: Series) -> Result<(), Failed> {
    let (old, via, new) = (schema(old), schema(via), schema(new));
    let none = &NO_KNOWLEDGE;
    let all = report(old, new, &[via], none).findings;
    let first = report(old, via, &[], none).findings;
    let second = report(via, new, &[], none).findings;
    let steps: BTreeMap<String, Vec<&Finding<'_>>> = by_place(first.iter().chain(&second));
    let whole = by_place(&all);
    let lost: Vec<&String> = whole
        .keys()
        .filter(|place| !steps.contains_key(*place))
        .collect();
    if !lost.is_empty() {
        return Err(format!("in no step: {lost:#?}").into());
    }
    let (first, second) = (by_place(&first), by_place(&second));
    let undone = |place: &&String| first.contains_key(*place) && second.contains_key(*place);
    let missing = steps
        .keys()
        .filter(|place| !whole.contains_key(*place) && !undone(place));
    let missing: Vec<&String> = missing
        .filter(|place| !renewed(place, &first, &second))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("not in the end: {missing:#?}").into())
    }
}

/// Findings by direction, command and what in it they are about: the last name
/// of the path, whatever it is in.
fn by_place<'f>(
    findings: impl IntoIterator<Item = &'f Finding<'f>>,
) -> BTreeMap<String, Vec<&'f Finding<'f>>> {
    let mut places: BTreeMap<String, Vec<&Finding<'_>>> = BTreeMap::new();
    for finding in findings {
        for place in all_places(finding) {
            places.entry(place).or_default().push(finding);
        }
    }
    places
}

fn all_places(finding: &Finding<'_>) -> Vec<String> {
    let all = finding.occurrences.iter();
    all.map(|own| {
        let path = render_path(finding.path_of(own));
        let last = path
            .rsplit(['.', '<'])
            .next()
            .unwrap_or(&path)
            .trim_end_matches("[]");
        // A discriminator value is found at the discriminator or at the branch.
        let last = last.split('=').next().unwrap_or(last);
        format!(
            "{} {} {}",
            finding.direction,
            plain(own.operation.name()),
            plain(last)
        )
    })
    .collect()
}

/// The paths of a finding, whatever they are in.
fn all_paths(finding: &Finding<'_>) -> impl Iterator<Item = String> {
    let all = finding.occurrences.iter();
    all.map(|own| plain(&render_path(finding.path_of(own))))
}

/// A name or path without the `x-` of what became a promise in between.
fn plain(name: &str) -> String {
    let name = name.strip_prefix("x-").unwrap_or(name);
    name.replace("=x-", "=").to_ascii_lowercase()
}

/// Returns `true` if a place is in something that the first step added or the
/// second removed: then the long comparison has no finding about it.
fn renewed(
    place: &str,
    first: &BTreeMap<String, Vec<&Finding<'_>>>,
    second: &BTreeMap<String, Vec<&Finding<'_>>>,
) -> bool {
    let empty = Vec::new();
    let late = second.get(place).unwrap_or(&empty);
    let early = first.get(place).unwrap_or(&empty);
    let inside = |inner: &Finding<'_>, outer: &Finding<'_>| {
        inner
            .targets()
            .iter()
            .any(|target| outer.occurs_in(|own| plain(own) == plain(target)))
            && all_paths(inner).any(|path| all_paths(outer).any(|own| path.starts_with(&own)))
    };
    let added = |finding: &&Finding<'_>| finding.rule.id.as_str().ends_with("-added");
    let removed = |finding: &&Finding<'_>| finding.rule.id.as_str().contains("-removed");
    let brought = first.values().flatten().copied().filter(added);
    let taken: Vec<&Finding<'_>> = second.values().flatten().copied().filter(removed).collect();
    let brought: Vec<&Finding<'_>> = brought.collect();
    // What is moved as a whole has other paths on both sides of the move.
    let target = place.split(' ').nth(1).unwrap_or_default();
    let moved = format!("request {target} ");
    let both = first.iter().chain(second);
    let mut own = both
        .filter(|(place, _)| place.starts_with(&moved))
        .flat_map(|(_, all)| all);
    if own.any(|finding| finding.rule.id.as_str().starts_with("request-arguments-")) {
        return true;
    }
    late.iter()
        .any(|finding| brought.iter().any(|outer| inside(finding, outer)))
        || early
            .iter()
            .any(|finding| taken.iter().any(|outer| inside(finding, outer)))
}

/// The changes of `blockdev-add` from 2.5 to 2.11.
fn example() -> Result<(), Failed> {
    let (old, new) = (schema(Series::new(2, 5)), schema(Series::new(2, 11)));
    let between: Vec<&Schema> = (6..11).map(|minor| schema(Series::new(2, minor))).collect();
    let report = report(old, new, &between, catalogue().knowledge());
    let dated = |rule: &str, path: &str| {
        let fits = |finding: &&Finding<'_>| {
            (finding.target(), finding.rule.id.as_str()) == ("blockdev-add", rule)
                && render_path(finding.path()) == path
        };
        report
            .findings
            .iter()
            .find(fits)
            .and_then(|finding| finding.since)
    };
    let since = Some(Series::new(2, 8));
    assert_eq!(dated("request-arguments-flattened", "options"), since);
    assert_eq!(dated("request-member-removed", "options.id"), since);
    let noted = report
        .behaviour
        .iter()
        .find(|note| note.id == "blockdev-add-root-node-name");
    assert!(noted.is_some_and(|note| note.since == [Series::new(2, 8)]));
    let example = report
        .command_examples
        .iter()
        .find(|own| own.target == "blockdev-add")
        .unwrap();
    let line = |side: &Option<JsonValue<'_>>| {
        let text = JsonStyle::PRETTY.format(side.as_ref().unwrap());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        line(&example.example.before),
        r#"{ "execute": "blockdev-add", "arguments": { "options": { "driver": "file", "id": "disk0", "filename": "disk.img" } } }"#
    );
    assert_eq!(
        line(&example.example.after),
        r#"{ "execute": "blockdev-add", "arguments": { "driver": "file", "node-name": "disk0", "filename": "disk.img" } }"#
    );
    Ok(())
}

/// One edit of a schema, over several releases: its incompatible findings, and
/// when each came.
type Edit = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const EDITS: [Edit; 4] = [
    (
        "2.12",
        "3.0",
        "x-blockdev-create",
        &[
            "3.0 command-promoted ",
            "3.0 request-arguments-wrapped options",
            "3.0 request-required-member-added job-id",
        ],
    ),
    // From 3.0 to 5.2, replies have both members.
    (
        "2.12",
        "8.2",
        "query-cpus-fast",
        &[
            "3.0 reply-type-changed []",
            "6.0 reply-required-member-removed [].arch (deprecated since 3.0)",
        ],
    ),
    (
        "7.2",
        "8.0",
        "query-named-block-nodes",
        &[
            "8.0 reply-enum-value-added [].image.format-specific<type=rbd>.data.encryption-format",
            "8.0 reply-optional-member-removed [].image.format-specific<type=vmdk>.data.extents[].actual-size",
            "8.0 reply-union-branch-added [].image.format-specific<type=file>",
        ],
    ),
    (
        "2.5",
        "8.2",
        "query-cpus",
        &["6.0 command-removed  (deprecated since 2.12)"],
    ),
];

fn edit(old: &str, new: &str, target: &str, expected: &[&str]) -> Result<(), Failed> {
    let (from, to): (Series, Series) = (old.parse()?, new.parse()?);
    let (old, new) = (schema(from), schema(to));
    let mut between = workspace::imported()?;
    between.retain(|series| from < *series && *series < to);
    let between: Vec<&Schema> = between.into_iter().map(schema).collect();
    let report = report(old, new, &between, catalogue().knowledge());
    let own = report.findings.iter().filter(|finding| {
        finding.compatibility > Compatibility::Compatible && finding.target() == target
    });
    let described = own.map(|finding| {
        let since = finding.since.map(|since| since.to_string());
        let rule = finding.rule.id.as_str();
        let deprecated = finding.deprecated_since;
        let deprecated = deprecated.map(|since| format!(" (deprecated since {since})"));
        let text = format!(
            "{rule} {}{}",
            render_path(finding.path()),
            deprecated.unwrap_or_default()
        );
        format!("{} {text}", since.unwrap_or_default())
    });
    let described: BTreeSet<String> = described.collect();
    let expected: BTreeSet<String> = expected.iter().map(|own| (*own).to_owned()).collect();
    assert_eq!(described, expected);
    Ok(())
}
