//! The models of all imported series in one text, in which each definition is once.
//!
//! Of ten definitions of a series, nine are as in the series before. Reading a model
//! from this text takes a tenth of the time of reading, validating and resolving its
//! schema, and a name is looked up in all series without reading any.
//!
//! After a line with the version of the format and the number of definitions, the text
//! has a line for each series and an empty line; then a line for each definition, behind
//! the series that have it. The lines of a series are in the order of its model.

mod merge;

use std::collections::BTreeSet;
use std::ops::Range;

use foldhash::HashMap;

use super::QemuProgram;
use crate::load::DocumentationKind;
use crate::schema::Schema;
use crate::schema::lines::{COMMAND, SEPARATOR, head};
use crate::version::{Series, Version};

pub use merge::{CombinedInput, combine};

/// The beginning of the first line, before the number of definitions.
const FORMAT: &str = "models 1: ";

/// The models of all series of one program.
#[derive(Debug, Clone)]
pub struct CombinedSchemas {
    text: String,
    /// All series, oldest first.
    series: Vec<CombinedSeries>,
    lines: Vec<CombinedLine>,
}

/// A series whose model is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CombinedSeries {
    /// The imported release.
    pub release: Version,
    /// The origin of the documentation.
    pub documentation: DocumentationKind,
    /// The hash of the content of the files that the model was made from.
    pub content: u64,
}

/// A definition.
#[derive(Debug, Clone)]
struct CombinedLine {
    /// The series that have it, as bits by their index.
    series: SeriesSet,
    /// Its position in the text.
    position: Range<usize>,
}

/// A set of series, as bits by their index.
type SeriesSet = u128;

impl CombinedSchemas {
    /// The folder of the texts.
    pub const FOLDER: &str = "models";

    /// The name of the text about a program.
    pub fn file_name(program: QemuProgram) -> String {
        format!("{}.txt", program.short_name())
    }

    /// Parses a text. `None` if it has another form, such as that of another version of
    /// this program.
    pub fn parse(text: String) -> Option<CombinedSchemas> {
        let (first, rest) = text.split_once('\n')?;
        let (heads, definitions) = rest.split_once("\n\n")?;
        let series: Vec<CombinedSeries> = heads.lines().map(parse_series).collect::<Option<_>>()?;
        let count: usize = first.strip_prefix(FORMAT)?.parse().ok()?;
        if series.len() > SeriesSet::BITS as usize {
            return None;
        }
        let mut runs = HashMap::default();
        let mut lines = Vec::new();
        let mut start = text.len() - definitions.len();
        for line in definitions.split_terminator('\n') {
            let (have, definition) = line.split_once(SEPARATOR)?;
            let have = match runs.get(have) {
                Some(known) => *known,
                None => *runs.entry(have).or_insert(parse_runs(have, &series)?),
            };
            let end = start + line.len();
            lines.push(CombinedLine {
                series: have,
                position: end - definition.len()..end,
            });
            start = end + 1;
        }
        (lines.len() == count).then_some(CombinedSchemas {
            series,
            lines,
            text,
        })
    }

    /// The series whose model is known, oldest first.
    pub fn series(&self) -> &[CombinedSeries] {
        &self.series
    }

    /// Finds a series.
    pub fn find(&self, series: Series) -> Option<&CombinedSeries> {
        Some(&self.series[self.index(series)?])
    }

    /// The model of a series.
    pub fn schema(&self, series: Series) -> Option<Schema> {
        let index = self.index(series)?;
        Schema::from_lines(self.series[index].release, self.lines_of(index))
    }

    /// The part of the model of a series that a command is made of: its definition and
    /// those that it refers to. Others may be in it, too.
    pub fn schema_of_command(&self, series: Series, command: &str) -> Option<Schema> {
        let index = self.index(series)?;
        let mut definitions: HashMap<&str, (usize, &str)> = HashMap::default();
        let mut pending = Vec::new();
        for (position, line) in self.lines_of(index).enumerate() {
            match head(line)? {
                (COMMAND, name) if name == command => pending.push((position, line)),
                (COMMAND, _) => {}
                (_, name) => drop(definitions.insert(name, (position, line))),
            }
        }
        let mut needed = BTreeSet::new();
        while let Some((position, line)) = pending.pop() {
            needed.insert((position, line));
            let words = line
                .split(SEPARATOR)
                .map(|field| field.trim_start_matches('['));
            pending.extend(words.filter_map(|word| definitions.remove(word)));
        }
        let lines = needed.iter().map(|(_, line)| *line);
        Schema::from_lines(self.series[index].release, lines)
    }

    /// The names of the commands of a series.
    pub fn commands(&self, series: Series) -> impl Iterator<Item = &str> {
        let lines = self.index(series).map(|index| self.lines_of(index));
        let heads = lines.into_iter().flatten().filter_map(head);
        heads.filter_map(|(kind, name)| (kind == COMMAND).then_some(name))
    }

    fn index(&self, series: Series) -> Option<usize> {
        let mut all = self.series.iter();
        all.position(|own| own.release.series() == series)
    }

    /// The definitions of a series.
    fn lines_of(&self, index: usize) -> impl Iterator<Item = &str> + Clone {
        let lines = self.lines.iter();
        let own = lines.filter(move |line| line.series & (1 << index) != 0);
        own.map(|line| self.text(line))
    }

    fn text(&self, line: &CombinedLine) -> &str {
        &self.text[line.position.clone()]
    }
}

impl CombinedSeries {
    fn to_line(&self) -> String {
        let documentation = match self.documentation {
            DocumentationKind::Prose => "prose",
            DocumentationKind::Facts => "facts",
            DocumentationKind::None => "none",
        };
        format!("{} {documentation} {:016x}", self.release, self.content)
    }
}

fn parse_series(line: &str) -> Option<CombinedSeries> {
    let mut words = line.split(' ');
    Some(CombinedSeries {
        release: words.next()?.parse().ok()?,
        documentation: match words.next()? {
            "prose" => DocumentationKind::Prose,
            "facts" => DocumentationKind::Facts,
            "none" => DocumentationKind::None,
            _ => return None,
        },
        content: u64::from_str_radix(words.next()?, 16).ok()?,
    })
}

/// Parses runs of series: `2.5-2.8,4.0,9.2-`. One without an end goes on.
fn parse_runs(text: &str, all: &[CombinedSeries]) -> Option<SeriesSet> {
    let index = |name: &str| {
        let series: Series = name.parse().ok()?;
        all.iter().position(|own| own.release.series() == series)
    };
    let mut set = 0;
    for run in text.split(',') {
        let (first, last) = match run.split_once('-') {
            None => (index(run)?, index(run)?),
            Some((first, "")) => (index(first)?, all.len() - 1),
            Some((first, last)) => (index(first)?, index(last)?),
        };
        for index in first..=last {
            set |= 1 << index;
        }
    }
    Some(set)
}
