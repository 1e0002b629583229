//! Migration of requests to a later release.
//!
//! A request that the later release accepts stays unchanged, unless its meaning
//! changed. Any other request
//! is rewritten by the rules of each series in between, in order, and the result
//! is checked against the later release. If it is still rejected, the request is
//! left unchanged and the reasons are reported. Names of block nodes are tracked
//! per connection, because a rewritten request may name its node differently.
//!
//! The rules are data (`schemas/migrations/`); this module only applies
//! them.

mod argument_path;
pub mod command_line;
mod flatten_unions;
mod node_names;
mod parse_strings;
pub mod rewrite;
mod steps;
mod transaction;
pub mod unified;

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::{Certainty, MigrationRule, MigrationRules};
use crate::traffic::check::{Checker, MessageDiagnostic, Session, Verdict};
use crate::version::Series;

pub use node_names::NodeNames;
use rewrite::command_name;

/// Outcome of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MigrationOutcome {
    /// The later release accepts the request as it is.
    Unchanged,
    /// The request was rewritten and has the same meaning.
    Rewritten,
    /// The request was rewritten and has the same meaning under an assumption.
    Assumed,
    /// The request could not be rewritten and is unchanged.
    Left,
}

impl MigrationOutcome {
    /// Returns the name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            MigrationOutcome::Unchanged => "unchanged",
            MigrationOutcome::Rewritten => "rewritten",
            MigrationOutcome::Assumed => "assumed",
            MigrationOutcome::Left => "left",
        }
    }
}

/// A reason for the outcome of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Id of the rule, if a rule applies.
    pub rule: Option<String>,
    /// Series that requires the change.
    pub since: Option<Series>,
    /// Sentences for the user.
    pub message: String,
}

impl Remark {
    /// Creates a remark that is not from a rule.
    pub fn new(message: String) -> Self {
        Remark {
            rule: None,
            since: None,
            message,
        }
    }
}

/// Result of the migration of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// The outcome.
    pub outcome: MigrationOutcome,
    /// The new request, unless it is unchanged.
    pub message: Option<JsonValue<'static>>,
    /// Reasons for the outcome.
    pub remarks: Vec<Remark>,
}

impl Migration {
    /// Creates the result for a request that the later release accepts as it is.
    pub fn unchanged() -> Self {
        Migration {
            outcome: MigrationOutcome::Unchanged,
            message: None,
            remarks: Vec::new(),
        }
    }

    /// Creates the result for a request that stays the same, and that other readers of
    /// its notation misread as it is written.
    pub fn respelled(message: &JsonValue<'_>, reason: &str) -> Self {
        Migration {
            outcome: MigrationOutcome::Rewritten,
            message: Some(message.clone().into_owned()),
            remarks: vec![Remark::new(format!("{reason}."))],
        }
    }

    /// Creates the result for a request that is left unchanged.
    pub fn left(remarks: Vec<Remark>) -> Self {
        Migration {
            outcome: MigrationOutcome::Left,
            message: None,
            remarks,
        }
    }
}

/// Migrates requests from one release to a later one.
pub struct Migrator<'m> {
    source: &'m Checker<'m>,
    target: &'m Checker<'m>,
    rules: &'m MigrationRules,
    sessions: HashMap<String, NodeNames>,
}

/// Maximum number of connections that are tracked.
const SESSION_LIMIT: usize = 1024;

/// A request while it is being rewritten.
pub(crate) struct RequestRewrite {
    request: JsonValue<'static>,
    remarks: Vec<Remark>,
    outcome: MigrationOutcome,
    nodes: NodeNames,
}

impl<'m> Migrator<'m> {
    /// Creates a migrator between the releases of two checkers.
    ///
    pub fn new(
        source: &'m Checker<'m>,
        target: &'m Checker<'m>,
        rules: &'m MigrationRules,
    ) -> Self {
        Migrator {
            source,
            target,
            rules,
            sessions: HashMap::new(),
        }
    }

    /// Migrates a request of a connection.
    pub fn migrate(&mut self, session: &str, parsed: &ParsedJson<'_>) -> Migration {
        let mut nodes = self.sessions.remove(session).unwrap_or_default();
        let migration = self.migrate_with_nodes(&mut nodes, parsed);
        if self.sessions.len() == SESSION_LIMIT {
            self.sessions.clear();
        }
        self.sessions.insert(session.to_owned(), nodes);
        migration
    }

    /// Migrates a request, with the nodes that earlier requests created.
    pub fn migrate_with_nodes(&self, nodes: &mut NodeNames, parsed: &ParsedJson<'_>) -> Migration {
        let mut rewrite = RequestRewrite {
            request: parsed.value.clone().into_owned(),
            remarks: Vec::new(),
            outcome: MigrationOutcome::Unchanged,
            nodes: nodes.clone(),
        };
        match self.rewrite(&mut rewrite, parsed) {
            Err(remarks) => Migration::left(remarks),
            Ok(()) => {
                *nodes = rewrite.nodes;
                nodes.record_device(&rewrite.request);
                let is_changed = rewrite.outcome != MigrationOutcome::Unchanged;
                Migration {
                    outcome: rewrite.outcome,
                    message: is_changed.then_some(rewrite.request),
                    remarks: rewrite.remarks,
                }
            }
        }
    }

