//! Coverage of the migration rules: an answer for each breaking request finding
//! between neighbouring series.

use std::fmt::Write as _;

use qapi_codegen::diff::change::KindAttribute;
use qapi_codegen::diff::finding::Finding;
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::json::{JsonStyle, parse};
use qapi_codegen::knowledge::MigrationRules;
use qapi_codegen::traffic::migrate::{MigrationOutcome, Migrator};
use qapi_codegen::wire::{Direction, render_path};
use xtask::catalogue::Release;
use xtask::reports::compare_releases;

use super::{Upgrade, catalogue, release, rules};

/// The numbers of findings by what becomes of their requests.
#[derive(Debug, Default)]
struct Coverage {
    rewritten: usize,
    assumed: usize,
    left: usize,
    unanswered: Vec<String>,
}

#[test]
fn every_break_has_an_answer() {
    let rules = rules();
    let series = catalogue().series().to_vec();
    let mut table = String::new();
    let mut unanswered = Vec::new();
    for pair in series.windows(2) {
        let (old, new) = (release(&pair[0].to_string()), release(&pair[1].to_string()));
        let coverage = Coverage::between(&old, &new, &rules);
        let Coverage {
            rewritten,
            assumed,
            left,
            ..
        } = coverage;
        let open = coverage.unanswered.len();
        writeln!(
            table,
            "| {} to {} | {rewritten} | {assumed} | {left} | {open} |",
            pair[0], pair[1]
        )
        .unwrap();
        unanswered.extend(coverage.unanswered);
    }
    println!("{table}");
    assert!(
        unanswered.is_empty(),
        "{}\n{}",
        unanswered.len(),
        unanswered.join("\n")
    );
}

impl Coverage {
    fn between(old: &Release, new: &Release, rules: &MigrationRules) -> Coverage {
        let report = compare_releases(old, new, &[]);
        let upgrade = Upgrade::new(old, new, rules);
        let mut coverage = Coverage::default();
        // Few devices and properties that are gone have a counterpart.
        let breaks = report.findings.iter().filter(|finding| {
            finding.direction == Direction::Request
                && !finding.change.kind.has(KindAttribute::Device)
                && finding.compatibility == Compatibility::Breaking
        });
        for finding in breaks {
            coverage.add(finding, &upgrade, &format!("{} to {}", old.name, new.name));
        }
        coverage
    }

    fn add(&mut self, finding: &Finding<'_>, upgrade: &Upgrade<'_>, pair: &str) {
        let name = format!(
            "{pair}: {} {} {} ({} -> {})",
            finding.rule.id.as_str(),
            finding.target(),
            render_path(finding.path()),
            finding
                .change
                .old
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            finding
                .change
                .new
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        );
        let Some(before) = &finding.example.before else {
            self.unanswered.push(format!("{name}: no example"));
            return;
        };
        let text = JsonStyle::SPACED.format(before);
        let parsed = parse(&text).expect("the writer emits valid JSON");
        let mut migrator = Migrator::new(&upgrade.from, &upgrade.to, upgrade.rules);
        let migration = migrator.migrate("", &parsed);
        let is_ruled = migration.remarks.iter().any(|remark| remark.rule.is_some());
        match migration.outcome {
            MigrationOutcome::Rewritten => self.rewritten += 1,
            MigrationOutcome::Assumed => self.assumed += 1,
            MigrationOutcome::Left if is_ruled => self.left += 1,
            outcome => {
                let messages: Vec<&str> = migration
                    .remarks
                    .iter()
                    .map(|remark| remark.message.as_str())
                    .collect();
                self.unanswered.push(format!(
                    "{name}: {}\n    {text}\n    {}",
                    outcome.as_str(),
                    messages.join("\n    ")
                ));
            }
        }
    }
}
