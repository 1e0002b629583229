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
    /// `true` if nothing shows that the other series lack it.
    pub is_uncertain: bool,
}

impl Strip<'_> {
    /// Writes the strip with its legend.
    pub fn write(&self) -> String {
        let cells: String = (0..self.series.len())
            .map(|index| self.cell(index))
            .collect();
        let deprecated = ("<span class=\"key has old\"></span>", "deprecated");
        let keys = [
            ("<span class=\"key has\"></span>", "available"),
            deprecated,
            ("<span class=\"key\"></span>", self.absence()),
            ("<span class=\"mark breaking\">●</span>", "breaking"),
            (
                "<span class=\"mark dangerous\">●</span>",
                "dangerous or deprecated",
            ),
            ("<span class=\"mark compatible\">●</span>", "other change"),
        ];
        let has_deprecated = self.deprecated.count() > 0;
        let keys = keys
            .iter()
            .filter(|key| has_deprecated || **key != deprecated);
        let keys = keys.map(|(mark, text)| format!("<span>{mark}{text}</span> "));
        format!(
            "<ol class=\"strip\" aria-label=\"Releases\">\n{cells}</ol>\n\
             <p class=\"keys\" aria-hidden=\"true\">{}</p>\n",
            keys.collect::<String>(),
        )
    }

    fn absence(&self) -> &'static str {
        match self.is_uncertain {
            true => "not known",
            false => "not available",
        }
    }

    fn cell(&self, index: usize) -> String {
        let series = self.series[index];
        let (class, state) = match (
            self.presence.contains(index),
            self.deprecated.contains(index),
        ) {
            (true, true) => ("has old", "deprecated"),
            (true, false) => ("has", "available"),
            (false, _) => ("not", self.absence()),
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