    /// Rewrites a request until the later release accepts it. Returns remarks if
    /// that is not possible.
    fn rewrite(
        &self,
        rewrite: &mut RequestRewrite,
        parsed: &ParsedJson<'_>,
    ) -> Result<(), Vec<Remark>> {
        let RequestRewrite {
            request,
            remarks,
            nodes,
            ..
        } = rewrite;
        let updated = nodes.update_references(self.rules, request, remarks);
        rewrite.outcome = updated.map_err(|reason| vec![reason])?;
        let is_accepted = match self.check(&rewrite.request, parsed) {
            // What is not known about a device may need a rule.
            Ok(Verdict::Unknown) => !is_device_add(&rewrite.request),
            Ok(_) => true,
            Err(_) => false,
        };
        let (from, to) = (self.oldest_origin(parsed), self.target.series());
        for series in self.rules.series().filter(|s| from < Some(*s) && *s <= to) {
            let rules = self.rules.rules_since(series);
            let is_due = |rule: &&MigrationRule| {
                rule.until.is_none_or(|until| to <= until) && (rule.silent || !is_accepted)
            };
            for rule in rules.filter(is_due) {
                self.apply(rule, rewrite).map_err(|reason| vec![reason])?;
            }
        }
        let checked = self.check(&rewrite.request, parsed);
        checked
            .map(drop)
            .map_err(|problems| self.describe_rejection(&problems, parsed))
    }

    /// Returns the series after which rules apply. A request that the earlier
    /// release rejects was written for an even earlier one.
    fn oldest_origin(&self, parsed: &ParsedJson<'_>) -> Option<Series> {
        let original = self.source.check_request(&mut Session::default(), parsed);
        (original.verdict != Verdict::Rejected).then(|| self.source.series())
    }

    /// Applies a rule to a request, or to each action of a transaction.
    fn apply(&self, rule: &MigrationRule, rewrite: &mut RequestRewrite) -> Result<(), Remark> {
        let mut message = std::mem::replace(&mut rewrite.request, JsonValue::Null);
        let applied = transaction::for_each_request(&mut message, &mut |request| {
            std::mem::swap(request, &mut rewrite.request);
            let applied = self.apply_to_request(rule, rewrite);
            std::mem::swap(request, &mut rewrite.request);
            applied
        });
        rewrite.request = message;
        applied
    }

    fn apply_to_request(
        &self,
        rule: &MigrationRule,
        rewrite: &mut RequestRewrite,
    ) -> Result<(), Remark> {
        let no_arguments = JsonValue::Object(Vec::new());
        let arguments = rewrite.request.get("arguments").unwrap_or(&no_arguments);
        let command = command_name(&rewrite.request).unwrap_or_default();
        if !rule.applies_to(command, arguments) {
            return Ok(());
        }
        let remark = |message: String| Remark {
            rule: Some(rule.id.clone()),
            since: rule.since,
            message,
        };
        let outcome = match rule.certainty {
            Certainty::Certain => MigrationOutcome::Rewritten,
            Certainty::Assumed => MigrationOutcome::Assumed,
            Certainty::Left => return Err(remark(rule.message())),
        };
        let is_changed = steps::apply_steps(rule, self.target, rewrite)
            .map_err(|error| remark(format!("{} {error}", rule.message())))?;
        if is_changed {
            rewrite.outcome = rewrite.outcome.max(outcome);
            rewrite.remarks.push(remark(rule.message()));
        }
        Ok(())
    }

    /// Checks a request against the later release. Returns its errors if it is
    /// rejected.
    fn check(
        &self,
        request: &JsonValue<'_>,
        original: &ParsedJson<'_>,
    ) -> Result<Verdict, Vec<MessageDiagnostic>> {
        let parsed = ParsedJson {
            value: request.clone(),
            leniencies: original.leniencies.clone(),
            end: original.end,
        };
        let mut checked = self.target.check_request(&mut Session::default(), &parsed);
        if checked.verdict != Verdict::Rejected {
            return Ok(checked.verdict);
        }
        let problems = &mut checked.problems;
        problems.retain(|problem| problem.severity == Severity::Error);
        Err(checked.problems)
    }

    fn describe_rejection(
        &self,
        problems: &[MessageDiagnostic],
        parsed: &ParsedJson<'_>,
    ) -> Vec<Remark> {
        let (source, target) = (self.source.series(), self.target.series());
        let original = self.source.check_request(&mut Session::default(), parsed);
        let is_invalid = original.verdict == Verdict::Rejected;
        let invalid = is_invalid.then(|| Remark::new(format!("QEMU {source} rejects it too.")));
        let describe = |problem: &MessageDiagnostic| {
            let help = problem.help.as_deref().map(|help| format!(" ({help})"));
            Remark::new(format!(
                "No rule makes QEMU {target} accept it: {}.{}",
                problem.message,
                help.unwrap_or_default()
            ))
        };
        invalid
            .into_iter()
            .chain(problems.iter().map(describe))
            .collect()
    }
}

fn is_device_add(request: &JsonValue<'_>) -> bool {
    let name = request.get("execute").and_then(JsonValue::as_str);
    name == Some("device_add")
}
