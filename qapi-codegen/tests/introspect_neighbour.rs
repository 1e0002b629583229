//! Schemas that are written for a reply with the help of another series.

mod common;

use std::collections::HashMap;

use common::{series, stated_valid};
use qapi_codegen::introspect::{
    self, InterfaceDifference, Neighbour, WrittenSchema, compare, write_schema_like,
};
use qapi_codegen::load::{DocumentationKind, load};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::{ValidSchema, validate};
use qapi_codegen::version::{Series, Version};
use qapi_codegen::wire::Interface;

const VERSION: Version = Version::new(10, 2, 0);

fn parse(text: &str, version: Version) -> (ValidSchema, Schema) {
    let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
    let mut loaded = load(&files, "a.json", version).expect("it is there");
    loaded.documentation = DocumentationKind::Facts;
    let valid = validate(loaded).unwrap_or_else(|invalid| panic!("{:#?}", invalid.diagnostics));
    let schema = resolve(&valid);
    (valid, schema)
}

/// Writes the schema of a build with the interface `new`.
fn write_like(
    new: &Schema,
    (valid, schema): &(ValidSchema, Schema),
    names: Option<&(ValidSchema, Schema)>,
) -> WrittenSchema {
    let reply = introspect::write_reply(&Interface::from_schema(new), new.version).to_string();
    let reply = introspect::read(reply.as_bytes()).unwrap_or_else(|invalid| panic!("{invalid:?}"));
    let names = names.map(|(valid, schema)| Neighbour::new(valid, schema));
    let neighbour = Neighbour::new(valid, schema);
    write_schema_like(&reply.interface(), new.version, &neighbour, names.as_ref())
}

fn write(old: &str, new: &str, names: Option<&str>) -> WrittenSchema {
    let (_, new) = parse(new, VERSION);
    let names = names.map(|names| parse(names, VERSION));
    write_like(&new, &parse(old, VERSION), names.as_ref())
}

const OLD: &str = "{ 'command': 'open', 'data': { 'file': 'FileRef', '*mode': 'Mode' } }
    { 'enum': 'Mode', 'data': [ 'ro', { 'name': 'rw', 'if': 'CONFIG_WRITE' } ] }
    { 'struct': 'FileBase', 'data': { 'size': 'uint32' } }
    { 'struct': 'FileRef', 'base': 'FileBase', 'data': { 'name': 'str' } }
    { 'command': 'sync', 'if': 'CONFIG_SYNC', 'allow-preconfig': true }
    { 'command': 'close', 'returns': 'Closed' }
    { 'struct': 'Closed', 'data': { 'bytes': 'uint64' } }";

#[test]
fn what_agrees_is_taken_over() {
    let new = "{ 'command': 'open', 'data': { 'file': 'Ta', '*mode': 'Tb' } }
        { 'enum': 'Tb', 'data': [ 'ro' ] }
        { 'struct': 'Ta', 'data': { 'size': 'int', 'name': 'str' } }";
    let written = write(OLD, new, None);
    let text = written.text;
    for part in [
        "'data': { 'file': 'FileRef', '*mode': 'Mode' }",
        "'data': [ 'ro', { 'name': 'rw', 'if': 'CONFIG_WRITE' } ]",
        "'struct': 'FileRef', 'base': 'FileBase'",
        "'size': 'uint32'",
        "'command': 'sync', 'allow-preconfig': true, 'if': 'CONFIG_SYNC'",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(
        !text.contains("close") && !text.contains("Closed"),
        "{text}"
    );
    assert_eq!(written.not_in_build, ["Mode.rw", "sync"]);
}

#[test]
fn what_differs_takes_over_names_sizes_and_conditions() {
    let new = "{ 'command': 'open', 'data': { 'file': 'Ta', '*mode': 'Tb', 'how': 'Tc' } }
        { 'enum': 'Tb', 'data': [ 'ro', 'wo' ] }
        { 'enum': 'Tc', 'data': [ 'fast' ] }
        { 'struct': 'Ta', 'data': { 'size': 'int', 'name': 'str', '*more': [ 'Td' ] } }
        { 'struct': 'Td', 'data': { 'x': 'int' } }";
    let expected = [
        "'data': { 'file': 'FileRef', '*mode': 'Mode', 'how': 'OpenArgHow' }",
        "'data': [ 'ro', { 'name': 'rw', 'if': 'CONFIG_WRITE' }, 'wo' ]",
        "'data': { 'size': 'uint32', 'name': 'str', '*more': [ 'FileRefMore' ] }",
    ];
    let text = write(OLD, new, None).text;
    for part in expected {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let names = [
        ("'Ta'", "'FileRef'"),
        ("'Tb'", "'Mode'"),
        ("'Tc'", "'Speed'"),
        ("'Td'", "'Extent'"),
    ];
    let names = names
        .iter()
        .fold(new.to_owned(), |text, (from, to)| text.replace(from, to));
    let text = write(OLD, new, Some(&names)).text;
    assert!(
        text.contains("'how': 'Speed'") && text.contains("'*more': [ 'Extent' ]"),
        "{text}"
    );
    let is_kept = |part: &str| text.contains(part);
    assert!(
        !is_kept("'rw'") && !is_kept("'sync'"),
        "the names lack both: {text}"
    );
}

#[test]
fn conditions_that_hold_do_not_explain_an_absence() {
    let old = "{ 'command': 'a', 'if': 'X' } { 'command': 'b', 'if': 'X' }";
    let written = write(old, "{ 'command': 'a' }", None);
    assert!(!written.text.contains("'b'"), "{}", written.text);
    assert!(written.not_in_build.is_empty());
}

#[test]
fn every_series_is_written_like_itself() {
    for series in series() {
        let own = stated_valid(&series.to_string());
        let text = write_like(&own.1, &own, None).text;
        let (_, written) = parse(&text, own.1.version);
        assert!(written == own.1, "{series}");
    }
}

/// Since 6.2, all series have the same syntax.
#[test]
fn every_series_is_written_like_the_one_before() {
    let series = series()
        .into_iter()
        .filter(|series| *series >= Series::new(6, 2));
    let series: Vec<_> = series
        .map(|series| stated_valid(&series.to_string()))
        .collect();
    for pair in series.windows(2) {
        let (old, new) = (&pair[0], &pair[1].1);
        let text = write_like(new, old, None).text;
        let (_, written) = parse(&text, new.version);
        let difference = compare(
            &Interface::from_schema(&written),
            &Interface::from_schema(new),
        );
        let is_kept = |one: &InterfaceDifference| {
            let (old, new) = (one.left.as_ref(), one.right.as_ref());
            new.is_none() && old.is_some_and(|old| !old.conditions.is_empty())
        };
        let mut differences = difference.differences;
        differences.retain(|one| !is_kept(one));
        assert!(differences.is_empty(), "{}: {differences:#?}", new.version);
    }
}
