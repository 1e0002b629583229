//! The parameters of options in one release.

use std::collections::BTreeSet;

use super::evidence::SeriesBuild;
use super::facts::{CommandLineFact, CommandLineFacts};
use super::options::{ParameterEntry, ParameterList};
use super::presence::Presence;
use super::record::{CommandLineList, OptionParameters};
use crate::knowledge::builds::removal::Required;

/// What is known about a parameter of an option in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterFact<'e> {
    /// The fact.
    pub fact: CommandLineFact<'e>,
    /// QEMU's name of its type: `string`, `boolean`, `number` or `size`.
    pub ty: Option<&'e str>,
}

impl<'e> CommandLineFacts<'e> {
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
        let noted_type = noted.and_then(|entry| entry.ty.as_deref());
        let mut fact = noted.map_or(CommandLineFact::new(listed), |entry| self.noted_fact(entry));
        if fact.presence == Presence::Present && listed != Presence::Unknown {
            fact.presence = listed;
        }
        ParameterFact {
            fact,
            ty: ty
                .map(String::as_str)
                .or_else(|| self.listed_type(group, parameter))
                .or(noted_type),
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

    /// What people note about the parameters of an option and their values.
    pub fn noted_parameters<'n>(
        &self,
        option: &'n str,
    ) -> impl Iterator<Item = &'e ParameterEntry> + Clone + use<'e, 'n> {
        let entries = self.evidence().options().parameters.iter();
        entries.filter(move |entry| entry.option == option)
    }

    /// The fact that a note states about this release.
    pub fn noted_fact(&self, entry: &'e ParameterEntry) -> CommandLineFact<'e> {
        CommandLineFact {
            presence: match entry.depends_on_machine {
                Some(since) if since <= self.series() => Presence::Unknown,
                _ => self.as_release().presence_between(entry.since, entry.until),
            },
            deprecated: self.deprecation(entry.deprecated, entry.deprecated_until),
            replacement: entry.replacement.as_deref(),
            reason: entry.reason.as_deref(),
        }
    }

    fn parameter_entries<'n>(
        &self,
        option: &'n str,
        parameter: &'n str,
    ) -> impl Iterator<Item = &'e ParameterEntry> + use<'e, 'n> {
        let entries = self.noted_parameters(option);
        entries.filter(move |entry| entry.name == parameter)
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
        let builds = self.evidence().builds().iter();
        let mut types =
            builds.filter_map(|build| build.command_line.options.get(group)?.get(parameter));
        types.next_back().map(String::as_str)
    }

    /// The parameters of an option in each build of the release that lists it.
    fn option_lists<'n>(
        &self,
        group: &'n str,
    ) -> impl Iterator<Item = &'e OptionParameters> + use<'e, 'n> {
        let builds = self.own_builds().filter(|own| !own.is_superseded);
        builds.filter_map(move |own| own.command_line.options.get(group))
    }

    fn group<'n>(&self, option: &'n str) -> &'n str
    where
        'e: 'n,
    {
        let group = self
            .option_entry(option)
            .and_then(|entry| entry.group.as_deref());
        match (group, self.evidence().options().options.get(option)) {
            (Some(group), _) => group,
            (None, Some(entry)) => entry.same_as.as_deref().unwrap_or(option),
            (None, None) => option,
        }
    }
}
