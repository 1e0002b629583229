//! Two descriptions of an interface, told apart.
//!
//! The comparison goes down from commands and events, so that names of types
//! play no part. Types may contain themselves: each pair of types is compared
//! once for what is sent and once for what is received, at the place where it
//! is met first.

use std::collections::{HashMap, HashSet, VecDeque};

use super::difference::{Difference, Direction, Part, Place, Side};
use super::info::{Case, Feature, Interface, Item, Kind, Member, Object, TypeId, Variants};
use super::shape::shape;
use crate::schema::Condition;

/// What a comparison comes to.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What differs, in the order in which it was met.
    pub differences: Vec<Difference>,
    /// What both sides have although the left one has it on a condition.
    pub conditional: Vec<(Condition, Place)>,
    /// The features that both sides tell of one thing, with what that is.
    pub features: HashSet<(Part, String)>,
}

/// Compares two descriptions; the left one may have conditions.
pub fn compare(left: &Interface, right: &Interface) -> Comparison {
    let mut walk = Walk {
        left,
        right,
        comparison: Comparison::default(),
        seen: HashSet::new(),
        pending: VecDeque::new(),
    };
    walk.commands();
    walk.events();
    while let Some((place, left, right)) = walk.pending.pop_front() {
        walk.types(&place, left, right);
    }
    walk.comparison
}

struct Walk<'i> {
    left: &'i Interface,
    right: &'i Interface,
    comparison: Comparison,
    seen: HashSet<(bool, TypeId, TypeId)>,
    pending: VecDeque<(Place, TypeId, TypeId)>,
}

impl<'i> Walk<'i> {
    fn commands(&mut self) {
        let at = |item: &Item| place(item, Direction::Request);
        let (left, right) = (self.left, self.right);
        let pairs = Pairs::new(&left.commands, &right.commands, |command| &command.item);
        for command in &pairs.left_only {
            let shape = format!("command taking {}", shape(left, command.arguments));
            self.differ(
                at(&command.item),
                Part::Command,
                side(&command.item, shape),
                None,
            );
        }
        for command in &pairs.right_only {
            let shape = format!("command taking {}", shape(right, command.arguments));
            self.differ(
                at(&command.item),
                Part::Command,
                None,
                side(&command.item, shape),
            );
        }
        for (one, other) in pairs.both {
            let place = at(&one.item);
            self.both(&place, Part::Command, &one.item, &other.item);
            if one.allow_oob != other.allow_oob {
                let side = |item: &Item, oob| side(item, if oob { "allowed" } else { "refused" });
                let sides = (
                    side(&one.item, one.allow_oob),
                    side(&other.item, other.allow_oob),
                );
                self.differ(place.clone(), Part::OutOfBand, sides.0, sides.1);
            }
            self.visit(place.clone(), one.arguments, other.arguments);
            let place = Place {
                direction: Direction::Reply,
                ..place
            };
            self.visit(place, one.returns, other.returns);
        }
    }

    fn events(&mut self) {
        let at = |item: &Item| place(item, Direction::Event);
        let (left, right) = (self.left, self.right);
        let pairs = Pairs::new(&left.events, &right.events, |event| &event.item);
        for event in &pairs.left_only {
            let shape = format!("event with {}", shape(left, event.data));
            self.differ(at(&event.item), Part::Event, side(&event.item, shape), None);
        }
        for event in &pairs.right_only {
            let shape = format!("event with {}", shape(right, event.data));
            self.differ(at(&event.item), Part::Event, None, side(&event.item, shape));
        }
        for (one, other) in pairs.both {
            let place = at(&one.item);
            self.both(&place, Part::Event, &one.item, &other.item);
            self.visit(place, one.data, other.data);
        }
    }

    /// Remembers a pair of types to compare, unless that is done already.
    fn visit(&mut self, place: Place, left: TypeId, right: TypeId) {
        let is_sent = place.direction == Direction::Request;
        if self.seen.insert((is_sent, left, right)) {
            self.pending.push_back((place, left, right));
        }
    }

