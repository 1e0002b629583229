//! Comparing a schema with a reply.

use std::collections::HashSet;

use super::difference::{DifferenceKind, DifferenceSide, InterfaceDifference, WireLocation};
use super::outline::outline;
use crate::schema::{Condition, EntityMeta, Feature};
use crate::wire::{
    self, CompareSink, CompareSite, Direction, Entity, Interface, InterfaceComparer, PairId, Shape,
    ShapeId, SiteStart, WireDifference, render_path,
};

/// The result of comparing two interfaces.
#[derive(Debug, Default)]
pub struct InterfaceComparison {
    /// The differences, in the order of the walk.
    pub differences: Vec<InterfaceDifference>,
    /// The conditions in the left interface of entities that both have.
    pub satisfied: Vec<(Condition, WireLocation)>,
    /// The features that both interfaces have, with the kind of their entity.
    pub features: HashSet<(DifferenceKind, String)>,
}

/// Compares two interfaces; the left one may have conditions.
pub fn compare(left: &Interface<'_>, right: &Interface<'_>) -> InterfaceComparison {
    let mut sink = DifferenceCollector::default();
    wire::compare(left, right, &mut sink);
    sink.comparison
}

#[derive(Default)]
struct DifferenceCollector {
    comparison: InterfaceComparison,
    /// The first place of each pair of shapes.
    locations: Vec<WireLocation>,
    /// The shapes of different kinds that were reported, by whether they are
    /// sent to QEMU.
    kinds: HashSet<(bool, ShapeId, ShapeId)>,
}

impl<'a, 's> CompareSink<'a, 's> for DifferenceCollector {
    fn differ(
        &mut self,
        walk: &InterfaceComparer<'a, 's>,
        site: &CompareSite<'s>,
        difference: WireDifference<'a, 's>,
    ) {
        let (left, right) = SideSource::both(walk, site);
        match difference {
            WireDifference::OnlyOld(Entity::Branch { value, .. }) if right.lacks_value(value) => {}
            WireDifference::OnlyOld(entity) => {
                let side = left.describe(entity);
                self.report(self.locate(site, entity), kind_of(entity), Some(side), None);
            }
            WireDifference::OnlyNew(entity) => {
                let side = right.describe(entity);
                self.report(self.locate(site, entity), kind_of(entity), None, Some(side));
            }
            WireDifference::Optional(name, old, new) => {
                let word = |optional| if optional { "optional" } else { "required" };
                let left = left.side(Entity::Member(name, old), word(old.optional));
                let right = right.side(Entity::Member(name, new), word(new.optional));
                self.report_both(site, DifferenceKind::Presence, left, right);
            }
            WireDifference::OutOfBand(old, new) => {
                let word = |allowed| if allowed { "allowed" } else { "not allowed" };
                let left = left.side(Entity::Command(old), word(old.allow_oob));
                let right = right.side(Entity::Command(new), word(new.allow_oob));
                self.report_both(site, DifferenceKind::OutOfBand, left, right);
            }
            WireDifference::Kind(old, new) => {
                let is_sent = site.direction == Direction::Request;
                if self.kinds.insert((is_sent, old, new)) {
                    let (left, right) = (left.describe_shape(old), right.describe_shape(new));
                    self.report_both(site, DifferenceKind::Type, left, right);
                }
            }
            WireDifference::Discriminator(old, new) => {
                let (left, right) = (left.describe_shape(old), right.describe_shape(new));
                self.report_both(site, DifferenceKind::Discriminator, left, right);
            }
            WireDifference::IntegerRange(..) | WireDifference::Open => {}
        }
    }

    fn match_entities(
        &mut self,
        walk: &InterfaceComparer<'a, 's>,
        site: &CompareSite<'s>,
        old: Entity<'a, 's>,
        new: Entity<'a, 's>,
    ) {
        let (left, right) = SideSource::both(walk, site);
        let conditions = conditions(old);
        if !conditions.is_empty() {
            let location = self.locate(site, old);
            let satisfied = conditions
                .into_iter()
                .map(|condition| (condition.clone(), location.clone()));
            self.comparison.satisfied.extend(satisfied);
        }
        let features = (left.features(old), right.features(new));
        if features.0.is_empty() && features.1.is_empty() {
            return;
        }
        let location = self.locate(site, old);
        let sources = (left.source(old), right.source(new));
        self.compare_features(&location, kind_of(old), features, sources);
    }

