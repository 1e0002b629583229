//! What a SCHEMA argument means: a release, a folder, a file or an archive.

mod archive;
mod disk;
mod git;
mod open;

use std::io;

use qapi_codegen::imported::{self, Manifest, QemuProgram};
use qapi_codegen::load::{self, Files, Loaded};
use qapi_codegen::version::Version;

pub use disk::Disk;
pub use open::Options;

use crate::failure::Failure;

/// A schema that was found and is not yet read.
pub struct Schema {
    files: Box<dyn Files>,
    place: Place,
    version: Version,
    /// What the caller should know about how the argument was understood.
    pub notes: Vec<String>,
}

/// Where the files of a schema are, in the notation of its `files`.
enum Place {
    /// The folder of a restated release, with its manifest.
    Imported(String, Manifest),
    /// A source tree; this stands before every path in it.
    Tree(String),
    /// One root file.
    File(String),
}

impl Schema {
    /// Finds the schema that an argument names.
    ///
    /// # Errors
    ///
    /// There is no such release, folder, file, archive or revision, or it holds
    /// no schema.
    pub fn open(argument: &str, options: &Options) -> Result<Schema, Failure> {
        open::open(argument, options)
    }

    /// The release whose rules apply.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Loads an interface; a restated one with its overrides.
    ///
    /// # Errors
    ///
    /// The schema has no such interface, or its root file cannot be read.
    pub fn load(&self, interface: QemuProgram) -> Result<Loaded, Failure> {
        self.load_with(interface, imported::load)
    }

    /// Loads an interface; a restated one without its overrides.
    ///
    /// # Errors
    ///
    /// As for [`Schema::load`].
    pub fn load_as_stated(&self, interface: QemuProgram) -> Result<Loaded, Failure> {
        self.load_with(interface, imported::load_as_stated)
    }

    fn load_with(
        &self,
        interface: QemuProgram,
        load_imported: fn(&dyn Files, &str, QemuProgram) -> io::Result<Loaded>,
    ) -> Result<Loaded, Failure> {
        let files = self.files.as_ref();
        let (root, loaded) = match &self.place {
            Place::Imported(folder, _) => {
                let root = format!("{folder}/{}", interface.file_name());
                (root, load_imported(files, folder, interface))
            }
            Place::Tree(_) | Place::File(_) => {
                let root = self.root(interface)?;
                let loaded = load::load(files, &root, self.version);
                (root, loaded)
            }
        };
        loaded.map_err(|error| {
            let failure = Failure::io("read", root, &error);
            match self.place {
                Place::Imported(..) if is_absent(&error) => failure
                    .with_help("this interface is not imported: name a source tree that has it"),
                _ => failure,
            }
        })
    }

    /// The root file of an interface, as a path of `files`.
    fn root(&self, interface: QemuProgram) -> Result<String, Failure> {
        let prefix = match &self.place {
            Place::File(root) => return Ok(root.clone()),
            Place::Imported(folder, _) => return Ok(format!("{folder}/{}", interface.file_name())),
            Place::Tree(prefix) => prefix,
        };
        let candidates = interface
            .roots()
            .iter()
            .map(|root| format!("{prefix}{root}"));
        let there = |root: &String| match self.files.read(root) {
            Ok(_) => true,
            Err(error) => !is_absent(&error),
        };
        candidates.clone().find(there).ok_or_else(|| {
            let candidates: Vec<String> = candidates.map(|root| format!("`{root}`")).collect();
            Failure::new(format!("there is no {}", candidates.join(" and no "))).with_help(
                "name a QEMU source tree, a folder with its schema files, or a release tarball",
            )
        })
    }

    /// Where the files of an interface came from, for the manifest; a restated
    /// one came from where its own manifest says.
    ///
    /// # Errors
    ///
    /// The schema is a single file and not a tree, or its manifest does not
    /// know the interface.
    pub fn origin(
        &self,
        interface: QemuProgram,
        loaded: &Loaded,
    ) -> Result<imported::SchemaOrigin, Failure> {
        let prefix = match &self.place {
            Place::Tree(prefix) => prefix,
            Place::Imported(folder, manifest) => {
                let known = manifest
                    .schema
                    .iter()
                    .find(|origin| origin.interface == interface);
                return known.cloned().ok_or_else(|| {
                    Failure::new(format!(
                        "the manifest in `{folder}` lacks `{}`",
                        interface.file_name()
                    ))
                });
            }
            Place::File(root) => {
                return Err(
                    Failure::new(format!("`{root}` is a single file")).with_help(
                        "import takes a folder, a tarball or a checkout, which hold all interfaces",
                    ),
                );
            }
        };
        let inputs = loaded.sources.files().map(|file| imported::ImportedFile {
            path: file
                .name
                .strip_prefix(prefix.as_str())
                .unwrap_or(&file.name)
                .to_owned(),
            sha256: sha256(file.text.as_bytes()),
        });
        let input: Vec<_> = inputs.collect();
        let root = input
            .first()
            .map(|input| input.path.clone())
            .unwrap_or_default();
        Ok(imported::SchemaOrigin {
            interface,
            root,
            synthesised: false,
            input,
        })
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
