//! `import`: writes the interface of a QEMU release into `schemas/`.

mod from_introspection;

use std::collections::BTreeMap;

use clap::Args;

use qapi_codegen::canonical;
use qapi_codegen::imported::{self, MANIFEST, Manifest, OVERRIDES, QemuProgram, SchemaSubset};
use qapi_codegen::load::LoadedSchema;
use qapi_codegen::version::{Series, Version};

use crate::Outcome;
use crate::carried_overrides::carry_over;
use crate::console::Console;
use crate::failure::Failure;
use crate::folder::{FolderContent, OtherFiles};
use crate::introspected::is_introspection;
use crate::project::add_to_bindings;
use crate::schema_source::{Disk, SchemaSource, SourceOptions};
use crate::workspace;

/// Import the schema of a QEMU release into schemas/
///
/// Writes the interfaces of the system emulator and of the guest agent, without
/// QEMU's documentation, into schemas/SERIES/, with a manifest of the files that
/// were read. A new series takes over the overrides of the series before it that
/// still apply, and gets bindings. Overrides and device lists that exist are kept.
///
/// Without a source tree, import from a running QEMU or from its saved reply to
/// `query-qmp-schema`. Names, conditions and integer sizes are then those of the
/// series before, and what is new gets made-up names, unless `--names` has them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask import qemu-10.0.0.tar.xz\n  \
    cargo xtask import ~/src/qemu --rev v9.2.0\n  \
    cargo xtask import monitor.sock --as 11.1\n  \
    cargo xtask import reply.json --as 11.1 --names qemu-11.1-reference")]
pub struct Import {
    /// A folder with a QEMU source tree, a release tarball, the socket of a
    /// running QEMU, or its saved reply
    schema: String,
    /// The series to write, instead of that of the release
    #[arg(long = "as", value_name = "SERIES")]
    series: Option<Series>,
    /// Read this revision of a git checkout
    #[arg(long, value_name = "GIT-REV")]
    rev: Option<String>,
    /// The release, instead of that in the VERSION file
    #[arg(long, value_name = "X.Y.Z")]
    from_version: Option<Version>,
    /// A folder with schema files that have at least the names of this release,
    /// such as one made from its reference; for a running QEMU or saved reply
    #[arg(long, value_name = "FOLDER")]
    names: Option<String>,
}

impl Import {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        if self.rev.is_none() && is_introspection(&self.schema) {
            return from_introspection::import(&self, console);
        }
        if self.names.is_some() {
            return Err(
                Failure::new("`--names` goes with a running QEMU or a saved reply")
                    .with_help("schema files have all names: remove `--names`"),
            );
        }
        let options = SourceOptions {
            revision: self.rev,
            version: self.from_version,
        };
        let source = SchemaSource::open(&self.schema, &options)?;
        console.notes(&source.notes);
        let files = match imported_files(&source) {
            Ok(files) => files,
            Err(failure) => return failure.into_finding(console),
        };
        let series = self.series.unwrap_or(source.version().series());
        write_series(series, files, "", console)
    }
}

/// Writes the files of a series with the overrides that it takes over, adds a new
/// series to the settings of the project, and says what to run next.
fn write_series(
    series: Series,
    mut files: BTreeMap<String, String>,
    remark: &str,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let path = workspace::series_folder(series);
    let is_new = !path.join(MANIFEST).exists();
    keep_other_interfaces(series, &mut files)?;
    if !path.join(OVERRIDES).exists()
        && let Some(before) = workspace::series_before(series)?
        && let Some(carried) = carry_over(before, series, &files)?
    {
        console.notes(&carried.notes());
        files.extend(carried.into_file());
    }
    let content = FolderContent {
        path,
        files,
        others: OtherFiles::Keep,
    };
    let folder = workspace::shown(&content.path);
    console.status(&match content.write()? {
        true => format!("wrote {folder}{remark}"),
        false => format!("{folder} is up to date{remark}"),
    });
    if is_new && add_to_bindings(series)? {
        console.status(&format!(
            "added {series} to `bindings` in schemas/project.toml"
        ));
    }
    if let Err(failure) = prove(series) {
        return failure.into_finding(console);
    }
    if is_new {
        console.status(&next_steps(series)?);
    }
    Ok(Outcome::Fine)
}

