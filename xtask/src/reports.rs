//! Reports of what changed between two releases.

use std::collections::BTreeMap;

use qapi_codegen::diff::report::{self, Report, ReportInputs, ReportSide};
use qapi_codegen::parallel;
use qapi_codegen::traffic::upgrade::CheckedUpgrade;
use qapi_codegen::version::Series;

use crate::catalogue::Release;
use crate::failure::Failure;

/// The files of the committed reports on pairs of some releases, by name.
pub fn report_files(
    releases: &[Release],
    pairs: &[(Series, Series)],
) -> Result<BTreeMap<String, String>, Failure> {
    let written = parallel::map(pairs, |&pair| pair_files(pair, releases));
    let written: Vec<_> = written.into_iter().collect::<Result<_, _>>()?;
    Ok(written.into_iter().flatten().collect())
}

fn pair_files(
    (old, new): (Series, Series),
    releases: &[Release],
) -> Result<Vec<(String, String)>, Failure> {
    let series = |release: &Release| release.schema.version.series();
    let find = |wanted: Series| {
        let found = releases.iter().find(|release| series(release) == wanted);
        found.ok_or_else(|| {
            Failure::new(format!("series {wanted} is not imported"))
                .with_help("import it, or remove it from `reports` in schemas/project.toml")
        })
    };
    let is_between =
        |release: &&Release| old.min(new) < series(release) && series(release) < old.max(new);
    let between: Vec<&Release> = releases.iter().filter(is_between).collect();
    let report = compare_releases(find(old)?, find(new)?, &between);
    let name = format!("{old}-to-{new}");
    Ok(vec![
        (format!("{name}.md"), report::markdown(&report)),
        (format!("{name}.html"), report::html(&report)),
        (format!("{name}.json"), report::json(&report)?),
    ])
}

/// Compares two releases, and dates the changes by those between them.
pub fn compare_releases<'r>(
    old: &'r Release,
    new: &'r Release,
    between: &[&'r Release],
) -> Report<'r> {
    let mut between: Vec<_> = between.iter().map(|release| &release.schema).collect();
    between.sort_by_key(|schema| schema.version);
    if new.schema.version < old.schema.version {
        between.reverse();
    }
    let judge = CheckedUpgrade {
        old: old.checker(None),
        new: new.checker(None),
        rules: &new.knowledge.migrations,
    };
    let inputs = ReportInputs {
        old: side(old),
        new: side(new),
        between,
        knowledge: &new.knowledge,
    };
    Report::compare_and_try(&inputs, Some(&judge))
}

/// A release with its builds, which only the emulator has.
fn side(release: &Release) -> ReportSide<'_> {
    let emulator = Some(release).filter(|own| own.schema.command("device_add").is_some());
    ReportSide {
        name: &release.name,
        schema: &release.schema,
        devices: emulator.and_then(|own| own.devices().ok()),
        command_line: emulator.and_then(|own| own.command_line().ok()),
    }
}
