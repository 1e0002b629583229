//! The members of two objects.

use super::{Comparer, Found, flags};
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::diff::matching::{self, Matched, Pairing};
use crate::wire::{MemberShape, ObjectShape, PathSegment, Shape, describe, same};

/// Compares members of one name, other than what their values are if these are
/// told by the cases of a union.
pub fn compare<'s>(
    comparer: &mut Comparer<'_, 's>,
    name: &'s str,
    (old, new): (MemberShape<'s>, MemberShape<'s>),
    is_tag: bool,
    found: &mut Found<'s>,
) {
    let steps = [PathSegment::Member(name)];
    presence(old, new, &steps, &steps, found);
    flags::compare(old.meta, new.meta, name, &steps, found);
    if !is_tag {
        found.link(comparer, (&steps, &steps), (old.shape, new.shape));
    }
}

/// Compares whether a member may be absent.
pub fn presence<'s>(
    old: MemberShape<'s>,
    new: MemberShape<'s>,
    old_at: &[PathSegment<'s>],
    new_at: &[PathSegment<'s>],
    found: &mut Found<'s>,
) {
    let kind = match (old.optional, new.optional) {
        (false, true) => ChangeKind::MemberBecameOptional,
        (true, false) => ChangeKind::MemberBecameRequired,
        _ => return,
    };
    let change = Change::new(kind)
        .with_old(ChangeValue::Optional(old.optional))
        .with_new(ChangeValue::Optional(new.optional));
    found.push(change.old_at(old_at).new_at(new_at));
}

/// Recognizes members that have another name now.
pub fn matched<'s>(
    comparer: &Comparer<'_, 's>,
    (old, new): (&ObjectShape<'s>, &ObjectShape<'s>),
    (gone, fresh): (Vec<&'s str>, Vec<&'s str>),
) -> Matched<'s> {
    let mut matched = matching::by_spelling(gone, fresh);
    matching::by_shape(&mut matched, |was, is| {
        let (left, right) = (old.members[was], new.members[is]);
        let telling = |shape: &Shape<'_>| match shape {
            Shape::Object(object) => !object.members.is_empty(),
            Shape::Enum(_) | Shape::Alternate(_) => true,
            _ => false,
        };
        telling(comparer.old.get(left.shape))
            && same(comparer.old, left.shape, comparer.new, right.shape)
    });
    matched
}

/// A member that has another name now.
pub fn renamed<'s>(
    comparer: &mut Comparer<'_, 's>,
    (old, new): (&ObjectShape<'s>, &ObjectShape<'s>),
    pair: Pairing<'s>,
    found: &mut Found<'s>,
) {
    let (left, right) = (old.members[pair.old], new.members[pair.new]);
    let (old_at, new_at) = (
        [PathSegment::Member(pair.old)],
        [PathSegment::Member(pair.new)],
    );
    let kind = match left.optional {
        true => ChangeKind::OptionalMemberRenamed,
        false => ChangeKind::MemberRenamed,
    };
    let change = Change::new(kind).renamed(pair.old, pair.new, pair.evidence);
    found.push(change.old_at(&old_at).new_at(&new_at));
    presence(left, right, &old_at, &new_at, found);
    found.link(comparer, (&old_at, &new_at), (left.shape, right.shape));
}

/// A member that is gone.
pub fn removed<'s>(
    comparer: &Comparer<'_, 's>,
    name: &'s str,
    member: MemberShape<'s>,
    found: &mut Found<'s>,
) {
    let kind = match member.optional {
        true => ChangeKind::OptionalMemberRemoved,
        false => ChangeKind::RequiredMemberRemoved,
    };
    let change = Change::new(kind).with_old(value(member, describe(comparer.old, member.shape)));
    found.push(change.old_at(&[PathSegment::Member(name)]));
}

/// A member that is new.
pub fn added<'s>(
    comparer: &Comparer<'_, 's>,
    name: &'s str,
    member: MemberShape<'s>,
    found: &mut Found<'s>,
) {
    let kind = match member.optional {
        true => ChangeKind::OptionalMemberAdded,
        false => ChangeKind::RequiredMemberAdded,
    };
    let change = Change::new(kind).with_new(value(member, describe(comparer.new, member.shape)));
    found.push(change.new_at(&[PathSegment::Member(name)]));
}

fn value<'s>(member: MemberShape<'_>, ty: String) -> ChangeValue<'s> {
    ChangeValue::Member {
        optional: member.optional,
        ty,
    }
}
