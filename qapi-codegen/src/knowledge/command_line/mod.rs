//! The command line of QEMU: options, machine types and CPU models.
//!
//! Running QEMUs list some options with their parameters, and all machine types
//! and CPU models; `record` is the file with their answers for one series.
//! QEMU does not list most options, so people write those down: `options`.
//! `evidence` has both for all series, and `facts` the answers for one: `parameters` of
//! options, `constraints` on them, and `presence`, the conclusions from the lists of builds.

mod constraints;
mod evidence;
mod facts;
mod grouping;
mod objects;
mod options;
mod parameters;
mod presence;
mod record;

pub use constraints::{OptionConflict, OptionConstraint, OptionPart, ValueForm};
pub use evidence::CommandLineEvidence;
pub use facts::{CommandLineFact, CommandLineFacts, OptionInterface};
pub use objects::ObjectEntry;
pub use options::{OptionEntry, OptionForm, OptionTable, ParameterEntry, ParameterList};
pub use parameters::ParameterFact;
pub use presence::Presence;
pub use record::{
    BuildCommandLine, BuildName, CommandLineList, CommandLineRecord, CpuModel, InvalidCommandLine,
    MachineType, OptionParameters,
};
