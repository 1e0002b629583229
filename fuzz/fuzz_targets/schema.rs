//! A schema of any bytes is read, checked, resolved and restated.
//!
//! The first byte chooses the release whose rules apply. What has no mistake is
//! restated, and the restatement must be read as the same definitions.

#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use qapi_codegen::canonical;
use qapi_codegen::load::{DocumentationKind, LoadedSchema, load};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

/// Each has rules of its own.
const RELEASES: [Version; 6] = [
    Version::new(2, 5, 0),
    Version::new(2, 9, 0),
    Version::new(4, 1, 0),
    Version::new(6, 2, 0),
    Version::new(9, 1, 0),
    Version::NEWEST,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, text)) = bytes.split_first() else {
        return;
    };
    let version = RELEASES[usize::from(choice) % RELEASES.len()];
    let loaded = read(text.to_vec(), version);
    let Ok(valid) = validate(loaded) else {
        return;
    };
    let again = canonical::print(valid.loaded(), valid.docs());
    let schema = resolve(&valid);
    let mut loaded = read(again.clone().into_bytes(), version);
    loaded.documentation = DocumentationKind::Facts;
    let valid = validate(loaded).unwrap_or_else(|invalid| panic!("{again}\n{invalid:?}"));
    assert_eq!(names(&schema), names(&resolve(&valid)), "{again}");
});

fn read(text: Vec<u8>, version: Version) -> LoadedSchema {
    let files = HashMap::from([("root.json".to_owned(), text)]);
    load(&files, "root.json", version).expect("the root is there")
}

/// What a schema defines, without its documentation.
fn names(schema: &Schema) -> Vec<&str> {
    let types = schema.types.iter().map(|def| &def.meta.name);
    let commands = schema.commands.iter().map(|command| &command.meta.name);
    let events = schema.events.iter().map(|event| &event.meta.name);
    types
        .chain(commands)
        .chain(events)
        .map(String::as_str)
        .collect()
}
