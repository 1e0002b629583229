//! Parses and validates the schema of QEMU 10.0 and nothing else, to count instructions.
//!
//! `valgrind --tool=callgrind target/release/read_one schemas/10.0`, or a source tree of QEMU.

use std::env;
use std::path::Path;

use codegen_bench::Disk;
use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::load::load;
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

fn main() {
    let folder = env::args().nth(1).expect("a folder with a schema");
    let root = Path::new(&folder).join("qapi/qapi-schema.json");
    let loaded = if root.exists() {
        load(&Disk, &root.to_string_lossy(), Version::new(10, 0, 0))
    } else {
        Ok(imported::load(&Disk, &folder, QemuProgram::Emulator).expect("a restated schema"))
    };
    let valid = validate(loaded.expect("it can be read")).expect("it breaks no rule");
    println!("{} definitions", valid.loaded().definitions().count());
}
