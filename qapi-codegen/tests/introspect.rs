//! The schemas compared with recorded replies to `query-qmp-schema`.

mod common;

use std::collections::{BTreeSet, HashMap};

use common::{recorded, series, stated};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::introspect::{
    self, AbsenceReason, ComparedReleases, InterfaceComparison, SchemaReply, compare, explain,
};
use qapi_codegen::load::load;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;
use qapi_codegen::wire::Interface;
use serde_json::Value;

/// Releases without conditions report their schema entry by entry, and the
/// masked names have the same numbers.
fn check_identical(series: &str, release: &str) {
    let schema = stated(series);
    let ours = introspect::write_reply(&Interface::from_schema(&schema), schema.version);
    let ours = ours.as_array().expect("an array");
    let message: Value = serde_json::from_slice(&recorded(release)).expect("QEMU sends JSON");
    let theirs = message["return"].as_array().expect("an array");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn the_reply_of_2_5_1_is_reproduced() {
    check_identical("2.5", "2.5.1");
}

#[test]
fn the_reply_of_2_11_0_is_reproduced() {
    check_identical("2.11", "2.11.0");
}

/// Expects that conditions explain all differences; returns the conditions.
fn check_explained(comparison: InterfaceComparison, schema: Version) -> BTreeSet<String> {
    let verification = explain(comparison, ComparedReleases { schema, qemu: None });
    assert!(
        verification.contradictions.is_empty(),
        "{:#?}",
        verification.contradictions
    );
    assert!(verification.extra.is_empty(), "{:#?}", verification.extra);
    let conditions = verification
        .absent
        .iter()
        .map(|absent| match &absent.reason {
            AbsenceReason::Conditions(conditions) => {
                let conditions = conditions.iter().map(ToString::to_string);
                conditions.collect::<Vec<_>>().join(" and ")
            }
            reason => panic!("{reason:?} for {absent:?}"),
        });
    conditions.collect()
}

#[test]
fn recorded_replies_have_no_contradictions() {
    let options = "CONFIG_BLKIO, CONFIG_COCOA, CONFIG_VMNET, TARGET_ARM, TARGET_S390X";
    for (series, release, left_out) in [
        ("2.5", "2.5.1", ""),
        ("2.11", "2.11.0", ""),
        ("7.2", "7.2.22", options),
    ] {
        let schema = stated(series);
        let reply = introspect::read(&recorded(release)).expect("a reply");
        let stated = Interface::from_schema(&schema);
        let found = check_explained(compare(&stated, &reply.interface()), schema.version);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>().join(", "),
            left_out,
            "{series}"
        );
    }
}

/// Expects a contradiction between a schema and a build of it with certain
/// commands.
fn check_contradiction(schema: &str, present: &[&str], expected: &str) {
    let files = HashMap::from([("a.json".to_owned(), schema.as_bytes().to_vec())]);
    let loaded = load(&files, "a.json", Version::NEWEST).expect("it is there");
    let schema = resolve(&validate(loaded).expect("it is valid"));
    let stated = Interface::from_schema(&schema);
    let mut build = stated.clone();
    build.commands.retain(|name| present.contains(&name));
    let releases = ComparedReleases {
        schema: schema.version,
        qemu: None,
    };
    let verification = explain(compare(&stated, &build), releases);
    let found = verification.contradictions.iter();
    let found: Vec<String> = found
        .map(|found| format!("{}: {}", found.difference.location, found.message))
        .collect();
    assert_eq!(found, [expected]);
}

#[test]
fn a_build_has_one_set_of_options() {
    let schema = "{ 'command': 'a', 'if': 'X' } { 'command': 'b', 'if': { 'not': 'X' } }\n\
                  { 'command': 'c', 'if': { 'any': [ 'X', 'Y' ] } }";
    let unexplained =
        "c: missing from this build although its condition `any(X, Y)` holds (a is present)";
    check_contradiction(schema, &["a"], unexplained);
    let conflict =
        "b: present, which requires `X` to be off, but so is a, which requires it to be on";
    check_contradiction(schema, &["a", "b", "c"], conflict);
}

/// The schema that is written for a reply, loaded like an import.
fn load_written_schema(reply: &SchemaReply, version: Version) -> Schema {
    let manifest = format!(
        "release = \"{version}\"\n[[schema]]\ninterface = \"qmp\"\nroot = \"reply.json\"\n\
         synthesised = true\ninput = []\n"
    );
    let text = introspect::write_schema(&reply.interface(), version);
    let files = HashMap::from([
        ("s/manifest.toml".to_owned(), manifest.into_bytes()),
        ("s/qmp.json".to_owned(), text.clone().into_bytes()),
    ]);
    let loaded = imported::load(&files, "s", QemuProgram::Emulator).expect("it is all there");
    resolve(&validate(loaded).unwrap_or_else(|invalid| panic!("{:#?}", invalid.diagnostics)))
}

#[test]
fn a_schema_written_for_a_reply_is_equal_to_it() {
    for (series, release) in [("2.5", "2.5.1"), ("2.11", "2.11.0"), ("7.2", "7.2.22")] {
        let imported = stated(series);
        let reply = introspect::read(&recorded(release)).expect("a reply");
        let made = load_written_schema(&reply, imported.version);
        let made = Interface::from_schema(&made);
        let comparison = compare(&made, &reply.interface());
        assert_eq!(comparison.differences, [], "{series}");
        let stated = Interface::from_schema(&imported);
        check_explained(compare(&stated, &made), imported.version);
    }
}

#[test]
fn a_schema_can_be_written_for_every_series() {
    for series in series() {
        let schema = stated(&series.to_string());
        let stated = Interface::from_schema(&schema);
        let reply = introspect::write_reply(&stated, schema.version).to_string();
        let read =
            introspect::read(reply.as_bytes()).unwrap_or_else(|invalid| panic!("{invalid:?}"));
        let made = load_written_schema(&read, schema.version);
        let made = Interface::from_schema(&made);
        assert_eq!(compare(&made, &stated).differences, [], "{series}");
    }
}
