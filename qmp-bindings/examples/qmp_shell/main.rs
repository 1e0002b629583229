//! A shell for a QEMU of any release, with a history and with completion of commands and
//! arguments.
//!
//! ```text
//! cargo run --example qmp_shell --features v10_0 -- monitor.sock
//! (QEMU 10.0.2) blockdev-add driver=null-co node-name=n0 size=1048576
//! ```
//!
//! `help` describes the lines that it reads. Events are printed before the next prompt.

mod line;
mod names;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use names::{Names, commands};
use qmp_bindings::blocking::{AnyQmp, Qmp};
use qmp_bindings::{CommandInfo, Error, Series, Untyped};
use rustyline::Editor;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use support::{Arguments, exit_code};

/// The time in which events that follow a reply arrive.
const SOON: Duration = Duration::from_millis(20);

const HELP: &str = "\
COMMAND NAME=VALUE...        sends a command; a value that is not JSON is a string
COMMAND NAME.MEMBER=VALUE    sets a member of an object
{\"execute\": ...}            sends a request as JSON
# TEXT                       is a comment, also at the end of a line
help [COMMAND]               prints this, or the arguments of a command
an empty line                prints the events that arrived";

fn main() -> ExitCode {
    match Arguments::parse(1, "qmp_shell [--release SERIES] SOCKET") {
        Ok(arguments) => exit_code(run(&arguments)),
        Err(code) => code,
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (socket, options) = (&arguments.rest[0], arguments.options());
    let mut qmp = Qmp::<Untyped>::connect_unix_with(socket, &options)?;
    let version = qmp.greeting().version;
    let commands = known_commands(arguments.release.unwrap_or(version.series()));
    let mut editor: Editor<Names, DefaultHistory> = Editor::new()?;
    editor.set_helper(Some(Names(commands)));
    loop {
        match editor.readline(&format!("(QEMU {version}) ")) {
            Ok(line) => {
                editor.add_history_entry(&line)?;
                if !run_line(&mut qmp, commands, &line)? {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Returns the commands of a series, or of the newest enabled one.
fn known_commands(series: Series) -> &'static [CommandInfo] {
    let is_enabled = AnyQmp::SERIES.contains(&series);
    let newest = AnyQmp::SERIES.last().filter(|_| !is_enabled);
    commands(*newest.unwrap_or(&series))
}

/// Runs a line and prints the events. Returns `false` when the connection is closed.
fn run_line(qmp: &mut Qmp<Untyped>, known: &[CommandInfo], line: &str) -> Result<bool, Error> {
    let mut words = line.split_whitespace();
    if words.next() == Some("help") {
        print_help(known, words.next());
        return Ok(true);
    }
    match line::parse(line) {
        Ok(Some(request)) => match qmp.execute_raw(&request.name, &request.arguments) {
            Ok(value) => println!("{value:#}"),
            Err(error) if !error.ends_connection() => eprintln!("{error}"),
            Err(end @ Error::Closed(_)) => {
                println!("{end}");
                return Ok(false);
            }
            Err(error) => return Err(error),
        },
        Ok(None) => {}
        Err(problem) => eprintln!("{problem}"),
    }
    print_events(qmp)
}

fn print_help(known: &[CommandInfo], command: Option<&str>) {
    let Some(name) = command else {
        println!("{HELP}");
        return;
    };
    let Some(info) = known.iter().find(|info| info.name() == name) else {
        eprintln!("`{name}` is not a command of the enabled releases");
        return;
    };
    for (argument, is_required) in info.arguments() {
        let note = if is_required { "" } else { " (optional)" };
        println!("{argument}{note}");
    }
    if info.is_open() {
        println!("and arguments that the schema does not list");
    }
}

/// Prints the events that arrived. Returns `false` when the connection is closed.
fn print_events(qmp: &mut Qmp<Untyped>) -> Result<bool, Error> {
    for event in qmp.events(SOON) {
        match event {
            Ok(timed) => println!(
                "{}.{:06} {} {}",
                timed.timestamp.seconds,
                timed.timestamp.microseconds,
                timed.event.name,
                serde_json::Value::Object(timed.event.data)
            ),
            Err(end @ Error::Closed(_)) => {
                println!("{end}");
                return Ok(false);
            }
            Err(error) if !error.ends_connection() => eprintln!("warning: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
