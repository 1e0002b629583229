//! The members of objects: each against what is expected, and the missing ones.

use super::expected::{DeviceArguments, ExpectedMember, ExpectedObject, UnlistedMembers};
use super::path::MessagePath;
use super::problem::{MemberOwner, ProblemKind, ProblemSubject};
use super::walk::MessageWalk;
use crate::json::{JsonMember, JsonValue};
use crate::knowledge::{DeviceStatus, PropertyStatus};
use crate::wire::{Direction, Shape};

impl<'m> MessageWalk<'m> {
    /// Checks the members of an object.
    pub fn check_members(
        &mut self,
        expected: &ExpectedObject<'m>,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        if let UnlistedMembers::Properties(device) = &expected.unlisted {
            self.check_device(expected, device, value, path);
        }
        for member in value.members().unwrap_or_default() {
            let path = &path.member(&member.name.value);
            match expected.member(&member.name.value) {
                Some(found) => {
                    self.check_member(expected, found, member, path);
                    if !found.is_known {
                        self.report_unverified(expected, member, path);
                    }
                }
                None => self.check_unlisted(expected, member, value, path),
            }
        }
        self.check_missing(expected, value, path);
    }

    fn check_missing(
        &mut self,
        expected: &ExpectedObject<'m>,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        for (name, shape) in expected.missing_members(value) {
            let misplaced = self.find_misplaced(expected, shape, value);
            self.report(&path.member(name), ProblemKind::MissingMember(misplaced));
        }
    }

    /// Reports a device that the release does not have, or that is not known
    /// well enough for the properties of the request.
    fn check_device(
        &mut self,
        expected: &ExpectedObject<'m>,
        device: &DeviceArguments<'m>,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        let driver = device.driver;
        let mut members = value.members().unwrap_or_default().iter();
        let is_unknown = |member: &JsonMember<'_>| {
            let member = expected.member(&member.name.value);
            member.is_none_or(|member| !member.is_known)
        };
        let problem = match device.status {
            DeviceStatus::Removed(removal) => ProblemKind::RemovedDevice { driver, removal },
            DeviceStatus::Unknown => ProblemKind::UnverifiedDevice(driver),
            DeviceStatus::Known if device.is_unlisted() && members.any(is_unknown) => {
                ProblemKind::UnlistedDevice(driver)
            }
            DeviceStatus::Known => return,
        };
        self.report(&path.member("driver"), problem);
    }

    fn check_member(
        &mut self,
        object: &ExpectedObject<'m>,
        expected: ExpectedMember<'m>,
        member: &'m JsonMember<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        if expected.syntax.ignores(&member.value) {
            return self.report(path, ProblemKind::Ignored(member.value.type_name()));
        }
        if let Some(meta) = expected.meta
            && self.direction == Direction::Request
        {
            self.check_lifecycle(meta, ProblemSubject::Member, path);
        }
        self.check_branch(object, expected, member, path);
        self.check_value(expected.shape, expected.syntax, &member.value, path);
    }

    /// Reports a discriminator with a valid value that has no branch.
    fn check_branch(
        &mut self,
        object: &ExpectedObject<'m>,
        expected: ExpectedMember<'m>,
        member: &'m JsonMember<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        let (Some(branches), Shape::Enum(values)) = (object.undecided, expected.shape) else {
            return;
        };
        let text = member.value.as_str().filter(|text| values.contains(text));
        if let Some(text) = text.filter(|_| member.name.value == branches.discriminator) {
            let values = branches.by_value.names().collect();
            self.report(path, ProblemKind::UnknownValue { text, values });
        }
    }

    /// Checks a member that no object lists.
    fn check_unlisted(
        &mut self,
        expected: &ExpectedObject<'m>,
        member: &'m JsonMember<'m>,
        object: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        let owner = match expected.unlisted {
            UnlistedMembers::Unknown => return,
            UnlistedMembers::Properties(device) => match device.property(&member.name.value) {
                PropertyStatus::Absent => MemberOwner::Device(None),
                PropertyStatus::Removed(removal) => MemberOwner::Device(Some(removal)),
                _ => return self.report_unverified(expected, member, path),
            },
            _ if self.direction != Direction::Request => MemberOwner::Reply,
            _ if path.is_top_level() => MemberOwner::Arguments,
            _ => MemberOwner::Object,
        };
        let name = member.name.value.as_ref();
        if expected.syntax.ignores(&member.value) {
            self.report(path, ProblemKind::Ignored(member.value.type_name()));
        } else if !expected.may_have(name) {
            let problem = ProblemKind::UnexpectedMember {
                name,
                owner,
                candidates: absent_names(expected, object),
                holds_members: holds_members(expected, &member.value),
            };
            self.report(path, problem);
        }
    }

    /// Reports a property that only other releases are known to have, unless the
    /// device as a whole was reported.
    fn report_unverified(
        &mut self,
        expected: &ExpectedObject<'m>,
        member: &'m JsonMember<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        if let UnlistedMembers::Properties(device) = &expected.unlisted
            && device.status == DeviceStatus::Known
            && !device.is_unlisted()
        {
            let (device, property) = (device.driver, member.name.value.as_ref());
            self.report(path, ProblemKind::UnverifiedProperty { device, property });
        }
    }

    /// The members of an object that are not its own but belong to a missing
    /// member.
    fn find_misplaced(
        &self,
        expected: &ExpectedObject<'m>,
        missing: &'m Shape<'m>,
        object: &'m JsonValue<'m>,
    ) -> Vec<&'m str> {
        let Shape::Object(inner) = missing else {
            return Vec::new();
        };
        let names = object.members().unwrap_or_default().iter();
        let names = names.map(|member| member.name.value.as_ref());
        names
            .filter(|name| expected.member(name).is_none() && self.release.has_member(inner, name))
            .collect()
    }
}

/// The expected members that are absent.
fn absent_names<'m>(expected: &ExpectedObject<'m>, object: &JsonValue<'_>) -> Vec<&'m str> {
    let names = expected.names();
    names.filter(|name| object.get(name).is_none()).collect()
}

/// Returns whether a value has members that are expected outside of it.
fn holds_members(expected: &ExpectedObject<'_>, value: &JsonValue<'_>) -> bool {
    let members = value.members().unwrap_or_default();
    members.iter().any(|member| {
        let name = &member.name.value;
        expected.member(name).is_some() || expected.may_have(name)
    })
}
