//! The command line of one release, with the evidence for each answer.

use std::collections::BTreeSet;

use super::evidence::{CommandLineEvidence, SeriesBuild};
use super::options::OptionEntry;
use super::presence::{Presence, Release};
use super::record::{BuildCommandLine, CommandLineList};
use crate::knowledge::builds::removal::{Listing, Required};
use crate::version::Series;

/// The command line of one release, for one target or all.
#[derive(Debug, Clone, Copy)]
pub struct CommandLineFacts<'e> {
    evidence: &'e CommandLineEvidence,
    series: Series,
    target: Option<&'e str>,
}

/// What is known about an option, a machine type or a CPU model in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandLineFact<'e> {
    /// Whether the release has it.
    pub presence: Presence,
    /// The release deprecates it, since this series if that is known.
    pub deprecated: Option<Option<Series>>,
    /// The command line that replaces what is deprecated or removed.
    pub replacement: Option<&'e str>,
    /// Why it is deprecated or removed, in a sentence.
    pub reason: Option<&'e str>,
}

/// The part of the QMP interface that an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionInterface<'e> {
    /// The arguments of a command.
    Command(&'e str),
    /// A type of the schema.
    Type(&'e str),
}

impl<'e> CommandLineFact<'e> {
    /// Creates a fact without a deprecation.
    pub fn new(presence: Presence) -> CommandLineFact<'e> {
        CommandLineFact {
            presence,
            deprecated: None,
            replacement: None,
            reason: None,
        }
    }
}

