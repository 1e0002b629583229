//! A mock that receives arbitrary bytes.
//!
//! The first byte chooses the release and the size of the pieces. No input may cause a
//! panic, and what the mock sends are lines of JSON.

#![no_main]

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use qapi_codegen::json::parse;
use qapi_codegen::knowledge::{ErrorWordings, GuestRules, ReleaseData};
use qapi_codegen::load::load;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::traffic::mock::{MockServer, RecordedReplies};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

const RELEASES: [Version; 4] = [
    Version::new(2, 5, 0),
    Version::new(2, 11, 0),
    Version::new(5, 2, 0),
    Version::new(10, 0, 0),
];

/// An interface with a definition of each kind.
const SCHEMA: &str = "
{ 'enum': 'Driver', 'data': [ 'raw', 'file' ] }
{ 'struct': 'Raw', 'data': { 'file': 'Ref', '*size': 'uint8' } }
{ 'struct': 'File', 'data': { 'name': 'str', '*flags': [ 'bool' ], '*weight': 'number' } }
{ 'struct': 'Base', 'data': { 'driver': 'Driver', '*node-name': 'str' } }
{ 'union': 'Options', 'base': 'Base',
  'discriminator': 'driver', 'data': { 'raw': 'Raw', 'file': 'File' } }
{ 'alternate': 'Ref', 'data': { 'definition': 'Options', 'reference': 'str' } }
{ 'command': 'blockdev-add', 'data': { 'options': 'Options' } }
{ 'command': 'query-status', 'returns': 'File' }
{ 'command': 'stop' }
{ 'event': 'STOP' }
";

static SCHEMAS: LazyLock<Vec<Schema>> = LazyLock::new(|| RELEASES.map(schema).into());

fn schema(version: Version) -> Schema {
    let files = HashMap::from([("root.json".to_owned(), SCHEMA.as_bytes().to_vec())]);
    let loaded = load(&files, "root.json", version).expect("the root is there");
    resolve(&validate(loaded).unwrap_or_else(|invalid| panic!("{invalid:?}")))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else {
        return;
    };
    let schema = &SCHEMAS[usize::from(choice) % RELEASES.len()];
    let checker = Checker::new(schema, ReleaseData::default());
    let wordings = ErrorWordings::default();
    let rules = GuestRules::default();
    let recorded = RecordedReplies::default();
    let mut mock = MockServer::new(&checker, schema.version, &wordings, &rules, recorded);
    mock.connect();
    if choice & 0x80 == 0 {
        mock.receive(b"{\"execute\": \"qmp_capabilities\"}\n", Duration::ZERO);
    }
    for piece in bytes.chunks(usize::from(choice >> 2 & 0x1F) * 7 + 1) {
        for line in mock.receive(piece, Duration::ZERO).lines() {
            assert!(parse(line).is_ok(), "{line}");
        }
    }
});
