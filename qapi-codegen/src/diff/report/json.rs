//! The JSON format.

use super::Report;
use super::rendered::RenderedReport;

/// Writes a report as one JSON object.
///
/// # Errors
///
/// Returns an error if serialization fails, which no report causes.
pub fn json(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string_pretty(&RenderedReport::new(report))?;
    Ok(text + "\n")
}
