//! Findings between small schemas.
//!
//! Each rule has an example that only this rule must find. Further cases are in
//! `diff/`: each begins with `=== ` and a title; then come the expected findings
//! as `rule direction target path severity`, or `nothing`; `--- RELEASE` begins
//! a schema, the old one first.

mod diff_support;

use std::fs;
use std::path::Path;

use diff_support::{found, read};
use qapi_codegen::diff::report::rules_text;
use qapi_codegen::diff::rule_id::RuleId;
use qapi_codegen::diff::rules::{ChangeRules, rules};
use qapi_codegen::schema::Schema;
use qapi_codegen::wire::Direction;

#[test]
fn every_rule_finds_its_example_and_nothing_else() {
    let mut failures = Vec::new();
    for change in &rules().changes {
        for direction in Direction::ALL {
            let Some(rule) = change.in_direction(direction) else {
                continue;
            };
            let (old, new) = (
                example(change, &change.old, direction),
                example(change, &change.new, direction),
            );
            let (Some(old), Some(new)) = (old, new) else {
                continue;
            };
            let findings = match (side(&old, change, 0), side(&new, change, 1)) {
                (Ok(old), Ok(new)) => found(&old, &new),
                (Err(errors), _) | (_, Err(errors)) => {
                    failures.push(errors);
                    continue;
                }
            };
            let texts = findings
                .iter()
                .flat_map(|own| [Some(&own.message), own.advice.as_ref()]);
            let unfilled = texts.flatten().find(|text| text.contains('{'));
            assert_eq!(unfilled, None, "placeholders of {}", rule.id.as_str());
            let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
            let own = rules.contains(&rule.id.as_str());
            let others = rules.iter().filter(|id| **id != rule.id.as_str());
            let expected = allowed(change.kind.as_str());
            let others: Vec<_> = others
                .filter(|id| !expected.iter().any(|e| id.ends_with(e)))
                .collect();
            if !own || !others.is_empty() {
                failures.push(format!(
                    "{} ({direction}): {rules:?}\n  {old}\n  {new}",
                    rule.id.as_str()
                ));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// The findings that a change cannot be without: a struct whose
/// members move into branches becomes a union.
fn allowed(kind: &str) -> &'static [&'static str] {
    match kind {
        "member-moved-into-branch" => &["struct-to-union"],
        _ => &[],
    }
}

/// The definitions of an example; nothing where it cannot be in a direction.
fn example(change: &ChangeRules, side: &str, direction: Direction) -> Option<String> {
    if side.starts_with(['{', '#']) && !side.contains("'T'") || side.is_empty() {
        let only = change.in_direction(direction)?;
        let here = only.id.as_str().starts_with(direction.as_str())
            || only.id.as_str().starts_with("command")
            || only.id.as_str().starts_with("error")
            || change.any.is_some() && direction == Direction::Request;
        return here.then(|| side.to_owned());
    }
    let ty = match side.starts_with('{') {
        true => side.to_owned(),
        false => format!("{{ 'struct': 'T', 'data': {{ {side} }} }}"),
    };
    let is_command = side.contains("'command'");
    Some(match (direction, is_command) {
        (_, true) => return (direction == Direction::Request).then_some(ty),
        (Direction::Request, _) => {
            format!("{ty} {{ 'command': 'c', 'data': {{ 'it': 'T', 'other': 'str' }} }}")
        }
        (Direction::Reply, _) => format!("{ty} {{ 'command': 'c', 'returns': 'T' }}"),
        (Direction::Event, _) => format!("{ty} {{ 'event': 'HAPPENED', 'data': {{ 'it': 'T' }} }}"),
    })
}

fn side(text: &str, change: &ChangeRules, which: usize) -> Result<Schema, String> {
    let types = [&change.old_types, &change.new_types][which];
    let release = format!("{}.0", change.releases()[which]);
    let mut schema = read(&release, &format!("{text}\n{types}\n{}", change.types))?;
    for command in &mut schema.commands {
        let untyped = [&change.old, &change.new][which].contains("'gen': false");
        command.open = untyped && change.open.as_deref() == Some(&command.meta.name);
    }
    Ok(schema)
}

#[test]
fn every_case_finds_what_it_expects() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    let mut failures = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for case in text.split("=== ").skip(1) {
            let (head, schemas) = case.split_once("--- ").unwrap();
            let mut schemas = schemas.split("--- ").map(|schema| {
                let (release, text) = schema.split_once('\n').unwrap();
                read(&format!("{release}.0"), text)
            });
            let (old, new) = match (schemas.next().unwrap(), schemas.next().unwrap()) {
                (Ok(old), Ok(new)) => (old, new),
                (Err(errors), _) | (_, Err(errors)) => {
                    failures.push(errors);
                    continue;
                }
            };
            let lines = found(&old, &new).into_iter().map(|finding| {
                let path = if finding.path.is_empty() {
                    "-"
                } else {
                    &finding.path
                };
                format!(
                    "{} {} {} {path} {}",
                    finding.rule, finding.direction, finding.target, finding.compatibility
                )
            });
            let mut lines: Vec<String> = lines.collect();
            lines.sort();
            let (title, expected) = head.split_once('\n').unwrap();
            let mut expected: Vec<&str> = expected
                .lines()
                .filter(|line| !line.is_empty() && *line != "nothing")
                .collect();
            expected.sort_unstable();
            if lines != expected {
                failures.push(format!(
                    "{title}\n  expected {expected:#?}\n  found {lines:#?}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn the_list_of_rules_names_each() {
    let text = rules_text();
    for id in RuleId::ALL {
        assert!(text.contains(&format!("{}: ", id.as_str())), "{id:?}");
    }
}
