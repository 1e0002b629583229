//! Requests of one release, written for a later one.
//!
//! A request that the later release takes as it is stays as it is. Any other
//! goes through the series between, one after the other, and each rule of a
//! series that fits is applied; what comes out is checked against the later
//! release. What it still refuses is left, with the reason. Names that a request
//! gives are remembered for the requests after it. Rules are data; how they are
//! applied is known here, and what they are about is not.

mod actions;
mod links;
mod literals;
mod operate;
mod places;
pub mod rewrite;
mod rules;
pub mod unified;

use std::collections::HashMap;

pub use rules::{Certainty, Reference, Rule, Rules};

use crate::diagnostic::Severity;
use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::DeviceList;
use crate::schema::Schema;
use crate::traffic::check::{Checker, MessageDiagnostic, Session, Verdict};
use crate::version::Series;

use links::Links;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is as it was, since the later release takes it.
    Unchanged,
    /// It is written anew and means the same.
    Rewritten,
    /// It is written anew and means the same if something holds that the
    /// request does not tell.
    Assumed,
    /// It is as it was, and a person has to decide.
    Left,
}

impl Outcome {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Unchanged => "unchanged",
            Outcome::Rewritten => "rewritten",
            Outcome::Assumed => "assumed",
            Outcome::Left => "left",
        }
    }
}

/// Why a request was written anew, or left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The rule, if it was one.
    pub rule: Option<String>,
    /// The series that made it necessary.
    pub since: Option<Series>,
    /// What was done, assumed, or has to be decided, in sentences.
    pub message: String,
}

/// A request and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// What became of it.
    pub outcome: Outcome,
    /// The new request, unless it is as it was.
    pub message: Option<JsonValue<'static>>,
    /// Why.
    pub remarks: Vec<Remark>,
}

/// Writes requests of one release for a later one.
pub struct Migrator<'m> {
    /// The later release.
    target: &'m Checker<'m>,
    /// The release that the requests were written for.
    source: &'m Checker<'m>,
    schema: &'m Schema,
    devices: Option<&'m DeviceList>,
    rules: &'m Rules,
    sessions: HashMap<String, Links>,
}

/// How many connections are known at most.
const MOST_SESSIONS: usize = 1024;

impl<'m> Migrator<'m> {
    /// A migrator from the release of one checker to that of another.
    ///
    /// `schema` is that of the later release; `devices` are its own or, where
    /// they are not known, those of the release that is nearest.
    pub fn new(
        source: &'m Checker<'m>,
        target: &'m Checker<'m>,
        schema: &'m Schema,
        devices: Option<&'m DeviceList>,
        rules: &'m Rules,
    ) -> Self {
        Migrator {
            target,
            source,
            schema,
            devices,
            rules,
            sessions: HashMap::new(),
        }
    }

    /// Writes a request anew, if that is needed and can be done.
    pub fn request(&mut self, session: &str, parsed: &ParsedJson<'_>) -> Migration {
        let mut links = self.sessions.remove(session).unwrap_or_default();
        let migration = self.linked(&mut links, parsed);
        if self.sessions.len() == MOST_SESSIONS {
            self.sessions.clear();
        }
        self.sessions.insert(session.to_owned(), links);
        migration
    }

    fn linked(&self, links: &mut Links, parsed: &ParsedJson<'_>) -> Migration {
        let mut work = Work {
            message: parsed.value.clone().into_owned(),
            remarks: Vec::new(),
            outcome: Outcome::Unchanged,
            links: links.clone(),
        };
        match work
            .links
            .follow(self.rules, &mut work.message, &mut work.remarks)
        {
            Ok(outcome) => work.outcome = outcome,
            Err(reason) => return left(reason),
        }
        if self.is_checked(&work.message) && self.accepts(&work.message, parsed) {
            return self.done(work, links);
        }
        for series in self.series() {
            for rule in self.rules.of(series) {
                if let Err(reason) = self.apply(rule, &mut work) {
                    return left(reason);
                }
            }
        }
        match self.refused(&work.message, parsed) {
            None => self.done(work, links),
            Some(problems) => left_with(self.remarks(&problems, parsed)),
        }
    }

