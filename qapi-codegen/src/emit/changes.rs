//! Differences between the bindings of two releases, in sentences.
//!
//! They are remarks in the documentation of a type. The effect of a change on
//! clients is a matter of reports.

use crate::wire::{
    BranchContentShape, CompareSink, CompareSite, Direction, Entity, Interface, InterfaceComparer,
    PairId, ShapeId, SiteStart, WireDifference,
};

/// The number of names that a sentence lists.
const LISTED_NAMES: usize = 8;

/// Describes how a type differs in a newer release; empty if only the types of
/// its members and branches changed.
pub fn describe_changes(
    old: &Interface<'_>,
    old_id: ShapeId,
    new: &Interface<'_>,
    new_id: ShapeId,
) -> Vec<String> {
    let mut changes = TypeChanges::default();
    let mut walk = InterfaceComparer::new(old, new);
    let site = &mut CompareSite::at_operation("", Direction::Request);
    walk.link(&mut changes, site, old_id, new_id);
    walk.finish(&mut changes);
    changes.to_sentences()
}

/// The changes of one type, without those of the types that it refers to.
#[derive(Default)]
struct TypeChanges {
    added: Vec<String>,
    removed: Vec<String>,
    became_optional: Vec<String>,
    became_required: Vec<String>,
    retyped: Vec<String>,
    is_started: bool,
}

impl TypeChanges {
    fn to_sentences(&self) -> Vec<String> {
        let lists = [
            (&self.added, "new"),
            (&self.removed, "removed"),
            (&self.became_optional, "optional now"),
            (&self.became_required, "required now"),
            (&self.retyped, "of another type"),
        ];
        let sentences = lists.into_iter().filter_map(|(names, predicate)| {
            let mut names = names.clone();
            names.sort();
            sentence(&names, predicate)
        });
        sentences.collect()
    }
}

impl<'a, 's> CompareSink<'a, 's> for TypeChanges {
    fn differ(
        &mut self,
        walk: &InterfaceComparer<'a, 's>,
        _: &CompareSite<'s>,
        difference: WireDifference<'a, 's>,
    ) {
        match difference {
            WireDifference::OnlyOld(entity) => self.removed.extend(name(entity)),
            WireDifference::OnlyNew(entity) => self.added.extend(name(entity)),
            WireDifference::Optional(name, _, new) if new.optional => {
                self.became_optional.push(name.to_owned());
            }
            WireDifference::Optional(name, ..) => self.became_required.push(name.to_owned()),
            WireDifference::Discriminator(old, new) => {
                self.removed.extend(branch_names(walk.old, old));
                self.added.extend(branch_names(walk.new, new));
            }
            _ => {}
        }
    }

    fn match_entities(
        &mut self,
        walk: &InterfaceComparer<'a, 's>,
        site: &CompareSite<'s>,
        old: Entity<'a, 's>,
        new: Entity<'a, 's>,
    ) {
        self.is_started |= site.start == SiteStart::Pair(PairId(0));
        if name(old) != name(new) {
            self.removed.extend(name(old));
            self.added.extend(name(new));
        } else if type_name(walk.old, old) != type_name(walk.new, new) {
            self.retyped.extend(name(new));
        }
    }

    fn is_done(&self) -> bool {
        self.is_started
    }
}

/// The name of a part of a type.
fn name(entity: Entity<'_, '_>) -> Option<String> {
    match entity {
        Entity::Member(_, member) => Some(member.meta?.name.clone()),
        Entity::Value(meta) => Some(meta.name.clone()),
        Entity::Branch {
            discriminator,
            value,
            ..
        } => Some(branch_name(discriminator, value)),
        Entity::AlternateBranch(branch) => Some(branch.meta.name.clone()),
        Entity::Command(_) | Entity::Event(_) | Entity::Shape(_) => None,
    }
}

fn branch_names(interface: &Interface<'_>, id: ShapeId) -> Vec<String> {
    let object = interface.object(id);
    let branches = object.and_then(|object| object.branches.as_ref());
    let names = branches.into_iter().flat_map(|branches| {
        let values = branches.by_value.names();
        values.map(|value| branch_name(branches.discriminator, value))
    });
    names.collect()
}

fn branch_name(discriminator: &str, value: &str) -> String {
    format!("{discriminator}={value}")
}

/// The name of the type of a part.
fn type_name(interface: &Interface<'_>, entity: Entity<'_, '_>) -> String {
    match entity {
        Entity::Member(_, member) => interface.type_name(member.shape),
        Entity::AlternateBranch(branch) => interface.type_name(branch.shape),
        Entity::Branch { branch, .. } => match interface.branch_content(branch) {
            BranchContentShape::Nothing => String::new(),
            BranchContentShape::Members(id) => interface.type_name(id),
            BranchContentShape::Data(id) => format!("data: {}", interface.type_name(id)),
        },
        _ => String::new(),
    }
}

fn sentence(names: &[String], predicate: &str) -> Option<String> {
    let verb = if names.len() == 1 { "is" } else { "are" };
    let shown: Vec<String> = names
        .iter()
        .take(LISTED_NAMES)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len().saturating_sub(LISTED_NAMES);
    match (&shown[..], more) {
        ([], _) => None,
        (_, 0) => Some(format!("{} {verb} {predicate}", enumeration(&shown))),
        _ => Some(format!(
            "{} and {more} more {verb} {predicate}",
            shown.join(", ")
        )),
    }
}

fn enumeration(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}
