//! `import`: restates a release of QEMU as facts.

mod told;

use clap::Args;

use qapi_codegen::canonical;
use qapi_codegen::diagnostic::Severity;
use qapi_codegen::imported::{MANIFEST, Manifest, QemuProgram};
use qapi_codegen::validate::{Invalid, validate};
use qapi_codegen::version::{Series, Version};

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::introspected;
use crate::replace;
use crate::schema::{Options, Schema};
use crate::workspace;

/// Restate the schema of a QEMU release in schemas/
///
/// Writes the interface of the system emulator and of the guest agent as facts
/// into schemas/SERIES/, with a manifest of the files it was read from.
/// Overrides and device lists that are there stay.
///
/// Without a source tree, a running QEMU or its saved reply to
/// `query-qmp-schema` makes a schema of the system emulator in which the names
/// of types are made up.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask import qemu-10.0.0.tar.xz\n  \
    cargo xtask import ~/src/qemu --rev v9.2.0\n  \
    cargo xtask import monitor.sock --as 11.1")]
pub struct Import {
    /// A folder that holds a QEMU source tree, or a release tarball; or a QEMU's
    /// socket or saved reply
    schema: String,
    /// The series to write, instead of the one of the release
    #[arg(long = "as", value_name = "SERIES")]
    series: Option<Series>,
    /// Read a git checkout at this revision
    #[arg(long, value_name = "GIT-REV")]
    rev: Option<String>,
    /// The release, instead of what the VERSION file says
    #[arg(long, value_name = "X.Y.Z")]
    from_version: Option<Version>,
}

impl Import {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// There is no such schema, or a file cannot be written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        if self.rev.is_none() && introspected::is_told(&self.schema) {
            return told::import(&self, console);
        }
        let options = Options {
            revision: self.rev,
            version: self.from_version,
        };
        let schema = Schema::open(&self.schema, &options)?;
        schema.notes.iter().for_each(|note| console.note(note));
        let files = match restated(&schema)? {
            Ok(files) => files,
            Err(invalid) => {
                console.diagnostics(&invalid.sources, &invalid.diagnostics);
                return Ok(Outcome::Found);
            }
        };
        let series = self.series.unwrap_or(schema.version().series());
        let folder = workspace::series_folder(series);
        let changed = replace::folder(&folder, &files)?;
        let what = if changed {
            "wrote"
        } else {
            "nothing has changed in"
        };
        console.done(&format!("{what} {}", workspace::shown(&folder)));
        Ok(Outcome::Fine)
    }
}

/// The interfaces that are restated.
const INTERFACES: [QemuProgram; 2] = [QemuProgram::Emulator, QemuProgram::GuestAgent];

/// The files that restate a schema, by name.
///
/// # Errors
///
/// The schema cannot be read. A schema that can be read and breaks rules is
/// the inner error.
pub fn restated(schema: &Schema) -> Result<Result<Vec<(String, String)>, Invalid>, Failure> {
    let mut files = Vec::new();
    let mut origins = Vec::new();
    for interface in INTERFACES {
        let loaded = schema.load_as_stated(interface)?;
        origins.push(schema.origin(interface, &loaded)?);
        let is_readable = loaded
            .diagnostics
            .iter()
            .all(|found| found.severity != Severity::Error);
        if is_readable {
            files.push((interface.file_name().to_owned(), canonical::print(&loaded)));
        }
        if let Err(invalid) = validate(loaded) {
            return Ok(Err(invalid));
        }
    }
    let manifest = Manifest {
        release: schema.version(),
        schema: origins,
    };
    let manifest = toml::to_string(&manifest).map_err(|error| Failure::new(error.to_string()))?;
    files.push((MANIFEST.to_owned(), manifest));
    Ok(Ok(files))
}
