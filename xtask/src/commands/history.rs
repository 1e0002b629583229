//! `history`: the changes of one command, event or type over all releases.

use clap::Args;

use qapi_codegen::diff::history::{self, history, similar_names};

use super::arguments::{OutputFormat, select_program};
use super::names::unknown_name;
use crate::Outcome;
use crate::catalogue::Catalogue;
use crate::console::Console;
use crate::failure::Failure;

/// List the releases that have a command, event or type, and its changes
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask history blockdev-add\n  \
    cargo xtask history BlockdevOptions --format json")]
pub struct History {
    /// The name of a command, event or type
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
        let Some(history) = history(&schemas, &self.name) else {
            let similar = similar_names(&schemas, &self.name);
            return Err(unknown_name(&self.name, &similar, &schemas));
        };
        match self.format {
            OutputFormat::Text => console.styled(&text(&history))?,
            OutputFormat::Json => {
                console.data(&(serde_json::to_string_pretty(&history)? + "\n"))?;
            }
        }
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
        match history.series[..] {
            [] => "none".to_owned(),
            [only] => only.to_string(),
            [first, .., last] => format!("{first} to {last}"),
        }
    );
    for entry in &history.entries {
        text += &format!("\n{}\n", entry.series);
        for change in &entry.changes {
            text += &format!(
                "  {:<10}  {}\n",
                change.compatibility.as_str(),
                change.message
            );
        }
    }
    if history.entries.is_empty() {
        text += "\nno changes\n";
    }
    text
}
