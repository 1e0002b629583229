//! Import of what a running QEMU tells of itself.

use std::fs;
use std::path::Path;

use qapi_codegen::imported::{
    self, ImportedFile, MANIFEST, Manifest, OVERRIDES, QemuProgram, SchemaOrigin,
};
use qapi_codegen::introspect::synthesise;
use qapi_codegen::load::Files;
use qapi_codegen::overrides::{self, Entry};
use qapi_codegen::validate::validate;
use qapi_codegen::version::{Series, Version};

use super::Import;
use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::introspected::Introspected;
use crate::replace;
use crate::schema::{Disk, sha256};
use crate::workspace;

/// Makes a schema of what a QEMU tells, in the folder of its series.
pub fn import(arguments: &Import, console: &mut Console) -> Result<Outcome, Failure> {
    let told = Introspected::open(&arguments.schema)?;
    let version = release(arguments, &told)?;
    let series = arguments.series.unwrap_or(version.series());
    let folder = workspace::series_folder(series);
    refuse_to_replace(&folder, series)?;
    let schema = synthesise(&told.interface, version);
    let manifest = manifest(version, &told)?;
    let mut files = vec![
        (QemuProgram::Emulator.file_name().to_owned(), schema),
        (MANIFEST.to_owned(), manifest),
    ];
    if !is_valid(&files, console)? {
        return Ok(Outcome::Found);
    }
    if !folder.join(OVERRIDES).exists() {
        files.extend(open_arguments(&told, series)?.map(|text| (OVERRIDES.to_owned(), text)));
    }
    let changed = replace::folder(&folder, &files)?;
    let what = if changed {
        "wrote"
    } else {
        "nothing has changed in"
    };
    console.done(&format!(
        "{what} {}; the names of its types are made up",
        workspace::shown(&folder)
    ));
    Ok(Outcome::Fine)
}

fn release(arguments: &Import, told: &Introspected) -> Result<Version, Failure> {
    let of_series = |series: Series| Version::new(series.major, series.minor, 0);
    let stated = arguments
        .from_version
        .or(told.version)
        .or(arguments.series.map(of_series));
    stated.ok_or_else(|| {
        Failure::new(format!(
            "`{}` does not say from which release it is",
            arguments.schema
        ))
        .with_help("name the series with `--as`")
    })
}

/// A schema from a source tree says more than one without names.
fn refuse_to_replace(folder: &Path, series: Series) -> Result<(), Failure> {
    let shown = workspace::shown(folder);
    match imported::manifest(&Disk, &shown) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::io("read", format!("{shown}/{MANIFEST}"), &error)),
        Ok(manifest) if manifest.is_synthesised(QemuProgram::Emulator) => Ok(()),
        Ok(manifest) => Err(Failure::new(format!(
            "series {series} is imported from the sources of {}, which say more than a running QEMU",
            manifest.release
        ))
        .with_help("name another series with `--as`, or compare the two with `cargo xtask verify`")),
    }
}

fn manifest(version: Version, told: &Introspected) -> Result<String, Failure> {
    let path = "query-qmp-schema".to_owned();
    let origin = SchemaOrigin {
        interface: QemuProgram::Emulator,
        root: path.clone(),
        synthesised: true,
        input: vec![ImportedFile {
            path,
            sha256: sha256(&told.text),
        }],
    };
    let manifest = Manifest {
        release: version,
        schema: vec![origin],
    };
    toml::to_string(&manifest).map_err(|error| Failure::new(error.to_string()))
}

/// Whether the language has room for what was told; a reply may tell anything.
fn is_valid(files: &[(String, String)], console: &mut Console) -> Result<bool, Failure> {
    let files: std::collections::HashMap<String, Vec<u8>> = files
        .iter()
        .map(|(name, text)| (format!("reply/{name}"), text.clone().into_bytes()))
        .collect();
    let loaded = imported::load(&files as &dyn Files, "reply", QemuProgram::Emulator)
        .map_err(|error| Failure::io("read", "the schema that was made", &error))?;
    match validate(loaded) {
        Ok(_) => Ok(true),
        Err(invalid) => {
            console.diagnostics(&invalid.sources, &invalid.diagnostics);
            console.note("nothing was written: the reply tells what the language has no words for");
            Ok(false)
        }
    }
}

/// What no QEMU tells: which commands take arguments that no schema lists. The
/// newest imported series before this one says so.
fn open_arguments(told: &Introspected, series: Series) -> Result<Option<String>, Failure> {
    let before = workspace::imported()?
        .into_iter()
        .rfind(|imported| *imported < series);
    let Some(before) = before else {
        return Ok(None);
    };
    let text = fs::read_to_string(workspace::series_folder(before).join(OVERRIDES));
    let entries = overrides::list(&text.unwrap_or_default()).unwrap_or_default();
    let is_told = |entry: &&Entry| {
        let mut commands = told.interface.commands.iter();
        entry.kind == "open-arguments" && commands.any(|command| command.item.name == entry.target)
    };
    let entries: Vec<String> = entries.iter().filter(is_told).map(open).collect();
    let header = format!("# Taken over from series {before}, since no QEMU tells it.\n");
    Ok((!entries.is_empty()).then(|| header + &entries.concat()))
}

fn open(entry: &Entry) -> String {
    let (target, reason) = (quoted(&entry.target), quoted(&entry.reason));
    format!("\n[[open-arguments]]\ntarget = {target}\nreason = {reason}\n")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
