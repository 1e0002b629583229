//! Schemas made from the interface that a QEMU reports about itself.

use std::collections::{BTreeMap, HashMap};

use qapi_codegen::imported::{
    ImportedFile, MANIFEST, Manifest, OVERRIDES, QemuProgram, SchemaOrigin,
};
use qapi_codegen::introspect::{
    self, Neighbour, WrittenSchema, write_reply, write_schema, write_schema_like,
};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::ValidSchema;
use qapi_codegen::version::{Series, Version};
use qapi_codegen::wire::Interface;

use super::{SchemaLocation, SchemaSource, SourceOptions, sha256};
use crate::carried_overrides::carry_over;
use crate::failure::Failure;
use crate::fit;
use crate::introspected::Introspected;
use crate::workspace;

/// What a schema that is made from a reply takes over from others.
#[derive(Debug, Clone, Copy)]
pub struct ReplyOptions<'o> {
    /// The release.
    pub version: Version,
    /// The series with names, conditions and integer sizes.
    pub neighbour: Option<Series>,
    /// A folder with a schema that has the names of the release.
    pub names: Option<&'o str>,
}

/// The files of an imported schema that is made from a reply, by name.
pub fn reply_files(
    introspected: &Introspected,
    options: ReplyOptions<'_>,
) -> Result<BTreeMap<String, String>, Failure> {
    let written = write(introspected, options)?;
    let origin = SchemaOrigin {
        neighbour: options.neighbour,
        ..reply_origin(introspected, QemuProgram::Emulator)
    };
    written_files(written, options.version, origin)
}

/// The files for a schema that was written for a reply.
fn written_files(
    written: WrittenSchema,
    release: Version,
    origin: SchemaOrigin,
) -> Result<BTreeMap<String, String>, Failure> {
    let manifest = Manifest {
        release,
        schema: vec![SchemaOrigin {
            not_in_build: written.not_in_build,
            ..origin
        }],
    };
    let manifest =
        toml::to_string_pretty(&manifest).map_err(|error| Failure::new(error.to_string()))?;
    Ok(BTreeMap::from([
        (QemuProgram::Emulator.file_name().to_owned(), written.text),
        (MANIFEST.to_owned(), manifest),
    ]))
}

fn write(introspected: &Introspected, options: ReplyOptions<'_>) -> Result<WrittenSchema, Failure> {
    let interface = introspected.reply.interface();
    let Some(neighbour) = options.neighbour else {
        return Ok(WrittenSchema {
            text: write_schema(&interface, options.version),
            not_in_build: Vec::new(),
        });
    };
    let (valid, schema) = read(&neighbour.to_string())?;
    let neighbour = Neighbour::new(&valid, &schema);
    let names = options.names.map(read).transpose()?;
    let names = names
        .as_ref()
        .map(|(valid, schema)| Neighbour::new(valid, schema));
    Ok(write_schema_like(
        &interface,
        options.version,
        &neighbour,
        names.as_ref(),
    ))
}

/// Reads a schema without overrides, which correct it for the wire.
fn read(argument: &str) -> Result<(ValidSchema, Schema), Failure> {
    read_source(&SchemaSource::open(argument, &SourceOptions::default())?)
}

fn read_source(source: &SchemaSource) -> Result<(ValidSchema, Schema), Failure> {
    let valid = source.validate(source.load_as_stated(QemuProgram::Emulator)?)?;
    let schema = resolve(&valid);
    Ok((valid, schema))
}

/// The origin of an interface that is made from a reply.
pub fn reply_origin(introspected: &Introspected, interface: QemuProgram) -> SchemaOrigin {
    let path = "query-qmp-schema".to_owned();
    SchemaOrigin {
        interface,
        root: path.clone(),
        synthesised: true,
        neighbour: None,
        not_in_build: Vec::new(),
        input: vec![ImportedFile {
            path,
            sha256: sha256(&introspected.text),
        }],
    }
}

