//! Generates the bindings of one release from a source tree of QEMU, as one process to
//! compare with QEMU's own generator.
//!
//! `cargo run --release --manifest-path benches/codegen/Cargo.toml --bin generate_one -- TREE`

use std::env;
use std::path::Path;

use codegen_bench::Disk;
use qapi_codegen::emit::{Bindings, HostCrate, emit};
use qapi_codegen::load::load;
use qapi_codegen::schema::resolve;
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

fn main() {
    let tree = env::args().nth(1).expect("a source tree of QEMU 10.0");
    let root = Path::new(&tree).join("qapi/qapi-schema.json");
    let loaded = load(&Disk, &root.to_string_lossy(), Version::new(10, 0, 0));
    let valid = validate(loaded.expect("it can be read")).expect("it breaks no rule");
    let bindings = Bindings {
        qmp: vec![resolve(&valid)],
        agent: Vec::new(),
    };
    let files = emit(&bindings, HostCrate::QmpBindings);
    let bytes: usize = files.iter().map(|file| file.content.len()).sum();
    println!("{} files, {bytes} bytes", files.len());
}