/// Reads a series with its overrides: those that were there may no longer apply.
fn prove(series: Series) -> Result<(), Failure> {
    let source = SchemaSource::open(&series.to_string(), &SourceOptions::default())?;
    let loaded = source.load(QemuProgram::Emulator)?;
    source.validate(loaded).map(|_| ())
}

fn next_steps(series: Series) -> Result<String, Failure> {
    let diff = workspace::series_before(series)?
        .map(|before| format!("\n  cargo xtask diff {before} {series}   # what changed"));
    Ok(format!(
        "next:\n  \
         cargo xtask verify {series} SOCKET   # ask a running QEMU of this series, if there is one{}\n  \
         cargo xtask generate   # bindings and reports",
        diff.unwrap_or_default()
    ))
}

/// The files of an imported schema, by name.
pub fn imported_files(source: &SchemaSource) -> Result<BTreeMap<String, String>, Failure> {
    let emulator = source.validate(source.load_as_stated(QemuProgram::Emulator)?)?;
    let mut files = BTreeMap::new();
    let mut origins = Vec::new();
    for program in QemuProgram::ALL {
        if program != QemuProgram::Emulator && !source.has(program) {
            continue;
        }
        let valid = source.validate(source.load_as_stated(program)?)?;
        origins.push(source.origin(program, valid.loaded())?);
        let text = match program {
            QemuProgram::StorageDaemon => subset_text(valid.loaded(), emulator.loaded())?,
            _ => canonical::print(valid.loaded(), valid.docs()),
        };
        files.insert(program.file_name().to_owned(), text);
    }
    let manifest = Manifest {
        release: source.version(),
        schema: origins,
    };
    files.insert(MANIFEST.to_owned(), manifest_text(&manifest)?);
    Ok(files)
}

/// The list of definitions of the storage daemon.
fn subset_text(part: &LoadedSchema, whole: &LoadedSchema) -> Result<String, Failure> {
    write_subset(
        part.definitions().map(|definition| &*definition.name.value),
        whole,
    )
}

/// Lists these definitions of the emulator's interface.
fn write_subset<'n>(
    names: impl IntoIterator<Item = &'n str>,
    whole: &LoadedSchema,
) -> Result<String, Failure> {
    let subset = SchemaSubset::new(names, whole).map_err(|unknown| {
        Failure::new(format!(
            "the storage daemon has definitions that the emulator lacks: {}",
            unknown.join(", ")
        ))
    })?;
    Ok(serde_json::to_string_pretty(&subset)? + "\n")
}

/// Adds the interfaces that a series already has, such as that of the storage
/// daemon, to a new manifest.
fn keep_other_interfaces(
    series: Series,
    files: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    let folder = workspace::shown(&workspace::series_folder(series));
    let (Ok(old), Some(new)) = (imported::manifest(&Disk, &folder), files.get(MANIFEST)) else {
        return Ok(());
    };
    let mut new: Manifest = toml::from_str(new).map_err(|error| Failure::new(error.to_string()))?;
    let others = old
        .schema
        .into_iter()
        .filter(|origin| !new.has(origin.interface));
    let others: Vec<_> = others.collect();
    new.schema.extend(others);
    new.schema.sort_by_key(|origin| origin.interface);
    files.insert(MANIFEST.to_owned(), manifest_text(&new)?);
    Ok(())
}

fn manifest_text(manifest: &Manifest) -> Result<String, Failure> {
    toml::to_string_pretty(manifest).map_err(|error| Failure::new(error.to_string()))
}
