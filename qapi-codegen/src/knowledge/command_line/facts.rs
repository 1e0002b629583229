//! The command line of one release, with the evidence for each answer.

use std::collections::BTreeSet;

use super::evidence::{CommandLineEvidence, SeriesBuild};
use super::options::{OptionEntry, ParameterEntry, ParameterList};
use super::record::{BuildCommandLine, CommandLineList, OptionParameters};
use crate::knowledge::builds::Removal;
use crate::knowledge::builds::removal::{Listing, Required, find_removal};
use crate::version::Series;

/// The command line of one release, for one target or all.
#[derive(Debug, Clone, Copy)]
pub struct CommandLineFacts<'e> {
    evidence: &'e CommandLineEvidence,
    series: Series,
    target: Option<&'e str>,
}

/// Whether a release has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The release has it.
    Present,
    /// The release does not have it any more.
    Removed(Removal),
    /// The release does not have it yet. This series is the first known with it.
    NotYet(Series),
    /// The release has it for other targets only.
    OtherTarget,
    /// QEMU has never had it, as far as all releases are known.
    Never,
    /// What is known does not decide.
    Unknown,
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

/// What is known about a parameter of an option in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterFact<'e> {
    /// The fact.
    pub fact: CommandLineFact<'e>,
    /// QEMU's name of its type: `string`, `boolean`, `number` or `size`.
    pub ty: Option<&'e str>,
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
    fn new(presence: Presence) -> CommandLineFact<'e> {
        CommandLineFact {
            presence,
            deprecated: None,
            replacement: None,
            reason: None,
        }
    }
}

impl Presence {
    /// Returns `true` if QEMU rejects the name.
    pub fn is_absent(self) -> bool {
        !matches!(self, Presence::Present | Presence::Unknown)
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
            presence: self.presence_between(entry.since, entry.until),
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

    /// Looks up a parameter of an option by their names. A parameter is absent only if
    /// QEMU lists all parameters of the option and not this one, or people know it.
    pub fn parameter(&self, option: &str, parameter: &str) -> ParameterFact<'e> {
        let group = self.group(option);
        let lists = self.option_lists(group);
        let ty = lists
            .filter_map(|parameters| parameters.get(parameter))
            .next();
        let listed = match ty {
            Some(_) => Presence::Present,
            None => self.unlisted_parameter(option, group, parameter),
        };
        let mut noted = self.parameter_entries(option, parameter);
        let noted = noted.find(|entry| entry.values.is_empty());
        let mut fact = noted.map_or(CommandLineFact::new(listed), |entry| self.noted_fact(entry));
        if fact.presence == Presence::Present && listed != Presence::Unknown {
            fact.presence = listed;
        }
        ParameterFact {
            fact,
            ty: ty
                .map(String::as_str)
                .or_else(|| self.listed_type(group, parameter)),
        }
    }

