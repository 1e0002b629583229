//! Pragmas.
//!
//! A pragma replaces an earlier one of the same name in any file. Releases up
//! to 2.8 have no pragmas: their exceptions are part of QEMU's generator, and
//! are listed here.

use std::collections::HashSet;

use crate::ast::{Item, PragmaValue};
use crate::dialect;
use crate::version::Version;

/// The settings of all pragmas of a schema.
#[derive(Debug, Default)]
pub struct Pragmas<'s> {
    /// Each definition needs documentation.
    pub doc_required: bool,
    /// Commands that may return types other than objects.
    pub returns: HashSet<&'s str>,
    /// Types whose members are excepted from the naming conventions.
    pub members: HashSet<&'s str>,
    /// Commands whose names may contain `_`.
    pub commands: HashSet<&'s str>,
    /// Definitions whose members need no documentation.
    pub undocumented: HashSet<&'s str>,
}

impl<'s> Pragmas<'s> {
    /// Collects the pragmas of all files.
    pub fn new(items: &'s [Item], version: Version) -> Self {
        let mut pragmas = Pragmas::default();
        if !dialect::PRAGMAS.contains(version) {
            pragmas.returns.extend(RETURNS);
            pragmas.members.extend(MEMBERS);
        }
        for item in items {
            if let Item::Pragma(pragma) = item {
                for (name, value) in &pragma.settings {
                    pragmas.set(&name.value, value);
                }
            }
        }
        pragmas
    }

    fn set(&mut self, name: &str, value: &'s PragmaValue) {
        let (list, names) = match (name, value) {
            (_, PragmaValue::Boolean(on)) => {
                self.doc_required = *on;
                return;
            }
            ("returns-whitelist" | "command-returns-exceptions", PragmaValue::Names(names)) => {
                (&mut self.returns, names)
            }
            ("name-case-whitelist" | "member-name-exceptions", PragmaValue::Names(names)) => {
                (&mut self.members, names)
            }
            ("command-name-exceptions", PragmaValue::Names(names)) => (&mut self.commands, names),
            (_, PragmaValue::Names(names)) => (&mut self.undocumented, names),
        };
        *list = names
            .iter()
            .map(|name| definition_name(&name.value))
            .collect();
    }
}

/// The definition of an implicit type such as `q_obj_CpuInfo-base`, which early
/// lists name.
fn definition_name(name: &str) -> &str {
    name.strip_prefix("q_obj_").map_or(name, |part| {
        part.strip_suffix("-base")
            .or_else(|| part.strip_suffix("-arg"))
            .unwrap_or(part)
    })
}

/// Commands of QEMU and of its guest agent, 2.5 to 2.8.
const RETURNS: [&str; 15] = [
    "human-monitor-command",
    "qom-get",
    "query-migrate-cache-size",
    "query-tpm-models",
    "query-tpm-types",
    "ringbuf-read",
    "guest-file-open",
    "guest-fsfreeze-freeze",
    "guest-fsfreeze-freeze-list",
    "guest-fsfreeze-status",
    "guest-fsfreeze-thaw",
    "guest-get-time",
    "guest-set-vcpus",
    "guest-sync",
    "guest-sync-delimited",
];

/// Types of QEMU 2.6 to 2.8 with capitals in the names of members or values.
const MEMBERS: [&str; 7] = [
    "ACPISlotType",
    "CpuInfo",
    "CpuInfoMIPS",
    "CpuInfoTricore",
    "QapiErrorClass",
    "UuidInfo",
    "X86CPURegister32",
];
