//! What a person should know of a request that the schema has nothing against.

use super::path::Path;
use super::problem::{Code, Problem, Severity};
use super::{Checker, hints};
use crate::behaviour::{Change, Effect};
use crate::schema::{Member, Meta};
use crate::traffic::json::Value;

/// Warns of what is to go, or may change.
pub fn lifecycle(meta: &Meta, what: &str, path: &Path<'_>, problems: &mut Vec<Problem>) {
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
    let Some(behaviour) = checker.knowledge.behaviour else {
        return;
    };
    let entries = behaviour.deprecated_in(checker.series);
    let about = entries.filter(|entry| entry.target == command && entry.member.is_none());
    for entry in about {
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
    let Some(requests) = checker.knowledge.requests else {
        return;
    };
    for wanted in requests.wanted(command, checker.series) {
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
    let Some(behaviour) = checker.knowledge.behaviour else {
        return;
    };
    let past = behaviour.changes.iter().filter(|change| {
        change.effect != Effect::Accepts
            && change.commands.iter().any(|name| name == command)
            && change.since.iter().any(|since| *since <= checker.series)
    });
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
