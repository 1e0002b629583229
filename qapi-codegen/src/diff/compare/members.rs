//! Changes of the members of objects.

use super::matching::{NameMatch, Rename, match_by_shape, match_by_spelling};
use super::{ChangeCollector, Walk};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::wire::{
    CompareSite, Interface, MemberShape, ObjectShape, PathSegment, Shape, describe, same,
};

impl<'s> ChangeCollector<'s> {
    /// Compares a member that both objects have. The branches say how the
    /// values of a discriminator changed.
    pub(super) fn compare_member(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        name: &'s str,
        (old, new): (MemberShape<'s>, MemberShape<'s>),
        is_discriminator: bool,
    ) {
        site.below(PathSegment::Member(name), |site| {
            self.compare_presence(site, old, new);
            self.compare_metadata(walk, site, name, (old.meta, new.meta));
            if !is_discriminator {
                walk.link(self, site, old.shape, new.shape);
            }
        });
    }

    /// Compares whether a member is optional.
    pub(super) fn compare_presence(
        &mut self,
        site: &CompareSite<'s>,
        old: MemberShape<'s>,
        new: MemberShape<'s>,
    ) {
        let kind = match (old.optional, new.optional) {
            (false, true) => ChangeKind::MemberBecameOptional,
            (true, false) => ChangeKind::MemberBecameRequired,
            _ => return,
        };
        let change = Change::new(kind)
            .with_old(ChangeValue::Optional(old.optional))
            .with_new(ChangeValue::Optional(new.optional));
        self.push(site, change);
    }

    /// Compares a renamed member.
    pub(super) fn compare_renamed_member(
        &mut self,
        walk: &mut Walk<'_, 's>,
        site: &mut CompareSite<'s>,
        rename: Rename<'s>,
        (old, new): (MemberShape<'s>, MemberShape<'s>),
    ) {
        let kind = match old.optional {
            true => ChangeKind::OptionalMemberRenamed,
            false => ChangeKind::MemberRenamed,
        };
        let (old_name, new_name) = (rename.old, rename.new);
        let paths = (
            [PathSegment::Member(old_name)],
            [PathSegment::Member(new_name)],
        );
        site.at(&paths.0, &paths.1, |site| {
            let change = Change::new(kind).renamed(old_name, new_name, rename.evidence);
            self.push(site, change);
            self.compare_presence(site, old, new);
            walk.link(self, site, old.shape, new.shape);
        });
    }

    /// Adds the change for a member that only the old object has.
    pub(super) fn push_removed_member(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        name: &'s str,
        member: MemberShape<'s>,
    ) {
        let change = Change::new(match member.optional {
            true => ChangeKind::OptionalMemberRemoved,
            false => ChangeKind::RequiredMemberRemoved,
        });
        let change = change.with_old(member_value(walk.old, member));
        self.push(site, change.old_at(&[PathSegment::Member(name)]));
    }

    /// Adds the change for a member that only the new object has.
    pub(super) fn push_added_member(
        &mut self,
        walk: &Walk<'_, 's>,
        site: &CompareSite<'s>,
        name: &'s str,
        member: MemberShape<'s>,
    ) {
        let change = Change::new(match member.optional {
            true => ChangeKind::OptionalMemberAdded,
            false => ChangeKind::RequiredMemberAdded,
        });
        let change = change.with_new(member_value(walk.new, member));
        self.push(site, change.new_at(&[PathSegment::Member(name)]));
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
    walk: &Walk<'_, 's>,
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