    fn link(&mut self, site: &CompareSite<'s>, _: PairId, is_new: bool) {
        if is_new {
            let location = self.locate_path(site);
            self.locations.push(location);
        }
    }

    fn pair_direction(&self, direction: Direction) -> Direction {
        match direction {
            Direction::Request => Direction::Request,
            Direction::Reply | Direction::Event => Direction::Reply,
        }
    }
}

impl DifferenceCollector {
    fn locate_path(&self, site: &CompareSite<'_>) -> WireLocation {
        let start = match site.start {
            SiteStart::Operation(name) => WireLocation::new(name, site.direction),
            SiteStart::Pair(PairId(index)) => self.locations[index].clone(),
        };
        start.append(&render_path(&site.old_path))
    }

    fn locate(&self, site: &CompareSite<'_>, entity: Entity<'_, '_>) -> WireLocation {
        let location = self.locate_path(site);
        match entity {
            Entity::Command(_) | Entity::Event(_) | Entity::Shape(_) => location,
            Entity::Member(name, _) => location.append(name),
            Entity::Value(meta) => location.append(&format!("={}", meta.name)),
            Entity::Branch {
                discriminator,
                value,
                ..
            } => location.append(&format!("<{discriminator}={value}>")),
            Entity::AlternateBranch(branch) => {
                location.append(&format!("<{}>", branch.kind.as_str()))
            }
        }
    }

    fn report(
        &mut self,
        location: WireLocation,
        kind: DifferenceKind,
        left: Option<DifferenceSide>,
        right: Option<DifferenceSide>,
    ) {
        self.comparison.differences.push(InterfaceDifference {
            location,
            kind,
            left,
            right,
        });
    }

    fn report_both(
        &mut self,
        site: &CompareSite<'_>,
        kind: DifferenceKind,
        left: DifferenceSide,
        right: DifferenceSide,
    ) {
        self.report(self.locate_path(site), kind, Some(left), Some(right));
    }

    fn compare_features(
        &mut self,
        location: &WireLocation,
        kind: DifferenceKind,
        (left, right): (&[Feature], &[Feature]),
        (left_source, right_source): (String, String),
    ) {
        let has = |features: &[Feature], name: &str| features.iter().any(|one| one.name == name);
        let side = |feature: &Feature, source: &str| DifferenceSide {
            conditions: feature.condition.iter().cloned().collect(),
            ..DifferenceSide::new("feature", source.to_owned())
        };
        for feature in left {
            let location = location.clone().append(&format!("@{}", feature.name));
            if has(right, &feature.name) {
                let condition = feature.condition.clone();
                let satisfied = condition.map(|condition| (condition, location));
                self.comparison.satisfied.extend(satisfied);
                self.comparison
                    .features
                    .insert((kind, feature.name.clone()));
            } else {
                let left = side(feature, &left_source);
                self.report(location, DifferenceKind::Feature, Some(left), None);
            }
        }
        for feature in right.iter().filter(|feature| !has(left, &feature.name)) {
            let location = location.clone().append(&format!("@{}", feature.name));
            let right = side(feature, &right_source);
            self.report(location, DifferenceKind::Feature, None, Some(right));
        }
    }
}

/// One interface, and the shape in it that a site is in.
struct SideSource<'a, 's> {
    interface: &'a Interface<'s>,
    owner: ShapeId,
}

impl<'a, 's> SideSource<'a, 's> {
    fn both(walk: &InterfaceComparer<'a, 's>, site: &CompareSite<'s>) -> (Self, Self) {
        // A command or event is not part of a shape.
        let owners = walk.owners(site);
        let (old, new) = owners.unwrap_or((walk.old.empty(), walk.new.empty()));
        let source = |interface, owner| SideSource { interface, owner };
        (source(walk.old, old), source(walk.new, new))
    }

