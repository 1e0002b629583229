//! References from options to others by their ids.

use super::argument::{PreparedArgument, PreparedOption};
use super::subject::CommandLineProblem;
use crate::json::JsonValue;

/// A key whose value is the id of an option.
struct Reference {
    /// The options that have the key.
    options: &'static [&'static str],
    key: &'static str,
    /// The option with the id.
    target: &'static str,
    /// Options that create what is referred to without an id of their own.
    others: &'static [&'static str],
    /// Beginnings of the ids that QEMU gives.
    own: &'static [&'static str],
}

const REFERENCES: [Reference; 2] = [
    Reference {
        options: &["device"],
        key: "netdev",
        target: "netdev",
        others: &["net", "nic"],
        own: &[],
    },
    Reference {
        options: &["device", "mon", "tpmdev"],
        key: "chardev",
        target: "chardev",
        others: &[],
        own: &["serial", "parallel", "compat_monitor", "debugcon", "gdb"],
    },
];

/// Returns the ids to which options refer and that no option has, each with the
/// option. Files, and variables, may have any.
pub fn find<'l>(options: &'l [PreparedOption<'l>]) -> Vec<(String, CommandLineProblem<'l>)> {
    let is_open = |option: &PreparedOption<'_>| {
        let word = option.option.argument.map(|(_, word)| word);
        let has_variable = word.is_some_and(|word| !word.variables().is_empty());
        has_variable || option.option.group.is_some() || option.name == "readconfig"
    };
    if options.iter().any(is_open) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for reference in &REFERENCES {
        let has = |name: &str| options.iter().any(|option| option.name == name);
        if reference.others.iter().any(|name| has(name)) {
            continue;
        }
        let targets = options.iter().filter(|own| own.name == reference.target);
        let ids: Vec<&str> = targets.filter_map(|own| value(own, "id")).collect();
        for option in options
            .iter()
            .filter(|own| reference.options.contains(&own.name))
        {
            let id = value(option, reference.key).filter(|id| !ids.contains(id));
            let id = id.filter(|id| !reference.own.iter().any(|own| id.starts_with(own)));
            problems.extend(id.map(|id| {
                let target = reference.target;
                let path = format!("-{} {}", option.name, reference.key);
                (path, CommandLineProblem::UnknownId { target, id })
            }));
        }
    }
    problems
}

/// The value of a parameter of an option.
fn value<'o>(option: &'o PreparedOption<'_>, key: &str) -> Option<&'o str> {
    match &option.argument {
        PreparedArgument::Parameters(parameters) => {
            let mut list = parameters.list.iter();
            let own = list.rfind(|own| own.key_or(option.first_key()) == key);
            own.map(|own| &*own.value)
        }
        PreparedArgument::Value { value, .. } => value.get(key).and_then(JsonValue::as_str),
        _ => None,
    }
}
