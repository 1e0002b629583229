//! A shell for a QEMU of any release, with a history and with completion of commands and
//! arguments.
//!
//! ```text
//! cargo run --example qmp_shell --features v10_0 -- monitor.sock
//! (QEMU 10.0.2) blockdev-add driver=null-co node-name=n0 size=1048576
//! ```
//!
//! `help` describes the lines that it reads. Events are printed when they come.

mod line;
mod names;
mod session;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use names::{Names, commands};
use qmp_bindings::blocking::{AnyQmp, Qmp};
use qmp_bindings::{CommandInfo, Series, Untyped};
use rustyline::Editor;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use session::Session;
use support::{Arguments, exit_code};

fn main() -> ExitCode {
    match Arguments::parse(1, "qmp_shell [--release SERIES] SOCKET") {
        Ok(arguments) => exit_code(run(&arguments)),
        Err(code) => code,
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (socket, options) = (&arguments.rest[0], arguments.options());
    let qmp = Qmp::<Untyped>::connect_unix_with(socket, &options)?;
    let version = qmp.greeting().version;
    let commands = known_commands(arguments.release.unwrap_or(version.series()));
    let mut editor: Editor<Names, DefaultHistory> = Editor::new()?;
    editor.set_helper(Some(Names(commands)));
    // Without a terminal there is no line that events could disturb.
    let printer = editor.create_external_printer().ok();
    let mut session = Session::start(qmp, commands, printer);
    let prompt = format!("(QEMU {version}) ");
    loop {
        match editor.readline(&prompt) {
            Ok(line) => {
                editor.add_history_entry(&line)?;
                if !session.run_line(line) {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(session.end()?)
}

/// Returns the commands of a series, or of the newest enabled one.
fn known_commands(series: Series) -> &'static [CommandInfo] {
    let is_enabled = AnyQmp::SERIES.contains(&series);
    let newest = AnyQmp::SERIES.last().filter(|_| !is_enabled);
    commands(*newest.unwrap_or(&series))
}
