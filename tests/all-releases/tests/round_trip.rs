//! Values made from the schema of each release decode into its types and encode to the
//! same JSON: replies, events and arguments, of the emulator and the guest agent.

mod random_value;

use std::fs;
use std::path::{Path, PathBuf};

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::load::Files;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::wire::{Interface, ShapeId};
use qmp_bindings::Series;
use qmp_bindings::rewriter::Rewriter;
use random_value::RandomValues;
use serde_json::Value;
use serde_json::value::RawValue;

/// The number of values of each shape.
const VALUES: u64 = 12;

/// The files of `schemas/`.
struct SchemaFiles(PathBuf);

impl Files for SchemaFiles {
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }
}

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

fn read_schema(series: Series, program: QemuProgram) -> Schema {
    let files = SchemaFiles(schemas());
    let loaded = imported::load(&files, &series.to_string(), program)
        .unwrap_or_else(|error| panic!("{series}: {error}"));
    resolve(&validate(loaded).unwrap_or_else(|_| panic!("{series}: the schema is invalid")))
}

/// The series that `schemas/project.toml` lists.
fn listed_series() -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Project {
        bindings: Vec<String>,
    }
    let text = fs::read_to_string(schemas().join("project.toml")).expect("the file exists");
    let project: Project = toml::from_str(&text).expect("it lists series");
    project.bindings
}

#[test]
fn the_features_are_those_of_the_project() {
    let listed = listed_series();
    let all: Vec<String> = Series::ALL.iter().map(Series::to_string).collect();
    assert_eq!(all, listed);
    let enabled = Rewriter::MONITORS.iter().map(|it| it.series().to_string());
    assert_eq!(enabled.collect::<Vec<_>>(), listed);
    let any = qmp_bindings::blocking::AnyQmp::SERIES;
    assert_eq!(any, Series::ALL);
}

#[test]
fn the_documentation_names_the_first_and_the_last_feature() {
    let feature = |series: &String| format!("`v{}`", series.replace('.', "_"));
    let listed = listed_series();
    let (first, last) = (feature(&listed[0]), feature(&listed[listed.len() - 1]));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for file in ["README.md", "qmp-bindings/src/lib.rs"] {
        let text = fs::read_to_string(root.join(file)).expect("the file exists");
        assert!(text.contains(&format!("{first} to {last}")), "{file}: not `{first} to {last}`");
    }
}

#[test]
fn monitors() {
    let checked: usize = Rewriter::MONITORS
        .iter()
        .map(|rewriter| check_release(rewriter, QemuProgram::Emulator))
        .sum();
    assert!(checked > 100_000, "{checked} values");
}

#[test]
fn agents() {
    let checked: usize = Rewriter::AGENTS
        .iter()
        .map(|rewriter| check_release(rewriter, QemuProgram::GuestAgent))
        .sum();
    assert!(checked > 10_000, "{checked} values");
}

/// Checks all names of a release; returns the number of values.
fn check_release(rewriter: &Rewriter, program: QemuProgram) -> usize {
    let schema = read_schema(rewriter.series(), program);
    let interface = Interface::from_schema(&schema);
    let checker = ReleaseChecker { rewriter, interface: &interface };
    let mut checked = 0;
    for command in &schema.commands {
        let name = &command.meta.name;
        let shape = &interface.commands[name];
        if command.success_response {
            checked += checker.check(name, interface.returned(shape), |json| rewriter.returned(name, json));
        }
        checked += checker.check(name, shape.arguments, |json| rewriter.arguments(name, json));
    }
    for event in &schema.events {
        let name = &event.meta.name;
        checked += checker.check(name, interface.events[name].data, |json| {
            let data = RawValue::from_string(json.to_owned()).expect("it is JSON");
            rewriter.event(name, Some(&data))
        });
    }
    checked
}

struct ReleaseChecker<'a, 's> {
    rewriter: &'a Rewriter,
    interface: &'a Interface<'s>,
}

impl ReleaseChecker<'_, '_> {
    fn check(
        &self,
        name: &str,
        shape: ShapeId,
        rewrite: impl Fn(&str) -> Option<Result<Value, serde_json::Error>>,
    ) -> usize {
        let series = self.rewriter.series();
        for seed in 0..VALUES {
            let value = RandomValues::new(self.interface, seed).value(shape);
            let json = value.to_string();
            let again = rewrite(&json).unwrap_or_else(|| panic!("{series}: no `{name}`"));
            let again = again.unwrap_or_else(|error| panic!("{series}: {name}: {error}: {json}"));
            assert_eq!(again, value, "{series}: {name}");
        }
        VALUES as usize
    }
}
