//! Coverage of the rules for replies and events: each breaking change between
//! neighbouring series says where the information went, or why it is gone.

use std::fmt::Write;

use qapi_codegen::diff::change::{ChangeKind, KindAttribute};
use qapi_codegen::diff::finding::Finding;
use qapi_codegen::diff::report::Report;
use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::knowledge::{Certainty, ReplyRule, ReplyRules};
use qapi_codegen::version::Series;
use qapi_codegen::wire::{Direction, PathSegment, render_argument_path};

/// The numbers of members by what becomes of their information.
#[derive(Debug, Default)]
pub struct ReplyCoverage {
    certain: usize,
    assumed: usize,
    left: usize,
    unanswered: String,
}

/// Breaking changes, and what is gone although clients should not rely on it.
fn is_break(finding: &Finding<'_>) -> bool {
    let is_removal = matches!(
        finding.change.kind,
        ChangeKind::OptionalMemberRemoved | ChangeKind::EventRemoved
    );
    let is_breaking = finding.compatibility == Compatibility::Breaking;
    finding.direction != Direction::Request && (is_breaking || is_removal)
}

impl ReplyCoverage {
    /// Adds the findings of a report on two neighbours.
    pub fn add_report(
        &mut self,
        rules: &ReplyRules,
        report: &Report<'_>,
        series: (Series, Series),
    ) {
        for finding in report.findings.iter().filter(|finding| is_break(finding)) {
            self.add(rules, finding, series);
        }
    }

    /// Prints the figures that are in `BENCHMARKS.md`.
    ///
    /// # Panics
    ///
    /// A change has no rule.
    pub fn finish(&self) {
        let (certain, assumed, left) = (self.certain, self.assumed, self.left);
        println!("replies: certain {certain}, assumed {assumed}, left with a reason {left}");
        assert!(
            self.unanswered.is_empty(),
            "write rules in schemas/replies/ for\n{}",
            self.unanswered
        );
        assert!(certain + assumed + left >= 60);
    }

    /// Adds each place of a finding.
    fn add(&mut self, rules: &ReplyRules, finding: &Finding<'_>, series: (Series, Series)) {
        for occurrence in &finding.occurrences {
            let (name, path) = (occurrence.operation.name(), finding.path_of(occurrence));
            if is_recursive(path) {
                continue;
            }
            let path = render_argument_path(path);
            match rules.find(finding.direction, name, &path, series) {
                Some(rule) => self.count(rule, finding),
                None => {
                    let line = writeln!(self.unanswered, "{}: {name} {path}", series.1);
                    line.expect("a string grows");
                }
            }
        }
    }

    fn count(&mut self, rule: &ReplyRule, finding: &Finding<'_>) {
        match rule.certainty {
            Certainty::Certain => self.certain += 1,
            Certainty::Assumed => self.assumed += 1,
            Certainty::Left => self.left += 1,
        }
        let is_found = finding.moved.is_some() || !finding.change.kind.has(KindAttribute::Addition);
        assert!(is_found, "{}", rule.id);
    }
}

/// Returns whether a path passes a member twice, as that of a type that contains
/// itself.
fn is_recursive(path: &[PathSegment<'_>]) -> bool {
    let repeats = |(index, segment): (usize, &PathSegment<'_>)| {
        matches!(segment, PathSegment::Member(_)) && path[..index].contains(segment)
    };
    path.iter().enumerate().any(repeats)
}
