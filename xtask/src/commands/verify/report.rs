//! Comparison of a schema with introspection.

use std::collections::HashSet;

use qapi_codegen::imported::{OVERRIDES, QemuProgram};
use qapi_codegen::introspect::{
    ComparedReleases, DifferenceKind, InterfaceComparison, InterfaceDifference, Verification,
    WireLocation, compare, explain,
};
use qapi_codegen::load::LoadedSchema;
use qapi_codegen::overrides::{self, OverrideEntry};
use qapi_codegen::schema::Schema;
use qapi_codegen::version::Version;
use qapi_codegen::wire::Interface;

use crate::failure::Failure;
use crate::fit::SeriesFit;
use crate::introspected::Introspected;
use crate::schema_source::SchemaSource;

/// The result of a comparison.
#[derive(Debug)]
pub struct VerifyReport {
    /// The release of the schema.
    pub version: Version,
    /// The differences, sorted.
    pub verification: Verification,
    /// The overrides, which say where QEMU differs from its introspection.
    pub corrections: Vec<OverrideEntry>,
    /// Introspected commands that `query-commands` does not list.
    pub not_executable: Vec<String>,
    /// The best matches, if the series were ranked.
    pub fits: Vec<SeriesFit>,
}

impl VerifyReport {
    /// Compares a schema with introspection.
    ///
    /// QEMU reports what its schema states, even if the wire differs. So the
    /// schema is compared without its overrides, and these are listed apart. A
    /// difference that an override removes is not reported.
    pub fn new(
        source: &SchemaSource,
        program: QemuProgram,
        introspected: &Introspected,
    ) -> Result<VerifyReport, Failure> {
        let loaded = source.load(program)?;
        let (version, corrections) = (loaded.version, list_overrides(&loaded));
        let corrected = match corrections.is_empty() {
            true => None,
            false => Some(source.resolve(loaded)?),
        };
        Ok(VerifyReport {
            version,
            verification: verify(source, program, introspected, corrected)?,
            corrections,
            not_executable: not_executable(introspected),
            fits: Vec::new(),
        })
    }
}

/// Compares a schema with introspection; `corrected` is the schema with its overrides.
pub fn verify(
    source: &SchemaSource,
    program: QemuProgram,
    introspected: &Introspected,
    corrected: Option<Schema>,
) -> Result<Verification, Failure> {
    let stated = source.resolve(source.load_as_stated(program)?)?;
    let mut comparison = compare_interfaces(&stated, introspected);
    let corrected = match corrected {
        None => stated,
        Some(corrected) => {
            let other = compare_interfaces(&corrected, introspected);
            keep_common(&mut comparison, &other);
            corrected
        }
    };
    let unreported = unreported_commands(&corrected, introspected);
    comparison.differences.extend(unreported);
    let releases = ComparedReleases {
        schema: corrected.version,
        qemu: introspected.version,
    };
    Ok(explain(comparison, releases))
}

/// The introspected commands that `query-commands` does not list.
fn not_executable(introspected: &Introspected) -> Vec<String> {
    let Some(listed) = &introspected.commands else {
        return Vec::new();
    };
    let listed: HashSet<&String> = listed.iter().collect();
    let interface = introspected.reply.interface();
    let names = interface
        .commands
        .declared()
        .map(|(name, _)| name.to_owned());
    names.filter(|name| !listed.contains(name)).collect()
}

/// The commands that `query-commands` lists and that are neither introspected
/// nor in the schema.
fn unreported_commands(schema: &Schema, introspected: &Introspected) -> Vec<InterfaceDifference> {
    let interface = introspected.reply.interface();
    let is_known = |name: &str| schema.command(name).is_some() || interface.commands.contains(name);
    let listed = introspected.commands.iter().flatten();
    let unreported = listed.filter(|name| !is_known(name));
    unreported
        .map(|name| InterfaceDifference::unreported_command(name, "query-commands"))
        .collect()
}

fn compare_interfaces(schema: &Schema, introspected: &Introspected) -> InterfaceComparison {
    let reply = introspected.reply.interface();
    compare(&Interface::from_schema(schema), &reply)
}

/// Keeps the differences that are in both comparisons.
fn keep_common(comparison: &mut InterfaceComparison, other: &InterfaceComparison) {
    let others: HashSet<(&WireLocation, DifferenceKind)> = other
        .differences
        .iter()
        .map(|difference| (&difference.location, difference.kind))
        .collect();
    comparison
        .differences
        .retain(|difference| others.contains(&(&difference.location, difference.kind)));
}

/// The overrides that were applied. Errors in them are diagnostics of the
/// schema.
fn list_overrides(loaded: &LoadedSchema) -> Vec<OverrideEntry> {
    let file = loaded
        .sources
        .files()
        .find(|file| file.name.ends_with(OVERRIDES));
    file.and_then(|file| overrides::list(&file.text).ok())
        .unwrap_or_default()
}
