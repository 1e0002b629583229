//! Reading small schemas, and comparing them.

use std::collections::HashMap;

use qapi_codegen::diff::finding::Finding;
use qapi_codegen::diff::report::{Inputs, Report, Side};
use qapi_codegen::knowledge::Behaviour;
use qapi_codegen::load::{DocumentationKind, load};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;

/// Reads a schema of a release, which must break no rule.
#[allow(
    dead_code,
    reason = "not every test binary asks for schemas that are right"
)]
pub fn resolved(release: &str, text: &str) -> Schema {
    read(release, text).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Reads a schema of a release; the mistakes in it, if there are some.
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

/// Compares two schemas.
pub fn report(old: &Schema, new: &Schema) -> Report {
    let side = |name, schema| Side {
        name,
        schema,
        devices: None,
    };
    let behaviour = Behaviour::default();
    let (old, new) = (side("old", old), side("new", new));
    Report::of(&Inputs {
        old,
        new,
        between: Vec::new(),
        behaviour: &behaviour,
    })
}

/// What is found between two schemas.
#[allow(dead_code, reason = "not every test binary asks for findings alone")]
pub fn found(old: &Schema, new: &Schema) -> Vec<Finding> {
    report(old, new).findings
}
