//! Import of the interface that a QEMU reports about itself.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use qapi_codegen::imported::{self, MANIFEST, Manifest, QemuProgram};
use qapi_codegen::validate::{InvalidSchema, validate};
use qapi_codegen::version::{Series, Version};

use super::{Import, manifest_text, write_series, write_subset};
use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::fit;
use crate::introspected::Introspected;
use crate::schema_source::{
    Disk, ReplyOptions, SchemaSource, SourceOptions, reply_files, reply_origin,
};
use crate::workspace;

/// Writes the schema that a QEMU reports into the folder of its series.
pub fn import(arguments: &Import, console: &mut Console) -> Result<Outcome, Failure> {
    let introspected = Introspected::open(&arguments.schema)?;
    let version = select_version(arguments, &introspected)?;
    let series = version.series();
    if introspected.is_storage_daemon() {
        return import_storage_daemon(&introspected, series, console);
    }
    refuse_to_replace(&workspace::series_folder(series), series)?;
    refuse_contradiction(arguments, &introspected, series)?;
    let neighbour = workspace::series_before(series)?;
    let options = ReplyOptions {
        version,
        neighbour,
        names: arguments.names.as_deref(),
    };
    let files = reply_files(&introspected, options)?;
    if let Some(invalid) = find_errors(&files)? {
        console.diagnostics(&invalid.sources, &invalid.diagnostics);
        console.note("nothing was written: the reply does not translate to a valid schema");
        return Ok(Outcome::Found);
    }
    let remark = match neighbour {
        Some(neighbour) => {
            format!("; names, conditions and integer sizes are those of {neighbour}")
        }
        None => "; the names of its types are made up".to_owned(),
    };
    write_series(series, files, &remark, console)
}

/// Adds the interface of the storage daemon to its series: a list of commands and
/// events of the emulator, which has the same.
fn import_storage_daemon(
    introspected: &Introspected,
    series: Series,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let source = SchemaSource::open(&series.to_string(), &SourceOptions::default())?;
    let emulator = source.load_as_stated(QemuProgram::Emulator)?;
    let interface = introspected.reply.interface();
    let names = interface.commands.names().chain(interface.events.names());
    let origin = reply_origin(introspected, QemuProgram::StorageDaemon);
    let manifest = Manifest {
        release: source.version(),
        schema: vec![source.origin(QemuProgram::Emulator, &emulator)?, origin],
    };
    let list = write_subset(names, &emulator)?;
    let files = BTreeMap::from([
        (QemuProgram::StorageDaemon.file_name().to_owned(), list),
        (MANIFEST.to_owned(), manifest_text(&manifest)?),
    ]);
    write_series(series, files, " with the storage daemon", console)
}

/// The release that the arguments or the reply state, which must be of one series.
fn select_version(arguments: &Import, introspected: &Introspected) -> Result<Version, Failure> {
    let first_of = |series: Series| Version::new(series.major, series.minor, 0);
    let stated = [
        arguments.from_version,
        introspected.version,
        arguments.series.map(first_of),
    ];
    let mut stated = stated.into_iter().flatten();
    let version = stated.next().ok_or_else(|| {
        Failure::new(format!("`{}` does not state its release", arguments.schema))
            .with_help("name the series with `--as`")
    })?;
    match stated.find(|other| other.series() != version.series()) {
        None => Ok(version),
        Some(other) => Err(Failure::new(format!(
            "`{}` is QEMU {version}, which is not of series {}",
            arguments.schema,
            other.series()
        ))
        .with_help(format!(
            "import it as {}, or name another QEMU",
            version.series()
        ))),
    }
}

/// Refuses a reply that is the interface of another series than the stated one.
fn refuse_contradiction(
    arguments: &Import,
    introspected: &Introspected,
    series: Series,
) -> Result<(), Failure> {
    let fits = fit::rank(&workspace::imported()?, QemuProgram::Emulator, introspected)?;
    let mut perfect = fits.iter().filter(|fit| fit.is_perfect());
    let Some(other) = perfect.next().filter(|other| other.series != series) else {
        return Ok(());
    };
    let message = format!(
        "`{}` has the interface of series {}, not of {series}",
        arguments.schema, other.series
    );
    Err(Failure::new(message).with_help("is its greeting, or `--as`, that of another QEMU?"))
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
