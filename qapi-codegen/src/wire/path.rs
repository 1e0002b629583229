//! Directions of messages and paths in them.

use std::fmt;

use crate::schema::JsonKind;
use serde::{Deserialize, Serialize};

/// The direction in which a value is sent, and in what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the client to QEMU, in the arguments of a command.
    Request,
    /// From QEMU to the client, in the value that a command returns.
    Reply,
    /// From QEMU to the client, in the data of an event.
    Event,
}

impl Direction {
    /// All directions.
    pub const ALL: [Direction; 3] = [Direction::Request, Direction::Reply, Direction::Event];

    /// The word that begins the ids of rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Reply => "reply",
            Direction::Event => "event",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step of a path into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathSegment<'s> {
    /// A member of an object.
    Member(&'s str),
    /// Every element of an array.
    Elements,
    /// One element of an array.
    Element(usize),
    /// The members that an object has for one value of its discriminator.
    Branch {
        /// The name of the discriminator.
        discriminator: &'s str,
        /// The value of the discriminator.
        value: &'s str,
    },
    /// The values of an alternate that have a JSON type.
    AlternateBranch(JsonKind),
}

/// Renders a path as reports show it: `actions[].data` or
/// `options<driver=qcow2>.file`.
pub fn render_path(segments: &[PathSegment<'_>]) -> String {
    let mut path = String::new();
    for segment in segments {
        match segment {
            PathSegment::Member(name) if path.is_empty() => path.push_str(name),
            PathSegment::Member(name) => path.extend([".", name]),
            PathSegment::Elements => path.push_str("[]"),
            PathSegment::Element(index) => path.push_str(&format!("[{index}]")),
            PathSegment::Branch {
                discriminator,
                value,
            } => path.extend(["<", discriminator, "=", value, ">"]),
            PathSegment::AlternateBranch(kind) => path.extend(["<", kind.as_str(), ">"]),
        }
    }
    path
}

/// Renders the path of an argument as data files write it, without the branches
/// on the way: `keys[].data`. A path that ends with a branch is that of its
/// discriminator.
pub fn render_argument_path(segments: &[PathSegment<'_>]) -> String {
    let last = segments.len().saturating_sub(1);
    let mut path = String::new();
    for (index, segment) in segments.iter().enumerate() {
        let name = match segment {
            PathSegment::Member(name) => name,
            PathSegment::Branch { discriminator, .. } if index == last => discriminator,
            PathSegment::Elements | PathSegment::Element(_) => "[]",
            PathSegment::Branch { .. } | PathSegment::AlternateBranch(_) => continue,
        };
        if !path.is_empty() && name != "[]" {
            path.push('.');
        }
        path.push_str(name);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_elements_and_branches_are_rendered() {
        let branch = PathSegment::Branch {
            discriminator: "type",
            value: "drive-backup",
        };
        let data = PathSegment::Member("data");
        let segments = [
            PathSegment::Member("actions"),
            PathSegment::Elements,
            branch,
            data,
        ];
        assert_eq!(render_path(&segments), "actions[]<type=drive-backup>.data");
        assert_eq!(render_path(&[branch, data]), "<type=drive-backup>.data");
    }
}
