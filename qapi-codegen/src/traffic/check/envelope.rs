//! What stands around the arguments.

use super::path::Path;
use super::problem::{Code, Problem, Severity};
use super::{Checker, Session, hints};
use crate::dialect;
use crate::traffic::json::{Oddity, Value};
use crate::version::Series;

/// The members of a request.
pub const MEMBERS: [&str; 4] = ["execute", "exec-oob", "arguments", "id"];

impl Session {
    /// Learns from a request that is sent in the session.
    fn learn(&mut self, name: &str, message: &Value<'_>) {
        if name != "qmp_capabilities" {
            return;
        }
        let enabled = message
            .get("arguments")
            .and_then(|arguments| arguments.get("enable"));
        self.oob = match enabled {
            Some(Value::Array(names)) => {
                Some(names.iter().any(|name| name.as_str() == Some("oob")))
            }
            _ => Some(false),
        };
    }
}

/// Reports what the release refuses before it looks at the message.
pub fn oddities(series: Series, oddities: &[Oddity], problems: &mut Vec<Problem>) {
    let error = |code, message: String| Problem::error(code, &Path::Root, message);
    problems.extend(oddities.iter().filter_map(|oddity| match oddity {
        Oddity::Duplicate(name) if dialect::NO_DUPLICATE_MEMBERS.contains(series) => {
            let message = format!(
                "`{}` is written twice in one object",
                hints::shortened(name)
            );
            Some(error(Code::DuplicateMember, message))
        }
        Oddity::Surrogate if dialect::STRICT_JSON_STRINGS.contains(series) => {
            let message = "an escape is half of a pair and no character".to_owned();
            Some(error(Code::InvalidText, message))
        }
        Oddity::Control if dialect::STRICT_JSON_STRINGS.contains(series) => {
            let message = "a control character stands in a string as it is".to_owned();
            Some(error(Code::InvalidText, message))
        }
        _ => None,
    }));
}

/// Checks an envelope; gives the name of the command, if it has one.
pub fn check<'m>(
    checker: &Checker<'_>,
    session: &mut Session,
    message: &'m Value<'_>,
    problems: &mut Vec<Problem>,
) -> Option<&'m str> {
    let Some(members) = message.members() else {
        let text = format!(
            "a request is an object, and this is {}",
            with_article(message.kind())
        );
        problems.push(Problem::error(Code::NoMessage, &Path::Root, text));
        return None;
    };
    let (key, name) = match (message.get("execute"), message.get("exec-oob")) {
        (Some(name), _) => ("execute", Some(name)),
        (None, Some(name)) => ("exec-oob", Some(name)),
        (None, None) => ("execute", None),
    };
    for member in members {
        let found = self::member(checker, session, message, &member.name.value);
        problems.extend(found);
    }
    if let Some(arguments) = message.get("arguments") {
        problems.extend(mistyped("arguments", arguments, "object"));
    }
    match name {
        None => problems.push(no_command(message)),
        Some(name) => problems.extend(mistyped(key, name, "string")),
    }
    let name = name?.as_str()?;
    problems.extend(out_of_band(checker, key, name));
    session.learn(name, message);
    Some(name)
}

/// Checks that a member belongs into the envelope.
fn member(
    checker: &Checker<'_>,
    session: &Session,
    message: &Value<'_>,
    name: &str,
) -> Option<Problem> {
    let expected = match name {
        "exec-oob" if message.get("execute").is_some() => {
            return Some(Problem::error(
                Code::UnexpectedEnvelope,
                &Path::Root.member(name),
                "a request has `execute` or `exec-oob` and not both",
            ));
        }
        "exec-oob" => dialect::EXEC_OOB.contains(checker.series) && session.oob != Some(false),
        "control" => dialect::CONTROL_MEMBER.contains(checker.series),
        name => MEMBERS.contains(&name),
    };
    if expected {
        return None;
    }
    let shown = hints::shortened(name);
    let text = format!("`{shown}` is no member of a request");
    let help = match name {
        "exec-oob" if !dialect::EXEC_OOB.contains(checker.series) => {
            Some("requests are sent out of band from 3.0 on".to_owned())
        }
        "exec-oob" => {
            let help =
                "this connection was opened without it: enable `oob` with `qmp_capabilities`";
            Some(help.to_owned())
        }
        _ => misplaced(checker, message, name)
            .or_else(|| hints::did_you_mean(&hints::nearest(name, MEMBERS.into_iter()))),
    };
    let path = Path::Root.member(&shown);
    Some(Problem::error(Code::UnexpectedEnvelope, &path, text).with_help(help))
}

/// What to say of an argument that stands beside `execute`.
fn misplaced(checker: &Checker<'_>, message: &Value<'_>, name: &str) -> Option<String> {
    let command = message.get("execute")?.as_str()?;
    let (_, shape) = checker.shapes.command(command)?;
    let all = shape.cases.iter().flat_map(|cases| cases.contents());
    let is_argument = shape.member(name).is_some()
        || all
            .into_iter()
            .any(|content| checker.shapes.has_member(content, name));
    if is_argument {
        return Some(format!(
            "`{name}` is an argument of `{command}`: put it into `arguments`"
        ));
    }
    let members = message.get(name)?.members()?;
    let fits = |name: &str| shape.member(name).is_some();
    (!members.is_empty() && members.iter().any(|member| fits(&member.name.value)))
        .then(|| format!("what it holds are arguments: write `arguments` for `{name}`"))
}

fn mistyped(key: &str, value: &Value<'_>, expected: &str) -> Option<Problem> {
    if value.kind() == expected {
        return None;
    }
    let (found, expected) = (with_article(value.kind()), with_article(expected));
    let text = format!("`{key}` must be {expected} and is {found}");
    let help = match (key, value) {
        ("arguments", Value::Null) => Some("leave `arguments` out where there are none".to_owned()),
        _ => None,
    };
    let path = Path::Root.member(key);
    Some(Problem::error(Code::InvalidEnvelope, &path, text).with_help(help))
}

fn no_command(message: &Value<'_>) -> Problem {
    let path = Path::Root.member("execute");
    let text = "`execute`, which names the command, is missing";
    let names = message.members().unwrap_or_default().iter();
    let near = names.map(|member| member.name.value.as_ref()).find(|name| {
        *name == "command" || !hints::nearest(name, ["execute"].into_iter()).is_empty()
    });
    let help = near.map(|name| format!("write `execute` for `{}`", hints::shortened(name)));
    Problem::error(Code::InvalidEnvelope, &path, text).with_help(help)
}

fn out_of_band(checker: &Checker<'_>, key: &str, name: &str) -> Option<Problem> {
    let (command, _) = checker.shapes.command(name)?;
    if key == "execute" || command.allow_oob {
        return None;
    }
    let path = Path::Root.member("exec-oob");
    let text = format!("`{name}` cannot be sent out of band");
    let help = Some("send it with `execute`".to_owned());
    Some(Problem::new(Code::NoOob, Severity::Error, &path, text).with_help(help))
}

/// `an integer`, `a string`.
pub fn with_article(noun: &str) -> String {
    match noun {
        "null" => noun.to_owned(),
        noun if noun.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {noun}"),
        noun => format!("a {noun}"),
    }
}