    /// Takes what a request taught, and gives the request.
    fn done(&self, work: Work, links: &mut Links) -> Migration {
        *links = work.links;
        links.learn(&work.message);
        let is_changed = work.outcome != Outcome::Unchanged;
        Migration {
            outcome: work.outcome,
            message: is_changed.then_some(work.message),
            remarks: work.remarks,
        }
    }

    /// The series that have rules, of those after the one release and up to the
    /// other.
    fn series(&self) -> impl Iterator<Item = Series> {
        let (from, to) = (self.source.series(), self.target.series());
        self.rules
            .series()
            .filter(move |series| from < *series && *series <= to)
    }

    /// Applies a rule to a request, or to the actions of a transaction.
    fn apply(&self, rule: &Rule, work: &mut Work) -> Result<(), Remark> {
        let mut message = std::mem::replace(&mut work.message, JsonValue::Null);
        let applied = actions::each(&mut message, &mut |request| {
            std::mem::swap(request, &mut work.message);
            let applied = self.apply_one(rule, work);
            std::mem::swap(request, &mut work.message);
            applied
        });
        work.message = message;
        applied
    }

    fn apply_one(&self, rule: &Rule, work: &mut Work) -> Result<(), Remark> {
        if !rule.fits(&work.message) {
            return Ok(());
        }
        let remark = |message: String| Remark {
            rule: Some(rule.id.clone()),
            since: Some(rule.since),
            message,
        };
        if rule.certainty == Certainty::Left {
            return Err(remark(rule.says.clone()));
        }
        let changed = operate::all(rule, self.schema, self.devices, work)
            .map_err(|reason| remark(format!("{} {reason}", rule.says)))?;
        if changed {
            let outcome = match rule.certainty {
                Certainty::Assumed => Outcome::Assumed,
                Certainty::Certain | Certainty::Left => Outcome::Rewritten,
            };
            work.outcome = work.outcome.max(outcome);
            work.remarks.push(remark(rule.says.clone()));
        }
        Ok(())
    }

    /// Whether what the later release accepts is known in full.
    fn is_checked(&self, message: &JsonValue<'_>) -> bool {
        let name = message.get("execute").and_then(JsonValue::as_str);
        name != Some("device_add") || self.target.has_device_list()
    }

    fn accepts(&self, message: &JsonValue<'_>, parsed: &ParsedJson<'_>) -> bool {
        self.refused(message, parsed).is_none()
    }

    /// What the later release has against a request.
    fn refused(
        &self,
        message: &JsonValue<'_>,
        parsed: &ParsedJson<'_>,
    ) -> Option<Vec<MessageDiagnostic>> {
        let parsed = ParsedJson {
            value: message.clone(),
            leniencies: parsed.leniencies.clone(),
            end: parsed.end,
        };
        let checked = self.target.check_request(&mut Session::default(), &parsed);
        (checked.verdict == Verdict::Rejected).then(|| errors(checked.problems))
    }

    /// Why a request is left that no rule makes acceptable.
    fn remarks(&self, problems: &[MessageDiagnostic], parsed: &ParsedJson<'_>) -> Vec<Remark> {
        let source = self.source.check_request(&mut Session::default(), parsed);
        let mut remarks: Vec<Remark> = Vec::new();
        if source.verdict == Verdict::Rejected {
            let series = self.source.series();
            remarks.push(plain(format!("QEMU {series} refuses it, too.")));
        }
        let (of_target, series) = (problems.iter(), self.target.series());
        remarks.extend(of_target.map(|problem| {
            let help = problem.help.as_deref().map(|help| format!(" ({help})"));
            plain(format!(
                "No rule makes it acceptable to QEMU {series}: {}.{}",
                problem.message,
                help.unwrap_or_default()
            ))
        }));
        remarks
    }
}

/// A request that is being written anew.
pub(crate) struct Work {
    message: JsonValue<'static>,
    remarks: Vec<Remark>,
    outcome: Outcome,
    links: Links,
}

fn errors(mut problems: Vec<MessageDiagnostic>) -> Vec<MessageDiagnostic> {
    problems.retain(|problem| problem.severity == Severity::Error);
    problems
}

fn plain(message: String) -> Remark {
    Remark {
        rule: None,
        since: None,
        message,
    }
}

fn left(reason: Remark) -> Migration {
    left_with(vec![reason])
}

fn left_with(remarks: Vec<Remark>) -> Migration {
    Migration {
        outcome: Outcome::Left,
        message: None,
        remarks,
    }
}
