//! The pages as HTML.
//!
//! Like the report page, they are written with `format!` and the escaping of
//! `markup`. Each file here writes one kind of page or a part of several.

mod changes;
mod command_line;
mod definition;
mod device;
mod frame;
mod instead;
mod list;
mod members;
mod start;
mod strip;

use std::collections::BTreeMap;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::Knowledge;
use qapi_codegen::version::Series;

use crate::address::PageKind;
use crate::collect::changes::{ChangesByName, EntityChange};
use crate::collect::command_line::CommandLineEntity;
use crate::collect::devices::Device;
use crate::collect::entities::Entity;
use crate::collect::type_changes::type_changes;
use crate::inputs::ProgramInputs;
use crate::{search_index, steps};

/// Everything that pages show.
#[derive(Debug)]
pub struct Site<'a> {
    /// All series, oldest first.
    pub series: &'a [Series],
    /// The programs, the emulator first.
    pub programs: Vec<Program<'a>>,
    /// The devices, sorted by name.
    pub devices: Vec<Device<'a>>,
    /// The options, machine types and CPU models, sorted by kind and name.
    pub command_line: Vec<CommandLineEntity<'a>>,
    /// The facts that no schema states.
    pub knowledge: &'a Knowledge,
    /// `true` if the site has the checker.
    pub has_checker: bool,
}

/// One program with its entities.
#[derive(Debug)]
pub struct Program<'a> {
    /// Its schemas.
    pub inputs: &'a ProgramInputs<'a>,
    /// Its commands, events and types, sorted by kind and name.
    pub entities: Vec<Entity<'a>>,
    /// The changes of its commands and events.
    pub changes: ChangesByName,
}

impl Program<'_> {
    /// The program.
    pub fn program(&self) -> QemuProgram {
        self.inputs.program
    }

    /// The changes of an entity, oldest series first.
    pub fn changes_of(&self, entity: &Entity<'_>) -> Vec<EntityChange> {
        match entity.kind {
            PageKind::Type => type_changes(entity),
            _ => self.changes.get(entity.name).cloned().unwrap_or_default(),
        }
    }
}

/// The name of a program on pages.
pub fn program_name(program: QemuProgram) -> &'static str {
    match program {
        QemuProgram::Emulator => "QEMU",
        QemuProgram::GuestAgent => "guest agent",
        QemuProgram::StorageDaemon => "storage daemon",
    }
}

/// The short answer for something that was removed or is deprecated.
pub fn instead_text(site: &Site<'_>, program: &Program<'_>, entity: &Entity<'_>) -> Option<String> {
    match program.program() {
        QemuProgram::Emulator => instead::short_answer(site, entity),
        _ => entity
            .replaced_by
            .as_deref()
            .map(|names| format!("Use `{names}`.")),
    }
}

/// Writes all files of the site, by their paths.
pub fn write_site(site: &Site<'_>) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for program in &site.programs {
        for entity in &program.entities {
            let (path, page) = definition::page(site, program, entity);
            files.insert(path, page);
        }
        for kind in PageKind::ALL {
            files.extend(list::page(site, program, kind));
        }
    }
    for device in &site.devices {
        let (path, page) = device::page(site, device);
        files.insert(path, page);
    }
    for entity in &site.command_line {
        let (path, page) = command_line::page(site, entity);
        files.insert(path, page);
    }
    files.extend(start::pages(site));
    files.extend(search_index::files(site));
    if !site.has_checker {
        files.extend(steps::files(site));
    }
    files.extend(frame::assets());
    files
}
