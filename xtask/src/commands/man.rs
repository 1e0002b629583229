//! `man`: manual pages.

use std::path::PathBuf;

use clap::Args;

use crate::Outcome;
use crate::cli::Tool;
use crate::console::Console;
use crate::failure::Failure;

/// Write the manual pages into a folder, one page per command
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask man /usr/local/share/man/man1")]
pub struct Man {
    /// The folder, which must exist
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Man {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let command = Tool::current().command().disable_help_subcommand(true);
        let folder = self.folder.display();
        clap_mangen::generate_to(command, &self.folder)
            .map_err(|error| Failure::io("write the manual pages to", &folder, &error))?;
        console.status(&format!("wrote the manual pages to {folder}"));
        Ok(Outcome::Fine)
    }
}
