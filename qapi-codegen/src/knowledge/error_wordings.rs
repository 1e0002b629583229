//! The errors with which QEMU answers requests: `schemas/wordings.toml`.

use serde::Deserialize;

use crate::json::{JsonStyle, JsonValue};
use crate::version::Series;

/// The errors of all releases. People write them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorWordings {
    #[serde(default)]
    wording: Vec<ErrorWording>,
    #[serde(default)]
    expected: Vec<ExpectedWording>,
}

/// The answer of some releases to a problem.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorWording {
    problem: String,
    #[serde(default)]
    commands: Vec<String>,
    #[serde(default)]
    since: Option<Series>,
    #[serde(default)]
    until: Option<Series>,
    /// `true` if it applies only inside of arguments.
    #[serde(default)]
    nested: bool,
    #[serde(default)]
    class: Option<String>,
    text: String,
}

/// The name of a JSON type in some releases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedWording {
    kind: String,
    #[serde(default)]
    since: Option<Series>,
    #[serde(default)]
    until: Option<Series>,
    #[serde(default)]
    nested: bool,
    text: String,
}

/// A problem with the values that its wording needs.
#[derive(Debug, Clone, Default)]
pub struct WordedProblem<'p> {
    /// The name of the problem.
    pub problem: &'p str,
    /// The command of the request.
    pub command: &'p str,
    /// The path of the problem.
    pub path: &'p str,
    /// The last member of the path.
    pub name: &'p str,
    /// `true` if the problem is inside of an argument.
    pub is_nested: bool,
    /// The name of what is expected.
    pub expected: &'p str,
    /// The value that is not allowed.
    pub value: &'p str,
    /// The device.
    pub driver: &'p str,
}

/// An error of QEMU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// The class.
    pub class: String,
    /// The description.
    pub description: String,
}

impl ServerError {
    /// Creates an error, of the class of most errors by default.
    pub fn new(class: Option<&str>, description: String) -> Self {
        ServerError {
            class: class.unwrap_or(GENERIC).to_owned(),
            description,
        }
    }

    /// Writes the reply with this error, as a line of QEMU.
    pub fn to_line(&self, id: Option<&JsonValue<'_>>) -> String {
        let text = |value: &JsonValue<'_>| JsonStyle::SPACED.format(value);
        let id = id.map_or_else(String::new, |id| format!("\"id\": {}, ", text(id)));
        let class = text(&JsonValue::string(self.class.as_str()));
        let description = text(&JsonValue::string(self.description.as_str()));
        format!("{{{id}\"error\": {{\"class\": {class}, \"desc\": {description}}}}}\r\n")
    }
}

/// The class of most errors.
const GENERIC: &str = "GenericError";

impl ErrorWordings {
    /// The name of the file in `schemas/`.
    pub const FILE_NAME: &'static str = "wordings.toml";

    /// Words a problem as a release does.
    pub fn error(&self, problem: &WordedProblem<'_>, series: Series) -> ServerError {
        let mut wordings = self.wording.iter();
        let wording = wordings.find(|own| {
            own.problem == problem.problem
                && is_in(own.since, own.until, series)
                && (problem.is_nested || !own.nested)
                && (own.commands.is_empty() || own.commands.iter().any(|c| c == problem.command))
        });
        let text = wording.map_or("Invalid parameter '{path}'", |wording| &wording.text);
        let expected = self.expected(problem.expected, problem.is_nested, series);
        ServerError::new(
            wording.and_then(|wording| wording.class.as_deref()),
            fill(
                text,
                &[
                    ("command", problem.command),
                    ("name", problem.name),
                    ("path", problem.path),
                    ("expected", expected),
                    ("value", problem.value),
                    ("driver", problem.driver),
                ],
            ),
        )
    }

    fn expected<'w>(&'w self, kind: &'w str, is_nested: bool, series: Series) -> &'w str {
        let mut expected = self.expected.iter();
        let expected = expected.find(|own| {
            own.kind == kind && is_in(own.since, own.until, series) && (is_nested || !own.nested)
        });
        expected.map_or(kind, |expected| &expected.text)
    }
}

fn is_in(since: Option<Series>, until: Option<Series>, series: Series) -> bool {
    since.is_none_or(|since| since <= series) && until.is_none_or(|until| series <= until)
}

/// Replaces each `{name}` of a text, and nothing inside of what replaces it.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(own, _)| *own == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled + rest
}
