//! Models to Rust source.
//!
//! The only place that knows `syn` and `quote`. One file for each construct of
//! the language; each has a function that turns it into tokens. What a type
//! becomes depends on the directions in which it travels and on the releases
//! that share it, and both were found by [`analyse`](crate::analyse).

mod alternate;
mod changes;
mod codec;
mod command;
mod context;
mod docs;
mod enumeration;
mod event;
mod facts;
mod fields;
mod file;
mod group;
mod object;
mod release;
mod root;
mod union;

use crate::imported::QemuProgram;
use crate::schema::Schema;
use context::Context;

/// One file of generated code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path below the folder of generated code.
    pub path: String,
    /// Its content.
    pub content: String,
}

/// The interface of one release, with which bindings are made.
#[derive(Debug)]
pub struct Bindings {
    /// The interfaces of the emulator, the oldest release first.
    pub qmp: Vec<Schema>,
    /// The interfaces of the guest agent, the oldest release first.
    pub agent: Vec<Schema>,
}

/// Writes the bindings of all releases.
pub fn emit(bindings: &Bindings) -> Vec<GeneratedFile> {
    let qmp = Context::new(QemuProgram::Emulator, &bindings.qmp);
    let agent = Context::new(QemuProgram::GuestAgent, &bindings.agent);
    let mut files = vec![
        root::modules(&qmp, &agent),
        root::groups(&qmp, &agent),
        root::agent(&agent),
    ];
    for context in [&qmp, &agent] {
        files.extend(release::files(context));
        files.extend(group::files(context));
    }
    files
}
