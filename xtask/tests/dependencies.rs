//! The dependencies of all packages keep the rules of `deny.toml`.
//!
//! `cargo deny` checks the same, but takes longer to build than all tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The packages with a lock file of their own, which must not need an update.
const MANIFESTS: [&str; 6] = [
    "Cargo.toml",
    "benches/client/Cargo.toml",
    "benches/codegen/Cargo.toml",
    "fuzz/Cargo.toml",
    "tests/all-releases/Cargo.toml",
    "tests/grammar/Cargo.toml",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn metadata(manifest: &str) -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version=1"])
        .args(["--manifest-path", manifest])
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{manifest}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The packages of the workspace and their dependencies.
fn packages() -> Vec<Value> {
    match metadata(MANIFESTS[0])["packages"].take() {
        Value::Array(packages) => packages,
        other => panic!("no packages: {other}"),
    }
}

fn text<'v>(package: &'v Value, name: &str) -> &'v str {
    package[name].as_str().unwrap_or_default()
}

fn is_own(package: &Value) -> bool {
    package["source"].is_null()
}

fn rules() -> toml::Table {
    toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap()
}

fn strings(value: &toml::Value) -> BTreeSet<&str> {
    let values = value.as_array().unwrap().iter();
    values.map(|value| value.as_str().unwrap()).collect()
}

#[test]
fn lock_files_are_up_to_date() {
    for manifest in &MANIFESTS[1..] {
        metadata(manifest);
    }
}

#[test]
fn licences_and_sources_are_allowed() {
    let rules = rules();
    let allowed = strings(&rules["licenses"]["allow"]);
    for package in packages() {
        let (name, licence) = (text(&package, "name"), text(&package, "license"));
        assert!(is_allowed(licence, &allowed), "{name}: {licence}");
        let is_known = is_own(&package) || text(&package, "source").starts_with("registry+");
        assert!(is_known, "{name}: {}", package["source"]);
    }
}

/// Evaluates a licence expression: alternatives, each of parts that all apply.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let (left, inner, right) = match (expression.find('('), expression.find(')')) {
        (Some(open), Some(close)) => {
            let (left, right) = (&expression[..open], &expression[close + 1..]);
            (left, Some(&expression[open + 1..close]), right)
        }
        _ => (expression, None, ""),
    };
    if let Some(inner) = inner {
        let value = if is_allowed(inner, allowed) {
            "MIT"
        } else {
            "none"
        };
        return is_allowed(&format!("{left}{value}{right}"), allowed);
    }
    let expression = expression.replace('/', " OR ");
    let mut alternatives = expression.split(" OR ");
    alternatives.any(|all| all.split(" AND ").all(|one| allowed.contains(one.trim())))
}

#[test]
fn a_licence_expression_is_evaluated() {
    let allowed = BTreeSet::from(["MIT", "Zlib"]);
    for expression in [
        "MIT",
        "GPL-2.0 OR MIT",
        "GPL-2.0/MIT",
        "MIT AND Zlib",
        "(GPL-2.0 OR MIT) AND Zlib",
    ] {
        assert!(is_allowed(expression, &allowed), "{expression}");
    }
    for expression in [
        "",
        "GPL-2.0",
        "MIT AND GPL-2.0",
        "(MIT OR Zlib) AND GPL-2.0",
    ] {
        assert!(!is_allowed(expression, &allowed), "{expression}");
    }
}

#[test]
fn no_package_is_there_twice_without_a_reason() {
    let rules = rules();
    let skipped = rules["bans"]["skip"].as_array().unwrap().iter();
    let skipped: BTreeSet<&str> = skipped
        .map(|skip| skip["crate"].as_str().unwrap())
        .collect();
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages() {
        let found = versions
            .entry(text(&package, "name").to_owned())
            .or_default();
        found.push(text(&package, "version").to_owned());
    }
    let mut unused = skipped.clone();
    for (name, found) in versions.iter().filter(|(_, found)| found.len() > 1) {
        let mut skips = 0;
        for version in found {
            if let Some(skip) = skipped.iter().find(|skip| is_named(skip, name, version)) {
                unused.remove(skip);
                skips += 1;
            }
        }
        assert_eq!(skips + 1, found.len(), "{name}: {found:?}");
    }
    assert!(unused.is_empty(), "no longer there twice: {unused:?}");
}

/// Returns whether `name@1.2` means a version of a package.
fn is_named(skip: &str, name: &str, version: &str) -> bool {
    let rest = skip
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('@'));
    rest.is_some_and(|rest| version == rest || version.starts_with(&format!("{rest}.")))
}

/// The stated Rust version is what all dependencies need. Clippy holds our own code to
/// it (`incompatible_msrv`).
#[test]
fn no_dependency_needs_a_newer_rust() {
    let number = |text: &str| -> Vec<u32> {
        let mut numbers: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
        numbers.resize(3, 0);
        numbers
    };
    let packages = packages();
    let own = packages.iter().find(|package| is_own(package)).unwrap();
    let stated = number(text(own, "rust_version"));
    for package in &packages {
        if let Some(needed) = package["rust_version"].as_str() {
            assert!(number(needed) <= stated, "{}: {needed}", package["name"]);
        }
    }
}

#[test]
fn every_dependency_is_used() {
    for package in packages().iter().filter(|package| is_own(package)) {
        let folder = Path::new(text(package, "manifest_path")).parent().unwrap();
        let mut source = String::new();
        read_sources(folder, &mut source);
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = text(dependency, "name").replace('-', "_");
            assert!(source.contains(&name), "{}: {name}", package["name"]);
        }
    }
}

/// Appends the Rust files of a package, without those that are generated.
fn read_sources(folder: &Path, source: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !matches!(&*name, "generated" | "target" | "data" | "recordings") {
            read_sources(&path, source);
        } else if name.ends_with(".rs") {
            *source += &fs::read_to_string(&path).unwrap();
        }
    }
}
