//! The connection, on a thread of its own, which prints events while a line is typed.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use qmp_bindings::blocking::Qmp;
use qmp_bindings::{CommandInfo, Error, Untyped};
use rustyline::ExternalPrinter;

use crate::line;

/// The time between two looks for events, and that in which events that follow a reply
/// arrive.
const SOON: Duration = Duration::from_millis(20);

/// The number of events after which lines are looked for.
const EVENTS_AT_ONCE: usize = 100;

const HELP: &str = "\
COMMAND NAME=VALUE...        sends a command; a value that is not JSON is a string
COMMAND NAME.MEMBER=VALUE    sets a member of an object
{\"execute\": ...}            sends a request as JSON
# TEXT                       is a comment, also at the end of a line
help [COMMAND]               prints this, or the arguments of a command
Events are printed when they come.";

/// The thread of a connection.
pub struct Session {
    lines: Sender<String>,
    done: Receiver<()>,
    thread: JoinHandle<Result<(), Error>>,
}

impl Session {
    /// Starts the thread. `printer` prints next to a line that is being typed.
    pub fn start(
        qmp: Qmp<Untyped>,
        commands: &'static [CommandInfo],
        printer: Option<impl ExternalPrinter + Send + 'static>,
    ) -> Self {
        let (lines, received) = mpsc::channel();
        let (sender, done) = mpsc::channel();
        let printer = printer.map(|printer| Box::new(printer) as Box<dyn ExternalPrinter + Send>);
        let shell = Shell {
            qmp,
            commands,
            printer,
        };
        let thread = thread::spawn(move || shell.serve(&received, &sender));
        Session {
            lines,
            done,
            thread,
        }
    }

    /// Runs a line. Returns `false` if the connection is closed.
    pub fn run_line(&mut self, line: String) -> bool {
        self.lines.send(line).is_ok() && self.done.recv().is_ok()
    }

    /// Ends the connection.
    ///
    /// # Errors
    ///
    /// The error that ended it before.
    pub fn end(self) -> Result<(), Error> {
        drop(self.lines);
        self.thread.join().expect("the thread does not panic")
    }
}

struct Shell {
    qmp: Qmp<Untyped>,
    commands: &'static [CommandInfo],
    printer: Option<Box<dyn ExternalPrinter + Send>>,
}

impl Shell {
    /// Runs lines and prints events until one of both ends.
    fn serve(mut self, lines: &Receiver<String>, done: &Sender<()>) -> Result<(), Error> {
        loop {
            let line = lines.recv_timeout(SOON);
            let is_open = match &line {
                Ok(line) => self.run_line(line)?,
                Err(_) => true,
            };
            if !is_open || !self.print_events()? || line == Err(RecvTimeoutError::Disconnected) {
                return Ok(());
            }
            if line.is_ok() && done.send(()).is_err() {
                return Ok(());
            }
        }
    }

    /// Runs a line. Returns `false` when the connection is closed.
    fn run_line(&mut self, line: &str) -> Result<bool, Error> {
        let mut words = line.split_whitespace();
        if words.next() == Some("help") {
            print_help(self.commands, words.next());
            return Ok(true);
        }
        match line::parse(line) {
            Ok(Some(request)) => match self.qmp.execute_raw(&request.name, &request.arguments) {
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
        Ok(true)
    }

    /// Prints the events that arrived. Returns `false` when the connection is closed.
    fn print_events(&mut self) -> Result<bool, Error> {
        let events: Vec<_> = self.qmp.events(SOON).take(EVENTS_AT_ONCE).collect();
        for event in events {
            match event {
                Ok(timed) => self.print(format!(
                    "{}.{:06} {} {}",
                    timed.timestamp.seconds,
                    timed.timestamp.microseconds,
                    timed.event.name,
                    serde_json::Value::Object(timed.event.data)
                )),
                Err(end @ Error::Closed(_)) => {
                    self.print(end.to_string());
                    return Ok(false);
                }
                Err(error) if !error.ends_connection() => self.print(format!("warning: {error}")),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn print(&mut self, text: String) {
        let printed = self
            .printer
            .as_mut()
            .map(|printer| printer.print(text.clone() + "\n"));
        if !matches!(printed, Some(Ok(()))) {
            println!("{text}");
        }
    }
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
