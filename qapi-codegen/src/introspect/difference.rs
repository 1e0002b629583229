//! Differences between two interfaces, as data.

use std::fmt;

use serde::Serialize;

use crate::schema::Condition;
use crate::version::Version;
use crate::wire::Direction;

/// The length in bytes at which paths are cut off; shapes of hostile replies
/// may be nested without limit.
const LONGEST_PATH: usize = 1000;

/// A place in a message.
///
/// The segments of the path are `.member`, `[]` for the elements of an array,
/// `<discriminator=value>` for a branch of a union and `<object>` for one of an
/// alternate. The path ends in `=value` for a value of an enum and in
/// `@feature` for a feature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct WireLocation {
    /// The command or event.
    pub target: String,
    /// The part of the command or event.
    pub direction: Direction,
    /// The path in the arguments, the returned value or the data; empty for the
    /// whole of it.
    pub path: String,
}

/// The kind of what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// A command.
    Command,
    /// An event.
    Event,
    /// A member of an object.
    Member,
    /// A value of an enum.
    Value,
    /// A branch of a union.
    Branch,
    /// A branch of an alternate.
    #[serde(rename = "alternative")]
    AlternateBranch,
    /// A feature.
    Feature,
    /// The type of a value.
    Type,
    /// The presence of a member: optional or required.
    Presence,
    /// The discriminator of a union.
    #[serde(rename = "tag")]
    Discriminator,
    /// Permission to send a command out of band.
    OutOfBand,
    /// The state of a build option.
    #[serde(rename = "option")]
    BuildOption,
}

/// A difference between two interfaces.
#[derive(Debug, Clone, PartialEq)]
pub struct InterfaceDifference {
    /// The place.
    pub location: WireLocation,
    /// The kind of what differs.
    pub kind: DifferenceKind,
    /// The entity in the left interface, if it has one.
    pub left: Option<DifferenceSide>,
    /// The entity in the right interface, if it has one.
    pub right: Option<DifferenceSide>,
}

/// The entity in one of two interfaces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DifferenceSide {
    /// A short description.
    pub shape: String,
    /// The place in the schema or in the reply.
    pub source: String,
    /// The conditions under which a build has it.
    pub conditions: Vec<Condition>,
    /// The names of its features.
    pub features: Vec<String>,
    /// `true` for an optional member.
    pub optional: bool,
    /// The series that introduced it, if a schema says so.
    pub since: Option<Version>,
}

impl InterfaceDifference {
    /// A command that only the right side has, known by name alone.
    pub fn unreported_command(name: &str, source: &str) -> Self {
        let right = DifferenceSide::new("command", source.to_owned());
        InterfaceDifference {
            location: WireLocation::new(name, Direction::Request),
            kind: DifferenceKind::Command,
            left: None,
            right: Some(right),
        }
    }
}

/// Displays `blockdev-add: file.driver` for arguments and data, and
/// `query-block returns: [].device` for returned values.
impl fmt::Display for WireLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let returns = match self.direction {
            Direction::Reply => " returns",
            Direction::Request | Direction::Event => "",
        };
        match self.path.as_str() {
            "" => write!(f, "{}{returns}", self.target),
            path => write!(f, "{}{returns}: {path}", self.target),
        }
    }
}

impl WireLocation {
    /// The arguments, the returned value or the data of a command or event.
    pub(super) fn new(target: &str, direction: Direction) -> Self {
        WireLocation {
            target: target.to_owned(),
            direction,
            path: String::new(),
        }
    }

    /// Appends to the path, unless it is too long already.
    pub(super) fn append(mut self, path: &str) -> Self {
        if self.path.len() <= LONGEST_PATH {
            let starts_member = path.starts_with(|c| !matches!(c, '[' | '<' | '=' | '@'));
            if !self.path.is_empty() && starts_member {
                self.path.push('.');
            }
            self.path.push_str(path);
        }
        self
    }
}

impl DifferenceSide {
    pub(super) fn new(shape: impl Into<String>, source: String) -> Self {
        DifferenceSide {
            shape: shape.into(),
            source,
            ..DifferenceSide::default()
        }
    }
}
