//! Options, machine types and CPU models over all series, as far as they are known.

use std::collections::BTreeSet;

use qapi_codegen::diff::command_line::{command_line_history, cpu_history, machine_history};
use qapi_codegen::diff::history::History;
use qapi_codegen::knowledge::command_line::{CommandLineFact, Presence as KnownPresence};
use qapi_codegen::knowledge::{CommandLineEvidence, CommandLineFacts};
use qapi_codegen::version::Series;

use super::changes::EntityChange;
use crate::address::PageKind;
use crate::presence::Presence;

/// An option, a machine type or a CPU model over all series.
#[derive(Debug, Clone)]
pub struct CommandLineEntity<'e> {
    /// The name; that of an option with its dash.
    pub name: &'e str,
    /// Its kind.
    pub kind: PageKind,
    /// The series that have it.
    pub presence: Presence,
    /// The series that are not known to have it or to lack it.
    pub unknown: Presence,
    /// The series that deprecate it.
    pub deprecated: Presence,
    /// The first series that is known to lack it after it was present.
    pub removed: Option<String>,
    /// The command line to write instead.
    pub replacement: Option<&'e str>,
    /// Why it is deprecated or removed, in a sentence.
    pub reason: Option<&'e str>,
    /// The option or machine type of which this is another name.
    pub same_as: Option<&'e str>,
    /// The targets with the series of which a build has it; without series, those
    /// that an option is for.
    pub targets: Vec<(&'e str, Presence)>,
    /// The parameters of an option.
    pub parameters: Vec<Parameter<'e>>,
    /// The changes, oldest series first.
    pub changes: Vec<EntityChange>,
}

/// A parameter of an option, or some values of one, over all series.
#[derive(Debug, Clone)]
pub struct Parameter<'e> {
    /// The name.
    pub name: &'e str,
    /// The values that are concerned; all if it is empty.
    pub values: &'e [String],
    /// QEMU's name of its type.
    pub ty: Option<&'e str>,
    /// The series that have it.
    pub presence: Presence,
    /// When it appeared, in words.
    pub since: String,
    /// When it disappeared, in words.
    pub removed: Option<String>,
    /// The last series deprecates it.
    pub is_deprecated: bool,
    /// What replaces it.
    pub replacement: Option<&'e str>,
}

/// Collects all options, machine types and CPU models, sorted by kind and name.
pub fn command_line_entities(evidence: &CommandLineEvidence) -> Vec<CommandLineEntity<'_>> {
    let collector = Collector {
        evidence,
        releases: evidence
            .series()
            .iter()
            .map(|series| evidence.release(*series, None))
            .collect(),
    };
    let options = evidence.options().options.keys();
    let mut entities: Vec<_> = options.filter_map(|name| collector.option(name)).collect();
    let machines = collector.names(CommandLineFacts::machine_names);
    entities.extend(machines.into_iter().filter_map(|name| {
        let history = machine_history(evidence, name)?;
        let alias = |facts: &CommandLineFacts<'_>| facts.machine_alias(name).is_some();
        let newest = collector.releases.iter().rev().find(|own| alias(own));
        Some(CommandLineEntity {
            same_as: newest.and_then(|facts| facts.machine_alias(name)),
            ..collector.entity(PageKind::Machine, history, |facts| facts.machine(name))
        })
    }));
    let cpus = collector.names(CommandLineFacts::cpu_names);
    entities.extend(cpus.into_iter().filter_map(|name| {
        let history = cpu_history(evidence, name)?;
        Some(collector.entity(PageKind::Cpu, history, |facts| facts.cpu(name)))
    }));
    entities
}

struct Collector<'e> {
    evidence: &'e CommandLineEvidence,
    /// The facts of each series.
    releases: Vec<CommandLineFacts<'e>>,
}

impl<'e> Collector<'e> {
    fn names(&self, of: impl Fn(&CommandLineFacts<'e>) -> BTreeSet<&'e str>) -> BTreeSet<&'e str> {
        self.releases.iter().flat_map(of).collect()
    }

