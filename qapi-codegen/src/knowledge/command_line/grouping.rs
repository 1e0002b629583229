//! Facts that builds share, written once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::record::{BuildCommandLine, CpuModel, MachineType, OptionParameters};

/// Facts that exactly these builds have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SharedFacts {
    builds: Vec<String>,
    /// Parameters by option.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    options: BTreeMap<String, OptionParameters>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    machines: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    deprecated_machines: BTreeSet<String>,
    /// Machine types by their other names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    machine_aliases: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    cpus: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    deprecated_cpus: BTreeSet<String>,
}

/// One fact about a build.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Fact<'b> {
    Option(&'b str),
    Parameter(&'b str, &'b str, &'b str),
    Machine(&'b str),
    DeprecatedMachine(&'b str),
    MachineAlias(&'b str, &'b str),
    Cpu(&'b str),
    DeprecatedCpu(&'b str),
}

/// Collects the facts of builds by the builds that share them.
pub(super) fn group(builds: &[BuildCommandLine]) -> Vec<SharedFacts> {
    let mut sharers: BTreeMap<Fact<'_>, Vec<usize>> = BTreeMap::new();
    for (index, build) in builds.iter().enumerate() {
        for fact in facts(build) {
            sharers.entry(fact).or_default().push(index);
        }
    }
    let mut groups: BTreeMap<Vec<usize>, SharedFacts> = BTreeMap::new();
    for (fact, indices) in sharers {
        add(groups.entry(indices).or_default(), fact);
    }
    let named = groups.into_iter().map(|(indices, facts)| SharedFacts {
        builds: indices
            .iter()
            .map(|&index| builds[index].build.id())
            .collect(),
        ..facts
    });
    named.collect()
}

/// Adds shared facts to the builds that have them, by their ids.
///
/// # Errors
///
/// Returns the name of a build that is not among `builds`.
pub(super) fn ungroup(
    facts: SharedFacts,
    builds: &mut [BuildCommandLine],
    ids: &[String],
) -> Result<(), String> {
    for id in &facts.builds {
        let index = ids.iter().position(|own| own == id);
        let build = &mut builds[index.ok_or_else(|| id.clone())?];
        for (option, parameters) in &facts.options {
            let own = build.options.entry(option.clone()).or_default();
            own.extend(parameters.clone());
        }
        for name in &facts.machines {
            build.machines.entry(name.clone()).or_default();
        }
        for name in &facts.deprecated_machines {
            machine(build, name).is_deprecated = true;
        }
        for (name, target) in &facts.machine_aliases {
            machine(build, name).alias_of = Some(target.clone());
        }
        let cpu = |name: &String, is_deprecated| (name.clone(), CpuModel { is_deprecated });
        let current = facts.cpus.iter().map(|name| cpu(name, false));
        let deprecated = facts.deprecated_cpus.iter().map(|name| cpu(name, true));
        build.cpus.extend(current.chain(deprecated));
    }
    Ok(())
}

fn machine<'b>(build: &'b mut BuildCommandLine, name: &str) -> &'b mut MachineType {
    build.machines.entry(name.to_owned()).or_default()
}

fn facts(build: &BuildCommandLine) -> Vec<Fact<'_>> {
    let mut facts = Vec::new();
    for (option, parameters) in &build.options {
        facts.push(Fact::Option(option));
        let parameters = parameters.iter();
        facts.extend(parameters.map(|(name, ty)| Fact::Parameter(option, name, ty)));
    }
    for (name, machine) in &build.machines {
        facts.push(match machine.is_deprecated {
            true => Fact::DeprecatedMachine(name),
            false => Fact::Machine(name),
        });
        let alias_of = machine.alias_of.as_deref();
        facts.extend(alias_of.map(|target| Fact::MachineAlias(name, target)));
    }
    for (name, cpu) in &build.cpus {
        facts.push(match cpu.is_deprecated {
            true => Fact::DeprecatedCpu(name),
            false => Fact::Cpu(name),
        });
    }
    facts
}

fn add(facts: &mut SharedFacts, fact: Fact<'_>) {
    match fact {
        Fact::Option(option) => drop(facts.options.entry(option.to_owned()).or_default()),
        Fact::Parameter(option, name, ty) => {
            let parameters = facts.options.entry(option.to_owned()).or_default();
            parameters.insert(name.to_owned(), ty.to_owned());
        }
        Fact::Machine(name) => drop(facts.machines.insert(name.to_owned())),
        Fact::DeprecatedMachine(name) => {
            facts.deprecated_machines.insert(name.to_owned());
        }
        Fact::MachineAlias(name, target) => {
            let aliases = &mut facts.machine_aliases;
            aliases.insert(name.to_owned(), target.to_owned());
        }
        Fact::Cpu(name) => drop(facts.cpus.insert(name.to_owned())),
        Fact::DeprecatedCpu(name) => drop(facts.deprecated_cpus.insert(name.to_owned())),
    }
}
