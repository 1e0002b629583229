//! `history`: what happened to one command, event or type.

use clap::Args;

use qapi_codegen::diff::history::{self, history, similar};
use qapi_codegen::imported::QemuProgram;

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::format::Format;
use crate::releases::{self, Release};
use crate::workspace;

/// Tell which releases have a command, event or type, and how it changed
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask history blockdev-add\n  \
    cargo xtask history BlockdevOptions --format json")]
pub struct History {
    /// A command, event or type
    name: String,
    /// How to write it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Look at the guest agent's schemas
    #[arg(long)]
    qga: bool,
}

impl History {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// No release has such a thing, or a schema cannot be read.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let interface = if self.qga {
            QemuProgram::GuestAgent
        } else {
            QemuProgram::Emulator
        };
        let releases = releases::imported(&workspace::imported()?, interface, console)?;
        let schemas: Vec<_> = releases
            .iter()
            .map(|release: &Release| &release.schema)
            .collect();
        let Some(history) = history(&schemas, &self.name) else {
            let failure = Failure::new(format!("no release has `{}`", self.name));
            let similar = similar(&schemas, &self.name);
            return Err(match similar.is_empty() {
                true => failure.with_help("name a command, an event or a type as schemas do"),
                false => failure.with_help(format!("there is: {}", similar.join(", "))),
            });
        };
        let text = match self.format {
            Format::Text => text(&history),
            Format::Json => {
                let text = serde_json::to_string_pretty(&history);
                text.map_err(|error| Failure::new(error.to_string()))? + "\n"
            }
        };
        console.data(&text)?;
        Ok(Outcome::Fine)
    }
}

fn text(history: &history::History) -> String {
    let range = |series: &[_]| match series {
        [] => String::new(),
        [only] => format!("{only}"),
        [first, .., last] => format!("{first} to {last}"),
    };
    let mut text = format!(
        "{}, {} {}: in {} of {} releases, {}\n",
        history.name,
        if history.sort == "event" { "an" } else { "a" },
        history.sort,
        history.series.len(),
        history.known.len(),
        range(&history.series)
    );
    for step in &history.steps {
        text += &format!("\n{}\n", step.series);
        for change in &step.changes {
            text += &format!("  {:<10}  {}\n", change.severity.word(), change.message);
        }
    }
    if history.steps.is_empty() {
        text += "\nIt never changed.\n";
    }
    text
}
