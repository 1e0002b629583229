//! Small schemas and their diagnostics, release by release.
//!
//! A file in `rules/` has cases. Each begins with `=== ` and a title. Lines
//! `RELEASE: ok` or `RELEASE: code@line:column ...` are the expected
//! diagnostics. The schema follows; a line `--> name.json` begins another file
//! of it.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use qapi_codegen::diagnostic::{Code, Diagnostic};
use qapi_codegen::load::load;
use qapi_codegen::source::Sources;
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

#[test]
fn every_case_has_its_diagnostics() {
    let failures: Vec<String> = cases().iter().flat_map(RuleCase::failures).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let shown: BTreeSet<String> = cases().iter().flat_map(RuleCase::codes).collect();
    let missing: Vec<&str> = Code::SCHEMA
        .iter()
        .map(|code| code.as_str())
        .filter(|name| !name.ends_with("-override") && !shown.contains(*name))
        .filter(|name| !IN_BAD_INPUT.contains(name))
        .collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

/// Codes whose input is too long or not text; `bad_input.rs` has their tests.
const IN_BAD_INPUT: [&str; 3] = ["include-too-deep", "not-utf8", "too-many-bases"];

#[test]
fn codes_are_unique_and_explained() {
    let codes = || Code::SCHEMA.iter().chain(Code::MESSAGE);
    let names: BTreeSet<&str> = codes().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), codes().count());
    for code in codes() {
        assert!(code.explanation().ends_with('.'), "{code}");
    }
}

/// A schema and its expected diagnostics.
struct RuleCase {
    title: String,
    expected: Vec<(Version, String)>,
    files: HashMap<String, Vec<u8>>,
}

impl RuleCase {
    fn read(text: &str) -> RuleCase {
        let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
        let mut case = RuleCase {
            title: title.to_owned(),
            expected: Vec::new(),
            files: HashMap::new(),
        };
        let mut rest = rest;
        while let Some((version, expected, after)) = expectation(rest) {
            case.expected.push((version, expected));
            rest = after;
        }
        let text = format!("--> root.json\n{rest}");
        for file in text.split("--> ").skip(1) {
            let (name, text) = file.split_once('\n').unwrap_or((file, ""));
            case.files.insert(name.to_owned(), text.as_bytes().to_vec());
        }
        case
    }

    fn failures(&self) -> Vec<String> {
        let check = |(version, expected): &(Version, String)| {
            let found = self.check(*version);
            (found != *expected).then(|| {
                let title = &self.title;
                format!("{title}, QEMU {version}\n  expected {expected}\n  found    {found}")
            })
        };
        self.expected.iter().filter_map(check).collect()
    }

    fn check(&self, version: Version) -> String {
        let loaded = load(&self.files, "root.json", version).expect("the root is there");
        match validate(loaded) {
            Ok(_) => "ok".to_owned(),
            Err(invalid) => {
                let show = |found| shown(&invalid.sources, found);
                invalid
                    .diagnostics
                    .iter()
                    .map(show)
                    .collect::<Vec<_>>()
                    .join(" ")
            }
        }
    }

    fn codes(&self) -> Vec<String> {
        let words = self
            .expected
            .iter()
            .flat_map(|(_, expected)| expected.split(' '));
        words
            .filter_map(|word| Some(word.split_once('@')?.0.to_owned()))
            .collect()
    }
}

/// Takes a line `RELEASE: expected` from the beginning of a text.
fn expectation(text: &str) -> Option<(Version, String, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let (version, expected) = line.split_once(": ")?;
    Some((version.parse().ok()?, expected.to_owned(), rest))
}

/// A diagnostic as cases write it, after checks that apply to every diagnostic.
fn shown(sources: &Sources, found: &Diagnostic) -> String {
    assert!(!found.message.ends_with('.'), "{}", found.message);
    assert!(found.help.is_some(), "no help: {}", found.message);
    let at = sources.position(found.location.focus);
    let name = &sources.file(found.location.focus.file).name;
    let file = if name == "root.json" { "" } else { name };
    format!("{}@{file}{}:{}", found.code, at.line, at.column)
}

fn cases() -> Vec<RuleCase> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("the cases can be listed").path())
        .collect();
    paths.sort();
    let text = |path| fs::read_to_string(path).expect("a case can be read");
    let texts: Vec<String> = paths.iter().map(text).collect();
    texts
        .iter()
        .flat_map(|text| text.split("=== ").skip(1))
        .map(RuleCase::read)
        .collect()
}