    fn option(&self, name: &'e str) -> Option<CommandLineEntity<'e>> {
        let entry = &self.evidence.options().options[name];
        let history = command_line_history(self.evidence, &entry.spelling)?;
        let targets = entry.targets.iter();
        Some(CommandLineEntity {
            same_as: entry.same_as.as_deref(),
            targets: targets
                .map(|own| (own.as_str(), Presence::default()))
                .collect(),
            parameters: self.parameters(name),
            ..self.entity(PageKind::Option, history, |facts| facts.option(name))
        })
    }

    fn entity(
        &self,
        kind: PageKind,
        history: History<'e>,
        fact: impl Fn(&CommandLineFacts<'e>) -> CommandLineFact<'e>,
    ) -> CommandLineEntity<'e> {
        let facts: Vec<CommandLineFact<'e>> = self.releases.iter().map(fact).collect();
        let newest = facts.iter().rev();
        let mut explained = newest.filter(|fact| fact.replacement.or(fact.reason).is_some());
        let explained = explained.next();
        let of_series = |series: &Series| self.index(*series);
        CommandLineEntity {
            name: history.name,
            kind,
            presence: present(&facts),
            unknown: unknown(&facts),
            deprecated: deprecated(&facts),
            removed: removal(&facts),
            replacement: explained.and_then(|fact| fact.replacement),
            reason: explained.and_then(|fact| fact.reason),
            same_as: None,
            targets: history
                .targets
                .iter()
                .map(|(target, series)| (*target, series.iter().map(of_series).collect()))
                .collect(),
            parameters: Vec::new(),
            changes: self.changes(history),
        }
    }

    fn index(&self, series: Series) -> usize {
        let all = self.evidence.series().iter();
        all.take_while(|own| **own < series).count()
    }

    fn changes(&self, history: History<'e>) -> Vec<EntityChange> {
        let entries = history.entries.into_iter();
        let changes = entries.flat_map(|entry| {
            let series = self.index(entry.series);
            entry.changes.into_iter().map(move |change| EntityChange {
                series,
                compatibility: Some(change.compatibility),
                is_deprecation: change.message.contains("deprecated"),
                is_behaviour: false,
                message: change.message,
                advice: change.advice,
            })
        });
        changes.collect()
    }

    fn parameters(&self, option: &'e str) -> Vec<Parameter<'e>> {
        let has =
            |facts: &CommandLineFacts<'e>| facts.option(option).presence == KnownPresence::Present;
        let newest = self.releases.iter().rev().find(|facts| has(facts));
        let Some(newest) = newest else {
            return Vec::new();
        };
        let mut names = self.names(|facts| facts.parameter_names(option));
        let noted = newest.noted_parameters(option);
        let whole = noted.clone().filter(|entry| entry.values.is_empty());
        names.extend(whole.map(|entry| entry.name.as_str()));
        let whole = names.into_iter().map(|name| {
            let facts = self.releases.iter();
            let facts = facts.map(|facts| facts.parameter(option, name).fact);
            Parameter {
                ty: newest.parameter(option, name).ty,
                ..self.parameter(name, &[], facts.collect())
            }
        });
        let values = noted.filter(|entry| !entry.values.is_empty()).map(|entry| {
            let facts = self.releases.iter().map(|facts| facts.noted_fact(entry));
            self.parameter(&entry.name, &entry.values, facts.collect())
        });
        whole.chain(values).collect()
    }

    fn parameter(
        &self,
        name: &'e str,
        values: &'e [String],
        facts: Vec<CommandLineFact<'e>>,
    ) -> Parameter<'e> {
        let newest = facts.iter().rev();
        let mut replaced = newest.filter_map(|fact| fact.replacement);
        let last = facts.last();
        Parameter {
            name,
            values,
            ty: None,
            presence: present(&facts),
            since: self.since(&facts),
            removed: removal(&facts),
            is_deprecated: last.is_some_and(|fact| fact.deprecated.is_some()),
            replacement: replaced.next(),
        }
    }

    /// Since when something exists, in words.
    fn since(&self, facts: &[CommandLineFact<'_>]) -> String {
        let is_present = |fact: &CommandLineFact<'_>| fact.presence == KnownPresence::Present;
        let Some(first) = facts.iter().position(is_present) else {
            return String::new();
        };
        let series = self.evidence.series();
        let before = first.checked_sub(1).map(|index| facts[index].presence);
        match before {
            Some(KnownPresence::NotYet(_)) => series[first].to_string(),
            _ => format!("{} or before", series[first]),
        }
    }
}

fn present(facts: &[CommandLineFact<'_>]) -> Presence {
    let is_present = |index: &usize| facts[*index].presence == KnownPresence::Present;
    (0..facts.len()).filter(is_present).collect()
}

fn unknown(facts: &[CommandLineFact<'_>]) -> Presence {
    let is_unknown = |index: &usize| facts[*index].presence == KnownPresence::Unknown;
    (0..facts.len()).filter(is_unknown).collect()
}

fn deprecated(facts: &[CommandLineFact<'_>]) -> Presence {
    let is_deprecated = |index: &usize| {
        facts[*index].presence == KnownPresence::Present && facts[*index].deprecated.is_some()
    };
    (0..facts.len()).filter(is_deprecated).collect()
}

/// The removal in words, if the newest series is known to lack it.
fn removal(facts: &[CommandLineFact<'_>]) -> Option<String> {
    match facts.last()?.presence {
        KnownPresence::Removed(removal) => Some(removal.describe()),
        _ => None,
    }
}
