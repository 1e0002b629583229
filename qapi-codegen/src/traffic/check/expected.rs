//! The members that one object of a message may have.
//!
//! They come from the schema, from the list of devices, and from types that the
//! schema of an old release does not connect with its command. This module
//! combines them, with the syntax in which the release reads their values, so
//! that the checker compares a message with one description. A new source of
//! members is added here.

use super::release::{CommandInterface, ReleaseInterface};
use crate::dialect;
use crate::json::JsonValue;
use crate::knowledge::{Device, DeviceList, devices};
use crate::schema::{BuiltinType, DATA_MEMBER, EntityMeta};
use crate::wire::{BranchShape, Branches, MemberShape, ObjectShape, Shape};

/// The syntax in which a release reads a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueSyntax {
    /// JSON.
    Json,
    /// Option text: scalars become text, which is parsed, and anything else is
    /// ignored.
    OptionText,
    /// A JSON string; anything else is ignored.
    StringOnly,
}

/// A member that an object may have.
#[derive(Clone, Copy)]
pub struct ExpectedMember<'m> {
    /// The shape of its value.
    pub shape: &'m Shape<'m>,
    /// The syntax of its value.
    pub syntax: ValueSyntax,
    /// Its definition in the schema.
    pub meta: Option<&'m EntityMeta>,
}

/// The members that an object may have.
pub struct ExpectedObject<'m> {
    release: &'m ReleaseInterface<'m>,
    stated: &'m ObjectShape<'m>,
    /// Objects that add members: selected branches, and options that the schema
    /// states elsewhere.
    added: Vec<&'m ObjectShape<'m>>,
    /// The branches of a discriminator that is missing or invalid.
    pub undecided: Option<&'m Branches<'m>>,
    /// The members that no object lists.
    pub unlisted: UnlistedMembers<'m>,
    /// The syntax of the values.
    pub syntax: ValueSyntax,
    /// The syntax of the values of optional members.
    optional_syntax: ValueSyntax,
    /// `true` if the members in `data` of a branch are members of this object.
    flattens_data: bool,
}

