//! What differs between two descriptions of an interface, as data.

use std::fmt;

use serde::Serialize;

use super::info::Item;
use crate::schema::Condition;
use crate::version::Series;

/// Where values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the client to QEMU, in the arguments of a command.
    Request,
    /// From QEMU to the client, in what a command returns.
    Reply,
    /// From QEMU to the client, in the data of an event.
    Event,
}

/// A place of the wire.
///
/// The path goes down by `.member`, `[]` for the elements of an array,
/// `<tag=value>` for a branch of a union and `<object>` for one of an
/// alternate. It ends in `=value` for a value of an enum and in `@feature` for
/// a feature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The command or event.
    pub target: String,
    /// Where in it the place is.
    pub direction: Direction,
    /// The path in the arguments, the returned value or the data; empty for all
    /// of it.
    pub path: String,
}

/// What part of an interface differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A whole command.
    Command,
    /// A whole event.
    Event,
    /// A member of an object.
    Member,
    /// A value of an enum.
    Value,
    /// A branch of a union.
    Branch,
    /// A branch of an alternate.
    Alternative,
    /// A feature.
    Feature,
    /// The kind of a value.
    Type,
    /// Whether a member may be absent.
    Presence,
    /// The member that tells the branch of a union.
    Tag,
    /// Whether a command may be sent out of band.
    OutOfBand,
    /// Whether an option of the build is on.
    Option,
}

/// From which length on a path is not told to its end, in bytes.
const LONGEST_PATH: usize = 1000;

/// Something that the two sides do not tell alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub part: Part,
    /// What the left side has there, if anything.
    pub left: Option<Side>,
    /// What the right side has there, if anything.
    pub right: Option<Side>,
}

/// What one side has at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// It, in a few words.
    pub shape: String,
    /// Where the side tells it.
    pub told: String,
    /// The conditions under which it is there.
    pub conditions: Vec<Condition>,
    /// The names of its features.
    pub features: Vec<String>,
    /// Whether a message that lacks it is in order.
    pub optional: bool,
    /// The series that brought it, where a schema says so.
    pub since: Option<Series>,
}

impl Difference {
    /// What both sides have, though not with an option that is on elsewhere.
    pub(super) fn of_option(place: &Place, option: &str) -> Difference {
        Difference {
            place: place.clone(),
            part: Part::Option,
            left: Some(Side::new(format!("not({option})"), &place.to_string())),
            right: None,
        }
    }

    /// A command that only the right side has, and of which no more is known than
    /// where it was told.
    pub fn untold_command(name: &str, told: &str) -> Difference {
        Difference {
            place: Place {
                target: name.to_owned(),
                direction: Direction::Request,
                path: String::new(),
            },
            part: Part::Command,
            left: None,
            right: Some(Side::new("command".to_owned(), told)),
        }
    }
}

/// `blockdev-add: file.driver`, and what of the command it is, unless that is
/// its arguments.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reply = if self.direction == Direction::Reply {
            " returns"
        } else {
            ""
        };
        match self.path.as_str() {
            "" => write!(f, "{}{reply}", self.target),
            path => write!(f, "{}{reply}: {path}", self.target),
        }
    }
}

impl Place {
    /// The place one step below. A path that is longer than any of QEMU's is not
    /// told to its end: types may lead to one another without one.
    pub(super) fn below(&self, step: &str) -> Place {
        if self.path.len() > LONGEST_PATH {
            return self.clone();
        }
        Place {
            path: format!("{}{step}", self.path),
            ..self.clone()
        }
    }

    pub(super) fn member(&self, item: &Item) -> Place {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.below(&format!("{dot}{}", item.name))
    }
}

impl Side {
    pub(super) fn new(shape: String, told: &str) -> Side {
        Side {
            shape,
            told: told.to_owned(),
            conditions: Vec::new(),
            features: Vec::new(),
            optional: false,
            since: None,
        }
    }

    pub(super) fn of(item: &Item, shape: String) -> Side {
        Side {
            conditions: item.conditions.clone(),
            features: item
                .features
                .iter()
                .map(|feature| feature.name.clone())
                .collect(),
            since: item.since,
            ..Side::new(shape, &item.place)
        }
    }
}
