//! Tests of each kind of override and of its errors.

use crate::diagnostic::Code;
use std::collections::HashMap;

use super::*;
use crate::canonical;
use crate::doc;
use crate::load::load;
use crate::version::Version;

fn overridden(overrides: &str) -> LoadedSchema {
    let schema = "{ 'command': 'c', 'data': { 'a': 'int', '*b': 'str' } }";
    let files = HashMap::from([("a.json".to_owned(), schema.as_bytes().to_vec())]);
    let mut loaded = load(&files, "a.json", Version::NEWEST).unwrap();
    apply(&mut loaded, "overrides.toml", overrides);
    loaded
}

fn check(overrides: &str, expected: &str) {
    let loaded = overridden(overrides);
    assert_eq!(loaded.diagnostics, [], "{overrides}");
    assert_eq!(
        canonical::print(&loaded, &doc::definitions(&loaded)),
        format!("# Module: a\n\n{expected}\n"),
        "{overrides}"
    );
}

/// Expects one diagnostic at some text of the file.
fn check_error(overrides: &str, code: Code, text: &str) {
    let loaded = overridden(overrides);
    let found: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|diagnostic| {
            (
                diagnostic.code,
                loaded.sources.text(diagnostic.location.span),
            )
        })
        .collect();
    assert_eq!(found, [(code, text)], "{overrides}");
}

#[test]
fn members_change() {
    check(
        "[[add-member]]\ntarget = 'c'\nmember = '*d'\ntype = 'bool'\nreason = 'r'\n\
         [[rename-member]]\ntarget = 'c'\nmember = 'a'\nto = 'z'\nreason = 'r'\n\
         [[make-optional]]\ntarget = 'c'\nmember = 'z'\nreason = 'r'\n\
         [[remove-member]]\ntarget = 'c'\nmember = 'b'\nreason = 'r'\n",
        "{ 'command': 'c', 'data': { '*z': 'int', '*d': 'bool' } }",
    );
}

#[test]
fn definitions_are_added_and_point_into_the_file() {
    let loaded = overridden("[[add]]\ntext = '''\n{ 'command': 'd' }\n'''\nreason = 'r'\n");
    assert_eq!(loaded.diagnostics, []);
    let Some(crate::ast::Item::Definition(added)) = loaded.items.last() else {
        panic!("nothing was added");
    };
    assert_eq!(loaded.sources.text(added.name.span), "'d'");
    assert_eq!(loaded.sources.position(added.span).line, 3);
}

#[test]
fn arguments_are_opened() {
    let loaded = overridden("[[open-arguments]]\ntarget = 'c'\nreason = 'r'\n");
    assert_eq!(loaded.diagnostics, []);
    let is_open = |definition: &crate::ast::Definition| match &definition.body {
        crate::ast::DefinitionBody::Command(command) => command.open,
        _ => false,
    };
    assert!(loaded.definitions().any(is_open));
}

#[test]
fn stale_overrides_are_errors() {
    let member = |kind: &str, member: &str| {
        format!("[[{kind}]]\ntarget = 'c'\nmember = '{member}'\nreason = 'r'\n")
    };
    check_error(&member("remove-member", "x"), Code::StaleOverride, "'x'");
    check_error(&member("make-optional", "b"), Code::StaleOverride, "'b'");
    check_error(
        "[[open-arguments]]\ntarget = 'x'\nreason = 'r'\n",
        Code::StaleOverride,
        "'x'",
    );
    check_error(
        "[[add]]\ntext = '''{ 'command': 'c' }'''\nreason = 'r'\n",
        Code::StaleOverride,
        "'c'",
    );
}

#[test]
fn invalid_files_are_errors() {
    check_error("x = 1\n", Code::InvalidOverride, "x");
    check_error(
        "[[open-arguments]]\ntarget = 'c'\nreason = ''\n",
        Code::InvalidOverride,
        "''",
    );
    check_error(
        "[[add]]\ntext = \"a\\tb\"\nreason = 'r'\n",
        Code::InvalidOverride,
        "\"a\\tb\"",
    );
}
