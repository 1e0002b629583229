//! SCHEMA arguments: a release, a folder, a file or an archive.

mod archive;
mod disk;
mod git;
mod open;
mod reply;

use std::fmt;
use std::io;

use qapi_codegen::imported::{self, Manifest, OVERRIDES, QemuProgram};
use qapi_codegen::knowledge::PointReleases;
use qapi_codegen::load::{self, Files, LoadedSchema};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::{ValidSchema, validate};
use qapi_codegen::version::{Series, Version};

pub use disk::Disk;
pub use open::SourceOptions;
pub use reply::{ReplyOptions, reply_files, reply_origin};

use crate::failure::Failure;
use crate::schema_files::SchemaFiles;

/// A schema that a SCHEMA argument names, not yet read.
pub struct SchemaSource {
    argument: String,
    files: Box<dyn Files + Send + Sync>,
    location: SchemaLocation,
    version: Version,
    is_release: bool,
    /// The stable release that was asked for, if its interface may differ from
    /// that of `version`.
    point_release: Option<Version>,
    /// Remarks on how the argument was understood.
    pub notes: Vec<String>,
}

/// The location of the files of a schema, as paths of its `files`.
enum SchemaLocation {
    /// The folder of an imported series, with its manifest.
    Imported(String, Manifest),
    /// A source tree; every path in it begins with this prefix.
    Tree(String),
    /// One root file.
    File(String),
}

impl SchemaSource {
    /// Finds the schema that an argument names.
    pub fn open(argument: &str, options: &SourceOptions) -> Result<SchemaSource, Failure> {
        open::open(argument, options)
    }

    /// The argument.
    pub fn argument(&self) -> &str {
        &self.argument
    }

    /// The release whose rules apply.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns `true` if the argument is the name of an imported release.
    pub fn is_release(&self) -> bool {
        self.is_release
    }

    /// Returns `true` if the argument is the name of an imported release, and its
    /// interface is the imported one.
    pub fn is_imported_release(&self) -> bool {
        self.is_release && self.point_release.is_none()
    }

    /// Loads an interface; of an imported series, with the overrides.
    pub fn load(&self, program: QemuProgram) -> Result<LoadedSchema, Failure> {
        self.load_with(program, imported::load)
    }

    /// Loads an interface without overrides.
    pub fn load_as_stated(&self, program: QemuProgram) -> Result<LoadedSchema, Failure> {
        self.load_with(program, imported::load_as_stated)
    }

    /// Validates what was loaded from here.
    pub fn validate(&self, loaded: LoadedSchema) -> Result<ValidSchema, Failure> {
        validate(loaded).map_err(|invalid| Failure::invalid_schema(&self.argument, invalid))
    }

    /// Validates and resolves what was loaded from here.
    pub fn resolve(&self, loaded: LoadedSchema) -> Result<Schema, Failure> {
        Ok(resolve(&self.validate(loaded)?))
    }

    /// Returns `true` if the schema has this interface.
    pub fn has(&self, program: QemuProgram) -> bool {
        match &self.location {
            SchemaLocation::Imported(_, manifest) => manifest.has(program),
            SchemaLocation::Tree(_) => self.root(program).is_ok(),
            SchemaLocation::File(_) => program == QemuProgram::Emulator,
        }
    }

    /// Returns `true` if an interface is made from introspection.
    pub fn is_introspected(&self, program: QemuProgram) -> bool {
        match &self.location {
            SchemaLocation::Imported(_, manifest) => manifest.is_synthesised(program),
            SchemaLocation::Tree(_) | SchemaLocation::File(_) => false,
        }
    }

    /// Returns `true` if an interface lacks what introspection does not report.
    pub fn is_incomplete(&self, program: QemuProgram) -> bool {
        match &self.location {
            SchemaLocation::Imported(_, manifest) => manifest.is_incomplete(program),
            SchemaLocation::Tree(_) | SchemaLocation::File(_) => false,
        }
    }

    /// Returns `true` if an interface has from the series of another schema what
    /// introspection does not report.
    pub fn is_like(&self, other: &SchemaSource, program: QemuProgram) -> bool {
        let SchemaLocation::Imported(_, manifest) = &self.location else {
            return false;
        };
        let neighbour = manifest.origin(program).and_then(|origin| origin.neighbour);
        neighbour == Some(other.version().series())
    }

    /// The same interface of the emulator, made from introspection, with what that does
    /// not report from another schema: names, integer sizes, and what the build lacks.
    pub fn completed(&self, other: &SchemaSource) -> Result<SchemaSource, Failure> {
        reply::complete(self, other)
    }

    /// The text of the overrides of an imported series.
    fn overrides(&self) -> Option<String> {
        let SchemaLocation::Imported(folder, _) = &self.location else {
            return None;
        };
        let text = self.files.read(&format!("{folder}/{OVERRIDES}")).ok()?;
        String::from_utf8(text).ok()
    }

