//! `completions`: scripts by which a shell completes the command line.

use clap::Args;
use clap_complete::Shell;

use crate::Outcome;
use crate::cli::Tool;
use crate::console::Console;
use crate::failure::Failure;

/// Print the script by which a shell completes commands and options
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask completions bash > qmp-compat.bash")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let mut command = Tool::current().command();
        let name = command.get_name().to_owned();
        clap_complete::generate(self.shell, &mut command, name, &mut console.writer());
        Ok(Outcome::Fine)
    }
}
