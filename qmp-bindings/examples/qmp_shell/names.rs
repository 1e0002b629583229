//! The names of commands and arguments.

use qmp_bindings::{CommandInfo, Release, Series};
use rustyline::completion::Completer;
use rustyline::{Context, Helper, Highlighter, Hinter, Validator};

/// Returns the commands of an enabled release, which are empty for any other.
pub fn commands(series: Series) -> &'static [CommandInfo] {
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
pub struct Names(pub &'static [CommandInfo]);

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
