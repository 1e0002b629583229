//! Migration of single requests.

use qapi_codegen::json::{JsonStyle, parse};
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::version::Series;
use serde_json::Value;

use crate::releases::{catalogue, release};

/// Migrates a request between two series, of which the later one may be newer than all
/// that are imported. A request that is left unchanged is returned as it is.
///
/// # Panics
///
/// The older series is not imported.
pub fn migrate_request(from: &str, to: Series, request: &Value) -> Value {
    let nearest = catalogue().series().iter().rfind(|series| **series <= to);
    let to = nearest.expect("older series are imported").to_string();
    let (source, target) = (release(from), release(&to));
    let rules = &catalogue().knowledge().migrations;
    let (source, checker) = (source.checker(None), target.checker(None));
    let mut migrator = Migrator::new(&source, &checker, rules);
    let text = request.to_string();
    let parsed = parse(&text).expect("a request is JSON");
    match migrator.migrate("test", &parsed).message {
        Some(message) => {
            let text = JsonStyle::detect(&text).format(&message);
            serde_json::from_str(&text).expect("a migrated request is JSON")
        }
        None => request.clone(),
    }
}
