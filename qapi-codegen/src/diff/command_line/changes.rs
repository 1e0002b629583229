//! The differences between the command lines of two releases.

use std::collections::BTreeSet;

use crate::diff::change::ChangeKind;
use crate::knowledge::CommandLineFacts;
use crate::knowledge::command_line::{CommandLineFact, Presence};
use crate::parallel;
use crate::version::Series;
use crate::wire::PathSegment;

/// A change of the command line.
#[derive(Debug, Clone)]
pub struct CommandLineChange<'s> {
    /// The kind.
    pub kind: ChangeKind,
    /// The option and what changed in it: `-chardev.reconnect`.
    pub path: Vec<PathSegment<'s>>,
    /// The series that made the change, if the one before is known.
    pub since: Option<Series>,
    /// What replaces it.
    pub replacement: Option<&'s str>,
    /// Why it changed.
    pub reason: Option<&'s str>,
}

/// The kinds of changes of one kind of entity.
#[derive(Clone, Copy)]
pub struct EntityKinds {
    removed: ChangeKind,
    added: ChangeKind,
    deprecated: ChangeKind,
}

/// Options.
pub const OPTION: EntityKinds = EntityKinds {
    removed: ChangeKind::OptionRemoved,
    added: ChangeKind::OptionAdded,
    deprecated: ChangeKind::OptionDeprecated,
};

/// Parameters of options, and values of parameters.
pub const PARAMETER: EntityKinds = EntityKinds {
    removed: ChangeKind::ParameterRemoved,
    added: ChangeKind::ParameterAdded,
    deprecated: ChangeKind::ParameterDeprecated,
};

/// Machine types.
pub const MACHINE: EntityKinds = EntityKinds {
    removed: ChangeKind::MachineTypeRemoved,
    added: ChangeKind::MachineTypeAdded,
    deprecated: ChangeKind::MachineTypeDeprecated,
};

/// CPU models of `-cpu`.
pub const CPU: EntityKinds = EntityKinds {
    removed: ChangeKind::CpuOptionRemoved,
    added: ChangeKind::CpuOptionAdded,
    deprecated: ChangeKind::CpuOptionDeprecated,
};

/// The changes from a release to a later one.
pub fn upgrade_changes<'s>(
    old: CommandLineFacts<'s>,
    new: CommandLineFacts<'s>,
) -> Vec<CommandLineChange<'s>> {
    let comparison = Comparison { old, new };
    let options: Vec<&str> = new
        .evidence()
        .options()
        .options
        .keys()
        .map(String::as_str)
        .collect();
    let of_options = parallel::map(&options, |&name| {
        let path = vec![PathSegment::Member(new.spelling(name))];
        let own = comparison.change(OPTION, path, |facts| facts.option(name));
        let parameters = comparison.parameter_changes(name);
        own.into_iter().chain(parameters).collect::<Vec<_>>()
    });
    let mut changes: Vec<_> = of_options.into_iter().flatten().collect();
    for name in names(old, new, CommandLineFacts::machine_names) {
        let fact = |facts: CommandLineFacts<'s>| facts.machine(name);
        changes.extend(comparison.change(MACHINE, machine_path(name), fact));
    }
    for name in names(old, new, CommandLineFacts::cpu_names) {
        let fact = |facts: CommandLineFacts<'s>| facts.cpu(name);
        changes.extend(comparison.change(CPU, cpu_path(name), fact));
    }
    changes
}

/// The path of a machine type.
pub fn machine_path(name: &str) -> Vec<PathSegment<'_>> {
    value_path("-machine", "type", name)
}

/// The path of a CPU model.
pub fn cpu_path(name: &str) -> Vec<PathSegment<'_>> {
    value_path("-cpu", "model", name)
}

fn value_path<'s>(option: &'s str, parameter: &'s str, value: &'s str) -> Vec<PathSegment<'s>> {
    let discriminator = match parameter {
        "" => "value",
        name => name,
    };
    let branch = PathSegment::Branch {
        discriminator,
        value,
    };
    vec![PathSegment::Member(option), branch]
}

/// The names of both releases.
fn names<'s>(
    old: CommandLineFacts<'s>,
    new: CommandLineFacts<'s>,
    of: impl Fn(&CommandLineFacts<'s>) -> BTreeSet<&'s str>,
) -> BTreeSet<&'s str> {
    [of(&old), of(&new)].into_iter().flatten().collect()
}

