//! Invalid and hostile inputs: validation is fast and needs no deep stack.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::time::{Duration, Instant};

use qapi_codegen::load::{Files, load};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

/// The time limit of a test: far above what a busy machine needs without optimisation, and
/// far below quadratic work on 100,000 definitions.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// The codes of all diagnostics, in order.
fn codes(files: &dyn Files) -> Vec<&'static str> {
    let start = Instant::now();
    let loaded = load(files, "root.json", Version::NEWEST).expect("the root can be read");
    let codes = match validate(loaded) {
        Ok(_) => Vec::new(),
        Err(invalid) => {
            let codes = invalid.diagnostics.iter().map(|found| found.code.as_str());
            codes.collect()
        }
    };
    assert!(
        start.elapsed() < TIME_LIMIT,
        "it took {:?}",
        start.elapsed()
    );
    codes
}

fn codes_of(text: impl Into<Vec<u8>>) -> Vec<&'static str> {
    codes(&HashMap::from([("root.json".to_owned(), text.into())]))
}

#[test]
fn an_empty_file_is_a_schema() {
    assert_eq!(codes_of(""), [""; 0]);
    assert_eq!(codes_of("\n \t\n"), [""; 0]);
}

#[test]
fn brackets_nest_100_000_deep() {
    assert_eq!(codes_of("[".repeat(100_000)), ["nested-too-deep"]);
    assert_eq!(codes_of("{'a':".repeat(100_000)), ["nested-too-deep"]);
    assert_eq!(codes_of("]".repeat(100_000)), ["syntax"]);
}

#[test]
fn noise_is_at_most_one_error_a_line() {
    let noise: String = (0..=255_u8).map(char::from).collect();
    assert_eq!(codes_of(noise), ["syntax"]);
    assert_eq!(codes_of("\0\u{1}\u{7f}"), ["syntax"]);
    assert_eq!(codes_of("'"), ["unterminated-string"]);
    assert_eq!(codes_of("{ 'a"), ["unterminated-string"]);
    assert_eq!(codes_of("'".repeat(100_001)), ["syntax"]);
}

#[test]
fn invalid_utf8_is_reported() {
    let root = HashMap::from([("root.json".to_owned(), vec![b'#', b'\n', 0xff])]);
    assert_eq!(codes(&root), ["not-utf8"]);
    let included = HashMap::from([
        ("root.json".to_owned(), b"{ 'include': 'b.json' }".to_vec()),
        ("b.json".to_owned(), vec![0xff, 0xfe]),
    ]);
    assert_eq!(codes(&included), ["not-utf8"]);
}

/// A root file that includes a path of the file system.
struct Folder(&'static str);

impl Files for Folder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match path {
            "root.json" => Ok(format!("{{ 'include': '{}' }}", self.0).into_bytes()),
            path => std::fs::read(path),
        }
    }
}

#[test]
fn folders_and_missing_files_are_unreadable() {
    assert_eq!(codes(&Folder("src")), ["unreadable-include"]);
    assert_eq!(codes(&Folder("gone")), ["unreadable-include"]);
    assert_eq!(codes(&Folder("")), ["unreadable-include"]);
}

/// Files that include one another without end.
struct Endless;

impl Files for Endless {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        Ok(format!("{{ 'include': '1{path}' }}").into_bytes())
    }
}

#[test]
fn includes_end() {
    assert_eq!(codes(&Endless), ["include-too-deep"]);
}

#[test]
fn a_chain_of_100_000_bases() {
    let mut text = String::from("{ 'struct': 'T0', 'data': {} }");
    let mut first = String::new();
    for index in 1..100_000 {
        let base = index - 1;
        let link = format!(
            "{{ 'struct': 'Ta{index}', 'base': 'Ta{base}', 'data': {{ 'm{index}': 'int' }} }}"
        );
        writeln!(text, "{link}").unwrap();
        writeln!(first, "{link}").unwrap();
    }
    text = text.replace("'T0'", "'Ta0'");
    assert_eq!(codes_of(text), ["too-many-bases"]);
    first.insert_str(0, "{ 'struct': 'Ta0', 'base': 'Ta99999', 'data': {} }\n");
    assert_eq!(codes_of(first), ["contains-itself"]);
}

#[test]
fn enums_and_structs_of_100_000_names() {
    let mut values = String::new();
    let mut members = String::new();
    for index in 0..100_000 {
        write!(values, "'v{index}',").unwrap();
        write!(members, "'m{index}': 'int',").unwrap();
    }
    let text = format!(
        "{{ 'enum': 'Tag', 'data': [ {values} 'v' ] }}
         {{ 'struct': 'Base', 'data': {{ {members} 'tag': 'Tag' }} }}
         {{ 'struct': 'Sub', 'base': 'Base', 'data': {{ 'm': 'int' }} }}
         {{ 'union': 'Uni', 'base': 'Sub', 'discriminator': 'tag', 'data': {{ 'v': 'Empty' }} }}
         {{ 'struct': 'Empty', 'data': {{ }} }}"
    );
    assert_eq!(codes_of(text), [""; 0]);
}

#[test]
fn a_union_of_100_000_branches() {
    let mut values = String::new();
    let mut branches = String::new();
    for index in 0..100_000 {
        write!(values, "'v{index}',").unwrap();
        write!(branches, "'v{index}': 'Leaf',").unwrap();
    }
    let text = format!(
        "{{ 'enum': 'Tag', 'data': [ {values} 'v' ] }}
         {{ 'union': 'Uni', 'base': {{ 'tag': 'Tag' }}, 'discriminator': 'tag', 'data': {{ {branches} 'v': 'Leaf' }} }}
         {{ 'struct': 'Leaf', 'data': {{ }} }}"
    );
    assert_eq!(codes_of(text), [""; 0]);
}

#[test]
fn all_of_many_errors_are_reported() {
    let mut unknown = String::new();
    let mut invalid = String::new();
    for index in 0..10_000 {
        writeln!(
            unknown,
            "{{ 'struct': 'Ta{index}', 'data': {{ 'a': 'Gone{index}' }} }}"
        )
        .unwrap();
        writeln!(invalid, "{{ 'struct': 'Ta{index}' 'data': {{ }} }}").unwrap();
    }
    assert_eq!(codes_of(unknown), vec!["unknown-type"; 10_000]);
    assert_eq!(codes_of(invalid), vec!["syntax"; 10_000]);
}
