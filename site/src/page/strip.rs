//! The strip of all series: which have an entity, and what changed where.

use qapi_codegen::diff::rules::Compatibility;
use qapi_codegen::version::Series;

use crate::collect::changes::EntityChange;
use crate::presence::Presence;

/// The strip of one entity.
#[derive(Debug)]
pub struct Strip<'s> {
    /// All series, oldest first.
    pub series: &'s [Series],
    /// Those that have the entity.
    pub presence: &'s Presence,
    /// Those that deprecate it.
    pub deprecated: &'s Presence,
    /// Its changes.
    pub changes: &'s [EntityChange],
    /// Those of which it is not known.
    pub unknown: &'s Presence,
}

impl Strip<'_> {
    /// Writes the strip with its legend.
    pub fn write(&self) -> String {
        let cells: String = (0..self.series.len())
            .map(|index| self.cell(index))
            .collect();
        let deprecated = ("<span class=\"key has old\"></span>", "deprecated");
        let unknown = ("<span class=\"key unknown\"></span>", "not known");
        let keys = [
            ("<span class=\"key has\"></span>", "available"),
            deprecated,
            ("<span class=\"key\"></span>", "not available"),
            unknown,
            ("<span class=\"mark breaking\">●</span>", "breaking"),
            (
                "<span class=\"mark dangerous\">●</span>",
                "dangerous or deprecated",
            ),
            ("<span class=\"mark compatible\">●</span>", "other change"),
        ];
        let hidden = [(deprecated, self.deprecated), (unknown, self.unknown)];
        let is_hidden = |key: &&(_, _)| {
            let mut hidden = hidden.iter();
            hidden.any(|(own, series)| own == *key && series.count() == 0)
        };
        let keys = keys.iter().filter(|key| !is_hidden(key));
        let keys = keys.map(|(mark, text)| format!("<span>{mark}{text}</span> "));
        format!(
            "<ol class=\"strip\" aria-label=\"Releases\">\n{cells}</ol>\n\
             <p class=\"keys\" aria-hidden=\"true\">{}</p>\n",
            keys.collect::<String>(),
        )
    }

    fn cell(&self, index: usize) -> String {
        let series = self.series[index];
        let (class, state) = match (
            self.presence.contains(index),
            self.deprecated.contains(index),
        ) {
            (true, true) => ("has old", "deprecated"),
            (true, false) => ("has", "available"),
            (false, _) if self.unknown.contains(index) => ("not unknown", "not known"),
            (false, _) => ("not", "not available"),
        };
        let Some((mark, word)) = self.mark(index) else {
            return format!(
                "<li class=\"{class}\">{series}<span class=\"hidden\"> {state}</span></li>\n"
            );
        };
        format!(
            "<li class=\"{class}\"><a href=\"#in-{series}\">{series}<span class=\"mark {mark}\" \
             aria-hidden=\"true\">●</span><span class=\"hidden\"> {state}, {word}</span></a></li>\n"
        )
    }

    /// The worst change of a series: its class, and in words.
    fn mark(&self, index: usize) -> Option<(&'static str, &'static str)> {
        let own = self.changes.iter().filter(|change| change.series == index);
        let worst = own.map(|change| change.compatibility).max()?;
        Some(match worst {
            Some(Compatibility::Breaking) => ("breaking", "breaking change"),
            Some(Compatibility::Dangerous) => ("dangerous", "dangerous change"),
            Some(Compatibility::Compatible) | None => ("compatible", "changed"),
        })
    }
}
