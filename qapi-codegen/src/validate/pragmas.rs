//! The exceptions a schema makes for itself.
//!
//! A pragma replaces what an earlier one of the same name said, wherever it
//! stands. The releases up to 2.8 have no pragmas: their exceptions were part of
//! QEMU's own programs, and are part of this file.

use crate::dialect;
use std::collections::HashSet;

use crate::ast::{Item, PragmaValue};
use crate::version::Version;

/// What the pragmas of a schema say.
#[derive(Debug, Default)]
pub struct Pragmas<'s> {
    /// Whether each definition needs documentation.
    pub doc_required: bool,
    /// Commands that may return something else than objects.
    pub returns: HashSet<&'s str>,
    /// Types whose members may have unusual names.
    pub members: HashSet<&'s str>,
    /// Commands that may have `_` in their names.
    pub commands: HashSet<&'s str>,
    /// Definitions whose members need no documentation.
    pub undocumented: HashSet<&'s str>,
}

impl<'s> Pragmas<'s> {
    /// Gathers what is said in all files.
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
        *list = names.iter().map(|name| plain_owner(&name.value)).collect();
    }
}

/// The definition that is meant by the name QEMU gives to its nameless parts,
/// `q_obj_CpuInfo-base`; the early lists write that.
fn plain_owner(name: &str) -> &str {
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
