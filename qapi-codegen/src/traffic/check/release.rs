//! The interface of a release with everything that is known beyond its schema.

use std::collections::HashMap;

use super::problem::ProblemKind;
use crate::knowledge::{
    BehaviourChange, MemberRequirement, MigrationRule, ReleaseData, ReleaseDevices,
    RequestRejection,
};
use crate::schema::{BuiltinType, Schema};
use crate::version::Series;
use crate::wire::{CommandShape, Interface, ObjectShape, Shape};

/// The interface of a release with everything that is known beyond its schema.
pub struct ReleaseInterface<'k> {
    pub series: Series,
    pub wire: Interface<'k>,
    pub data: ReleaseData<'k>,
    schema: &'k Schema,
    commands: HashMap<&'k str, CommandInterface<'k>>,
    /// The shapes of the built-in types, for properties of devices.
    builtins: Vec<Shape<'k>>,
}

/// A command with the rules that apply to it.
pub struct CommandInterface<'k> {
    pub shape: CommandShape<'k>,
    /// The deprecations of it and its arguments that have no feature flag.
    pub deprecations: Vec<&'k MigrationRule>,
    /// The members that QEMU requires although the schema does not.
    pub requirements: Vec<&'k MemberRequirement>,
    /// The requests that QEMU rejects although the schema allows them.
    pub rejections: Vec<&'k RequestRejection>,
    /// The changes of behaviour that can break its requests.
    pub changes: Vec<&'k BehaviourChange>,
}

impl<'k> ReleaseInterface<'k> {
    /// Combines a schema with the facts beyond it.
    pub fn new(schema: &'k Schema, data: ReleaseData<'k>) -> Self {
        let series = schema.version.series();
        let wire = Interface::from_schema(schema);
        let commands = wire.commands.iter();
        let commands =
            commands.map(|(name, shape)| (name, CommandInterface::new(shape, data, series)));
        ReleaseInterface {
            series,
            commands: commands.collect(),
            wire,
            data,
            schema,
            builtins: BuiltinType::ALL
                .iter()
                .map(|&ty| Shape::Builtin(ty))
                .collect(),
        }
    }

    pub fn command(&self, name: &str) -> Option<&CommandInterface<'k>> {
        self.commands.get(name)
    }

    /// The problem with a command that the release does not have. The names of
    /// commands that downstreams add begin with two underscores, or should.
    pub fn unknown_command<'m>(&'m self, name: &'m str) -> ProblemKind<'m> {
        let knowledge = self.data.knowledge;
        let vendor = knowledge.and_then(|known| known.requests.vendor(name));
        match vendor.is_some() || name.starts_with("__") {
            true => ProblemKind::VendorCommand(name, vendor),
            false => ProblemKind::UnknownCommand(name),
        }
    }

    pub fn builtin_shape(&self, builtin: BuiltinType) -> &Shape<'k> {
        &self.builtins[builtin as usize]
    }

    pub fn find_shape(&self, type_name: &str) -> Option<&Shape<'k>> {
        let id = self.schema.find_type(type_name)?;
        Some(self.wire.get(self.wire.shape_of_type(id)))
    }

    /// Returns whether an object or one of its branches has a member.
    pub fn has_member(&self, object: &ObjectShape<'_>, name: &str) -> bool {
        let branches = object.branches.iter().flat_map(|b| b.by_value.values());
        let mut contents = branches.filter_map(|branch| self.wire.object(branch.content));
        object.members.contains(name) || contents.any(|content| content.members.contains(name))
    }

    /// The devices of the release, which are read on first use.
    pub fn devices(&self) -> Option<ReleaseDevices<'k>> {
        self.devices_of(self.data.target)
    }

    /// The devices of the release for a target.
    pub fn devices_of<'d>(&self, target: Option<&'d str>) -> Option<ReleaseDevices<'d>>
    where
        'k: 'd,
    {
        let evidence = self.data.devices?.evidence()?;
        Some(evidence.release(self.series, target))
    }

    /// The name in the list of devices for a name in `device_add`.
    pub fn device_name<'n>(&self, name: &'n str) -> &'n str
    where
        'k: 'n,
    {
        let knowledge = self.data.knowledge;
        knowledge.map_or(name, |known| {
            known.requests.resolve_alias(name, self.series)
        })
    }
}

impl<'k> CommandInterface<'k> {
    fn new(shape: &CommandShape<'k>, data: ReleaseData<'k>, series: Series) -> Self {
        let name = shape.meta.name.as_str();
        let known = || data.knowledge.into_iter();
        CommandInterface {
            shape: shape.clone(),
            deprecations: known()
                .flat_map(|known| known.migrations.deprecations_in(series))
                .filter(|rule| rule.commands.iter().any(|own| own == name))
                .collect(),
            requirements: known()
                .flat_map(|known| known.requests.requirements(name, series))
                .collect(),
            rejections: known()
                .flat_map(|known| known.requests.rejections(name, series))
                .collect(),
            changes: known()
                .flat_map(|known| {
                    known
                        .behaviour
                        .breaking_changes(name, data.written_for, series)
                })
                .collect(),
        }
    }
}
