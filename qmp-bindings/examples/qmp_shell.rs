//! A small shell for a QEMU of whatever release, with history, and completion of
//! commands and their arguments from the types.
//!
//! ```text
//! cargo run --example qmp_shell --features v10_0 -- monitor.sock
//! (QEMU 10.0.2) blockdev-add driver=null-co node-name=n0 size=1048576
//! ```
//!
//! A line is a command and its arguments as `name=value`. A value is JSON where
//! it can be and text where not; `a.b=1` is a member of a member.

use std::process::ExitCode;

use qmp_bindings::blocking::AnyQmp;
use qmp_bindings::{CommandInfo, Error, Release, Series};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Context, Editor, Helper, Highlighter, Hinter, Validator};
use serde_json::{Map, Value};

fn main() -> ExitCode {
    let Some(socket) = std::env::args().nth(1) else {
        eprintln!("usage: qmp_shell SOCKET");
        return ExitCode::from(2);
    };
    match run(&socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(socket: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut qmp = AnyQmp::connect_unix(socket)?;
    let version = qmp.greeting().version;
    let mut editor: Editor<Names, DefaultHistory> = Editor::new()?;
    editor.set_helper(Some(Names(commands(version.series()))));
    loop {
        match editor.readline(&format!("(QEMU {version}) ")) {
            Ok(line) => {
                editor.add_history_entry(&line)?;
                if !execute(&mut qmp, &line)? {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sends the command of a line; `false` when the connection is over.
fn execute(qmp: &mut AnyQmp, line: &str) -> Result<bool, Error> {
    let mut words = line.split_whitespace();
    let Some(name) = words.next() else {
        return Ok(true);
    };
    let arguments = match arguments(words) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}");
            return Ok(true);
        }
    };
    match qmp.execute_raw(name, &arguments) {
        Ok(value) => println!("{value:#}"),
        Err(end @ Error::Closed(_)) => {
            println!("{end}");
            return Ok(false);
        }
        Err(error) if error.ends_connection() => return Err(error),
        Err(error) => eprintln!("{error}"),
    }
    Ok(true)
}

fn arguments<'l>(words: impl Iterator<Item = &'l str>) -> Result<Map<String, Value>, String> {
    let mut arguments = Map::new();
    for word in words {
        let (path, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{word}` is no `name=value`"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        insert(&mut arguments, path, value)?;
    }
    Ok(arguments)
}

fn insert(members: &mut Map<String, Value>, path: &str, value: Value) -> Result<(), String> {
    let Some((name, rest)) = path.split_once('.') else {
        members.insert(path.to_owned(), value);
        return Ok(());
    };
    let inner = members
        .entry(name)
        .or_insert_with(|| Map::new().into())
        .as_object_mut()
        .ok_or_else(|| format!("`{name}` has a value and members"))?;
    insert(inner, rest, value)
}

/// The commands of a release that is enabled.
fn commands(series: Series) -> &'static [CommandInfo] {
    fn of<R: Release>(series: Series) -> Option<&'static [CommandInfo]> {
        (R::SERIES == series).then_some(R::COMMANDS)
    }
    let all = [
        #[cfg(feature = "v2_5")]
        of::<qmp_bindings::v2_5::Release>(series),
        #[cfg(feature = "v2_11")]
        of::<qmp_bindings::v2_11::Release>(series),
        #[cfg(feature = "v7_2")]
        of::<qmp_bindings::v7_2::Release>(series),
        of::<qmp_bindings::v10_0::Release>(series),
    ];
    all.into_iter().flatten().next().unwrap_or_default()
}

/// What can be completed.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Names(&'static [CommandInfo]);

impl Names {
    /// What may stand at the end of a line, and where that begins.
    fn candidates(&self, line: &str) -> (usize, Vec<String>) {
        let start = line.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let word = &line[start..];
        let found = match line[..start].split_whitespace().next() {
            None => self
                .0
                .iter()
                .map(|facts| format!("{} ", facts.name()))
                .collect(),
            Some(command) => self.arguments(command),
        };
        let fits = found.into_iter().filter(|name| name.starts_with(word));
        (start, fits.collect())
    }

    fn arguments(&self, command: &str) -> Vec<String> {
        let facts = self.0.iter().filter(|facts| facts.name() == command);
        facts
            .flat_map(CommandInfo::arguments)
            .map(|(name, _)| format!("{name}="))
            .collect()
    }
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.candidates(&line[..position]))
    }
}
