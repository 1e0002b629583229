//! The interface of a release with everything that is known beyond its schema.

use std::collections::HashMap;

use crate::knowledge::{
    BehaviourChange, Deprecation, MemberRequirement, ReleaseData, ReleaseDevices,
};
use crate::schema::{BuiltinType, Schema};
use crate::version::Series;
use crate::wire::{CommandShape, Interface, Shape};

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
    /// Its deprecation, if it is documented without a feature flag.
    pub deprecation: Option<&'k Deprecation>,
    /// The members that QEMU requires although the schema does not.
    pub requirements: Vec<&'k MemberRequirement>,
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

    pub fn builtin_shape(&self, builtin: BuiltinType) -> &Shape<'k> {
        &self.builtins[builtin as usize]
    }

    pub fn find_shape(&self, type_name: &str) -> Option<&Shape<'k>> {
        let id = self.schema.find_type(type_name)?;
        Some(self.wire.get(self.wire.shape_of_type(id)))
    }

    /// The devices of the release, which are read on first use.
    pub fn devices(&self) -> Option<ReleaseDevices<'k>> {
        let evidence = self.data.devices?.evidence()?;
        Some(evidence.release(self.series, self.data.target))
    }

    /// The name in the list of devices for a name in `device_add`.
    pub fn device_name<'n>(&self, name: &'n str) -> &'n str
    where
        'k: 'n,
    {
        let rules = self.data.requests;
        rules.map_or(name, |rules| rules.resolve_alias(name, self.series))
    }
}

impl<'k> CommandInterface<'k> {
    fn new(shape: &CommandShape<'k>, data: ReleaseData<'k>, series: Series) -> Self {
        let name = shape.meta.name.as_str();
        let requirements = data.requests.into_iter();
        let changes = data.behaviour.into_iter();
        CommandInterface {
            shape: shape.clone(),
            deprecation: data
                .behaviour
                .and_then(|behaviour| behaviour.command_deprecation(name, series)),
            requirements: requirements
                .flat_map(|rules| rules.requirements(name, series))
                .collect(),
            changes: changes
                .flat_map(|behaviour| behaviour.breaking_changes(name, series))
                .collect(),
        }
    }
}
