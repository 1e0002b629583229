//! The reports that are committed, and what a report is made from.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use qapi_codegen::behaviour::{self, Behaviour};
use qapi_codegen::diff::report::{self, Inputs, Report, Side};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::version::Series;

use crate::console::Console;
use crate::failure::Failure;
use crate::releases::{self, Release};
use crate::workspace;

/// The files of the reports between pairs of imported series, by name.
///
/// # Errors
///
/// A schema cannot be read or has mistakes.
pub fn files(
    pairs: &[(Series, Series)],
    console: &mut Console,
) -> Result<BTreeMap<String, String>, Failure> {
    let known = behaviour()?;
    let series = passed(pairs)?;
    let releases = releases::imported(&series, QemuProgram::Emulator, console)?;
    let written: Vec<Result<Vec<(String, String)>, Failure>> = thread::scope(|scope| {
        let (releases, known) = (&releases, &known);
        let one = |pair| scope.spawn(move || pair_files(pair, releases, known));
        let workers: Vec<_> = pairs.iter().map(|&pair| one(pair)).collect();
        let broken = |_| Err(Failure::new("writing a report was broken off"));
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(broken))
            .collect()
    });
    let written: Vec<_> = written.into_iter().collect::<Result<_, _>>()?;
    Ok(written.into_iter().flatten().collect())
}

/// The imported series from the oldest to the newest of the pairs.
fn passed(pairs: &[(Series, Series)]) -> Result<Vec<Series>, Failure> {
    let named = || pairs.iter().flat_map(|&(old, new)| [old, new]);
    let (low, high) = (named().min(), named().max());
    let mut series = workspace::imported()?;
    series.retain(|series| low <= Some(*series) && Some(*series) <= high);
    match named().find(|named| !series.contains(named)) {
        Some(missing) => Err(Failure::new(format!("series {missing} is not imported"))
            .with_help("import it, or take it out of `reports` in schemas/project.toml")),
        None => Ok(series),
    }
}

fn pair_files(
    (old, new): (Series, Series),
    releases: &[Release],
    known: &Behaviour,
) -> Result<Vec<(String, String)>, Failure> {
    let of = |series: Series| {
        let found = releases
            .iter()
            .find(|release| release.schema.version.series() == series);
        found.ok_or_else(|| Failure::new(format!("series {series} is not imported")))
    };
    let between: Vec<&Release> = releases
        .iter()
        .filter(|release| {
            let series = release.schema.version.series();
            old.min(new) < series && series < old.max(new)
        })
        .collect();
    let report = report(of(old)?, of(new)?, &between, known);
    let name = format!("{old}-to-{new}");
    Ok(vec![
        (format!("{name}.md"), report::markdown(&report)),
        (format!("{name}.html"), report::html(&report)),
        (format!("{name}.json"), json(&report)?),
    ])
}

/// Compares two releases with those between them.
pub fn report(old: &Release, new: &Release, between: &[&Release], behaviour: &Behaviour) -> Report {
    let mut between: Vec<_> = between.iter().map(|release| &release.schema).collect();
    between.sort_by_key(|schema| schema.version);
    if new.schema.version < old.schema.version {
        between.reverse();
    }
    Report::of(&Inputs {
        old: side(old),
        new: side(new),
        between,
        behaviour,
    })
}

fn side(release: &Release) -> Side<'_> {
    Side {
        name: &release.name,
        schema: &release.schema,
        devices: release.devices.as_ref(),
    }
}

/// A report as one JSON object.
///
/// # Errors
///
/// It has no text, which does not happen.
pub fn json(report: &Report) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(report);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(error.to_string()))
}

/// What no schema says, as far as the workspace knows it.
///
/// # Errors
///
/// The file cannot be read, or does not say what it should.
pub fn behaviour() -> Result<Behaviour, Failure> {
    let path = workspace::schemas().join(behaviour::FILE);
    let shown = workspace::shown(&path);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Behaviour::default());
        }
        Err(error) => return Err(Failure::io("read", &shown, &error)),
    };
    behaviour::read(&text).map_err(|error| Failure::new(format!("`{shown}`: {error}")))
}
