//! Reading schemas and writing bindings, beside the published `qapi-codegen`.
//!
//! `cargo bench --manifest-path benches/codegen/Cargo.toml`

use codegen_bench::{Disk, peer_schema, series};
use divan::{Bencher, black_box};
use qapi_codegen::emit::{Bindings, HostCrate, emit};
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::load::load;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::validate::{ValidSchema, validate};
use qapi_codegen::version::Version;

fn main() {
    divan::main();
}

/// The series with bindings.
const BINDINGS: [&str; 4] = ["2.5", "2.11", "7.2", "10.0"];

/// The release whose files the peer carries; their own rules are the fair ones.
const CARRIED: Version = Version::new(9, 2, 0);

fn restated(name: &str, interface: QemuProgram) -> ValidSchema {
    let loaded = imported::load(&Disk, &series(name), interface).expect("the series is there");
    validate(loaded).expect("it breaks no rule")
}

/// QEMU's own files, as the peer carries them, documentation included.
fn upstream() -> ValidSchema {
    let root = peer_schema().join("qapi-schema.json");
    let loaded = load(&Disk, &root.to_string_lossy(), CARRIED).expect("it can be read");
    validate(loaded).expect("it breaks no rule")
}

#[divan::bench]
fn parse_and_validate_10_0() -> ValidSchema {
    restated("10.0", QemuProgram::Emulator)
}

#[divan::bench]
fn parse_and_validate_upstream() -> ValidSchema {
    upstream()
}

/// One release from QEMU's files to formatted source.
#[divan::bench]
fn generate_upstream() -> usize {
    file_count(vec![resolve(&upstream())], Vec::new())
}

/// One release from a restated schema to formatted source.
#[divan::bench]
fn generate_10_0() -> usize {
    let qmp = vec![resolve(&restated("10.0", QemuProgram::Emulator))];
    file_count(qmp, Vec::new())
}

/// The same by the published crate, whose output is not formatted and which
/// checks nothing.
#[divan::bench]
fn generate_upstream_by_qapi_rs(bencher: Bencher<'_, '_>) {
    let schema = peer_schema();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("qmp.rs");
    bencher.bench_local(|| {
        let included = peer::codegen(black_box(schema), &out, "QmpCommand".to_owned());
        included.expect("the peer reads its own schema").len()
    });
}

/// All that `cargo xtask generate` makes, but for reading and writing files.
#[divan::bench(sample_count = 10)]
fn generate_all_bindings() -> usize {
    let read = |interface| {
        let each = BINDINGS
            .iter()
            .map(|name| resolve(&restated(name, interface)));
        each.collect()
    };
    let (qmp, agent) = (
        read(QemuProgram::Emulator),
        read(QemuProgram::GuestAgent),
    );
    file_count(qmp, agent)
}

/// The number of generated files.
fn file_count(qmp: Vec<Schema>, agent: Vec<Schema>) -> usize {
    emit(&Bindings { qmp, agent }, HostCrate::QmpBindings).len()
}
