//! `import`: writes the interface of a QEMU release into `schemas/`.

mod from_introspection;

use std::collections::BTreeMap;

use clap::Args;

use qapi_codegen::canonical;
use qapi_codegen::imported::{MANIFEST, Manifest, QemuProgram};
use qapi_codegen::version::{Series, Version};

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::folder::{FolderContent, OtherFiles};
use crate::introspected::is_introspection;
use crate::schema_source::{SchemaSource, SourceOptions};
use crate::workspace;

/// Import the schema of a QEMU release into schemas/
///
/// Writes the interfaces of the system emulator and of the guest agent, without
/// QEMU's documentation, into schemas/SERIES/, with a manifest of the files that
/// were read. Overrides and device lists that exist there are kept.
///
/// Without a source tree, import from a running QEMU or from its saved reply to
/// `query-qmp-schema`. The names of types are then made up.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask import qemu-10.0.0.tar.xz\n  \
    cargo xtask import ~/src/qemu --rev v9.2.0\n  \
    cargo xtask import monitor.sock --as 11.1")]
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
}

impl Import {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        if self.rev.is_none() && is_introspection(&self.schema) {
            return from_introspection::import(&self, console);
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

/// Writes files into the folder of a series, and says so with a remark.
fn write_series(
    series: Series,
    files: BTreeMap<String, String>,
    remark: &str,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let content = FolderContent {
        path: workspace::series_folder(series),
        files,
        others: OtherFiles::Keep,
    };
    let folder = workspace::shown(&content.path);
    console.status(&match content.write()? {
        true => format!("wrote {folder}{remark}"),
        false => format!("{folder} is up to date{remark}"),
    });
    Ok(Outcome::Fine)
}

/// The programs whose interfaces are imported.
const PROGRAMS: [QemuProgram; 2] = [QemuProgram::Emulator, QemuProgram::GuestAgent];

/// The files of an imported schema, by name.
pub fn imported_files(source: &SchemaSource) -> Result<BTreeMap<String, String>, Failure> {
    let mut files = BTreeMap::new();
    let mut origins = Vec::new();
    for program in PROGRAMS {
        let valid = source.validate(source.load_as_stated(program)?)?;
        origins.push(source.origin(program, valid.loaded())?);
        let text = canonical::print(valid.loaded(), &valid.docs().definitions);
        files.insert(program.file_name().to_owned(), text);
    }
    let manifest = Manifest {
        release: source.version(),
        schema: origins,
    };
    files.insert(MANIFEST.to_owned(), manifest_text(&manifest)?);
    Ok(files)
}

fn manifest_text(manifest: &Manifest) -> Result<String, Failure> {
    toml::to_string(manifest).map_err(|error| Failure::new(error.to_string()))
}
