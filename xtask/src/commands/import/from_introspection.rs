//! Import of the interface that a QEMU reports about itself.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use qapi_codegen::imported::{self, ImportedFile, MANIFEST, Manifest, QemuProgram, SchemaOrigin};
use qapi_codegen::introspect::write_schema;
use qapi_codegen::validate::{InvalidSchema, validate};
use qapi_codegen::version::{Series, Version};

use super::{Import, manifest_text, write_series};
use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::introspected::Introspected;
use crate::schema_source::{Disk, sha256};
use crate::workspace;

/// Writes the schema that a QEMU reports into the folder of its series.
pub fn import(arguments: &Import, console: &mut Console) -> Result<Outcome, Failure> {
    let introspected = Introspected::open(&arguments.schema)?;
    let version = select_version(arguments, &introspected)?;
    let series = arguments.series.unwrap_or(version.series());
    let folder = workspace::series_folder(series);
    refuse_to_replace(&folder, series)?;
    let files = BTreeMap::from([
        (
            QemuProgram::Emulator.file_name().to_owned(),
            write_schema(&introspected.reply.interface(), version),
        ),
        (
            MANIFEST.to_owned(),
            manifest_text(&manifest(version, &introspected))?,
        ),
    ]);
    if let Some(invalid) = find_errors(&files)? {
        console.diagnostics(&invalid.sources, &invalid.diagnostics);
        console.note("nothing was written: the reply does not translate to a valid schema");
        return Ok(Outcome::Found);
    }
    write_series(
        series,
        files,
        "; the names of its types are made up",
        console,
    )
}

fn select_version(arguments: &Import, introspected: &Introspected) -> Result<Version, Failure> {
    let first_of = |series: Series| Version::new(series.major, series.minor, 0);
    let version = arguments
        .from_version
        .or(introspected.version)
        .or(arguments.series.map(first_of));
    version.ok_or_else(|| {
        Failure::new(format!("`{}` does not state its release", arguments.schema))
            .with_help("name the series with `--as`")
    })
}

/// Protects a schema from a source tree, which has more than introspection.
fn refuse_to_replace(folder: &Path, series: Series) -> Result<(), Failure> {
    let shown = workspace::shown(folder);
    match imported::manifest(&Disk, &shown) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::io("read", format!("{shown}/{MANIFEST}"), &error)),
        Ok(manifest) if manifest.is_synthesised(QemuProgram::Emulator) => Ok(()),
        Ok(manifest) => Err(Failure::new(format!(
            "series {series} is imported from the sources of {}, which have more than introspection",
            manifest.release
        ))
        .with_help("name another series with `--as`, or compare the two with `cargo xtask verify`")),
    }
}

fn manifest(version: Version, introspected: &Introspected) -> Manifest {
    let path = "query-qmp-schema".to_owned();
    let origin = SchemaOrigin {
        interface: QemuProgram::Emulator,
        root: path.clone(),
        synthesised: true,
        input: vec![ImportedFile {
            path,
            sha256: sha256(&introspected.text),
        }],
    };
    Manifest {
        release: version,
        schema: vec![origin],
    }
}

/// Validates the files of the schema: a reply may have any content.
fn find_errors(files: &BTreeMap<String, String>) -> Result<Option<InvalidSchema>, Failure> {
    let files: HashMap<String, Vec<u8>> = files
        .iter()
        .map(|(name, text)| (format!("reply/{name}"), text.clone().into_bytes()))
        .collect();
    let loaded = imported::load(&files, "reply", QemuProgram::Emulator)
        .map_err(|error| Failure::io("read", "the schema of the reply", &error))?;
    Ok(validate(loaded).err())
}
