//! Names of commands, events and types that do not exist.

use qapi_codegen::diff::policy::matches;
use qapi_codegen::schema::Schema;
use qapi_codegen::suggest::nearest;

use crate::failure::Failure;

/// Checks that each pattern matches a command or an event of a schema.
pub fn check_patterns(patterns: &[String], schemas: &[&Schema]) -> Result<(), Failure> {
    let names: Vec<&str> = schemas
        .iter()
        .flat_map(|schema| operations(schema))
        .collect();
    let unmatched = |pattern: &&String| !names.iter().any(|name| matches(pattern, name));
    match patterns.iter().find(unmatched) {
        Some(pattern) => Err(unmatched_pattern(pattern, &names)),
        None => Ok(()),
    }
}

/// The failure for a name that no schema has. `others` are the names of devices and of
/// the command line.
pub fn unknown_name<'s>(
    name: &str,
    similar: &[String],
    schemas: &[&'s Schema],
    others: impl Iterator<Item = &'s str>,
) -> Failure {
    let kinds = match name.starts_with('-') {
        true => "an option",
        false => "a command, event, type, device, machine type or CPU model",
    };
    let failure = Failure::new(format!("no release has {kinds} `{name}`"));
    let names = schemas.iter().flat_map(|schema| {
        let types = schema.types.iter().map(|def| &*def.meta.name);
        operations(schema).chain(types)
    });
    match nearest(name, names.chain(others)) {
        Some(nearest) => failure.with_help(format!("did you mean `{nearest}`?")),
        None if similar.is_empty() => failure,
        None => failure.with_help(format!("similar names: {}", similar.join(", "))),
    }
}

fn operations(schema: &Schema) -> impl Iterator<Item = &str> {
    let commands = schema.commands.iter().map(|command| &*command.meta.name);
    commands.chain(schema.events.iter().map(|event| &*event.meta.name))
}

/// A pattern such as `blokdev-*` is compared with what names begin with.
fn unmatched_pattern(pattern: &str, names: &[&str]) -> Failure {
    let failure = Failure::new(format!("no command or event matches `{pattern}`"));
    let start = pattern.trim_end_matches('*');
    let similar = match start.len() < pattern.len() {
        true => nearest(start, names.iter().flat_map(|name| beginnings(name))),
        false => nearest(pattern, names.iter().copied()),
    };
    let rest = &pattern[start.len()..];
    match similar {
        Some(similar) => failure.with_help(format!("did you mean `{similar}{rest}`?")),
        None => failure,
    }
}

/// The parts of a name up to each of its separators, and the whole name.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    let separators = name.match_indices(['-', '_']);
    let ends = separators.flat_map(|(index, _)| [index, index + 1]);
    ends.chain([name.len()]).map(|end| &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_compared_with_beginnings() {
        let names = ["blockdev-add", "BLOCK_JOB_READY", "stop"];
        let help = |pattern: &str| unmatched_pattern(pattern, &names).help().map(str::to_owned);
        let suggestion = |name: &str| Some(format!("did you mean `{name}`?"));
        assert_eq!(help("blokdev-*"), suggestion("blockdev-*"));
        assert_eq!(help("BLOCK_JOBB_*"), suggestion("BLOCK_JOB_*"));
        assert_eq!(help("stpo"), None);
        assert_eq!(help("stopp"), suggestion("stop"));
        assert_eq!(help("x*y"), None);
    }
}
