//! Emission of Rust source from resolved schemas.
//!
//! Only this module depends on `syn` and `quote`. Each construct of QAPI has a
//! file with a function that adds its tokens to the items of a generated module.
//! The impls of a type depend on its direction and on the releases that share
//! it, which [`analyse`](crate::analyse) finds.

mod alternate;
mod branches;
mod changes;
mod codec;
mod command_table;
mod context;
mod docs;
mod enumeration;
mod fields;
mod file;
mod group;
mod items;
mod object;
mod operation;
mod release;
mod root;
mod union;

use crate::imported::QemuProgram;
use crate::schema::Schema;
use context::EmitContext;

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The path below the folder of generated code.
    pub path: String,
    /// The content.
    pub content: String,
}

/// The schemas to generate bindings for.
#[derive(Debug)]
pub struct Bindings {
    /// The interfaces of the emulator, the oldest release first.
    pub qmp: Vec<Schema>,
    /// The interfaces of the guest agent, the oldest release first.
    pub agent: Vec<Schema>,
}

/// Generates the bindings of all releases.
pub fn emit(bindings: &Bindings) -> Vec<GeneratedFile> {
    let qmp = EmitContext::new(QemuProgram::Emulator, &bindings.qmp);
    let agent = EmitContext::new(QemuProgram::GuestAgent, &bindings.agent);
    let mut files = root::files(&qmp, &agent);
    for context in [&qmp, &agent] {
        files.extend(release::files(context));
        files.extend(group::files(context));
    }
    files
}
