//! The inputs of the site: all releases and what is known about them.

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::{BuildEvidence, CommandLineEvidence, Knowledge};
use qapi_codegen::schema::Schema;
use qapi_codegen::version::Series;
use qapi_codegen::wire::Interface;

/// The inputs of the site.
#[derive(Debug)]
pub struct SiteInputs<'a> {
    /// All series, oldest first.
    pub series: &'a [Series],
    /// The programs, the emulator first.
    pub programs: Vec<ProgramInputs<'a>>,
    /// The devices of builds.
    pub builds: &'a BuildEvidence,
    /// The command lines of builds.
    pub command_lines: &'a CommandLineEvidence,
    /// The facts that no schema states.
    pub knowledge: &'a Knowledge,
    /// `true` if the site has the checker, whose files the caller adds.
    pub has_checker: bool,
}

/// One program of QEMU over all series that have it.
#[derive(Debug)]
pub struct ProgramInputs<'a> {
    /// The program.
    pub program: QemuProgram,
    /// The series with its interface, oldest first.
    pub series: Vec<Series>,
    /// The schemas, in the same order.
    pub schemas: Vec<&'a Schema>,
    /// The interfaces, in the same order.
    pub interfaces: Vec<Interface<'a>>,
}

impl<'a> ProgramInputs<'a> {
    /// Creates the inputs from schemas, oldest first.
    pub fn new(program: QemuProgram, schemas: Vec<&'a Schema>) -> Self {
        ProgramInputs {
            program,
            series: schemas.iter().map(|own| own.version.series()).collect(),
            interfaces: schemas
                .iter()
                .map(|own| Interface::from_schema(own))
                .collect(),
            schemas,
        }
    }

    /// The newest series.
    pub fn newest(&self) -> usize {
        self.series.len().saturating_sub(1)
    }
}
