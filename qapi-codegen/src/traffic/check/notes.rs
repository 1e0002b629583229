//! What a person should know of a request that the schema has nothing against.

use std::collections::HashMap;

use super::path::Path;
use super::problem::{Code, Problem, Severity};
use super::{Checker, Knowledge, Requirement, hints};
use crate::behaviour::{Change, Deprecation, Effect};
use crate::schema::{EntityMeta, Member, Schema};
use crate::traffic::json::Value;
use crate::version::Series;

/// What is known of each command beside the schema, looked up once.
pub struct Notes<'k> {
    by_command: HashMap<&'k str, OfCommand<'k>>,
}

/// What is known of one command beside the schema.
#[derive(Default)]
struct OfCommand<'k> {
    deprecations: Vec<&'k Deprecation>,
    requirements: Vec<&'k Requirement>,
    changes: Vec<&'k Change>,
}

impl<'k> Notes<'k> {
    /// What is known of the commands of a release.
    pub fn new(schema: &'k Schema, knowledge: Knowledge<'k>) -> Self {
        let series = schema.version.series();
        let names = schema
            .commands
            .iter()
            .map(|command| command.meta.name.as_str());
        Notes {
            by_command: names
                .map(|name| (name, OfCommand::new(name, series, knowledge)))
                .collect(),
        }
    }

    fn of(&self, command: &str) -> Option<&OfCommand<'k>> {
        self.by_command.get(command)
    }
}

impl<'k> OfCommand<'k> {
    fn new(name: &'k str, series: Series, knowledge: Knowledge<'k>) -> Self {
        let mut known = OfCommand::default();
        if let Some(requests) = knowledge.requests {
            known.requirements = requests.wanted(name, series).collect();
        }
        if let Some(behaviour) = knowledge.behaviour {
            let deprecated = behaviour.deprecated_in(series);
            known.deprecations = deprecated
                .filter(|entry| entry.target == name && entry.member.is_none())
                .collect();
            let is_past = |change: &&Change| {
                change.effect != Effect::Accepts
                    && change.commands.iter().any(|command| command == name)
                    && change.since.iter().any(|since| *since <= series)
            };
            known.changes = behaviour.changes.iter().filter(is_past).collect();
        }
        known
    }
}

/// Warns of what is to go, or may change.
pub fn lifecycle(meta: &EntityMeta, what: &str, path: &Path<'_>, problems: &mut Vec<Problem>) {
    let mut warn = |code, message: String| {
        problems.push(Problem::new(code, Severity::Warning, path, message));
    };
    if meta.has_feature("deprecated") || meta.facts.deprecated.is_some() {
        warn(Code::Deprecated, format!("{what} is deprecated"));
    }
    if meta.has_feature("unstable") || meta.name.starts_with("x-") {
        warn(Code::Unstable, format!("{what} may change without notice"));
    }
}

/// Tells that only some builds have a command.
pub fn condition(meta: &EntityMeta, problems: &mut Vec<Problem>) {
    if let Some(condition) = &meta.condition {
        let message = format!(
            "only builds with {condition} have the command `{}`",
            meta.name
        );
        problems.push(Problem::new(
            Code::Conditional,
            Severity::Note,
            &Path::Root,
            message,
        ));
    }
}

/// Warns of a member that is to go, or may change.
pub fn member_lifecycle(member: &Member, path: &Path<'_>, problems: &mut Vec<Problem>) {
    // Most members are neither, and a text for each would cost more than the
    // check.
    let meta = &member.meta;
    if meta.features.is_empty() && meta.facts.deprecated.is_none() && !meta.name.starts_with("x-") {
        return;
    }
    lifecycle(meta, &format!("`{path}`"), path, problems);
}

/// Warns of a command that only documentation calls deprecated.
pub fn deprecations(checker: &Checker<'_>, command: &str, problems: &mut Vec<Problem>) {
    let entries = checker.notes.of(command).map(|known| &known.deprecations);
    for entry in entries.into_iter().flatten() {
        let is_told =
            |problem: &mut Problem| problem.code == Code::Deprecated && problem.path.is_empty();
        let help = Some(entry.todo.trim().to_owned());
        if let Some(told) = problems.iter_mut().find_map(|p| is_told(p).then_some(p)) {
            told.help = help;
            continue;
        }
        let message = format!("the command `{command}` is deprecated");
        let problem = Problem::new(Code::Deprecated, Severity::Warning, &Path::Root, message);
        problems.push(problem.with_help(help));
    }
}

/// Reports what a release always refuses although its schema allows it.
pub fn requirements(
    checker: &Checker<'_>,
    command: &str,
    arguments: &Value<'_>,
    problems: &mut Vec<Problem>,
) {
    let wanted = checker.notes.of(command).map(|known| &known.requirements);
    for wanted in wanted.into_iter().flatten() {
        // What is wrong with the whole is told already.
        if !wanted.within(arguments) {
            continue;
        }
        let given = wanted
            .one_of
            .iter()
            .filter(|path| has(arguments, path))
            .count();
        let names: Vec<&str> = wanted.one_of.iter().map(String::as_str).collect();
        let path = Path::Root.member(names.first().copied().unwrap_or_default());
        let names = hints::listed(&names);
        let message = match (given, wanted.only_one) {
            (0, _) => format!("{names} is missing, although the schema calls it optional"),
            (2.., true) => format!("only one of {names} is taken").replace(" or ", " and "),
            _ => continue,
        };
        let problem = Problem::error(Code::MissingMember, &path, message);
        problems.push(problem.with_help(Some(wanted.reason.trim().to_owned())));
    }
}

/// Tells of changes of behaviour that a request meets.
pub fn behaviour(
    checker: &Checker<'_>,
    command: &str,
    arguments: &Value<'_>,
    problems: &mut Vec<Problem>,
) {
    let past = checker.notes.of(command).map(|known| &known.changes);
    let past = past.into_iter().flatten().copied();
    // What is refused for its arguments was told as what is missing.
    let is_told = problems
        .iter()
        .any(|problem| problem.code == Code::MissingMember);
    let is_new = |change: &&Change| {
        meets(change, arguments)
            && !(is_told && change.effect == Effect::Refuses && !change.when.is_empty())
    };
    for change in past.filter(is_new) {
        let since: Vec<String> = change.since.iter().map(ToString::to_string).collect();
        let what = change.what.trim().trim_end_matches('.');
        let message = format!("since {}: {what}", since.join(" and "));
        let problem = Problem::new(Code::Behaviour, Severity::Note, &Path::Root, message);
        let todo = change.todo.as_deref().map(|todo| todo.trim().to_owned());
        problems.push(problem.with_help(todo));
    }
}

fn meets(change: &Change, arguments: &Value<'_>) -> bool {
    let holds = |when: &crate::behaviour::When| {
        when.present.iter().all(|path| has(arguments, path))
            && !when.absent.iter().any(|path| has(arguments, path))
    };
    change.when.is_empty() || change.when.iter().any(holds)
}

/// Whether there is something at a path of names with dots.
pub fn has(arguments: &Value<'_>, path: &str) -> bool {
    path.split('.')
        .try_fold(arguments, |value, name| value.get(name))
        .is_some()
}
