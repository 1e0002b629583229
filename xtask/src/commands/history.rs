//! `history`: the changes of one command, event, type, device, option, machine type or
//! CPU model over all releases.

use std::mem::forget;

use clap::Args;

use qapi_codegen::diff::command_line::{command_line_history, command_line_names};
use qapi_codegen::diff::devices::device_history;
use qapi_codegen::diff::history::{self, history, similar_names};

use qapi_codegen::version::Series;

use super::arguments::{OutputFormat, select_program};
use super::names::unknown_name;
use crate::Outcome;
use crate::catalogue::Catalogue;
use crate::console::Console;
use crate::failure::Failure;

/// List the releases that have a command, event, type, device, option, machine type or
/// CPU model, and its changes
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask history blockdev-add\n  \
    cargo xtask history ide-drive\n  \
    cargo xtask history -- -realtime\n  \
    cargo xtask history pc-i440fx-2.3\n  \
    cargo xtask history BlockdevOptions --format json")]
pub struct History {
    /// The name of a command, event, type, device, machine type or CPU model, or an
    /// option with its dash after `--`
    name: String,
    /// The format of the report
    #[arg(long, value_enum, default_value = "text")]
    format: OutputFormat,
    /// Read the schemas of the guest agent
    #[arg(long)]
    qga: bool,
}

impl History {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let catalogue = Catalogue::open()?;
        let releases = catalogue.releases(catalogue.series(), select_program(self.qga, false))?;
        let schemas: Vec<_> = releases.iter().map(|release| &release.schema).collect();
        // Most names are those of schemas: what follows is read for others only.
        let command_lines = || catalogue.command_lines().read();
        let of_device = || {
            let builds = catalogue.builds().read()?;
            let migrations = &catalogue.knowledge().migrations;
            let series = catalogue.series();
            Ok::<_, Failure>(device_history(builds, series, migrations, &self.name))
        };
        let found = match history(&schemas, &self.name, catalogue.knowledge()) {
            None if !self.qga => match command_line_history(command_lines()?, &self.name) {
                None => of_device()?,
                found => found,
            },
            found => found,
        };
        let Some(history) = found else {
            let similar = similar_names(&schemas, &self.name);
            let builds = catalogue.builds().read()?;
            let devices = builds.names().filter(|name| builds.is_device(name));
            let others = devices.chain(command_line_names(command_lines()?));
            return Err(unknown_name(&self.name, &similar, &schemas, others));
        };
        match self.format {
            OutputFormat::Text => console.styled(&text(&history))?,
            OutputFormat::Json => {
                console.data(&(serde_json::to_string_pretty(&history)? + "\n"))?;
            }
        }
        // The process ends: a tenth of its time went into freeing these.
        forget(releases);
        Ok(Outcome::Fine)
    }
}

fn text(history: &history::History<'_>) -> String {
    let mut text = format!(
        "{}: {} in {} of {} releases ({})\n",
        history.name,
        history.kind,
        history.series.len(),
        history.known.len(),
        range_text(&history.series)
    );
    for (target, series) in &history.targets {
        let series: Vec<Series> = series.iter().copied().collect();
        let count = series.len();
        text += &format!("  {target}: {} ({count} series)\n", range_text(&series));
    }
    for entry in &history.entries {
        text += &format!("\n{}\n", entry.series);
        let mut previous = None;
        for change in &entry.changes {
            let direction = change.direction.map(|own| format!("{own}: "));
            text += &format!(
                "  {:<10}  {}{}\n",
                change.compatibility.as_str(),
                direction.unwrap_or_default(),
                change.message
            );
            let advice = change.advice.as_ref();
            if let Some(advice) = advice.filter(|own| previous != Some(*own)) {
                text += &format!("{:14}> {advice}\n", "");
            }
            previous = advice;
        }
    }
    if history.entries.is_empty() {
        text += "\nno changes\n";
    }
    text
}

fn range_text(series: &[Series]) -> String {
    match series {
        [] => "none".to_owned(),
        [only] => only.to_string(),
        [first, .., last] => format!("{first} to {last}"),
    }
}