    fn types(&mut self, place: &Place, left: TypeId, right: TypeId) {
        let (one, other) = (self.left.get(left), self.right.get(right));
        self.features(
            place,
            Part::Type,
            (&one.features, &one.place),
            (&other.features, &other.place),
        );
        match (&one.kind, &other.kind) {
            (Kind::Builtin(one), Kind::Builtin(other)) if one == other => {}
            (Kind::Enum(one), Kind::Enum(other)) => self.values(place, one, other),
            (Kind::Array(one), Kind::Array(other)) => self.visit(place.below("[]"), *one, *other),
            (Kind::Object(one), Kind::Object(other)) => {
                self.objects(place, one, other, (left, right))
            }
            (Kind::Alternate(one), Kind::Alternate(other)) => {
                self.cases(
                    place,
                    Part::Alternative,
                    |name| format!("<{name}>"),
                    one,
                    other,
                );
            }
            _ => self.types_differ(place.clone(), Part::Type, (left, right)),
        }
    }

    fn types_differ(&mut self, place: Place, part: Part, (left, right): (TypeId, TypeId)) {
        let side = |interface: &Interface, id: TypeId| {
            Some(Side::new(shape(interface, id), &interface.get(id).place))
        };
        let sides = (side(self.left, left), side(self.right, right));
        self.differ(place, part, sides.0, sides.1);
    }

    fn values(&mut self, place: &Place, left: &'i [Item], right: &'i [Item]) {
        let pairs = Pairs::new(left, right, |value| value);
        let at = |item: &Item| place.below(&format!("={}", item.name));
        for value in pairs.left_only {
            self.differ(at(value), Part::Value, side(value, "value"), None);
        }
        for value in pairs.right_only {
            self.differ(at(value), Part::Value, None, side(value, "value"));
        }
        for (one, other) in pairs.both {
            self.both(&at(one), Part::Value, one, other);
        }
    }

    fn objects(
        &mut self,
        place: &Place,
        left: &'i Object,
        right: &'i Object,
        ids: (TypeId, TypeId),
    ) {
        self.members(place, &left.members, &right.members);
        match (&left.variants, &right.variants) {
            (None, None) => {}
            (Some(one), Some(other)) if one.tag == other.tag => {
                self.branches(place, one, (right, other));
            }
            _ => self.types_differ(place.clone(), Part::Tag, ids),
        }
    }

    /// A branch whose value is not told cannot be told either, which goes
    /// without saying.
    fn branches(&mut self, place: &Place, left: &'i Variants, right: (&'i Object, &'i Variants)) {
        let values = self.right.values(right.0, &right.1.tag).unwrap_or_default();
        let cases = right.1.cases.iter().map(|case| &case.item);
        let told: HashSet<&str> = values
            .iter()
            .chain(cases)
            .map(|item| item.name.as_str())
            .collect();
        let is_possible = |case: &&Case| told.contains(case.item.name.as_str());
        let step = |name: &str| format!("<{}={name}>", left.tag);
        let possible = left.cases.iter().filter(is_possible);
        self.cases(place, Part::Branch, step, possible, &right.1.cases);
    }

    fn members(&mut self, place: &Place, left: &'i [Member], right: &'i [Member]) {
        let pairs = Pairs::new(left, right, |member| &member.item);
        for member in pairs.left_only {
            let side = Side {
                optional: member.optional,
                ..self.member(self.left, member)
            };
            self.differ(place.member(&member.item), Part::Member, Some(side), None);
        }
        for member in pairs.right_only {
            let side = Side {
                optional: member.optional,
                ..self.member(self.right, member)
            };
            self.differ(place.member(&member.item), Part::Member, None, Some(side));
        }
        for (one, other) in pairs.both {
            let place = place.member(&one.item);
            self.both(&place, Part::Member, &one.item, &other.item);
            if one.optional != other.optional {
                let side = |member: &Member| {
                    side(
                        &member.item,
                        if member.optional {
                            "optional"
                        } else {
                            "required"
                        },
                    )
                };
                self.differ(place.clone(), Part::Presence, side(one), side(other));
            }
            self.visit(place, one.ty, other.ty);
        }
    }

