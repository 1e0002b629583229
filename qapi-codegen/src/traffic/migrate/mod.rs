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

use std::cell::OnceCell;
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
    /// The rules up to the later release, those of the oldest series first.
    rules_by_series: Vec<(Series, &'m MigrationRule)>,
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
    /// A rule for this request applied, whether it changed anything or not.
    has_rule: bool,
}

impl RequestRewrite {
    /// Calls a function with the request as it is now, which was read as the original.
    fn with_parsed<T>(
        &mut self,
        original: &ParsedJson<'_>,
        call: impl FnOnce(&ParsedJson<'_>) -> T,
    ) -> T {
        let parsed = ParsedJson {
            value: std::mem::replace(&mut self.request, JsonValue::Null),
            leniencies: original.leniencies.clone(),
            end: original.end,
        };
        let result = call(&parsed);
        self.request = parsed.value;
        result
    }
}

/// A request as it was written, and whether the earlier release rejects it.
struct Original<'p> {
    parsed: &'p ParsedJson<'p>,
    is_rejected: OnceCell<bool>,
}

impl<'m> Migrator<'m> {
    /// Creates a migrator between the releases of two checkers.
    ///
    pub fn new(
        source: &'m Checker<'m>,
        target: &'m Checker<'m>,
        rules: &'m MigrationRules,
    ) -> Self {
        let to = target.series();
        let is_due = |rule: &MigrationRule| rule.until.is_none_or(|until| to <= until);
        let due = rules.rules.iter().filter(|rule| is_due(rule));
        let dated = due.filter_map(|rule| Some((rule.since?, rule)));
        let mut rules_by_series: Vec<_> = dated.filter(|(since, _)| *since <= to).collect();
        rules_by_series.sort_by_key(|(since, _)| *since);
        Migrator {
            source,
            target,
            rules,
            rules_by_series,
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
        let is_same = !nodes.may_change(self.rules, &parsed.value);
        let verdict = is_same.then(|| self.target.request_verdict(parsed));
        if verdict.is_some_and(|verdict| is_accepted(verdict, &parsed.value))
            && !self.has_silent_rule(&parsed.value)
        {
            return Migration::unchanged();
        }
        let mut rewrite = RequestRewrite {
            request: parsed.value.clone().into_owned(),
            remarks: Vec::new(),
            outcome: MigrationOutcome::Unchanged,
            nodes: nodes.clone(),
            has_rule: false,
        };
        match self.rewrite(&mut rewrite, parsed, verdict) {
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
    /// that is not possible. The request has been checked unless the names of nodes
    /// may change in it.
    fn rewrite(
        &self,
        rewrite: &mut RequestRewrite,
        parsed: &ParsedJson<'_>,
        verdict: Option<Verdict>,
    ) -> Result<(), Vec<Remark>> {
        let verdict = match verdict {
            Some(verdict) => verdict,
            None => {
                let RequestRewrite {
                    request,
                    remarks,
                    nodes,
                    ..
                } = rewrite;
                let updated = nodes.update_references(self.rules, request, remarks);
                rewrite.outcome = updated.map_err(|reason| vec![reason])?;
                self.verdict_now(rewrite, parsed)
            }
        };
        let original = Original {
            parsed,
            is_rejected: OnceCell::new(),
        };
        let only_silent = is_accepted(verdict, &rewrite.request);
        for &(since, rule) in &self.rules_by_series {
            if (rule.silent || !only_silent) && is_about(rule, &rewrite.request) {
                let applied = self.apply((since, rule), rewrite, &original);
                applied.map_err(|reason| vec![reason])?;
            }
        }
        let verdict = match rewrite.has_rule {
            true => self.verdict_now(rewrite, parsed),
            false => verdict,
        };
        match verdict {
            Verdict::Rejected => Err(self.describe_rejection(rewrite, &original)),
            Verdict::Accepted | Verdict::Unknown => Ok(()),
        }
    }

    /// The verdict of the later release on a request as it is now.
    fn verdict_now(&self, rewrite: &mut RequestRewrite, original: &ParsedJson<'_>) -> Verdict {
        rewrite.with_parsed(original, |parsed| self.target.request_verdict(parsed))
    }

    /// Returns whether a rule is about a request that the later release accepts.
    fn has_silent_rule(&self, request: &JsonValue<'_>) -> bool {
        let mut rules = self.rules_by_series.iter().map(|(_, rule)| rule);
        rules.any(|rule| rule.silent && is_about(rule, request))
    }

    /// Returns whether a rule is for requests to the earlier release. One that this
    /// release rejects was written for an even earlier one.
    fn is_rule_for(&self, since: Series, original: &Original<'_>) -> bool {
        since > self.source.series() || self.is_rejected_by_source(original)
    }

    fn is_rejected_by_source(&self, original: &Original<'_>) -> bool {
        let verdict = || self.source.request_verdict(original.parsed);
        let is_rejected = || verdict() == Verdict::Rejected;
        *original.is_rejected.get_or_init(is_rejected)
    }

    /// Applies a rule to a request, or to each action of a transaction.
    fn apply(
        &self,
        rule: (Series, &MigrationRule),
        rewrite: &mut RequestRewrite,
        original: &Original<'_>,
    ) -> Result<(), Remark> {
        let mut message = std::mem::replace(&mut rewrite.request, JsonValue::Null);
        let applied = transaction::for_each_request(&mut message, &mut |request| {
            std::mem::swap(request, &mut rewrite.request);
            let applied = self.apply_to_request(rule, rewrite, original);
            std::mem::swap(request, &mut rewrite.request);
            applied
        });
        rewrite.request = message;
        applied
    }

    fn apply_to_request(
        &self,
        (since, rule): (Series, &MigrationRule),
        rewrite: &mut RequestRewrite,
        original: &Original<'_>,
    ) -> Result<(), Remark> {
        let no_arguments = JsonValue::Object(Vec::new());
        let arguments = rewrite.request.get("arguments").unwrap_or(&no_arguments);
        let command = command_name(&rewrite.request).unwrap_or_default();
        if !rule.applies_to(command, arguments) || !self.is_rule_for(since, original) {
            return Ok(());
        }
        rewrite.has_rule = true;
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

    fn describe_rejection(
        &self,
        rewrite: &mut RequestRewrite,
        original: &Original<'_>,
    ) -> Vec<Remark> {
        let checked = rewrite.with_parsed(original.parsed, |parsed| {
            self.target.check_request(&mut Session::default(), parsed)
        });
        let problems = checked.problems.into_iter();
        let errors = problems.filter(|problem| problem.severity == Severity::Error);
        let (source, target) = (self.source.series(), self.target.series());
        let is_invalid = self.is_rejected_by_source(original);
        let invalid = is_invalid.then(|| Remark::new(format!("QEMU {source} rejects it too.")));
        let describe = |problem: MessageDiagnostic| {
            let help = problem.help.as_deref().map(|help| format!(" ({help})"));
            Remark::new(format!(
                "No rule makes QEMU {target} accept it: {}.{}",
                problem.message,
                help.unwrap_or_default()
            ))
        };
        invalid.into_iter().chain(errors.map(describe)).collect()
    }
}

/// Returns whether a rule is for the command of a request.
fn is_about(rule: &MigrationRule, request: &JsonValue<'_>) -> bool {
    let is_own = |command: &str| rule.commands.iter().any(|own| own == command);
    transaction::has_command(request, is_own)
}

/// Returns whether a request needs no rule. What is not known about a device may.
fn is_accepted(verdict: Verdict, request: &JsonValue<'_>) -> bool {
    match verdict {
        Verdict::Accepted => true,
        Verdict::Unknown => !is_device_add(request),
        Verdict::Rejected => false,
    }
}

fn is_device_add(request: &JsonValue<'_>) -> bool {
    let name = request.get("execute").and_then(JsonValue::as_str);
    name == Some("device_add")
}
