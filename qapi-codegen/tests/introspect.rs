//! What the model says of a release against what that release was recorded to
//! say of itself.

mod common;

use std::collections::{BTreeSet, HashMap};

use common::{recorded, series, stated};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::introspect::{self, Comparison, Reason, Releases, compare, describe, judge};
use qapi_codegen::load::load;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;
use serde_json::Value;

/// Releases that evaluate no conditions tell what is written, entry by entry,
/// with the very numbers that mask the names.
fn check_identical(series: &str, release: &str) {
    let schema = stated(series);
    let ours = introspect::reply(&describe(&schema), schema.version);
    let ours = ours.as_array().expect("an array");
    let message: Value = serde_json::from_slice(&recorded(release)).expect("QEMU sends JSON");
    let theirs = message["return"].as_array().expect("an array");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn the_reply_of_2_5_1_is_made_entry_by_entry() {
    check_identical("2.5", "2.5.1");
}

#[test]
fn the_reply_of_2_11_0_is_made_entry_by_entry() {
    check_identical("2.11", "2.11.0");
}

/// Expects that conditions explain all that is absent, and that there is
/// nothing else to explain; gives the conditions.
fn check_explained(comparison: Comparison, schema: Version) -> BTreeSet<String> {
    let verdict = judge(comparison, Releases { schema, qemu: None });
    assert!(
        verdict.contradictions.is_empty(),
        "{:#?}",
        verdict.contradictions
    );
    assert!(verdict.extra.is_empty(), "{:#?}", verdict.extra);
    let conditions = verdict.absent.iter().map(|absent| match &absent.reason {
        Reason::Conditions(conditions) => {
            let conditions = conditions.iter().map(ToString::to_string);
            conditions.collect::<Vec<_>>().join(" and ")
        }
        reason => panic!("{reason:?} for {absent:?}"),
    });
    conditions.collect()
}

#[test]
fn recorded_replies_contradict_nothing() {
    let options = "CONFIG_BLKIO, CONFIG_COCOA, CONFIG_VMNET, TARGET_ARM, TARGET_S390X";
    for (series, release, left_out) in [
        ("2.5", "2.5.1", ""),
        ("2.11", "2.11.0", ""),
        ("7.2", "7.2.22", options),
    ] {
        let schema = stated(series);
        let told = introspect::read(&recorded(release))
            .expect("a reply")
            .interface;
        let found = check_explained(compare(&describe(&schema), &told), schema.version);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>().join(", "),
            left_out,
            "{series}"
        );
    }
}

/// Expects this contradiction between a schema and what a build of it tells that
/// has these commands.
fn check_contradiction(schema: &str, told: &[&str], expected: &str) {
    let files = HashMap::from([("a.json".to_owned(), schema.as_bytes().to_vec())]);
    let loaded = load(&files, "a.json", Version::NEWEST).expect("it is there");
    let schema = resolve(&validate(loaded).expect("it is valid"));
    let mut build = describe(&schema);
    build
        .commands
        .retain(|command| told.contains(&command.item.name.as_str()));
    let releases = Releases {
        schema: schema.version,
        qemu: None,
    };
    let verdict = judge(compare(&describe(&schema), &build), releases);
    let found = verdict.contradictions.iter();
    let found: Vec<String> = found
        .map(|found| format!("{}: {}", found.difference.place, found.message))
        .collect();
    assert_eq!(found, [expected]);
}

#[test]
fn one_build_has_one_set_of_options() {
    let schema = "{ 'command': 'a', 'if': 'X' } { 'command': 'b', 'if': { 'not': 'X' } }\n\
                  { 'command': 'c', 'if': { 'any': [ 'X', 'Y' ] } }";
    let unexplained = "c: QEMU does not have it although `any(X, Y)` holds, which a tells";
    check_contradiction(schema, &["a"], unexplained);
    let conflict = "b: it is there without `X` only, and a with it only";
    check_contradiction(schema, &["a", "b", "c"], conflict);
}

/// A schema that is made from a reply, and read like an import.
fn synthesised(told: &introspect::Interface, version: Version) -> Schema {
    let manifest = format!(
        "release = \"{version}\"\n[[schema]]\ninterface = \"qmp\"\nroot = \"reply.json\"\n\
         synthesised = true\ninput = []\n"
    );
    let text = introspect::synthesise(told, version);
    let files = HashMap::from([
        ("s/manifest.toml".to_owned(), manifest.into_bytes()),
        ("s/qmp.json".to_owned(), text.clone().into_bytes()),
    ]);
    let loaded = imported::load(&files, "s", QemuProgram::Emulator).expect("it is all there");
    resolve(&validate(loaded).unwrap_or_else(|invalid| panic!("{:#?}", invalid.diagnostics)))
}

#[test]
fn a_schema_made_from_a_reply_says_the_same() {
    for (series, release) in [("2.5", "2.5.1"), ("2.11", "2.11.0"), ("7.2", "7.2.22")] {
        let imported = stated(series);
        let told = introspect::read(&recorded(release))
            .expect("a reply")
            .interface;
        let made = describe(&synthesised(&told, imported.version));
        assert_eq!(compare(&made, &told).differences, [], "{series}");
        check_explained(compare(&describe(&imported), &made), imported.version);
    }
}

#[test]
fn a_schema_can_be_made_for_every_series() {
    for series in series() {
        let schema = stated(&series.to_string());
        let told = describe(&schema);
        let reply = introspect::reply(&told, schema.version).to_string();
        let read = introspect::read(reply.as_bytes()).unwrap_or_else(|damage| panic!("{damage:?}"));
        let made = describe(&synthesised(&read.interface, schema.version));
        assert_eq!(compare(&made, &told).differences, [], "{series}");
    }
}
