//! Changes of QEMU's command line: options, parameters, machine types, CPU models.
//!
//! They are findings like any other, under the name [`COMMAND_LINE`] instead of a
//! command. What is known about a release is decided in `knowledge::command_line`.

mod changes;
mod history;
mod judgement;

use serde::Serialize;

use super::finding::Finding;
use crate::knowledge::CommandLineFacts;
use crate::knowledge::command_line::{CommandLineList, Presence};
use crate::version::Series;

pub use history::{command_line_history, command_line_names, cpu_history, machine_history};

/// The name under which reports list findings about the command line.
pub const COMMAND_LINE: &str = "command line";

/// The extent of the comparison of command lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CommandLineCoverage {
    /// The number of options of both releases.
    pub options: usize,
    /// The number of machine types of both releases.
    pub machines: usize,
    /// The number of CPU models of both releases.
    pub cpus: usize,
    /// The releases of which no build is known with its parameters, machine types and
    /// CPU models. With any, these are not compared.
    pub unlisted: Vec<Series>,
    /// The releases whose options are not known.
    pub unknown: Vec<Series>,
}

/// Determines the extent of the comparison of two releases.
pub fn command_line_coverage(
    old: CommandLineFacts<'_>,
    new: CommandLineFacts<'_>,
) -> CommandLineCoverage {
    let sides = [old, new].into_iter();
    let is_listed = |side: &CommandLineFacts<'_>| side.has_list(CommandLineList::Machines);
    let unlisted = sides.clone().filter(|side| !is_listed(side));
    let unknown = sides.filter(|side| !side.has_options());
    let is_present = |presence: Presence| presence == Presence::Present;
    let options = old.option_names().into_iter();
    let machines = old.machine_names().into_iter();
    let cpus = old.cpu_names().into_iter();
    CommandLineCoverage {
        options: options
            .filter(|name| is_present(new.option(name).presence))
            .count(),
        machines: machines
            .filter(|name| is_present(new.machine(name).presence))
            .count(),
        cpus: cpus
            .filter(|name| is_present(new.cpu(name).presence))
            .count(),
        unlisted: unlisted.map(|side| side.series()).collect(),
        unknown: unknown.map(|side| side.series()).collect(),
    }
}

/// The findings about the command lines of two releases.
pub fn command_line_findings<'s>(
    old: CommandLineFacts<'s>,
    new: CommandLineFacts<'s>,
) -> Vec<Finding<'s>> {
    let found = match old.series() <= new.series() {
        true => changes::upgrade_changes(old, new),
        false => {
            let changes = changes::upgrade_changes(new, old).into_iter();
            changes.filter_map(changes::reverse).collect()
        }
    };
    judgement::judge_changes(found)
}
