//! Restated schemas say what QEMU's own files say.
//!
//! For each release: the definitions of both are the same, the same facts are
//! told of them, restating what is restated changes no byte, and what is
//! committed is what an import writes today.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::ast::Item;
use qapi_codegen::canonical;
use qapi_codegen::doc::{self, DefinitionDocs};
use qapi_codegen::imported::{MANIFEST, Manifest, OVERRIDES, QemuProgram};
use qapi_codegen::load::{DocumentationKind, LoadedSchema, load};
use tests::shared;
use xtask::commands::import::imported_files;
use xtask::introspected::Introspected;
use xtask::schema_source::{ReplyOptions, SchemaSource, SourceOptions, reply_files};
use xtask::workspace;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = match shared::shared() {
        Some(path) => {
            let mut trials = upstream(&path.join("qapi"));
            trials.push(Trial::test("fresh/11.1", move || introspected(&path)));
            trials
        }
        None => vec![absent()],
    };
    trials.extend(committed());
    libtest_mimic::run(&arguments, trials).exit();
}

/// One test that stands for all that need QEMU's own files.
fn absent() -> Trial {
    let required = shared::is_required();
    let message = "../shared is not there, and QMP_REQUIRE_SHARED is 1";
    Trial::test("upstream", move || Err(message.into())).with_ignored_flag(!required)
}

fn upstream(releases: &Path) -> Vec<Trial> {
    let entries = fs::read_dir(releases).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.sort();
    let mut trials = Vec::new();
    for folder in folders {
        let release = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for interface in [QemuProgram::Emulator, QemuProgram::GuestAgent] {
            let folder = folder.clone();
            let name = format!("restated/{release}/{}", interface.file_name());
            trials.push(Trial::test(name, move || same(&folder, interface)));
        }
        if folder.join("storage-daemon").is_dir() {
            let (name, folder) = (format!("storage-daemon/{release}"), folder.clone());
            trials.push(Trial::test(name, move || storage_daemon(&folder)));
        }
        trials.push(Trial::test(format!("fresh/{release}"), move || {
            fresh(&folder)
        }));
    }
    trials
}

/// Upstream and restated are the same, and restating again changes nothing.
fn same(folder: &Path, interface: QemuProgram) -> Result<(), Failed> {
    let source = open(&folder.to_string_lossy())?;
    let upstream = source.load_as_stated(interface)?;
    let text = print(&upstream);
    let files = HashMap::from([("a.json".to_owned(), text.clone().into_bytes())]);
    let mut restated = load(&files, "a.json", upstream.version)?;
    restated.documentation = DocumentationKind::Facts;
    if !restated.diagnostics.is_empty() {
        return Err(format!("{:?}", restated.diagnostics).into());
    }
    compare(&definitions(&upstream), &definitions(&restated))?;
    compare(&facts(&upstream), &facts(&restated))?;
    compare(&[text], &[print(&restated)])
}

fn print(loaded: &LoadedSchema) -> String {
    canonical::print(loaded, &doc::definitions(loaded))
}

/// The definitions, without the spans, which alone may differ.
fn definitions(loaded: &LoadedSchema) -> Vec<String> {
    let definition = |item: &Item| match item {
        Item::Definition(definition) => Some(without_spans(&format!("{definition:?}"))),
        Item::Comment(_) | Item::Include(_) | Item::Pragma(_) => None,
    };
    loaded.items.iter().filter_map(definition).collect()
}

fn without_spans(debug: &str) -> String {
    let mut parts = debug.split("Span { ");
    let first = parts.next().unwrap_or_default().to_owned();
    let behind = |part: &str| part.split_once('}').map_or("", |(_, rest)| rest).to_owned();
    first + &parts.map(behind).collect::<String>()
}

/// What the documentation tells, without its prose and what tells nothing.
fn facts(loaded: &LoadedSchema) -> Vec<String> {
    let fact = |mut docs: DefinitionDocs| {
        docs.remove_prose();
        format!("{docs:?}")
    };
    let docs = doc::definitions(loaded);
    docs.into_iter().map(fact).collect()
}

