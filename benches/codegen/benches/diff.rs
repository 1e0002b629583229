//! How long a comparison takes, once the schemas are parsed.

use std::sync::LazyLock;

use std::path::Path;

use divan::Bencher;
use qapi_codegen::diff::compare::compare;
use qapi_codegen::diff::report::{self, Report, ReportInputs, ReportSide};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::knowledge::Knowledge;
use qapi_codegen::load::Files;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::validate;
use qapi_codegen::wire;

fn main() {
    divan::main();
}

/// The schemas beside this package.
struct Schemas;

impl Files for Schemas {
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../schemas")
                .join(path),
        )
    }
}

fn schema(series: &str) -> Schema {
    let loaded = imported::load(&Schemas, series, QemuProgram::Emulator).expect("it is imported");
    resolve(&validate(loaded).unwrap_or_else(|_| panic!("{series} breaks no rule")))
}

/// Interface and comparison, without words.
#[divan::bench(args = [("2.5", "2.11"), ("2.5", "10.0")])]
fn shapes(bencher: Bencher<'_, '_>, (old, new): (&str, &str)) {
    let (old, new) = (schema(old), schema(new));
    bencher.bench(|| {
        let (old, new) = (
            wire::Interface::from_schema(&old),
            wire::Interface::from_schema(&new),
        );
        compare(&old, &new).pairs.len()
    });
}

/// The whole report of two releases, without those between them.
#[divan::bench(args = [("2.5", "2.11"), ("2.5", "10.0")])]
fn findings(bencher: Bencher<'_, '_>, (old, new): (&str, &str)) {
    let (old, new) = (schema(old), schema(new));
    bencher.bench(|| compared(&old, &new).findings.len());
}

/// Writing the page of a report.
#[divan::bench]
fn html(bencher: Bencher<'_, '_>) {
    let (old, new) = (schema("2.5"), schema("10.0"));
    let report = compared(&old, &new);
    bencher.bench(|| report::html(&report).len());
}

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::default);

fn compared<'s>(old: &'s Schema, new: &'s Schema) -> Report<'s> {
    let side = |schema| ReportSide {
        name: "",
        schema,
        devices: None,
        command_line: None,
    };
    Report::compare(&ReportInputs {
        old: side(old),
        new: side(new),
        between: vec![],
        knowledge: &KNOWLEDGE,
    })
}
