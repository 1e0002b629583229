//! The command line of the workspace.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main(xtask::Tool::Workspace)
}