/// A schema in memory for the reply that an argument names, with the overrides
/// of the series that it takes everything else from.
pub fn open(argument: &str) -> Result<SchemaSource, Failure> {
    let introspected = Introspected::open(argument)?;
    let version = match introspected.version {
        Some(version) => version,
        None => recognise(argument, &introspected)?,
    };
    let series = version.series();
    let neighbour = workspace::imported()?
        .into_iter()
        .rfind(|other| *other <= series);
    let options = ReplyOptions {
        version,
        neighbour,
        names: None,
    };
    let mut files = reply_files(&introspected, options)?;
    if let Some(neighbour) = neighbour
        && let Some(carried) = carry_over(neighbour, series, &files)?
    {
        files.insert(OVERRIDES.to_owned(), carried.text);
    }
    let origin = neighbour.map_or(String::new(), |neighbour| {
        format!("; names, conditions and integer sizes are those of {neighbour}")
    });
    let mut source = from_files(files)?;
    let release = match introspected.version {
        Some(version) => format!("is QEMU {version}"),
        None => format!("agrees with series {series} alone"),
    };
    source.notes.push(format!("`{argument}` {release}{origin}"));
    Ok(source)
}

/// The release of the only series that explains a reply which does not state its own.
fn recognise(argument: &str, introspected: &Introspected) -> Result<Version, Failure> {
    let imported = workspace::imported()?;
    let fits = fit::rank(&imported, QemuProgram::Emulator, introspected)?;
    let mut perfect = fits.iter().filter(|fit| fit.is_perfect());
    match (perfect.next(), perfect.next()) {
        (Some(fit), None) => {
            let source = SchemaSource::open(&fit.series.to_string(), &SourceOptions::default())?;
            Ok(source.version())
        }
        _ => Err(
            Failure::new(format!("`{argument}` does not state its release")).with_help(
                "save the greeting in front of the reply, or as `greeting.json` in the same \
                 folder; `cargo xtask verify --all` finds the series that matches best",
            ),
        ),
    }
}

/// The same interface with names, conditions and integer sizes of another schema, and
/// with what the build lacks.
pub fn complete(source: &SchemaSource, other: &SchemaSource) -> Result<SchemaSource, Failure> {
    let release = source.version();
    let schema = resolve(&source.validate(source.load_as_stated(QemuProgram::Emulator)?)?);
    let reply = write_reply(&Interface::from_schema(&schema), release);
    let reply = introspect::read(reply.to_string().as_bytes())
        .map_err(|_| Failure::new("the schema does not translate to a reply"))?;
    let (valid, schema) = read_source(other)?;
    let neighbour = Neighbour::new(&valid, &schema);
    let written = write_schema_like(&reply.interface(), release, &neighbour, None);
    let loaded = source.load_as_stated(QemuProgram::Emulator)?;
    let origin = SchemaOrigin {
        neighbour: Some(other.version().series()),
        ..source.origin(QemuProgram::Emulator, &loaded)?
    };
    let mut files = written_files(written, release, origin)?;
    let overrides = match source.overrides() {
        Some(own) => Some(own),
        None => carry_over(other.version().series(), release.series(), &files)?
            .map(|carried| carried.text),
    };
    files.extend(overrides.map(|text| (OVERRIDES.to_owned(), text)));
    from_files(files)
}

fn from_files(files: BTreeMap<String, String>) -> Result<SchemaSource, Failure> {
    let manifest: Manifest = toml::from_str(&files[MANIFEST])
        .map_err(|error| Failure::new(format!("the manifest of the reply: {error}")))?;
    let files = files.into_iter();
    let files: HashMap<String, Vec<u8>> = files
        .map(|(name, text)| (format!("reply/{name}"), text.into_bytes()))
        .collect();
    let version = manifest.release;
    let location = SchemaLocation::Imported("reply".to_owned(), manifest);
    Ok(super::open::source(files, location, version))
}
