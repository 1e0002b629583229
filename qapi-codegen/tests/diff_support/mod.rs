//! Reading small schemas, and comparing them.

use std::sync::LazyLock;

use std::collections::HashMap;

use qapi_codegen::diff::report::{Report, ReportInputs, ReportSide, advice, message};
use qapi_codegen::knowledge::Knowledge;
use qapi_codegen::load::{DocumentationKind, load};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::wire::render_path;

/// Reads a schema of a release, which must break no rule.
#[allow(
    dead_code,
    reason = "not every test binary asks for schemas that are right"
)]
pub fn resolved(release: &str, text: &str) -> Schema {
    read(release, text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Reads a schema of a release; or its errors.
#[allow(dead_code, reason = "not every test binary reads what may be wrong")]
pub fn read(release: &str, text: &str) -> Result<Schema, String> {
    let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
    let mut loaded = load(&files, "a.json", release.parse().unwrap()).unwrap();
    loaded.documentation = DocumentationKind::Facts;
    match validate(loaded) {
        Ok(valid) => Ok(resolve(&valid)),
        Err(invalid) => {
            let messages = invalid.diagnostics.iter().map(|found| &*found.message);
            Err(format!(
                "{text}\n  {}",
                messages.collect::<Vec<_>>().join("\n  ")
            ))
        }
    }
}

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::default);

/// Compares two schemas.
pub fn report<'s>(old: &'s Schema, new: &'s Schema) -> Report<'s> {
    let side = |name, schema| ReportSide {
        name,
        schema,
        devices: None,
        command_line: None,
    };
    let (old, new) = (side("old", old), side("new", new));
    Report::compare(&ReportInputs {
        old,
        new,
        between: Vec::new(),
        knowledge: &KNOWLEDGE,
    })
}

/// A finding, as tests compare it.
#[derive(Debug)]
#[allow(dead_code, reason = "not every test binary reads all fields")]
pub struct FoundChange {
    pub rule: &'static str,
    pub direction: &'static str,
    pub target: String,
    pub path: String,
    pub compatibility: &'static str,
    pub message: String,
    pub advice: Option<String>,
}

/// The findings between two schemas.
#[allow(dead_code, reason = "not every test binary asks for findings alone")]
pub fn found(old: &Schema, new: &Schema) -> Vec<FoundChange> {
    let report = report(old, new);
    let findings = report.findings.iter();
    findings
        .map(|finding| FoundChange {
            rule: finding.rule.id.as_str(),
            direction: finding.direction.as_str(),
            target: finding.target().to_owned(),
            path: render_path(finding.path()),
            compatibility: finding.compatibility.as_str(),
            message: message(finding),
            advice: advice(finding),
        })
        .collect()
}
