//! What was found.

use std::collections::HashSet;

use qapi_codegen::imported::{OVERRIDES, QemuProgram};
use qapi_codegen::introspect::{
    Comparison, Difference, Part, Place, Releases, Verdict, compare, describe, judge,
};
use qapi_codegen::load::Loaded;
use qapi_codegen::overrides::{self, Entry};
use qapi_codegen::schema::{self, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

use super::fit::Fit;
use crate::console::Console;
use crate::failure::Failure;
use crate::introspected::Introspected;
use crate::schema::Schema;

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// The release of the schema.
    pub version: Version,
    /// The differences, sorted.
    pub verdict: Verdict,
    /// Where QEMU does something else than it tells, as the overrides say.
    pub corrections: Vec<Entry>,
    /// Commands that QEMU tells of and refuses.
    pub refused: Vec<String>,
    /// The series that were tried, where that was asked for.
    pub fits: Vec<Fit>,
}

impl Report {
    /// Compares a schema with what a QEMU tells.
    ///
    /// QEMU tells what its schema states even where it does something else, so
    /// the schema is taken as it is stated, and its overrides are listed apart.
    /// Only where an override agrees with QEMU is there nothing to report.
    ///
    /// # Errors
    ///
    /// The schema cannot be read, or has mistakes, which are printed.
    pub fn new(
        schema: &Schema,
        interface: QemuProgram,
        told: &Introspected,
        console: &mut Console,
    ) -> Result<Report, Failure> {
        let corrected = schema.load(interface)?;
        let corrections = corrections(&corrected);
        let stated = resolved(schema.load_as_stated(interface)?, console)?;
        let mut comparison = compared(&stated, told);
        let corrected = if corrections.is_empty() {
            stated
        } else {
            let corrected = resolved(corrected, console)?;
            keep_common(&mut comparison, &compared(&corrected, told));
            corrected
        };
        comparison.differences.extend(untold(&corrected, told));
        let releases = Releases {
            schema: corrected.version,
            qemu: told.version,
        };
        Ok(Report {
            version: corrected.version,
            verdict: judge(comparison, releases),
            corrections,
            refused: refused(told),
            fits: Vec::new(),
        })
    }
}

/// The commands that QEMU tells of and does not carry out.
fn refused(told: &Introspected) -> Vec<String> {
    let Some(listed) = &told.commands else {
        return Vec::new();
    };
    let listed: HashSet<&String> = listed.iter().collect();
    let names = told
        .interface
        .commands
        .iter()
        .map(|command| &command.item.name);
    names
        .filter(|name| !listed.contains(name))
        .cloned()
        .collect()
}

/// The commands that QEMU carries out and that neither it nor the schema, with
/// its overrides, tells of.
fn untold(schema: &schema::Schema, told: &Introspected) -> Vec<Difference> {
    let names = schema.commands.iter().map(|command| &command.meta.name);
    let names = names.chain(
        told.interface
            .commands
            .iter()
            .map(|command| &command.item.name),
    );
    let known: HashSet<&String> = names.collect();
    let listed = told.commands.iter().flatten();
    let untold = listed.filter(|name| !known.contains(name));
    untold
        .map(|name| Difference::untold_command(name, "query-commands"))
        .collect()
}

fn resolved(loaded: Loaded, console: &mut Console) -> Result<schema::Schema, Failure> {
    let valid = validate(loaded).map_err(|invalid| {
        console.diagnostics(&invalid.sources, &invalid.diagnostics);
        Failure::new("the schema has mistakes").with_help("`cargo xtask inspect` lists them")
    })?;
    Ok(resolve(&valid))
}

fn compared(schema: &schema::Schema, told: &Introspected) -> Comparison {
    compare(&describe(schema), &told.interface)
}

/// Keeps what differs in both comparisons.
fn keep_common(comparison: &mut Comparison, other: &Comparison) {
    let there: HashSet<(&Place, Part)> = other
        .differences
        .iter()
        .map(|found| (&found.place, found.part))
        .collect();
    comparison
        .differences
        .retain(|found| there.contains(&(&found.place, found.part)));
}

/// The overrides that were applied; of mistakes in them the schema tells.
fn corrections(loaded: &Loaded) -> Vec<Entry> {
    let file = loaded
        .sources
        .files()
        .find(|file| file.name.ends_with(OVERRIDES));
    file.and_then(|file| overrides::list(&file.text).ok())
        .unwrap_or_default()
}