/// The members that no object lists.
#[derive(Clone, Copy)]
pub enum UnlistedMembers<'m> {
    /// There are none.
    Rejected,
    /// They are the properties of a device.
    Properties(&'m DeviceList, &'m Device),
    /// They belong to a device that does not exist.
    UnknownDevice(&'m str),
    /// They belong to a device whose properties are not known.
    UnlistedDevice(&'m str),
    /// They are not known.
    Unknown,
}

impl<'m> ExpectedObject<'m> {
    /// Determines the members of an object by its discriminators.
    pub fn new(
        release: &'m ReleaseInterface<'m>,
        stated: &'m ObjectShape<'m>,
        value: &JsonValue<'_>,
    ) -> Self {
        let mut expected = ExpectedObject {
            release,
            stated,
            added: Vec::new(),
            undecided: None,
            unlisted: UnlistedMembers::Rejected,
            syntax: ValueSyntax::Json,
            optional_syntax: ValueSyntax::Json,
            flattens_data: false,
        };
        expected.select_branches(value);
        expected
    }

    /// Determines the arguments of a request.
    pub fn from_request(
        release: &'m ReleaseInterface<'m>,
        command: &'m CommandInterface<'m>,
        arguments: &'m JsonValue<'m>,
    ) -> Option<Self> {
        let stated = release.wire.object(command.shape.arguments)?;
        let mut expected = ExpectedObject::new(release, stated, arguments);
        match command.shape.meta.name.as_str() {
            "device_add" if stated.open => expected.add_properties(arguments),
            "netdev_add" if stated.open => expected.add_netdev_options(arguments),
            _ => {}
        }
        Some(expected)
    }

    /// The member with this name.
    pub fn member(&self, name: &str) -> Option<ExpectedMember<'m>> {
        let mut objects = self.objects();
        match objects.find_map(|object| object.members.get(name)) {
            Some(member) => Some(ExpectedMember {
                shape: self.release.wire.get(member.shape),
                syntax: match member.optional {
                    true => self.optional_syntax,
                    false => self.syntax,
                },
                meta: member.meta,
            }),
            None => self.property(name),
        }
    }

    /// Returns whether a branch of the undecided discriminator has a member.
    pub fn may_have(&self, name: &str) -> bool {
        let branches = self.undecided.into_iter().flat_map(|b| b.by_value.values());
        let mut objects = branches.filter_map(|branch| self.branch_object(branch));
        objects.any(|object| object.members.contains(name))
    }

    /// The required members that a value lacks.
    pub fn missing_members(
        &self,
        value: &JsonValue<'_>,
    ) -> impl Iterator<Item = (&'m str, &'m Shape<'m>)> {
        let members = self.objects().flat_map(move |object| {
            let members = object.members.iter();
            members.map(move |(name, member)| (object, name, member))
        });
        let missing = members.filter(move |(object, name, member)| {
            is_required(member) && value.get(name).is_none() && self.is_first(object, name)
        });
        missing.map(|(_, name, member)| (name, self.release.wire.get(member.shape)))
    }

    /// The names of all members.
    pub fn names(&self) -> impl Iterator<Item = &'m str> {
        let properties = match self.unlisted {
            UnlistedMembers::Properties(list, device) => Some(list.properties(device)),
            _ => None,
        };
        let properties = properties.into_iter().flatten().map(|(name, _)| name);
        let objects = self.objects();
        objects
            .flat_map(|object| object.members.names())
            .chain(properties)
    }

    fn objects(&self) -> impl Iterator<Item = &'m ObjectShape<'m>> {
        [self.stated].into_iter().chain(self.added.iter().copied())
    }

    /// Returns whether this is the first of the objects that have a member.
    fn is_first(&self, object: &ObjectShape<'_>, name: &str) -> bool {
        let first = self.objects().find(|other| other.members.contains(name));
        first.is_some_and(|first| std::ptr::eq(first, object))
    }

    /// Adds the branches that the discriminators select.
    fn select_branches(&mut self, value: &JsonValue<'_>) {
        let mut next = Some(self.stated);
        while let Some(branches) = next.and_then(|object| object.branches.as_ref()) {
            let text = value
                .get(branches.discriminator)
                .and_then(JsonValue::as_str);
            let Some(branch) = text.and_then(|text| branches.by_value.get(text)) else {
                self.undecided = Some(branches);
                return;
            };
            next = self.branch_object(branch);
            self.added
                .extend(next.filter(|object| !object.members.is_empty()));
        }
    }

    /// The object whose members a branch adds.
    fn branch_object(&self, branch: &'m BranchShape<'m>) -> Option<&'m ObjectShape<'m>> {
        let object = self.release.wire.object(branch.content)?;
        match object.members.get(DATA_MEMBER) {
            Some(data) if self.flattens_data && data.meta.is_none() => {
                self.release.wire.object(data.shape)
            }
            _ => Some(object),
        }
    }

    /// Adds the properties of the device that `device_add` adds.
    fn add_properties(&mut self, arguments: &'m JsonValue<'m>) {
        if !dialect::TYPED_DEVICE_ARGUMENTS.contains(self.release.series) {
            self.syntax = ValueSyntax::OptionText;
        }
        // QEMU itself reads these, in all releases.
        self.optional_syntax = ValueSyntax::StringOnly;
        let driver = arguments.get("driver").and_then(JsonValue::as_str);
        self.unlisted = match (self.release.data.devices, driver) {
            (Some(list), Some(driver)) => self.find_properties(list, driver),
            _ => UnlistedMembers::Unknown,
        };
    }

    fn find_properties(&self, list: &'m DeviceList, driver: &'m str) -> UnlistedMembers<'m> {
        let name = self.release.device_name(driver);
        match list.device(name) {
            Some(device) => UnlistedMembers::Properties(list, device),
            None if list.is_unlisted(name) => UnlistedMembers::UnlistedDevice(driver),
            None => UnlistedMembers::UnknownDevice(driver),
        }
    }

    fn property(&self, name: &str) -> Option<ExpectedMember<'m>> {
        let UnlistedMembers::Properties(list, device) = self.unlisted else {
            return None;
        };
        let ty = list.property_type(device, name)?;
        Some(ExpectedMember {
            shape: property_shape(self.release, name, ty),
            syntax: self.syntax,
            meta: None,
        })
    }

    /// Adds the options of network backends. Before 5.0, the schema states them
    /// as a type that `netdev_add` does not refer to.
    fn add_netdev_options(&mut self, arguments: &JsonValue<'_>) {
        self.syntax = ValueSyntax::OptionText;
        self.optional_syntax = ValueSyntax::OptionText;
        self.flattens_data = true;
        let types = ["NetClientOptions", "Netdev"].into_iter();
        let mut shapes = types.filter_map(|name| self.release.find_shape(name));
        let union = shapes.find_map(|shape| match shape {
            Shape::Object(object) if object.branches.is_some() => Some(object),
            _ => None,
        });
        if let Some(union) = union {
            self.added.push(self.stated);
            self.stated = union;
            self.select_branches(arguments);
        }
    }
}

/// Returns whether every build requires a member. One with a condition is
/// missing from some builds.
fn is_required(member: &MemberShape<'_>) -> bool {
    !member.optional && member.meta.is_none_or(|meta| meta.condition.is_none())
}

/// The shape of the values of a property.
fn property_shape<'m>(release: &'m ReleaseInterface<'m>, name: &str, ty: &str) -> &'m Shape<'m> {
    let any = || release.builtin_shape(BuiltinType::Any);
    // A PCI address is a number or text such as `05.0`.
    if name == "addr" {
        return any();
    }
    match (devices::builtin_type(ty), release.find_shape(ty)) {
        (Some(builtin), _) => release.builtin_shape(builtin),
        (None, Some(shape @ Shape::Enum(_))) => shape,
        _ => any(),
    }
}
