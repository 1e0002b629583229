//! What the releases between two others say about a finding: whether a member
//! was renamed, and when a removed entity was deprecated.

use std::collections::BTreeSet;

use super::change::{ChangeKind, ChangeValue, KindAttribute};
use super::finding::Finding;
use super::identity::entity_identity;
use super::occurrence::Occurrence;
use super::release_chain::ReleaseChain;
use crate::version::Series;
use crate::wire::PathSegment;

/// The names of members that are no renames, because a release between has the
/// new member and still the old one.
pub fn disproved_renames<'s>(
    findings: &[Finding<'s>],
    chain: &ReleaseChain<'_>,
) -> BTreeSet<(&'s str, &'s str)> {
    let renames = findings.iter().filter(|own| {
        use ChangeKind::{MemberRenamed, OptionalMemberRenamed};
        matches!(own.change.kind, MemberRenamed | OptionalMemberRenamed)
    });
    let disproved = renames.filter_map(|finding| {
        let names = (
            member_name(&finding.change.old)?,
            member_name(&finding.change.new)?,
        );
        let is_disproved = |own: &Occurrence<'_>| {
            let (_, container) = own.old.split_last()?;
            let identities = |name, kinds: [ChangeKind; 2]| {
                let path = [container, &[PathSegment::Member(name)]].concat();
                kinds.map(|kind| entity_identity(kind, finding.direction, own, (&path, None)))
            };
            let added = [
                ChangeKind::OptionalMemberAdded,
                ChangeKind::RequiredMemberAdded,
            ];
            let removed = [
                ChangeKind::OptionalMemberRemoved,
                ChangeKind::RequiredMemberRemoved,
            ];
            chain.first_with(&identities(names.1, added), &identities(names.0, removed))
        };
        let mut occurrences = finding.occurrences.iter();
        occurrences.find_map(is_disproved).map(|_| names)
    });
    disproved.collect()
}

fn member_name<'s>(value: &Option<ChangeValue<'s>>) -> Option<&'s str> {
    value.as_ref()?.names().first().copied()
}

/// The series that deprecated what a later one removed.
pub fn deprecated_on_the_way(finding: &Finding<'_>, chain: &ReleaseChain<'_>) -> Option<Series> {
    if !finding.change.kind.has(KindAttribute::Removal) {
        return None;
    }
    let value = member_name(&finding.change.old);
    let value = value.filter(|_| finding.change.kind.has(KindAttribute::EnumValue));
    let identities = finding.occurrences.iter().flat_map(|own| {
        let path = &own.old[..];
        let subject = value.or(match path.last() {
            Some(PathSegment::Member(name) | PathSegment::Branch { value: name, .. }) => {
                Some(*name)
            }
            Some(_) => None,
            None => Some(own.operation.name()),
        });
        let kinds = [
            ChangeKind::DeprecatedAdded,
            ChangeKind::DocumentedDeprecatedAdded,
        ];
        kinds.map(|kind| entity_identity(kind, finding.direction, own, (path, subject)))
    });
    chain.first_with(&identities.collect::<Vec<_>>(), &[])
}