/// Two releases, the older one first.
#[derive(Clone, Copy)]
pub struct Comparison<'s> {
    pub old: CommandLineFacts<'s>,
    pub new: CommandLineFacts<'s>,
}

impl<'s> Comparison<'s> {
    /// The change of one entity, by what is known of it in a release.
    pub fn change(
        &self,
        kinds: EntityKinds,
        path: Vec<PathSegment<'s>>,
        fact: impl Fn(CommandLineFacts<'s>) -> CommandLineFact<'s>,
    ) -> Option<CommandLineChange<'s>> {
        let (before, after) = (fact(self.old), fact(self.new));
        let (kind, since) = match (before.presence, after.presence) {
            (Presence::Present, Presence::Removed(removal)) => {
                (kinds.removed, removal.is_exact.then_some(removal.since))
            }
            (Presence::NotYet(first), Presence::Present) => {
                (kinds.added, self.exact_addition(first, &fact))
            }
            (Presence::Present, Presence::Present)
                if before.deprecated.is_none() && after.deprecated.is_some() =>
            {
                let since = after.deprecated.flatten();
                (kinds.deprecated, since.or_else(|| self.deprecation(&fact)))
            }
            _ => return None,
        };
        Some(CommandLineChange {
            kind,
            path,
            since,
            replacement: after.replacement,
            reason: after.reason,
        })
    }

    /// The changes of the parameters of an option that both releases have.
    pub fn parameter_changes(&self, option: &'s str) -> Vec<CommandLineChange<'s>> {
        let has = |facts: CommandLineFacts<'_>| facts.option(option).presence == Presence::Present;
        let is_alias = self.new.evidence().options().options[option]
            .same_as
            .is_some();
        if is_alias || !has(self.old) || !has(self.new) {
            return Vec::new();
        }
        let spelling = self.new.spelling(option);
        let listed = names(self.old, self.new, |facts| facts.parameter_names(option));
        let noted = self.new.noted_parameters(option);
        let of_all = noted.clone().filter(|entry| entry.values.is_empty());
        let of_all: BTreeSet<&str> = of_all.map(|entry| &*entry.name).collect();
        let parameters = listed.union(&of_all).filter_map(|name| {
            let path = [spelling, name].map(PathSegment::Member).to_vec();
            self.change(PARAMETER, path, |facts| facts.parameter(option, name).fact)
        });
        let values = noted.flat_map(|entry| entry.values.iter().map(move |own| (entry, own)));
        let values = values.filter_map(|(entry, value)| {
            let path = value_path(spelling, &entry.name, value);
            self.change(PARAMETER, path, |facts| facts.noted_fact(entry))
        });
        parameters.chain(values).collect()
    }

    /// The series that added something, if the one before it is known to lack it.
    fn exact_addition(
        &self,
        first: Series,
        fact: impl Fn(CommandLineFacts<'s>) -> CommandLineFact<'s>,
    ) -> Option<Series> {
        let evidence = self.new.evidence();
        let before = evidence.series().iter().rfind(|own| **own < first)?;
        let facts = evidence.release(*before, self.new.target());
        let is_exact = matches!(fact(facts).presence, Presence::NotYet(_));
        is_exact.then_some(first)
    }

    /// The first series after the old release that deprecates something.
    fn deprecation(
        &self,
        fact: impl Fn(CommandLineFacts<'s>) -> CommandLineFact<'s>,
    ) -> Option<Series> {
        let evidence = self.new.evidence();
        let (old, new) = (self.old.series(), self.new.series());
        let is_between = |own: &&Series| old < **own && **own <= new;
        let mut series = evidence.series().iter().filter(is_between).copied();
        series.find(|own| {
            let facts = evidence.release(*own, self.new.target());
            fact(facts).deprecated.is_some()
        })
    }
}

/// The change in the other direction, which takes back no deprecation.
pub fn reverse(change: CommandLineChange<'_>) -> Option<CommandLineChange<'_>> {
    let kinds = [OPTION, PARAMETER, MACHINE, CPU].into_iter();
    let mut reversed = kinds.filter_map(|kinds| match change.kind {
        kind if kind == kinds.removed => Some(kinds.added),
        kind if kind == kinds.added => Some(kinds.removed),
        _ => None,
    });
    Some(CommandLineChange {
        kind: reversed.next()?,
        since: None,
        replacement: None,
        reason: None,
        ..change
    })
}
