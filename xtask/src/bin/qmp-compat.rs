//! The installed command: all schemas are inside, and no checkout is needed.

use std::process::ExitCode;

use xtask::schema_files::EmbeddedFile;

/// The files of `schemas/`, packed by the build script.
const EMBEDDED: &[EmbeddedFile] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

fn main() -> ExitCode {
    xtask::main(xtask::Tool::Installed(EMBEDDED))
}