/// Compares line by line, so that a failure shows the first difference only.
fn compare(left: &[String], right: &[String]) -> Result<(), Failed> {
    if let Some((left, right)) = left.iter().zip(right).find(|(left, right)| left != right) {
        return Err(format!("upstream: {left}\nrestated: {right}").into());
    }
    if left.len() != right.len() {
        return Err(format!("{} there, {} here", left.len(), right.len()).into());
    }
    Ok(())
}

/// The imported part of the emulator's interface has the definitions of QEMU's
/// own schema of the storage daemon.
fn storage_daemon(folder: &Path) -> Result<(), Failed> {
    let load = |argument: &str| -> Result<Vec<String>, Failed> {
        let mut definitions =
            definitions(&open(argument)?.load_as_stated(QemuProgram::StorageDaemon)?);
        definitions.sort();
        Ok(definitions)
    };
    let series = open(&folder.to_string_lossy())?.version().series();
    compare(
        &load(&folder.to_string_lossy())?,
        &load(&series.to_string())?,
    )
}

/// What is committed is what an import writes again.
fn fresh(folder: &Path) -> Result<(), Failed> {
    let source = open(&folder.to_string_lossy())?;
    let committed = workspace::series_folder(source.version().series());
    for (name, text) in &imported_files(&source)? {
        let mut own = fs::read_to_string(committed.join(name))?;
        if name == MANIFEST {
            own = without_others(&own, text)?;
        }
        if own != *text {
            let name = committed.join(name);
            return Err(format!("{} differs from an import", name.display()).into());
        }
    }
    Ok(())
}

/// A manifest without interfaces that a tree does not have: that of the storage
/// daemon may come from a running one.
fn without_others(manifest: &str, imported: &str) -> Result<String, Failed> {
    let imported: Manifest = toml::from_str(imported)?;
    let mut manifest: Manifest = toml::from_str(manifest)?;
    manifest
        .schema
        .retain(|origin| imported.has(origin.interface));
    Ok(toml::to_string_pretty(&manifest)?)
}

/// The schema of 11.1 is what an import writes for the recorded reply.
fn introspected(shared: &Path) -> Result<(), Failed> {
    let reply = shared.join("recordings/11.1/query-qmp-schema.json");
    let introspected = Introspected::open(&reply.to_string_lossy())?;
    let version = introspected.version.ok_or("the greeting is recorded")?;
    let names = shared.join("qapi-from-docs/11.1.3");
    let options = ReplyOptions {
        version,
        neighbour: workspace::series_before(version.series())?,
        names: names.to_str(),
    };
    let folder = workspace::series_folder(version.series());
    for (name, text) in reply_files(&introspected, options)? {
        let mut own = fs::read_to_string(folder.join(&name))?;
        if name == MANIFEST {
            own = without_others(&own, &text)?;
        }
        compare(&[own], &[text])?;
    }
    Ok(())
}

/// The schemas in the workspace: importing one again changes nothing, and its
/// overrides apply.
fn committed() -> Vec<Trial> {
    let series = workspace::imported().unwrap_or_default();
    let trial = |series| {
        let test = move || {
            let source = open(&format!("{series}"))?;
            let folder = workspace::series_folder(series);
            for (name, text) in imported_files(&source)? {
                compare(&[fs::read_to_string(folder.join(name))?], &[text])?;
            }
            overrides(&source, &folder)
        };
        Trial::test(format!("committed/{series}"), test)
    };
    series.into_iter().map(trial).collect()
}

fn overrides(source: &SchemaSource, folder: &Path) -> Result<(), Failed> {
    let stated = source.load_as_stated(QemuProgram::Emulator)?;
    let loaded = source.load(QemuProgram::Emulator)?;
    if !loaded.diagnostics.is_empty() {
        return Err(format!("{:?}", loaded.diagnostics).into());
    }
    let changed = definitions(&stated) != definitions(&loaded);
    if folder.join(OVERRIDES).exists() != changed {
        return Err("overrides are there and change nothing".into());
    }
    Ok(())
}

fn open(argument: &str) -> Result<SchemaSource, Failed> {
    Ok(SchemaSource::open(argument, &SourceOptions::default())?)
}
