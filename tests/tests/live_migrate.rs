//! Migrated requests against a running QEMU: it may refuse them for its state,
//! never for their form.

use std::collections::BTreeMap;

use libtest_mimic::{Arguments, Failed};
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::{JsonStyle, parse};
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::version::Series;
use qapi_codegen::wire::Direction;
use tests::answers::{self, Meaning, Refusals};
use tests::monitor::Monitor;
use tests::qemu::{Emulator, Program};
use xtask::catalogue::{Catalogue, Release};
use xtask::reports::compare_releases;

/// The least number of requests for a series that has the most rules before it.
const MIN_REQUESTS: usize = 60;

fn main() {
    let arguments = Arguments::from_args();
    let trial = |emulator: Emulator| emulator.trial("migrated_requests", migrated_requests);
    let emulators = Program::emulators().into_iter().map(Emulator::imported);
    libtest_mimic::run(&arguments, emulators.map(trial).collect()).exit();
}

fn migrated_requests(program: Program) -> Result<(), Failed> {
    let series = program.version().series();
    let requests = rewritten_requests(series)?;
    assert!(
        series < Series::new(9, 2) || requests.len() >= MIN_REQUESTS,
        "{}",
        requests.len()
    );
    let refusals: Refusals = answers::data("refusals.toml");
    let qemu = program.start(&[]);
    let mut monitor = Monitor::connect(&qemu)?;
    let mut failures = Vec::new();
    for (request, origin) in &requests {
        let answer = monitor.ask(request)?.unwrap_or_default();
        if let Some(Meaning::Form(_)) = refusals.meaning(&answer) {
            failures.push(format!("{request} ({origin}): {answer}"));
        }
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n").into()),
    }
}

/// Rewritten requests with their origin: the examples of the rules, and those of
/// the breaking changes of requests between neighbouring series.
fn rewritten_requests(target: Series) -> Result<BTreeMap<String, String>, Failed> {
    let catalogue = Catalogue::open()?;
    let series: Vec<Series> = catalogue
        .series()
        .iter()
        .copied()
        .filter(|own| *own <= target)
        .collect();
    let releases = catalogue.releases(&series, QemuProgram::Emulator)?;
    let last = releases.last().ok_or("no series is imported")?;
    let mut requests = BTreeMap::new();
    for pair in releases.windows(2) {
        let [old, new] = pair else { continue };
        for before in examples(&catalogue, old, new) {
            let text = migrate(&catalogue, old, last, &before);
            requests.extend(text.map(|text| (text, format!("{}: {before}", old.name))));
        }
    }
    Ok(requests)
}

/// Requests of a release that the next one rejects.
fn examples(catalogue: &Catalogue, old: &Release, new: &Release) -> Vec<String> {
    let report = compare_releases(old, new, &[]);
    let breaks = report.findings.iter().filter(|finding| {
        finding.direction == Direction::Request && finding.compatibility == Compatibility::Breaking
    });
    let shown = breaks.filter_map(|finding| finding.example.before.as_ref());
    let series = new.schema.version.series();
    let rules = catalogue.knowledge().migrations.rules_since(series);
    let shown = shown.map(|before| JsonStyle::SPACED.format(before));
    shown
        .chain(rules.filter_map(|rule| rule.before.clone()))
        .collect()
}

/// The rewritten request, unless it is unchanged or left.
fn migrate(catalogue: &Catalogue, old: &Release, new: &Release, before: &str) -> Option<String> {
    let (from, to) = (old.checker(None), new.checker(None));
    let mut migrator = Migrator::new(&from, &to, &catalogue.knowledge().migrations);
    let parsed = parse(before).expect("the examples are JSON");
    let message = migrator.migrate("", &parsed).message?;
    Some(JsonStyle::SPACED.format(&message))
}
