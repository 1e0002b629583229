//! Ranking of the imported series by their similarity to a QEMU.

use serde::Serialize;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::version::Series;

use crate::commands::verify::{VerifyReport, verify};
use crate::failure::Failure;
use crate::introspected::Introspected;
use crate::models::Models;
use crate::progress::progress_bar;
use crate::schema_source::{SchemaSource, SourceOptions};

/// The similarity of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeriesFit {
    /// The series.
    pub series: Series,
    /// The number of contradictions.
    pub contradictions: usize,
    /// The number of items that are not in the schema of the series.
    pub extra: usize,
}

impl SeriesFit {
    /// Returns `true` if nothing shows that the QEMU is of another series.
    pub fn is_perfect(&self) -> bool {
        self.contradictions + self.extra == 0
    }
}

/// Compares all series, and sorts them by similarity, best match first.
pub fn rank(
    imported: &[Series],
    program: QemuProgram,
    introspected: &Introspected,
) -> Result<Vec<SeriesFit>, Failure> {
    let progress = progress_bar("comparing", imported.len() as u64);
    let models = Models::default();
    let mut fits = Vec::new();
    for &series in imported {
        let source = SchemaSource::open(&series.to_string(), &SourceOptions::default())?;
        // The model of a series has its overrides, and is read faster than its schema.
        let verification = match models.read(series, program) {
            Some(model) => verify(&source, program, introspected, Some(model.schema))?,
            None => VerifyReport::new(&source, program, introspected)?.verification,
        };
        fits.push(SeriesFit {
            series,
            contradictions: verification.contradictions.len(),
            extra: verification.extra.len(),
        });
        progress.inc(1);
    }
    // Of two equally good matches, the newer one comes first.
    fits.sort_by_key(|fit| {
        (
            fit.contradictions + fit.extra,
            std::cmp::Reverse(fit.series),
        )
    });
    Ok(fits)
}