    fn load_with(
        &self,
        program: QemuProgram,
        load_imported: fn(&dyn Files, &str, QemuProgram) -> io::Result<LoadedSchema>,
    ) -> Result<LoadedSchema, Failure> {
        let files = self.files.as_ref();
        if let SchemaLocation::Imported(folder, _) = &self.location {
            let loaded = load_imported(files, folder, program).map_err(|error| {
                let path = format!("{folder}/{}", program.file_name());
                let failure = Failure::io("read", path, &error);
                match is_absent(&error) {
                    true => failure.with_help(not_imported(program)),
                    false => failure,
                }
            })?;
            return self.at_point_release(loaded, program);
        }
        let root = self.root(program)?;
        load::load(files, &root, self.version).map_err(|error| Failure::io("read", root, &error))
    }

    /// Changes the schema to that of an earlier stable release.
    fn at_point_release(
        &self,
        mut loaded: LoadedSchema,
        program: QemuProgram,
    ) -> Result<LoadedSchema, Failure> {
        if let Some(wanted) = self
            .point_release
            .filter(|_| program == QemuProgram::Emulator)
        {
            point_releases()?.undo(&mut loaded, wanted);
            loaded.version = wanted;
        }
        Ok(loaded)
    }

    /// The root file of an interface, as a path of `files`.
    fn root(&self, program: QemuProgram) -> Result<String, Failure> {
        let prefix = match &self.location {
            SchemaLocation::File(root) => return Ok(root.clone()),
            SchemaLocation::Imported(folder, _) => {
                return Ok(format!("{folder}/{}", program.file_name()));
            }
            SchemaLocation::Tree(prefix) => prefix,
        };
        let roots = program.roots().iter();
        let candidates: Vec<String> = roots.map(|root| format!("{prefix}{root}")).collect();
        let exists = |root: &&String| match self.files.read(root) {
            Ok(_) => true,
            Err(error) => !is_absent(&error),
        };
        candidates.iter().find(exists).cloned().ok_or_else(|| {
            let quoted: Vec<String> = candidates.iter().map(|root| format!("`{root}`")).collect();
            Failure::new(format!(
                "no schema found: {} does not exist",
                quoted.join(" or ")
            ))
            .with_help(
                "name a QEMU source tree, a folder with its schema files, or a release tarball",
            )
        })
    }

    /// The origin of an interface, for the manifest. That of an imported series
    /// is in its own manifest.
    pub fn origin(
        &self,
        program: QemuProgram,
        loaded: &LoadedSchema,
    ) -> Result<imported::SchemaOrigin, Failure> {
        match &self.location {
            SchemaLocation::Tree(prefix) => Ok(tree_origin(prefix, program, loaded)),
            SchemaLocation::Imported(folder, manifest) => {
                manifest.origin(program).cloned().ok_or_else(|| {
                    let name = program.file_name();
                    Failure::new(format!("the manifest in `{folder}` does not list `{name}`"))
                })
            }
            SchemaLocation::File(root) => Err(Failure::new(format!("`{root}` is a single file"))
                .with_help(
                    "import takes a folder, a tarball or a checkout, which have all interfaces",
                )),
        }
    }
}

impl fmt::Debug for SchemaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("SchemaSource");
        debug.field("argument", &self.argument);
        debug
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

fn tree_origin(
    prefix: &str,
    program: QemuProgram,
    loaded: &LoadedSchema,
) -> imported::SchemaOrigin {
    let inputs = loaded.sources.files().map(|file| {
        let path = file.name.strip_prefix(prefix).unwrap_or(&file.name);
        imported::ImportedFile {
            path: path.to_owned(),
            sha256: sha256(file.text.as_bytes()),
        }
    });
    let input: Vec<_> = inputs.collect();
    imported::SchemaOrigin {
        interface: program,
        root: input
            .first()
            .map_or_else(String::new, |input| input.path.clone()),
        synthesised: false,
        neighbour: None,
        not_in_build: Vec::new(),
        input,
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// A help that names the series with an interface.
fn not_imported(program: QemuProgram) -> String {
    let files = SchemaFiles::selected();
    let has = |series: &Series| {
        let manifest = imported::manifest(files, &files.path(&series.to_string()));
        manifest.is_ok_and(|manifest| manifest.has(program))
    };
    let series = files.series().unwrap_or_default();
    let with: Vec<String> = series
        .iter()
        .filter(|one| has(one))
        .map(Series::to_string)
        .collect();
    format!(
        "name a source tree that has this interface, or one of the series that have it: {}",
        with.join(", ")
    )
}

/// What is known of stable releases.
fn point_releases() -> Result<PointReleases, Failure> {
    SchemaFiles::selected().toml(PointReleases::FILE_NAME)
}

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
