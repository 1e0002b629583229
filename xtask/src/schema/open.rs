//! Telling what an argument names.

use std::io;
use std::path::Path;

use qapi_codegen::imported::{self, MANIFEST};
use qapi_codegen::load::{Files, normalized};
use qapi_codegen::version::{Series, Version};

use super::archive::{self, Tree};
use super::{Disk, Place, Schema, git, is_absent};
use crate::failure::Failure;
use crate::workspace;

/// What else is said about a schema.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The revision of a git checkout.
    pub revision: Option<String>,
    /// The release whose rules apply, whatever the tree says.
    pub version: Option<Version>,
}

/// Finds the schema that an argument names.
pub fn open(argument: &str, options: &Options) -> Result<Schema, Failure> {
    if let Some(revision) = &options.revision {
        return tree(git::read(argument, revision)?, options);
    }
    if let Ok(version) = argument.parse::<Version>() {
        return release(argument, version, options);
    }
    let path = Path::new(argument);
    if path.is_dir() {
        return folder(argument, options);
    }
    if archive::is_archive(argument) {
        return tree(archive::read(argument)?, options);
    }
    file(argument, options)
}

/// A release that is imported.
fn release(argument: &str, wanted: Version, options: &Options) -> Result<Schema, Failure> {
    let series = wanted.series();
    let folder = workspace::series_folder(series);
    if !folder.join(MANIFEST).is_file() {
        return Err(not_imported(series)?);
    }
    let mut schema = restated(&workspace::shown(&folder), options)?;
    let there = schema.version;
    let exact = argument.trim().split('.').count() > 2;
    if exact && there != wanted {
        schema.notes.push(format!(
            "series {series} was imported from {there}, which is used for {wanted}: \
             QEMU changes its interface between series"
        ));
    }
    Ok(schema)
}

fn not_imported(series: Series) -> Result<Failure, Failure> {
    let imported = workspace::imported()?;
    let imported: Vec<String> = imported.iter().map(Series::to_string).collect();
    let help = format!(
        "imported are: {}; `cargo xtask import` adds a release, and a folder of this name is \
         written with a `./` before it",
        imported.join(", ")
    );
    Ok(Failure::new(format!("series {series} is not imported")).with_help(help))
}

fn folder(argument: &str, options: &Options) -> Result<Schema, Failure> {
    let folder = argument.trim_end_matches('/');
    let folder = if folder.is_empty() { "/" } else { folder };
    if Path::new(folder).join(MANIFEST).is_file() {
        return restated(folder, options);
    }
    // The files are named by normalized paths, from which this is stripped.
    let prefix = normalized(&format!("{}/", folder.trim_end_matches('/')));
    let version = chosen(options, stated_version(&Disk, &[&prefix])?);
    Ok(schema(Disk, Place::Tree(prefix), version))
}

/// A folder that `import` wrote.
fn restated(folder: &str, options: &Options) -> Result<Schema, Failure> {
    let failure = |error: io::Error| Failure::io("read", format!("{folder}/{MANIFEST}"), &error);
    let manifest = imported::manifest(&Disk, folder).map_err(failure)?;
    let version = manifest.release;
    if options.version.is_some_and(|told| told != version) {
        return Err(
            Failure::new(format!("`{folder}` was imported from QEMU {version}"))
                .with_help("leave out `--from-version`"),
        );
    }
    Ok(schema(
        Disk,
        Place::Imported(folder.to_owned(), manifest),
        version,
    ))
}

/// A source tree that is in memory.
fn tree(tree: Tree, options: &Options) -> Result<Schema, Failure> {
    let version = chosen(options, stated_version(&tree, &[""])?);
    Ok(schema(tree, Place::Tree(String::new()), version))
}

/// A single root file; in a source tree VERSION stands above it.
fn file(argument: &str, options: &Options) -> Result<Schema, Failure> {
    if let Err(error) = Disk.read(argument) {
        return Err(Failure::io("read", argument, &error).with_help(
            "a schema is an imported release such as `2.11`, a folder, a root `.json` file, or a tarball",
        ));
    }
    let folder = argument.rfind('/').map_or("", |slash| &argument[..=slash]);
    let above = [
        folder.to_owned(),
        format!("{folder}../"),
        format!("{folder}../../"),
    ];
    let version = chosen(
        options,
        stated_version(&Disk, &above.each_ref().map(String::as_str))?,
    );
    Ok(schema(Disk, Place::File(argument.to_owned()), version))
}

fn schema(files: impl Files + 'static, place: Place, version: Version) -> Schema {
    Schema {
        files: Box::new(files),
        place,
        version,
        notes: Vec::new(),
    }
}

fn chosen(options: &Options, stated: Option<Version>) -> Version {
    options.version.or(stated).unwrap_or(Version::NEWEST)
}

/// What the first VERSION file in these folders says.
fn stated_version(files: &dyn Files, folders: &[&str]) -> Result<Option<Version>, Failure> {
    for folder in folders {
        let path = format!("{folder}VERSION");
        let bytes = match files.read(&path) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => continue,
            Err(error) => return Err(Failure::io("read", path, &error)),
        };
        let text = String::from_utf8_lossy(&bytes);
        return text.trim().parse().map(Some).map_err(|error| {
            Failure::new(format!("`{path}`: {error}"))
                .with_help("tell the release with `--from-version`")
        });
    }
    Ok(None)
}
