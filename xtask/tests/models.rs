//! The models that `generate` combines, instead of schemas.

use std::fs;
use std::path::Path;
use std::process::Command;

use qapi_codegen::imported::combined::CombinedSchemas;
use qapi_codegen::json::JsonValue;
use qapi_codegen::knowledge::ArgumentSite;
use qapi_codegen::parallel;
use qapi_codegen::schema::Schema;
use qapi_codegen::version::Series;
use qapi_codegen::wire::{Interface, PathSegment, Shape};
use tempfile::TempDir;
use xtask::catalogue::Catalogue;
use xtask::models::{Models, PROGRAMS, combined_text, file_name};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// What holds for the text and what holds for schemas is the same, since `generate
/// --check` finds a text that is not made from the schemas.
#[test]
fn models_are_those_of_the_schemas() {
    let catalogue = Catalogue::open_without_models().unwrap();
    let models = Models::default();
    for program in PROGRAMS {
        let releases = catalogue.releases(catalogue.series(), program).unwrap();
        for release in &releases {
            let series = release.schema.version.series();
            let model = models.read(series, program);
            let model = model.unwrap_or_else(|| panic!("no model of {series} is up to date"));
            assert!(model.schema == release.schema, "{series}");
            assert_eq!(model.documentation, release.documentation, "{series}");
        }
        let text = fs::read_to_string(root().join("schemas").join(file_name(program))).unwrap();
        let written = combined_text(releases.iter().map(|release| release.model()), program);
        assert!(text == written, "run `cargo xtask generate`");
    }
}

/// An argument is found in the definitions of its command as in the whole interface.
#[test]
fn the_definitions_of_a_command_are_enough_for_its_arguments() {
    let models = Models::default();
    for program in PROGRAMS {
        let text = fs::read_to_string(root().join("schemas").join(file_name(program))).unwrap();
        let combined = CombinedSchemas::parse(text).unwrap();
        let series = combined.series().iter().map(|own| own.release.series());
        let series: Vec<Series> = series.step_by(5).collect();
        let compared = parallel::map(&series, |&series| {
            let whole = models.read(series, program).unwrap().schema;
            let whole = Interface::from_schema(&whole);
            let part = |command: &str| models.read_command(series, program, command).unwrap();
            let commands = combined.commands(series);
            commands
                .map(|command| compare_command(&whole, &part(command), command))
                .sum::<usize>()
        });
        assert!(compared.iter().all(|count| *count > 20), "{compared:?}");
    }
}

/// Compares the answers about the direct arguments of a command, their values and those
/// of branches.
fn compare_command(whole: &Interface<'_>, part: &Schema, command: &str) -> usize {
    let part = Interface::from_schema(part);
    let sides = [whole, &part].map(|interface| {
        let arguments = interface.object(interface.commands[command].arguments);
        (interface, arguments.unwrap())
    });
    let names = |index: usize| {
        let (interface, arguments) = sides[index];
        let members = arguments.members.iter().map(|(name, member)| {
            let values = match interface.get(member.shape) {
                Shape::Enum(values) => values.iter().map(|(value, _)| value.to_owned()).collect(),
                _ => Vec::new(),
            };
            (name.to_owned(), values)
        });
        members.collect::<Vec<(String, Vec<String>)>>()
    };
    assert_eq!(names(0), names(1), "{command}");
    for (name, values) in names(0) {
        let path = [PathSegment::Member(&name)];
        let known = values.iter().map(|value| Some(value.as_str()));
        for value in known.chain([None, Some("no-such-value")]) {
            let site = ArgumentSite {
                command,
                arguments: &JsonValue::Null,
                path: &path,
                value,
            };
            let answers = sides.map(|(interface, _)| site.exists_in(interface));
            assert_eq!(answers[0], answers[1], "{command} {name} {value:?}");
        }
    }
    compare_branches(sides, command);
    names(0).len() + 1
}

