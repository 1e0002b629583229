//! Coverage of the migration rules: an answer for each breaking request finding
//! between neighbouring series.

use std::fmt;

use qapi_codegen::diff::change::KindAttribute;
use qapi_codegen::diff::finding::{Example, Finding};
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::json::{JsonStyle, JsonValue, parse};
use qapi_codegen::knowledge::Certainty;
use qapi_codegen::traffic::check::{Checker, Session, Verdict};
use qapi_codegen::traffic::migrate::{Migration, MigrationOutcome, Migrator};
use qapi_codegen::wire::{Direction, render_path};
use tests::releases::{catalogue, release};
use xtask::reports::compare_releases;

use super::replies::ReplyCoverage;
use super::{Upgrade, rules};

/// The numbers of findings by what becomes of their requests.
#[derive(Debug, Default)]
struct Coverage {
    rewritten: usize,
    assumed: usize,
    left: usize,
    unanswered: Vec<String>,
}

/// Prints the table that is in `BENCHMARKS.md`, and lists what has no rule.
#[test]
fn every_break_has_an_answer() {
    let rules = rules();
    let catalogue = catalogue();
    let mut replies = ReplyCoverage::default();
    let mut total = Coverage::default();
    println!("| upgrade | rewritten | assumed | left with a reason |\n|---|---|---|---|");
    for pair in catalogue.series().windows(2) {
        let (old, new) = (release(&pair[0].to_string()), release(&pair[1].to_string()));
        let report = compare_releases(&old, &new, &[]);
        replies.add_report(&catalogue.knowledge().replies, &report, (pair[0], pair[1]));
        let upgrade = Upgrade::new(&old, &new, rules);
        let mut coverage = Coverage::default();
        for finding in &report.findings {
            if finding.direction == Direction::Request {
                check_example(finding, &upgrade);
            }
            if is_break(finding) {
                coverage.add(finding, &upgrade);
            }
        }
        if coverage.count() > 0 {
            println!("| {} to {} {coverage}", pair[0], pair[1]);
        }
        total.merge(coverage);
    }
    println!("| all {total}");
    replies.finish();
    let unanswered = &total.unanswered;
    assert!(
        unanswered.is_empty(),
        "write rules in schemas/migrations/ for\n{}",
        unanswered.join("\n")
    );
}

fn is_break(finding: &Finding<'_>) -> bool {
    // Few devices and properties that are gone have a counterpart, and the command line is
    // not a request.
    let others = [KindAttribute::Device, KindAttribute::CommandLine];
    let is_other = others.iter().any(|own| finding.change.kind.has(*own));
    let is_request = finding.direction == Direction::Request && !is_other;
    is_request && finding.compatibility == Compatibility::Breaking
}

impl Coverage {
    /// Adds a finding that only requests show which the old release rejects, too.
    fn add_without_example(&mut self, finding: &Finding<'_>) {
        match finding.answer.map(|rule| rule.certainty) {
            Some(Certainty::Certain) => self.rewritten += 1,
            Some(Certainty::Assumed) => self.assumed += 1,
            Some(Certainty::Left) => self.left += 1,
            None => self
                .unanswered
                .push(format!("{}: no example", describe(finding))),
        }
    }

    fn count(&self) -> usize {
        self.rewritten + self.assumed + self.left + self.unanswered.len()
    }

    fn merge(&mut self, other: Coverage) {
        self.rewritten += other.rewritten;
        self.assumed += other.assumed;
        self.left += other.left;
        self.unanswered.extend(other.unanswered);
    }

    fn add(&mut self, finding: &Finding<'_>, upgrade: &Upgrade<'_>) {
        let Some(before) = &finding.example.before else {
            return self.add_without_example(finding);
        };
        let text = JsonStyle::SPACED.format(before);
        let parsed = parse(&text).expect("the writer emits valid JSON");
        let mut migrator = Migrator::new(&upgrade.from, &upgrade.to, upgrade.rules);
        let migration = migrator.migrate("", &parsed);
        let has_rule = migration.remarks.iter().any(|remark| remark.rule.is_some());
        match migration.outcome {
            MigrationOutcome::Rewritten => self.rewritten += 1,
            MigrationOutcome::Assumed => self.assumed += 1,
            MigrationOutcome::Left if has_rule => self.left += 1,
            _ => {
                let remarks = remarks(&migration);
                let entry = format!("{}\n    {text}\n    {remarks}", describe(finding));
                self.unanswered.push(entry);
            }
        }
    }
}

/// Examples are accepted by the old release, show what breaks, and are accepted
/// by the new release once they are rewritten.
fn check_example(finding: &Finding<'_>, upgrade: &Upgrade<'_>) {
    let is_rejected = |checker: &Checker<'_>, request: &JsonValue<'_>| {
        let checked = checker.check_request(&mut Session::default(), &request.clone().into());
        checked.verdict == Verdict::Rejected
    };
    let Example { before, after } = &finding.example;
    if let Some(before) = before {
        assert!(!is_rejected(&upgrade.from, before), "{before:?}");
        let breaks = is_rejected(&upgrade.to, before);
        assert!(
            breaks || !is_break(finding),
            "{}: {before:?}",
            describe(finding)
        );
    }
    if let Some(after) = after {
        assert!(!is_rejected(&upgrade.to, after), "{after:?}");
    }
}

fn describe(finding: &Finding<'_>) -> String {
    let (rule, target) = (finding.rule.id.as_str(), finding.target());
    let since = finding
        .since
        .map(|since| since.to_string())
        .unwrap_or_default();
    format!("{since} {rule}: {target} {}", render_path(finding.path()))
}

fn remarks(migration: &Migration) -> String {
    let messages = migration.remarks.iter().map(|remark| &*remark.message);
    messages.collect::<Vec<_>>().join("\n    ")
}

/// The cells of a row.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {} | {} | {} |",
            self.rewritten, self.assumed, self.left
        )
    }
}
