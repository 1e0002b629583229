//! Changes of the members of objects.

use super::ComparedSite;
use super::matching::{NameMatch, Rename, match_by_shape, match_by_spelling};
use super::metadata::flag_change;
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{
    Interface, InterfaceComparer, MemberShape, ObjectShape, PathSegment, Shape, describe, same,
};

impl<'s> ComparedSite<'_, '_, 's> {
    /// Compares the members that both objects have. The branches say how the
    /// values of a discriminator changed.
    pub(super) fn compare_common_members(
        &mut self,
        old: &ObjectShape<'s>,
        new: &ObjectShape<'s>,
        discriminator: Option<&str>,
    ) {
        for (name, (left, right)) in old.members.join(&new.members) {
            let (Some(&left), Some(&right)) = (left, right) else {
                continue;
            };
            let path = [PathSegment::Member(name)];
            self.at(&path, &path, |site| {
                site.compare_presence(left, right);
                site.compare_metadata(name, left.meta, right.meta);
                if discriminator != Some(name) {
                    site.link(left.shape, right.shape);
                }
            });
        }
    }

    /// Compares whether a member is optional.
    fn compare_presence(&mut self, old: MemberShape<'s>, new: MemberShape<'s>) {
        let kind = flag_change(
            (old.optional, new.optional),
            ChangeKind::MemberBecameOptional,
            ChangeKind::MemberBecameRequired,
        );
        if let Some(kind) = kind {
            let [old, new] = [old, new].map(|member| ChangeValue::Optional(member.optional));
            self.push(Change::replaced(kind, old, new));
        }
    }

    /// Compares a renamed member.
    pub(super) fn compare_renamed_member(
        &mut self,
        rename: Rename<'s>,
        old: MemberShape<'s>,
        new: MemberShape<'s>,
    ) {
        let kind = match old.optional {
            true => ChangeKind::OptionalMemberRenamed,
            false => ChangeKind::MemberRenamed,
        };
        let [old_path, new_path] = [rename.old, rename.new].map(|name| [PathSegment::Member(name)]);
        self.at(&old_path, &new_path, |site| {
            site.push(rename.change(kind));
            site.compare_presence(old, new);
            site.link(old.shape, new.shape);
        });
    }

    /// Adds the change for a member that only the old object has.
    pub(super) fn push_removed_member(&mut self, name: &'s str, member: MemberShape<'s>) {
        let kind = match member.optional {
            true => ChangeKind::OptionalMemberRemoved,
            false => ChangeKind::RequiredMemberRemoved,
        };
        let change = Change::removed(kind, member_value(self.walk.old, member));
        self.push(change.old_at(&[PathSegment::Member(name)]));
    }

    /// Adds the change for a member that only the new object has.
    pub(super) fn push_added_member(&mut self, name: &'s str, member: MemberShape<'s>) {
        let kind = match member.optional {
            true => ChangeKind::OptionalMemberAdded,
            false => ChangeKind::RequiredMemberAdded,
        };
        let change = Change::added(kind, member_value(self.walk.new, member));
        self.push(change.new_at(&[PathSegment::Member(name)]));
    }
}

fn member_value<'s>(interface: &Interface<'_>, member: MemberShape<'_>) -> ChangeValue<'s> {
    ChangeValue::Member {
        optional: member.optional,
        ty: describe(interface, member.shape),
    }
}

/// Recognizes renamed members, by spelling or by shape.
pub(super) fn match_members<'s>(
    walk: &InterfaceComparer<'_, 's>,
    (old, new): (&ObjectShape<'s>, &ObjectShape<'s>),
    (removed, added): (Vec<&'s str>, Vec<&'s str>),
) -> NameMatch<'s> {
    let mut matched = match_by_spelling(removed, added);
    match_by_shape(&mut matched, |old_name, new_name| {
        let (left, right) = (old.members[old_name], new.members[new_name]);
        is_distinctive(walk.old.get(left.shape))
            && same(walk.old, left.shape, walk.new, right.shape)
    });
    matched
}

/// Returns `true` for shapes whose equality is evidence of a new name.
fn is_distinctive(shape: &Shape<'_>) -> bool {
    match shape {
        Shape::Object(object) => !object.members.is_empty(),
        Shape::Enum(_) | Shape::Alternate(_) => true,
        Shape::Builtin(_) | Shape::Array(_) => false,
    }
}