    /// Returns `true` if the discriminator lacks a value; then it has no branch,
    /// either.
    fn lacks_value(&self, value: &str) -> bool {
        let object = self.interface.object(self.owner);
        let values = object.and_then(|object| {
            let discriminator = object.branches.as_ref()?.discriminator;
            let member = object.members.get(discriminator)?;
            match self.interface.get(member.shape) {
                Shape::Enum(values) => Some(values),
                _ => None,
            }
        });
        values.is_some_and(|values| !values.contains(value))
    }

    fn describe(&self, entity: Entity<'_, '_>) -> DifferenceSide {
        let outline = |shape| outline(self.interface, shape);
        let shape = match entity {
            Entity::Command(command) => format!("command taking {}", outline(command.arguments)),
            Entity::Event(event) => format!("event with {}", outline(event.data)),
            Entity::Member(_, member) if member.optional => {
                format!("optional {}", outline(member.shape))
            }
            Entity::Member(_, member) => outline(member.shape),
            Entity::Value(_) => "value".to_owned(),
            Entity::Branch { branch, .. } => outline(branch.content),
            Entity::AlternateBranch(branch) => outline(branch.shape),
            Entity::Shape(shape) => outline(shape),
        };
        DifferenceSide {
            optional: matches!(entity, Entity::Member(_, member) if member.optional),
            ..self.side(entity, shape)
        }
    }

    fn describe_shape(&self, shape: ShapeId) -> DifferenceSide {
        let source = self.source(Entity::Shape(shape));
        DifferenceSide::new(outline(self.interface, shape), source)
    }

    fn side(&self, entity: Entity<'_, '_>, shape: impl Into<String>) -> DifferenceSide {
        let features = self.features(entity).iter();
        DifferenceSide {
            conditions: conditions(entity).into_iter().cloned().collect(),
            features: features.map(|feature| feature.name.clone()).collect(),
            since: own_meta(entity).and_then(|meta| meta.facts.since),
            ..DifferenceSide::new(shape, self.source(entity))
        }
    }

    fn features<'e>(&self, entity: Entity<'_, 'e>) -> &'e [Feature]
    where
        's: 'e,
    {
        let meta = match entity {
            Entity::Shape(shape) => self.interface.definition(shape),
            entity => own_meta(entity),
        };
        meta.map_or(&[], |meta| &meta.features)
    }

    fn source(&self, entity: Entity<'_, '_>) -> String {
        self.interface.location(self.owner, entity)
    }
}

fn kind_of(entity: Entity<'_, '_>) -> DifferenceKind {
    match entity {
        Entity::Command(_) => DifferenceKind::Command,
        Entity::Event(_) => DifferenceKind::Event,
        Entity::Member(..) => DifferenceKind::Member,
        Entity::Value(_) => DifferenceKind::Value,
        Entity::Branch { .. } => DifferenceKind::Branch,
        Entity::AlternateBranch(_) => DifferenceKind::AlternateBranch,
        Entity::Shape(_) => DifferenceKind::Type,
    }
}

/// The definition of an entity. That of a branch is the definition of the
/// value, which is compared with the enum.
fn own_meta<'s>(entity: Entity<'_, 's>) -> Option<&'s EntityMeta> {
    match entity {
        Entity::Command(command) => Some(command.meta),
        Entity::Event(event) => Some(event.meta),
        Entity::Member(_, member) => member.meta,
        Entity::Value(meta) => Some(meta),
        Entity::AlternateBranch(branch) => Some(branch.meta),
        Entity::Branch { .. } | Entity::Shape(_) => None,
    }
}

fn conditions<'s>(entity: Entity<'_, 's>) -> Vec<&'s Condition> {
    match entity {
        Entity::Branch { branch, .. } => {
            let mut conditions = branch.conditions.clone();
            // A branch usually repeats the condition of the value.
            conditions.dedup();
            conditions
        }
        entity => {
            let meta = own_meta(entity);
            meta.into_iter().flat_map(|meta| &meta.condition).collect()
        }
    }
}
