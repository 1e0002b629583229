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
mod command_info;
mod context;
mod docs;
mod enumeration;
mod fields;
mod file;
mod filled;
mod group;
mod host;
mod items;
mod object;
mod operation;
mod piece;
mod release;
mod root;
mod since;
mod union;

use crate::imported::QemuProgram;
use crate::parallel;
use crate::schema::Schema;
use context::EmitContext;
use group::ModuleFile;
use since::ModulesByRun;

pub use file::GENERATED_MARK;
pub use host::HostCrate;

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

/// Generates the bindings of all releases as a part of a crate.
pub fn emit(bindings: &Bindings, host: HostCrate) -> Vec<GeneratedFile> {
    let qmp = EmitContext::new(host, QemuProgram::Emulator, &bindings.qmp);
    let agent = EmitContext::new(host, QemuProgram::GuestAgent, &bindings.agent);
    let mut files = vec![root::file(&qmp, &agent)];
    for context in [&qmp, &agent] {
        if !context.schemas.is_empty() {
            files.extend(emit_program(context));
        }
    }
    files
}

fn emit_program(context: &EmitContext<'_>) -> Vec<GeneratedFile> {
    let groups: Vec<_> = context.sharing.groups.iter().collect();
    let modules = parallel::map(&groups, |((run, module), group)| {
        group::emit_group(context, *run, module, group)
    });
    let modules: Vec<ModuleFile> = modules.into_iter().flatten().collect();
    let mut by_run = ModulesByRun::new();
    for module in &modules {
        by_run.entry(module.run).or_default().push(module);
    }
    let mut files = vec![root::program_file(context, &by_run)];
    files.extend(since::files(context, &by_run));
    let releases: Vec<usize> = (0..context.schemas.len()).collect();
    files.extend(parallel::map(&releases, |release| {
        release::emit_release(context, *release)
    }));
    files.extend(modules.into_iter().flat_map(|module| module.files));
    files
}
