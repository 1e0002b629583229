//! SARIF 2.1.0.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Annotation, AnnotationLevel};

/// Writes a log with one run.
pub fn write(tool: &str, annotations: &[Annotation], out: &mut dyn Write) -> io::Result<()> {
    let rules: BTreeSet<&str> = annotations
        .iter()
        .map(|found| found.rule.as_str())
        .collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let results: Vec<Value> = annotations
        .iter()
        .map(|found| result(found, &rules))
        .collect();
    let descriptors: Vec<Value> = rules.iter().map(|rule| json!({ "id": rule })).collect();
    let driver = json!({
        "name": tool,
        "version": env!("CARGO_PKG_VERSION"),
        "rules": descriptors,
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "results": results, "columnKind": "unicodeCodePoints" }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn result(annotation: &Annotation, rules: &[&str]) -> Value {
    let level = match annotation.level {
        AnnotationLevel::Error => "error",
        AnnotationLevel::Warning => "warning",
        AnnotationLevel::Note => "note",
    };
    let index = rules
        .binary_search(&annotation.rule.as_str())
        .unwrap_or_default();
    let mut result = json!({
        "ruleId": annotation.rule,
        "ruleIndex": index,
        "level": level,
        "message": { "text": annotation.text() },
    });
    if let Some((file, line, column)) = &annotation.place {
        let region = json!({ "startLine": line, "startColumn": column });
        let location = json!({ "artifactLocation": { "uri": uri(file) }, "region": region });
        result["locations"] = json!([{ "physicalLocation": location }]);
    }
    result
}

/// Returns a relative or absolute URI reference of a path.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("./a b/ü.c"), "a%20b/%C3%BC.c");
        assert_eq!(uri("/a"), "file:///a");
    }
}