    /// What people know about a parameter, which QEMU need not list.
    pub fn noted_parameter(&self, option: &str, parameter: &str) -> Option<CommandLineFact<'e>> {
        let mut entries = self.parameter_entries(option, parameter);
        let entry = entries.find(|entry| entry.values.is_empty())?;
        Some(self.noted_fact(entry))
    }

    /// What is known about one value of a parameter beyond the parameter itself.
    pub fn parameter_value(
        &self,
        option: &str,
        parameter: &str,
        value: &str,
    ) -> Option<CommandLineFact<'e>> {
        let mut entries = self.parameter_entries(option, parameter);
        let entry = entries.find(|entry| entry.values.iter().any(|own| own == value))?;
        Some(self.noted_fact(entry))
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

    /// The parameters of an option that a build of the release lists.
    pub fn parameter_names(&self, option: &str) -> BTreeSet<&'e str> {
        let group = self.group(option);
        let lists = self
            .own_builds()
            .filter_map(|own| own.command_line.options.get(group));
        lists
            .flat_map(|list| list.keys().map(String::as_str))
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

    fn group<'n>(&self, option: &'n str) -> &'n str
    where
        'e: 'n,
    {
        let group = self
            .option_entry(option)
            .and_then(|entry| entry.group.as_deref());
        match (group, self.evidence.options().options.get(option)) {
            (Some(group), _) => group,
            (None, Some(entry)) => entry.same_as.as_deref().unwrap_or(option),
            (None, None) => option,
        }
    }

    fn own_builds(&self) -> impl Iterator<Item = &'e SeriesBuild> + use<'e> {
        let facts = *self;
        let builds = self.evidence.builds().iter();
        builds.filter(move |build| build.series == facts.series && facts.is_of_target(build))
    }

    /// The parameters of an option in each build of the release that lists it.
    fn option_lists<'n>(
        &self,
        group: &'n str,
    ) -> impl Iterator<Item = &'e OptionParameters> + use<'e, 'n> {
        let builds = self.own_builds().filter(|own| !own.is_superseded);
        builds.filter_map(move |own| own.command_line.options.get(group))
    }

    fn is_of_target(&self, build: &SeriesBuild) -> bool {
        let own = &build.command_line.build.target;
        self.target.is_none_or(|target| target == own)
    }

    fn presence_between(&self, since: Option<Series>, until: Option<Series>) -> Presence {
        match (since, until) {
            (Some(since), _) if self.series < since => Presence::NotYet(since),
            (_, Some(until)) if self.series > until => Presence::Removed(self.removal_after(until)),
            _ => Presence::Present,
        }
    }

    fn removal_after(&self, last: Series) -> Removal {
        let series = self.evidence.series();
        let next = series.iter().find(|other| **other > last);
        Removal {
            last,
            since: next.copied().unwrap_or(self.series),
            is_exact: true,
        }
    }

    fn deprecation(&self, since: Option<Series>, until: Option<Series>) -> Option<Option<Series>> {
        let is_over = until.is_some_and(|until| self.series > until);
        since
            .filter(|since| *since <= self.series && !is_over)
            .map(Some)
    }

    fn parameter_entries<'n>(
        &self,
        option: &'n str,
        parameter: &'n str,
    ) -> impl Iterator<Item = &'e ParameterEntry> + use<'e, 'n> {
        let entries = self.noted_parameters(option);
        entries.filter(move |entry| entry.name == parameter)
    }

    /// What people note about the parameters of an option and their values.
    pub fn noted_parameters<'n>(
        &self,
        option: &'n str,
    ) -> impl Iterator<Item = &'e ParameterEntry> + Clone + use<'e, 'n> {
        let entries = self.evidence.options().parameters.iter();
        entries.filter(move |entry| entry.option == option)
    }

    /// The fact that a note states about this release.
    pub fn noted_fact(&self, entry: &'e ParameterEntry) -> CommandLineFact<'e> {
        CommandLineFact {
            presence: match entry.depends_on_machine {
                Some(since) if since <= self.series => Presence::Unknown,
                _ => self.presence_between(entry.since, entry.until),
            },
            deprecated: self.deprecation(entry.deprecated, entry.deprecated_until),
            replacement: entry.replacement.as_deref(),
            reason: entry.reason.as_deref(),
        }
    }

    /// A parameter that no build of the release lists.
    fn unlisted_parameter(&self, option: &str, group: &str, parameter: &str) -> Presence {
        let entry = self.option_entry(option);
        let completeness = entry.map_or(ParameterList::Unlisted, |entry| entry.parameters);
        let merges = entry.is_none_or(|entry| entry.merges);
        // Without any parameters the option takes those that its code reads.
        let is_listed = self
            .option_lists(group)
            .any(|parameters| !parameters.is_empty());
        match (completeness, parameter) {
            (ParameterList::Unlisted, _) => return Presence::Unknown,
            (_, "id") if merges => return Presence::Unknown,
            (_, "id") => return Presence::Present,
            _ => {}
        }
        let has = |build: &SeriesBuild| {
            let parameters = build.command_line.options.get(group);
            !build.is_superseded
                && parameters.is_some_and(|parameters| parameters.contains_key(parameter))
        };
        let lists = |build: &SeriesBuild| {
            let is_complete = build
                .command_line
                .build
                .proves_absence(CommandLineList::Options);
            let parameters = build.command_line.options.get(group);
            is_complete && parameters.is_some_and(|parameters| !parameters.is_empty())
        };
        match self.presence(Required::One, has, lists) {
            Presence::Unknown if is_listed && completeness == ParameterList::Complete => {
                Presence::Never
            }
            presence => presence,
        }
    }

    /// The type of a parameter in the nearest release that lists it.
    fn listed_type(&self, group: &str, parameter: &str) -> Option<&'e str> {
        let builds = self.evidence.builds().iter();
        let types =
            builds.filter_map(|build| build.command_line.options.get(group)?.get(parameter));
        types.last().map(String::as_str)
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

    /// Concludes from the lists of all builds.
    fn presence(
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
        if self.is_between(listings.clone()) {
            return Presence::Present;
        }
        let all = self.evidence.series();
        let removal = find_removal(listings.clone(), all, self.target, required);
        if let Some(removal) = removal.filter(|removal| removal.since <= self.series) {
            return Presence::Removed(removal);
        }
        let addition = self.addition(required, listings);
        addition.unwrap_or(Presence::Unknown)
    }

    /// Returns whether a target has it before and after this release, and no list of
    /// this release is known.
    fn is_between<'b>(&self, listings: impl Iterator<Item = Listing<'b>> + Clone) -> bool {
        let own = self.target;
        let listings = listings.filter(move |list| own.is_none_or(|own| own == list.target));
        let mut with = listings.clone().filter(|list| list.has);
        with.any(|early| {
            let mut same = listings.clone().filter(|list| list.target == early.target);
            let mut lists = same.clone();
            early.series < self.series
                && same.any(|list| list.has && list.series > self.series)
                && !lists.any(|list| list.is_complete && list.series == self.series)
        })
    }

    /// Finds the series that added something, if a complete list of this release lacks
    /// it: one of a target that has it there or, where one target is enough, any.
    fn addition<'b>(
        &self,
        required: Required,
        listings: impl Iterator<Item = Listing<'b>> + Clone,
    ) -> Option<Presence> {
        let with = listings.clone().filter(|list| list.has);
        let first = with.clone().map(|list| list.series).min()?;
        let is_first_target = |target: &str| {
            let mut first_ones = with.clone().filter(|list| list.series == first);
            required == Required::One || first_ones.any(|list| list.target == target)
        };
        let is_own = |target: &str| self.target.is_none_or(|own| own == target);
        let mut own = listings.filter(|list| list.is_complete && list.series == self.series);
        let proves = own.any(|list| is_own(list.target) && is_first_target(list.target));
        (first > self.series && proves).then_some(Presence::NotYet(first))
    }
}