    fn member(&self, interface: &Interface, member: &Member) -> Side {
        let mark = if member.optional { "optional " } else { "" };
        Side::of(
            &member.item,
            format!("{mark}{}", shape(interface, member.ty)),
        )
    }

    fn cases(
        &mut self,
        place: &Place,
        part: Part,
        step: impl Fn(&str) -> String,
        left: impl IntoIterator<Item = &'i Case>,
        right: &'i [Case],
    ) {
        let at = |case: &Case| place.below(&step(&case.item.name));
        let pairs = Pairs::new(left, right, |case| &case.item);
        for case in pairs.left_only {
            let side = side(&case.item, shape(self.left, case.ty));
            self.differ(at(case), part, side, None);
        }
        for case in pairs.right_only {
            let side = side(&case.item, shape(self.right, case.ty));
            self.differ(at(case), part, None, side);
        }
        for (one, other) in pairs.both {
            self.both(&at(one), part, &one.item, &other.item);
            self.visit(at(one), one.ty, other.ty);
        }
    }

    /// What both sides have.
    fn both(&mut self, place: &Place, part: Part, left: &Item, right: &Item) {
        let conditions = left.conditions.iter().cloned();
        let conditional = conditions.map(|condition| (condition, place.clone()));
        self.comparison.conditional.extend(conditional);
        self.features(
            place,
            part,
            (&left.features, &left.place),
            (&right.features, &right.place),
        );
    }

    fn features(
        &mut self,
        place: &Place,
        part: Part,
        (left, left_place): (&[Feature], &str),
        (right, right_place): (&[Feature], &str),
    ) {
        let has = |features: &[Feature], name: &str| features.iter().any(|one| one.name == name);
        let side = |feature: &Feature, told: &str| Side {
            conditions: feature.condition.iter().cloned().collect(),
            ..Side::new("feature".to_owned(), told)
        };
        for feature in left {
            let at = place.below(&format!("@{}", feature.name));
            if has(right, &feature.name) {
                let conditional = feature
                    .condition
                    .iter()
                    .map(|found| (found.clone(), at.clone()));
                self.comparison.conditional.extend(conditional);
                self.comparison
                    .features
                    .insert((part, feature.name.clone()));
            } else {
                self.differ(at, Part::Feature, Some(side(feature, left_place)), None);
            }
        }
        for feature in right.iter().filter(|feature| !has(left, &feature.name)) {
            let at = place.below(&format!("@{}", feature.name));
            self.differ(at, Part::Feature, None, Some(side(feature, right_place)));
        }
    }

    fn differ(&mut self, place: Place, part: Part, left: Option<Side>, right: Option<Side>) {
        self.comparison.differences.push(Difference {
            place,
            part,
            left,
            right,
        });
    }
}

fn side(item: &Item, shape: impl Into<String>) -> Option<Side> {
    Some(Side::of(item, shape.into()))
}

fn place(item: &Item, direction: Direction) -> Place {
    Place {
        target: item.name.clone(),
        direction,
        path: String::new(),
    }
}

/// The things of two lists, by their names.
struct Pairs<'i, T> {
    left_only: Vec<&'i T>,
    both: Vec<(&'i T, &'i T)>,
    right_only: Vec<&'i T>,
}

impl<'i, T> Pairs<'i, T> {
    fn new(
        left: impl IntoIterator<Item = &'i T>,
        right: &'i [T],
        item: impl Fn(&T) -> &Item,
    ) -> Self {
        let mut named: HashMap<&str, &T> = right
            .iter()
            .map(|one| (item(one).name.as_str(), one))
            .collect();
        let mut pairs = Pairs {
            left_only: Vec::new(),
            both: Vec::new(),
            right_only: Vec::new(),
        };
        for one in left {
            match named.remove(item(one).name.as_str()) {
                Some(other) => pairs.both.push((one, other)),
                None => pairs.left_only.push(one),
            }
        }
        let is_left = |one: &&T| named.contains_key(item(one).name.as_str());
        pairs.right_only = right.iter().filter(is_left).collect();
        pairs
    }
}
