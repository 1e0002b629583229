//! Looks up the answer for an argument, a value or a command.

use super::{MigrationRule, MigrationRules, RewriteStep};
use crate::json::JsonValue;
use crate::version::Series;

/// A part of a request that a later release rejects or deprecates.
#[derive(Debug, Clone, Copy, Default)]
pub struct BreakSite<'b> {
    /// The command.
    pub command: &'b str,
    /// The argument path, empty for the command itself.
    pub path: &'b str,
    /// The enum value, if the argument itself is accepted.
    pub value: Option<&'b str>,
    /// The arguments of the request, if there is one.
    pub arguments: Option<&'b JsonValue<'b>>,
}

/// The series among which an answer is searched.
#[derive(Debug, Clone, Copy)]
pub struct AnswerRange {
    /// Rejected after this series; by default the oldest.
    pub after: Option<Series>,
    /// Rejected from this series on, or before it.
    pub upto: Series,
}

impl MigrationRules {
    /// Returns the answer for something that a series rejects.
    pub fn answer(&self, site: &BreakSite<'_>, range: AnswerRange) -> Option<&MigrationRule> {
        let rules = self.rules.iter().filter(|rule| {
            let is_due =
                |since| range.after.is_none_or(|after| after < since) && since <= range.upto;
            rule.since.is_some_and(is_due) && rule.until.is_none_or(|until| range.upto <= until)
        });
        choose(rules, site)
    }

    /// Returns the rule that documents the deprecation of a command or of one
    /// of its arguments.
    pub fn documented_deprecation(
        &self,
        command: &str,
        path: &str,
        series: Series,
    ) -> Option<&MigrationRule> {
        let site = BreakSite {
            command,
            path,
            ..BreakSite::default()
        };
        choose(self.deprecations_in(series), &site)
    }

    /// Returns the answer for something that is deprecated in a series.
    pub fn replacement(&self, site: &BreakSite<'_>, series: Series) -> Option<&MigrationRule> {
        let rules = self.rules.iter();
        choose(
            rules.filter(|rule| rule.since.is_none_or(|since| series < since)),
            site,
        )
    }
}

/// Chooses the first rule that applies to a request. Without a request, it is
/// the most general one, which comes last.
fn choose<'r>(
    rules: impl Iterator<Item = &'r MigrationRule>,
    site: &BreakSite<'_>,
) -> Option<&'r MigrationRule> {
    let mut fitting = rules.filter(|rule| rule.answers_for(site));
    match site.arguments {
        Some(arguments) => fitting.find(|rule| rule.applies_to(site.command, arguments)),
        None => fitting.last(),
    }
}

impl MigrationRule {
    /// Returns whether the rule is about a part of a request.
    fn answers_for(&self, site: &BreakSite<'_>) -> bool {
        if !self.commands.iter().any(|name| name == site.command) {
            return false;
        }
        if site.path.is_empty() {
            return self.answers_for_command();
        }
        let mut paths = self.paths();
        paths.any(|path| path == site.path) && self.answers_for_value(site)
    }

    /// Returns whether the rule is about its commands as a whole.
    pub fn answers_for_command(&self) -> bool {
        let renames = |step: &RewriteStep| matches!(step, RewriteStep::RenameCommand(_));
        let is_unlimited = self.when.is_empty() && self.steps.is_empty() && self.answers.is_empty();
        self.steps.iter().any(renames) || is_unlimited || self.answers.iter().any(String::is_empty)
    }

    /// Returns whether the rule is about a value, if one is given.
    fn answers_for_value(&self, site: &BreakSite<'_>) -> bool {
        let Some(value) = site.value else {
            return true;
        };
        let equals = self.when.iter();
        let equals = equals.filter_map(|when| when.equals.get(site.path));
        let replaced = self.steps.iter().filter_map(|step| match step {
            RewriteStep::ReplaceValues { member, values } if member == site.path => Some(values),
            _ => None,
        });
        let replaced = replaced.flat_map(|values| values.keys());
        let stated: Vec<&String> = equals.flatten().chain(replaced).collect();
        stated.is_empty() || stated.into_iter().any(|own| own == value)
    }

    /// The argument paths that the rule is about.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let conditions = self.when.iter();
        let conditions = conditions.flat_map(|when| when.present.iter().chain(when.equals.keys()));
        let steps = self.steps.iter().filter_map(RewriteStep::path);
        // The name of a node only says which device gets a moved member.
        let is_node = |path: &&String| {
            let mut steps = self.steps.iter();
            steps
                .any(|step| matches!(step, RewriteStep::MoveToDevice { node, .. } if node == *path))
        };
        let conditions = conditions.filter(move |path| !is_node(path));
        let own = conditions.chain(&self.answers).map(String::as_str);
        own.chain(steps)
    }
}

impl RewriteStep {
    /// The path of the argument that a step replaces.
    fn path(&self) -> Option<&str> {
        match self {
            RewriteStep::Rename { from, .. }
            | RewriteStep::Move { from, .. }
            | RewriteStep::MoveToDevice { from, .. }
            | RewriteStep::MergeNames { from, .. } => Some(from),
            RewriteStep::Unwrap(path) | RewriteStep::Remove(path) => Some(path),
            RewriteStep::ReplaceValues { member, .. } => Some(member),
            _ => None,
        }
    }
}
