//! Finding the schema that an argument names.

use std::io;
use std::path::Path;

use qapi_codegen::imported::{self, MANIFEST, QemuProgram};
use qapi_codegen::knowledge::PointDifferences;
use qapi_codegen::load::{Files, normalized};
use qapi_codegen::version::{Series, Version};

use super::archive::{self, Tree};
use super::{Disk, SchemaLocation, SchemaSource, git, is_absent, point_releases, reply};
use crate::failure::Failure;
use crate::introspected::is_introspection;
use crate::schema_files::SchemaFiles;
use crate::workspace;

/// Options that go with a SCHEMA argument.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    /// The revision of a git checkout.
    pub revision: Option<String>,
    /// The release whose rules apply, whatever the tree says.
    pub version: Option<Version>,
}

/// Finds the schema that an argument names.
pub fn open(argument: &str, options: &SourceOptions) -> Result<SchemaSource, Failure> {
    let mut source = if let Some(revision) = &options.revision {
        from_tree(git::read(argument, revision)?, options)
    } else if let Some((version, is_exact)) = parse_release(argument) {
        from_release(version, is_exact, options)
    } else if Path::new(argument).is_dir() {
        from_folder(argument, options)
    } else if archive::is_archive(argument) {
        from_tree(archive::read(argument)?, options)
    } else if is_introspection(argument) {
        reply::open(argument)
    } else {
        from_file(argument, options)
    }?;
    source.argument = argument.to_owned();
    Ok(source)
}

/// Parses the name of a release: `8.2`, `8.2.1`; `v8.2` and `qemu-8.2` unless
/// there is such a file. Also returns whether it names more than the series.
fn parse_release(argument: &str) -> Option<(Version, bool)> {
    let argument = argument.trim();
    let without_prefix = ["qemu-", "v"]
        .iter()
        .find_map(|prefix| argument.strip_prefix(prefix))
        .filter(|_| !Path::new(argument).exists());
    let name = without_prefix.unwrap_or(argument);
    Some((name.parse().ok()?, name.split('.').count() > 2))
}

fn from_release(
    wanted: Version,
    is_exact: bool,
    options: &SourceOptions,
) -> Result<SchemaSource, Failure> {
    let series = wanted.series();
    let imported = workspace::imported()?;
    if !imported.contains(&series) {
        return Err(not_imported(series, &imported));
    }
    let files = SchemaFiles::selected();
    let mut source = from_imported(files.clone(), &files.path(&series.to_string()), options)?;
    source.is_release = true;
    if is_exact && source.version != wanted {
        select_point_release(&mut source, wanted)?;
    }
    Ok(source)
}

/// Says what the interface of another release of the series is made from.
fn select_point_release(source: &mut SchemaSource, wanted: Version) -> Result<(), Failure> {
    let (imported, known) = (source.version, point_releases()?);
    let newest = known.newest(wanted.series());
    if let Some(newest) = newest.filter(|newest| wanted > imported.max(*newest)) {
        source.notes.push(format!(
            "no release {wanted} of QEMU is known; the newest known of series {} is {newest}; \
             using {imported}",
            wanted.series()
        ));
        return Ok(());
    }
    let mut differences = PointDifferences::default();
    if wanted < imported {
        let mut loaded = source.load(QemuProgram::Emulator)?;
        differences = known.undo(&mut loaded, wanted);
        source.point_release = Some(wanted);
    }
    let undone = differences.undone.iter();
    let undone: String = undone.map(|one| format!("; in {wanted}, {one}")).collect();
    source
        .notes
        .push(format!("using QEMU {imported} for {wanted}{undone}"));
    let unknown = differences.unknown.iter();
    source
        .notes
        .extend(unknown.map(|one| format!("it is not known whether {one} in {wanted}")));
    Ok(())
}

fn not_imported(series: Series, imported: &[Series]) -> Failure {
    if imported.is_empty() {
        return Failure::new("no series is imported here").with_help(
            "run the command in a checkout of this project, or name its folder with `--schemas`",
        );
    }
    let imported: Vec<String> = imported.iter().map(Series::to_string).collect();
    Failure::new(format!("series {series} is not imported")).with_help(format!(
        "the imported series are {}; `cargo xtask import` adds one; for a folder of this name, \
         write `./` before it",
        imported.join(", ")
    ))
}

fn from_folder(argument: &str, options: &SourceOptions) -> Result<SchemaSource, Failure> {
    let folder = argument.trim_end_matches('/');
    let folder = if folder.is_empty() { "/" } else { folder };
    if Path::new(folder).join(MANIFEST).is_file() {
        return from_imported(Disk, folder, options);
    }
    // Files are named by normalized paths, and so is the prefix.
    let prefix = normalized(&format!("{}/", folder.trim_end_matches('/')));
    let version = select_version(options, read_version(&Disk, &[&prefix])?);
    Ok(source(Disk, SchemaLocation::Tree(prefix), version))
}

/// A folder that `import` wrote.
fn from_imported(
    files: impl Files + Send + Sync + 'static,
    folder: &str,
    options: &SourceOptions,
) -> Result<SchemaSource, Failure> {
    let failure = |error: io::Error| Failure::io("read", format!("{folder}/{MANIFEST}"), &error);
    let manifest = imported::manifest(&files, folder).map_err(failure)?;
    let version = manifest.release;
    if options.version.is_some_and(|wanted| wanted != version) {
        return Err(
            Failure::new(format!("`{folder}` was imported from QEMU {version}"))
                .with_help("remove `--from-version`"),
        );
    }
    let location = SchemaLocation::Imported(folder.to_owned(), manifest);
    Ok(source(files, location, version))
}

/// A source tree in memory.
fn from_tree(tree: Tree, options: &SourceOptions) -> Result<SchemaSource, Failure> {
    let version = select_version(options, read_version(&tree, &[""])?);
    Ok(source(tree, SchemaLocation::Tree(String::new()), version))
}

/// A single root file; in a source tree, VERSION is in a folder above it.
fn from_file(argument: &str, options: &SourceOptions) -> Result<SchemaSource, Failure> {
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
    let stated = read_version(&Disk, &above.each_ref().map(String::as_str))?;
    let location = SchemaLocation::File(argument.to_owned());
    Ok(source(Disk, location, select_version(options, stated)))
}

/// A schema of a release.
pub fn source(
    files: impl Files + Send + Sync + 'static,
    location: SchemaLocation,
    version: Version,
) -> SchemaSource {
    SchemaSource {
        argument: String::new(),
        files: Box::new(files),
        location,
        version,
        is_release: false,
        point_release: None,
        notes: Vec::new(),
    }
}

fn select_version(options: &SourceOptions, stated: Option<Version>) -> Version {
    options.version.or(stated).unwrap_or(Version::NEWEST)
}

/// Reads the first VERSION file in these folders.
fn read_version(files: &dyn Files, folders: &[&str]) -> Result<Option<Version>, Failure> {
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
                .with_help("name the release with `--from-version`")
        });
    }
    Ok(None)
}
