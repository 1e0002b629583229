//! QEMU's own conformance cases and all releases against our rules.
//!
//! Each case is a schema and what QEMU 10.2 says to it: nothing, or one mistake
//! and its line. Each release is a schema that QEMU accepts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::ast::{Definition, DefinitionBody, Item, UnionBase};
use qapi_codegen::diagnostic::Diagnostic;
use qapi_codegen::load::{Files, load};
use qapi_codegen::source::Sources;
use qapi_codegen::validate::{InvalidSchema, ValidSchema, validate};
use qapi_codegen::version::Version;
use tests::shared;

fn main() {
    let arguments = Arguments::from_args();
    let trials = match shared::shared() {
        Some(path) => trials(&path),
        None => vec![absent()],
    };
    libtest_mimic::run(&arguments, trials).exit();
}

/// One test that stands for all that need the folder.
fn absent() -> Trial {
    let required = shared::is_required();
    let message = "../shared is not there, and QMP_REQUIRE_SHARED is 1";
    Trial::test("conformance", move || Err(message.into())).with_ignored_flag(!required)
}

fn trials(shared: &Path) -> Vec<Trial> {
    let mut trials = Vec::new();
    let cases = shared.join("qapi-schema-tests");
    for name in lines(&cases.join("LISTED.txt")) {
        let cases = cases.clone();
        trials.push(Trial::test(format!("case/{name}"), move || {
            case(&cases, &name)
        }));
    }
    for folder in folders(&shared.join("qapi")) {
        let version = lines(&folder.join("VERSION")).remove(0);
        for (set, root) in ROOTS {
            if folder.join(root).is_file() {
                let folder = folder.clone();
                let version = version.clone();
                let name = format!("release/{version}/{set}");
                trials.push(Trial::test(name, move || {
                    release(&folder, set, root, &version)
                }));
            }
        }
    }
    trials
}

/// The roots of the schemas of a release.
const ROOTS: [(&str, &str); 4] = [
    ("qmp", "qapi-schema.json"),
    ("qmp", "qapi/qapi-schema.json"),
    ("qga", "qga/qapi-schema.json"),
    ("storage-daemon", "storage-daemon/qapi/qapi-schema.json"),
];

fn case(folder: &Path, name: &str) -> Result<(), Failed> {
    let expected = lines(&folder.join(name).with_extension("err"));
    let position = expected.iter().find_map(|line| position(line));
    match (check(folder, name, Version::new(10, 2, 0))?, position) {
        (Ok(_), None) => Ok(()),
        (Ok(_), Some((_, line))) => Err(format!("accepted; QEMU reports line {line}").into()),
        (Err(invalid), expected) => rejected(&invalid, expected),
    }
}

/// The file and line of QEMU's message, which may follow a line that says in
/// which definition it is.
fn position(line: &str) -> Option<(String, u32)> {
    let (file, rest) = line.split_once(':')?;
    let number = rest.split(':').next()?;
    Some((file.to_owned(), number.parse().ok()?))
}

fn rejected(invalid: &InvalidSchema, expected: Option<(String, u32)>) -> Result<(), Failed> {
    let shown = show(&invalid.sources, &invalid.diagnostics);
    let Some(expected) = expected else {
        return Err(format!("QEMU accepts it; reported was\n{shown}").into());
    };
    let first = invalid.diagnostics.first().map(|found| {
        let file = &invalid.sources.file(found.location.span.file).name;
        (
            file.clone(),
            invalid.sources.position(found.location.span).line,
        )
    });
    if first.as_ref() != Some(&expected) {
        return Err(format!("QEMU reports {expected:?}; reported was\n{shown}").into());
    }
    Ok(())
}

fn release(folder: &Path, set: &str, root: &str, version: &str) -> Result<(), Failed> {
    let number: Version = version.parse().map_err(|error| format!("{error}"))?;
    let valid = check(folder, root, number)?
        .map_err(|invalid| show(&invalid.sources, &invalid.diagnostics))?;
    if !valid.warnings().is_empty() {
        return Err(show(&valid.loaded().sources, valid.warnings()).into());
    }
    let counted = Counts::of(&valid);
    match EXPECTED.iter().find(|row| (row.0, row.1) == (version, set)) {
        Some((.., expected)) if counted != *expected => {
            Err(format!("expected {expected:?}, counted {counted:?}").into())
        }
        _ => Ok(()),
    }
}

type Outcome = Result<ValidSchema, InvalidSchema>;

