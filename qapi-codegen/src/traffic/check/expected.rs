//! The members that one object of a message may have.
//!
//! They come from the schema, from the lists of devices, and from types that the
//! schema of an old release does not connect with its command. This module
//! combines them, with the syntax in which the release reads their values, so
//! that the checker compares a message with one description. A new source of
//! members is added here.

use super::release::{CommandInterface, ReleaseInterface};
use crate::dialect;
use crate::json::JsonValue;
use crate::knowledge::{DeviceStatus, PropertyStatus, ReleaseDevices, builds};
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
    /// Text as in [`ValueSyntax::OptionText`], in objects and arrays that dotted
    /// keys make.
    Keyval,
    /// A JSON string; anything else is ignored.
    StringOnly,
}

impl ValueSyntax {
    /// Returns whether scalars are text.
    pub fn is_text(self) -> bool {
        matches!(self, ValueSyntax::OptionText | ValueSyntax::Keyval)
    }

    /// Returns whether QEMU ignores a value.
    pub fn ignores(self, value: &JsonValue<'_>) -> bool {
        match self {
            ValueSyntax::Json | ValueSyntax::Keyval => false,
            ValueSyntax::StringOnly => value.as_str().is_none(),
            ValueSyntax::OptionText => matches!(
                value,
                JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_)
            ),
        }
    }
}

/// The place of the arguments of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestSite {
    /// A QMP request.
    Monitor,
    /// An option of the command line, with values in this syntax.
    Option(ValueSyntax),
}

impl RequestSite {
    fn syntax(self) -> ValueSyntax {
        match self {
            RequestSite::Monitor => ValueSyntax::Json,
            RequestSite::Option(syntax) => syntax,
        }
    }
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
    /// `false` if only other releases are known to have it.
    pub is_known: bool,
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
    Properties(DeviceArguments<'m>),
    /// They are not known.
    Unknown,
}

/// The properties of the device that a request adds.
#[derive(Clone, Copy)]
pub struct DeviceArguments<'m> {
    /// The devices of the release.
    pub devices: ReleaseDevices<'m>,
    /// The name in the request.
    pub driver: &'m str,
    /// The name in the lists, which differs for an alias.
    pub name: &'m str,
    /// What is known about the device.
    pub status: DeviceStatus,
}

impl<'m> DeviceArguments<'m> {
    /// Looks up a property.
    pub fn property(&self, name: &str) -> PropertyStatus<'m> {
        match self.status {
            DeviceStatus::Removed(_) => PropertyStatus::Unknown(None),
            _ => self.devices.property(self.name, name),
        }
    }

    /// Returns whether the device is known but its properties are not.
    pub fn is_unlisted(&self) -> bool {
        self.status == DeviceStatus::Known && !self.devices.lists_device(self.name)
    }
}

impl<'m> ExpectedObject<'m> {
    /// Determines the members of an object by its discriminators.
    pub fn new(
        release: &'m ReleaseInterface<'m>,
        stated: &'m ObjectShape<'m>,
        syntax: ValueSyntax,
        value: &JsonValue<'_>,
    ) -> Self {
        let mut expected = ExpectedObject {
            release,
            stated,
            added: Vec::new(),
            undecided: None,
            unlisted: UnlistedMembers::Rejected,
            syntax,
            optional_syntax: syntax,
            flattens_data: false,
        };
        expected.select_branches(value);
        expected
    }

    /// Determines the arguments of a request, or of an option that takes them.
    /// Devices are restricted to a target.
    pub fn from_request(
        release: &'m ReleaseInterface<'m>,
        command: &'m CommandInterface<'m>,
        (site, target): (RequestSite, Option<&'m str>),
        arguments: &'m JsonValue<'m>,
    ) -> Option<Self> {
        let stated = release.wire.object(command.shape.arguments)?;
        let mut expected = ExpectedObject::new(release, stated, site.syntax(), arguments);
        match command.shape.meta.name.as_str() {
            "device_add" if stated.open => {
                if site == RequestSite::Monitor
                    && !dialect::TYPED_DEVICE_ARGUMENTS.contains(release.series)
                {
                    expected.syntax = ValueSyntax::OptionText;
                }
                expected.add_properties(target, arguments);
            }
            "netdev_add" if stated.open => expected.add_netdev_options(arguments),
            _ if stated.open => expected.unlisted = UnlistedMembers::Unknown,
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
                is_known: true,
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

    /// The required members that a value lacks, or whose values QEMU ignores.
    pub fn missing_members(
        &self,
        value: &JsonValue<'_>,
    ) -> impl Iterator<Item = (&'m str, &'m Shape<'m>)> {
        let members = self.objects().flat_map(move |object| {
            let members = object.members.iter();
            members.map(move |(name, member)| (object, name, member))
        });
        let is_missing = move |name: &str| {
            let value = value.get(name);
            value.is_none_or(|value| self.syntax.ignores(value))
        };
        let missing = members.filter(move |(object, name, member)| {
            is_required(member) && is_missing(name) && self.is_first(object, name)
        });
        missing.map(|(_, name, member)| (name, self.release.wire.get(member.shape)))
    }

    /// The names of all members.
    pub fn names(&self) -> impl Iterator<Item = &'m str> {
        let properties = match self.unlisted {
            UnlistedMembers::Properties(device) => Some(device.devices.property_names(device.name)),
            _ => None,
        };
        let properties = properties.into_iter().flatten();
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

    /// Adds the properties of the device that `device_add` adds. Only here are the
    /// builds read.
    fn add_properties(&mut self, target: Option<&'m str>, arguments: &'m JsonValue<'m>) {
        let devices = self.release.devices_of(target);
        // QEMU itself reads these, in all releases.
        self.optional_syntax = ValueSyntax::StringOnly;
        let driver = arguments.get("driver").and_then(JsonValue::as_str);
        self.unlisted = match driver.zip(devices) {
            None => UnlistedMembers::Unknown,
            Some((driver, devices)) => {
                let name = self.release.device_name(driver);
                UnlistedMembers::Properties(DeviceArguments {
                    devices,
                    driver,
                    name,
                    status: devices.device(name),
                })
            }
        };
    }

    fn property(&self, name: &str) -> Option<ExpectedMember<'m>> {
        let UnlistedMembers::Properties(device) = self.unlisted else {
            return None;
        };
        let (ty, is_known) = match device.property(name) {
            PropertyStatus::Known(ty) => (ty.unwrap_or_default(), true),
            PropertyStatus::Unknown(Some(ty)) => (ty, false),
            _ => return None,
        };
        Some(ExpectedMember {
            shape: property_shape(self.release, name, ty),
            syntax: self.syntax,
            meta: None,
            is_known,
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
    match (builds::builtin_type(ty), release.find_shape(ty)) {
        (Some(builtin), _) => release.builtin_shape(builtin),
        (None, Some(shape @ Shape::Enum(_))) => shape,
        _ => any(),
    }
}
