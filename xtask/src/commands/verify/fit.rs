//! Which series in `schemas/` a QEMU resembles most.

use serde::Serialize;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::version::Series;

use super::report::Report;
use crate::console::Console;
use crate::failure::Failure;
use crate::introspected::Introspected;
use crate::progress::Progress;
use crate::schema::{Options, Schema};

/// How well a series fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// The series.
    pub series: Series,
    /// How much of it the QEMU contradicts.
    pub contradictions: usize,
    /// How much the QEMU has beyond it.
    pub extra: usize,
}

/// Compares all series, and gives the one that fits best first.
pub fn rank(
    imported: &[Series],
    interface: QemuProgram,
    told: &Introspected,
    console: &mut Console,
) -> Result<Vec<Fit>, Failure> {
    let progress = Progress::new("comparing", imported.len() as u64);
    let mut fits = Vec::new();
    for &series in imported {
        let schema = Schema::open(&series.to_string(), &Options::default())?;
        let report = Report::new(&schema, interface, told, console)?;
        fits.push(Fit {
            series,
            contradictions: report.verdict.contradictions.len(),
            extra: report.verdict.extra.len(),
        });
        progress.advance(1);
    }
    // Of two that fit as well, the newer one comes first.
    fits.sort_by_key(|fit| {
        (
            fit.contradictions + fit.extra,
            std::cmp::Reverse(fit.series),
        )
    });
    Ok(fits)
}