impl<'e> CommandLineFacts<'e> {
    /// Creates the answers for a series.
    pub(super) fn new(
        evidence: &'e CommandLineEvidence,
        series: Series,
        target: Option<&'e str>,
    ) -> CommandLineFacts<'e> {
        CommandLineFacts {
            evidence,
            series,
            target,
        }
    }

    /// The series.
    pub fn series(&self) -> Series {
        self.series
    }

    /// The target to which the answers are restricted.
    pub fn target(&self) -> Option<&'e str> {
        self.target
    }

    /// The evidence about all releases.
    pub fn evidence(&self) -> &'e CommandLineEvidence {
        self.evidence
    }

    /// The syntax of an option and what else people know about it; of another name,
    /// such as `M`, that of the option itself. The name is without dashes.
    pub fn option_entry(&self, name: &str) -> Option<&'e OptionEntry> {
        self.evidence.options().resolve(name)
    }

    /// An option as it is written: `-realtime`.
    pub fn spelling(&self, name: &str) -> &'e str {
        let entry = self.evidence.options().options.get(name);
        entry.map_or("", |entry| &entry.spelling)
    }

    /// Returns whether the options of the release are known.
    pub fn has_options(&self) -> bool {
        let is_known = self.evidence.series().contains(&self.series);
        is_known && !self.evidence.options().options.is_empty()
    }

    /// Looks up an option by its name without dashes.
    pub fn option(&self, name: &str) -> CommandLineFact<'e> {
        let Some(entry) = self.evidence.options().options.get(name) else {
            // The table has all options of all releases that it knows.
            return CommandLineFact::new(match self.has_options() {
                true => Presence::Never,
                false => Presence::Unknown,
            });
        };
        let has_target = |target| entry.targets.iter().any(|own| own == target);
        let mut fact = CommandLineFact {
            presence: self.as_release().presence_between(entry.since, entry.until),
            deprecated: self.deprecation(entry.deprecated, entry.deprecated_until),
            replacement: entry.replacement.as_deref(),
            reason: entry.reason.as_deref(),
        };
        let is_other = !entry.targets.is_empty() && self.target.is_some_and(|own| !has_target(own));
        if fact.presence == Presence::Present && is_other {
            fact.presence = Presence::OtherTarget;
        }
        fact
    }

    /// Looks up a group of a file for `-readconfig` by the name of its option. QEMU
    /// lists nearly all groups.
    pub fn config_group(&self, group: &str, option: &str) -> CommandLineFact<'e> {
        let entry = self.evidence.options().options.get(option);
        let is_listed = self.evidence.has_group(group);
        let since = entry.and_then(|entry| entry.config_since);
        let is_named = |entry: &OptionEntry| match entry.group.as_deref() {
            Some(own) => own == group,
            None => option == group,
        };
        match (entry.is_some_and(is_named), is_listed, since) {
            (true, true, _) => self.option(option),
            (true, false, Some(since)) => {
                CommandLineFact::new(self.as_release().presence_between(Some(since), None))
            }
            _ => CommandLineFact::new(match self.has_options() {
                true => Presence::Never,
                false => Presence::Unknown,
            }),
        }
    }

    /// The interface of QMP that an option takes, if it does.
    pub fn option_interface(&self, name: &str) -> Option<OptionInterface<'e>> {
        let entry = self.option_entry(name)?;
        let command = entry.command.as_deref().map(OptionInterface::Command);
        command.or(entry.ty.as_deref().map(OptionInterface::Type))
    }

    /// Returns whether an option reads a value that begins with a brace as JSON.
    pub fn reads_json(&self, name: &str) -> bool {
        let since = self.option_entry(name).and_then(|entry| entry.json_since);
        since.is_some_and(|since| since <= self.series)
    }

    /// Looks up a machine type.
    pub fn machine(&self, name: &str) -> CommandLineFact<'e> {
        let has = |build: &BuildCommandLine| build.machines.contains_key(name);
        let is_deprecated = |build: &BuildCommandLine| {
            build
                .machines
                .get(name)
                .is_some_and(|own| own.is_deprecated)
        };
        self.listed(CommandLineList::Machines, has, is_deprecated)
    }

    /// The machine type of which a name is another one, in the newest build of the
    /// release that knows.
    pub fn machine_alias(&self, name: &str) -> Option<&'e str> {
        let machines = self
            .own_builds()
            .filter_map(|own| own.command_line.machines.get(name));
        machines
            .filter_map(|machine| machine.alias_of.as_deref())
            .last()
    }

    /// Looks up a CPU model, without the features that follow it.
    pub fn cpu(&self, name: &str) -> CommandLineFact<'e> {
        let has = |build: &BuildCommandLine| build.cpus.contains_key(name);
        let is_deprecated =
            |build: &BuildCommandLine| build.cpus.get(name).is_some_and(|own| own.is_deprecated);
        self.listed(CommandLineList::Cpus, has, is_deprecated)
    }

    /// The options of the release.
    pub fn option_names(&self) -> BTreeSet<&'e str> {
        let names = self.evidence.options().options.keys().map(String::as_str);
        names
            .filter(|name| self.option(name).presence == Presence::Present)
            .collect()
    }

    /// The machine types of all builds of the release.
    pub fn machine_names(&self) -> BTreeSet<&'e str> {
        let builds = self.own_builds();
        builds
            .flat_map(|own| own.command_line.machines.keys().map(String::as_str))
            .collect()
    }

    /// The CPU models of all builds of the release.
    pub fn cpu_names(&self) -> BTreeSet<&'e str> {
        let builds = self.own_builds();
        builds
            .flat_map(|own| own.command_line.cpus.keys().map(String::as_str))
            .collect()
    }

    /// Returns whether a build of the release has a complete list.
    pub fn has_list(&self, list: CommandLineList) -> bool {
        self.own_builds()
            .any(|own| own.command_line.build.proves_absence(list))
    }

    pub(super) fn own_builds(&self) -> impl Iterator<Item = &'e SeriesBuild> + use<'e> {
        let facts = *self;
        let builds = self.evidence.builds().iter();
        builds.filter(move |build| build.series == facts.series && facts.is_of_target(build))
    }

    /// Concludes from the lists of all builds.
    pub(super) fn presence(
        &self,
        required: Required,
        has: impl Fn(&SeriesBuild) -> bool + Copy,
        is_complete: impl Fn(&SeriesBuild) -> bool + Copy,
    ) -> Presence {
        if self.own_builds().any(has) {
            return Presence::Present;
        }
        let builds = self.evidence.builds().iter();
        let listings = builds.map(|build| Listing {
            series: build.series,
            target: &build.command_line.build.target,
            has: has(build),
            is_complete: is_complete(build),
        });
        // They are looked at several times, and looking something up is what takes time.
        let listings: Vec<Listing<'_>> = listings.collect();
        self.as_release()
            .presence_elsewhere(listings.iter().copied(), required)
    }

    /// The release, for conclusions from since when and until when it has something.
    pub(super) fn as_release(&self) -> Release<'e> {
        Release {
            known: self.evidence.series(),
            series: self.series,
            target: self.target,
        }
    }

    fn is_of_target(&self, build: &SeriesBuild) -> bool {
        let own = &build.command_line.build.target;
        self.target.is_none_or(|target| target == own)
    }

    pub(super) fn deprecation(
        &self,
        since: Option<Series>,
        until: Option<Series>,
    ) -> Option<Option<Series>> {
        let is_over = until.is_some_and(|until| self.series > until);
        since
            .filter(|since| *since <= self.series && !is_over)
            .map(Some)
    }

    fn listed(
        &self,
        list: CommandLineList,
        has: impl Fn(&BuildCommandLine) -> bool + Copy,
        is_deprecated: impl Fn(&BuildCommandLine) -> bool,
    ) -> CommandLineFact<'e> {
        let has = |build: &SeriesBuild| has(&build.command_line);
        let lists = |build: &SeriesBuild| build.command_line.build.proves_absence(list);
        let mut fact = CommandLineFact::new(self.presence(Required::Most, has, lists));
        if self
            .own_builds()
            .any(|own| is_deprecated(&own.command_line))
        {
            fact.deprecated = Some(None);
        }
        fact
    }
}
