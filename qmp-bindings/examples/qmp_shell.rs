//! A shell for a QEMU of any release, with a history and with completion of commands and
//! arguments.
//!
//! ```text
//! cargo run --example qmp_shell --features v10_0 -- monitor.sock
//! (QEMU 10.0.2) blockdev-add driver=null-co node-name=n0 size=1048576
//! ```
//!
//! A line is a command followed by arguments as `name=value`. A value that is not JSON
//! is a string. `a.b=1` sets the member `b` of the object `a`.

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

/// Runs the command of a line. Returns `false` when the connection is closed.
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
            .ok_or_else(|| format!("invalid argument `{word}`: write `name=value`"))?;
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
        .ok_or_else(|| format!("`{name}` is set both to a value and to an object"))?;
    insert(inner, rest, value)
}

/// Returns the commands of an enabled release.
fn commands(series: Series) -> &'static [CommandInfo] {
    fn commands_of<R: Release>(series: Series) -> Option<&'static [CommandInfo]> {
        (R::SERIES == series).then_some(R::COMMANDS)
    }
    let all = [
        #[cfg(feature = "v2_5")]
        commands_of::<qmp_bindings::v2_5::Release>(series),
        #[cfg(feature = "v2_11")]
        commands_of::<qmp_bindings::v2_11::Release>(series),
        #[cfg(feature = "v7_2")]
        commands_of::<qmp_bindings::v7_2::Release>(series),
        commands_of::<qmp_bindings::v10_0::Release>(series),
    ];
    all.into_iter().flatten().next().unwrap_or_default()
}

/// Completes the names of commands and arguments.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Names(&'static [CommandInfo]);

impl Names {
    /// Returns the completions of the last word of a line, and the start of the word.
    fn candidates(&self, line: &str) -> (usize, Vec<String>) {
        let start = line.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let word = &line[start..];
        let found = match line[..start].split_whitespace().next() {
            None => self
                .0
                .iter()
                .map(|info| format!("{} ", info.name()))
                .collect(),
            Some(command) => self.arguments(command),
        };
        let fits = found.into_iter().filter(|name| name.starts_with(word));
        (start, fits.collect())
    }

    fn arguments(&self, command: &str) -> Vec<String> {
        let infos = self.0.iter().filter(|info| info.name() == command);
        infos
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
