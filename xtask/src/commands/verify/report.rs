//! Comparison of a schema with introspection.

use std::collections::HashSet;

use qapi_codegen::imported::{OVERRIDES, QemuProgram};
use qapi_codegen::introspect::{
    Comparison, Difference, Part, Place, Releases, Verdict, compare, describe, judge,
};
use qapi_codegen::load::Loaded;
use qapi_codegen::overrides::{self, Entry};
use qapi_codegen::schema::Schema;
use qapi_codegen::version::Version;

use super::fit::SeriesFit;
use crate::failure::Failure;
use crate::introspected::Introspected;
use crate::schema_source::SchemaSource;

/// The result of a comparison.
#[derive(Debug)]
pub struct VerifyReport {
    /// The release of the schema.
    pub version: Version,
    /// The differences, sorted.
    pub verdict: Verdict,
    /// The overrides, which say where QEMU differs from its introspection.
    pub corrections: Vec<Entry>,
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
    ///
    /// # Errors
    ///
    /// The schema cannot be read or is invalid.
    pub fn new(
        source: &SchemaSource,
        program: QemuProgram,
        introspected: &Introspected,
    ) -> Result<VerifyReport, Failure> {
        let corrected = source.load(program)?;
        let corrections = list_overrides(&corrected);
        let stated = source.resolve(source.load_as_stated(program)?)?;
        let mut comparison = compare_interfaces(&stated, introspected);
        let corrected = if corrections.is_empty() {
            stated
        } else {
            let corrected = source.resolve(corrected)?;
            keep_common(
                &mut comparison,
                &compare_interfaces(&corrected, introspected),
            );
            corrected
        };
        let unreported = unreported_commands(&corrected, introspected);
        comparison.differences.extend(unreported);
        let releases = Releases {
            schema: corrected.version,
            qemu: introspected.version,
        };
        Ok(VerifyReport {
            version: corrected.version,
            verdict: judge(comparison, releases),
            corrections,
            not_executable: not_executable(introspected),
            fits: Vec::new(),
        })
    }
}

/// The introspected commands that `query-commands` does not list.
fn not_executable(introspected: &Introspected) -> Vec<String> {
    let Some(listed) = &introspected.commands else {
        return Vec::new();
    };
    let listed: HashSet<&String> = listed.iter().collect();
    introspected_commands(introspected)
        .filter(|name| !listed.contains(name))
        .cloned()
        .collect()
}

/// The commands that `query-commands` lists and that are neither introspected
/// nor in the schema.
fn unreported_commands(schema: &Schema, introspected: &Introspected) -> Vec<Difference> {
    let names = schema.commands.iter().map(|command| &command.meta.name);
    let known: HashSet<&String> = names.chain(introspected_commands(introspected)).collect();
    let listed = introspected.commands.iter().flatten();
    let unreported = listed.filter(|name| !known.contains(name));
    unreported
        .map(|name| Difference::untold_command(name, "query-commands"))
        .collect()
}

fn introspected_commands(introspected: &Introspected) -> impl Iterator<Item = &String> {
    let commands = introspected.interface.commands.iter();
    commands.map(|command| &command.item.name)
}

fn compare_interfaces(schema: &Schema, introspected: &Introspected) -> Comparison {
    compare(&describe(schema), &introspected.interface)
}

/// Keeps the differences that are in both comparisons.
fn keep_common(comparison: &mut Comparison, other: &Comparison) {
    let others: HashSet<(&Place, Part)> = other
        .differences
        .iter()
        .map(|difference| (&difference.place, difference.part))
        .collect();
    comparison
        .differences
        .retain(|difference| others.contains(&(&difference.place, difference.part)));
}

/// The overrides that were applied. Errors in them are diagnostics of the
/// schema.
fn list_overrides(loaded: &Loaded) -> Vec<Entry> {
    let file = loaded
        .sources
        .files()
        .find(|file| file.name.ends_with(OVERRIDES));
    file.and_then(|file| overrides::list(&file.text).ok())
        .unwrap_or_default()
}