fn check(folder: &Path, root: &str, version: Version) -> Result<Outcome, Failed> {
    let loaded = load(&Folder(folder.to_owned()), root, version)?;
    Ok(validate(loaded))
}

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match fs::read(self.0.join(path)) {
            Err(_) if path == MISSING.0 => Ok(MISSING.1.as_bytes().to_vec()),
            result => result,
        }
    }
}

/// A file that one case includes and that is not among the cases; what QEMU
/// prints of it says what it defines.
const MISSING: (&str, &str) = (
    "sub-sub-module.json",
    "{ 'enum': 'Status', 'data': [ 'good', 'bad', 'ugly' ] }",
);

fn show(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |found: &Diagnostic| {
        let file = &sources.file(found.location.span.file).name;
        let (at, focus) = (
            sources.position(found.location.span),
            sources.position(found.location.focus),
        );
        format!(
            "{file}:{}: ({}) {} [{}]",
            at.line, focus.line, found.message, found.code
        )
    };
    diagnostics
        .iter()
        .take(20)
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// How many definitions of each kind a schema has.
#[derive(Debug, PartialEq, Default)]
struct Counts {
    commands: usize,
    events: usize,
    structs: usize,
    enums: usize,
    simple_unions: usize,
    flat_unions: usize,
    alternates: usize,
}

impl Counts {
    fn of(valid: &ValidSchema) -> Counts {
        let mut counts = Counts::default();
        for item in &valid.loaded().items {
            if let Item::Definition(definition) = item {
                counts.add(definition);
            }
        }
        counts
    }

    fn add(&mut self, definition: &Definition) {
        let count = match &definition.body {
            DefinitionBody::Command(_) => &mut self.commands,
            DefinitionBody::Event(_) => &mut self.events,
            DefinitionBody::Struct(_) => &mut self.structs,
            DefinitionBody::Enum(_) => &mut self.enums,
            DefinitionBody::Union(body) if body.base == UnionBase::None => &mut self.simple_unions,
            DefinitionBody::Union(_) => &mut self.flat_unions,
            DefinitionBody::Alternate(_) => &mut self.alternates,
        };
        *count += 1;
    }

    const fn new(
        commands: usize,
        events: usize,
        structs: usize,
        enums: usize,
        rest: [usize; 3],
    ) -> Self {
        let [simple_unions, flat_unions, alternates] = rest;
        Counts {
            commands,
            events,
            structs,
            enums,
            simple_unions,
            flat_unions,
            alternates,
        }
    }
}

/// What QEMU's own front end counts. A stable release has what the first of its
/// series has.
const EXPECTED: &[(&str, &str, Counts)] = &[
    ("2.5.1", "qmp", Counts::new(134, 35, 147, 52, [10, 2, 2])),
    ("2.11.1", "qmp", Counts::new(156, 37, 201, 79, [8, 14, 4])),
    ("2.12.1", "qmp", Counts::new(167, 39, 228, 95, [8, 19, 4])),
    ("3.1.1", "qmp", Counts::new(184, 42, 229, 100, [8, 19, 4])),
    ("4.2.1", "qmp", Counts::new(187, 44, 255, 114, [8, 21, 5])),
    ("5.2.0", "qmp", Counts::new(196, 48, 275, 125, [8, 23, 5])),
    ("6.2.0", "qmp", Counts::new(208, 49, 369, 140, [0, 34, 5])),
    ("7.2.13", "qmp", Counts::new(220, 52, 418, 155, [0, 39, 6])),
    ("8.2.6", "qmp", Counts::new(235, 54, 444, 170, [0, 42, 6])),
    ("9.1.2", "qmp", Counts::new(238, 54, 456, 177, [0, 43, 6])),
    ("9.2.0", "qmp", Counts::new(239, 54, 461, 179, [0, 43, 6])),
    ("10.0.13", "qmp", Counts::new(240, 56, 468, 181, [0, 43, 6])),
    ("2.5.1", "qga", Counts::new(31, 0, 18, 4, [0, 0, 0])),
    ("2.11.1", "qga", Counts::new(35, 0, 23, 5, [0, 0, 1])),
    ("5.2.0", "qga", Counts::new(40, 0, 27, 6, [0, 1, 1])),
    ("7.2.13", "qga", Counts::new(42, 0, 32, 7, [0, 3, 1])),
    ("9.1.2", "qga", Counts::new(43, 0, 33, 8, [0, 3, 2])),
];

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}