fn compare_branches(
    sides: [(&Interface<'_>, &qapi_codegen::wire::ObjectShape<'_>); 2],
    command: &str,
) {
    let branches = sides.map(|(interface, arguments)| {
        let branches = arguments
            .branches
            .iter()
            .flat_map(|own| own.by_value.iter());
        let members = branches.map(|(value, branch)| {
            let content = interface.object(branch.content);
            let members = content.into_iter().flat_map(|own| own.members.iter());
            let names: Vec<String> = members.map(|(name, _)| name.to_owned()).collect();
            (value.to_owned(), names)
        });
        members.collect::<Vec<_>>()
    });
    assert_eq!(branches[0], branches[1], "{command}");
}

/// Some series with the combined models of all.
fn copy_of(all: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let copy = |name: &str| {
        let target = folder.path().join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(root().join("schemas").join(name), target).unwrap();
    };
    PROGRAMS.map(file_name).iter().for_each(|name| copy(name));
    for series in all {
        for name in ["manifest.toml", "overrides.toml", "qmp.json"] {
            copy(&format!("{series}/{name}"));
        }
    }
    folder
}

fn run(schemas: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_qmp-compat"))
        .arg("--schemas")
        .arg(schemas)
        .args(arguments)
        .current_dir(schemas)
        .output()
        .unwrap();
    [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .concat()
}

#[test]
fn edited_and_new_series_are_read_from_their_schemas() {
    let folder = copy_of(&["7.2", "10.0", "10.1"]);
    let schemas = folder.path();
    let history = |name| run(schemas, &["history", name]);
    let in_all = "query-status: command in 3 of 3 releases (7.2 to 10.1)";
    assert!(history("query-status").starts_with(in_all));

    // A series is edited: one command is renamed.
    let path = schemas.join("10.0/qmp.json");
    let text = fs::read_to_string(&path).unwrap();
    let edited = text.replace("'query-status'", "'query-state'");
    assert_ne!(text, edited);
    fs::write(&path, edited).unwrap();
    let renamed = history("query-state");
    let in_one = "query-state: command in 1 of 3 releases (10.0)";
    assert!(renamed.starts_with(in_one), "{renamed}");
    let request = schemas.join("request.json");
    fs::write(&request, "{\"execute\": \"query-status\"}\n").unwrap();
    let request = request.to_str().unwrap();
    let check = run(schemas, &["check", "--against", "10.0", request]);
    assert!(check.contains("1 rejected"), "{check}");
    let check = run(schemas, &["check", "--against", "10.1", request]);
    assert!(check.contains("1 accepted"), "{check}");

    // A series is new.
    fs::create_dir(schemas.join("10.9")).unwrap();
    for name in ["manifest.toml", "qmp.json"] {
        let content = fs::read_to_string(schemas.join("10.0").join(name)).unwrap();
        let content = content.replace("release = \"10.0.", "release = \"10.9.");
        fs::write(schemas.join("10.9").join(name), content).unwrap();
    }
    let renamed = history("query-state");
    let in_two = "query-state: command in 2 of 4 releases (10.0 to 10.9)";
    assert!(renamed.starts_with(in_two), "{renamed}");
}

/// Text of another form, from a later version of the program perhaps, is not used.
#[test]
fn text_of_another_form_is_ignored() {
    let folder = copy_of(&["7.2", "10.0"]);
    let expected = run(folder.path(), &["history", "blockdev-add"]);
    assert!(
        expected.starts_with("blockdev-add: command in 2"),
        "{expected}"
    );
    let path = folder.path().join("models/qmp.txt");
    let text = fs::read_to_string(&path).unwrap();
    for damaged in [
        text.replacen("models 1", "models 2", 1),
        text[..=text[..text.len() / 2].rfind('\n').unwrap()].to_owned(),
        text.replace("\t:str", "\t:nosuch"),
        String::new(),
    ] {
        fs::write(&path, damaged).unwrap();
        assert_eq!(run(folder.path(), &["history", "blockdev-add"]), expected);
    }
}
