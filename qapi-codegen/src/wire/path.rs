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
/// `options<driver=qcow2>.file`. The path of an option of the command line is written
/// as people type it: `-chardev reconnect`, `-machine pc-i440fx-2.3`, `-smp cores=0`.
pub fn render_path(segments: &[PathSegment<'_>]) -> String {
    if let [PathSegment::Member(option), rest @ ..] = segments
        && option.starts_with('-')
    {
        return render_option(option, rest);
    }
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

/// Renders a parameter of an option, or a value of it. The value of the option itself
/// stands alone.
fn render_option(option: &str, rest: &[PathSegment<'_>]) -> String {
    let mut text = option.to_owned();
    for segment in rest {
        match segment {
            PathSegment::Member(name) => text.extend([" ", name]),
            PathSegment::Branch {
                discriminator: "type" | "model" | "value",
                value,
            } => text.extend([" ", value]),
            PathSegment::Branch {
                discriminator,
                value,
            } => text.extend([" ", discriminator, "=", value]),
            other => text.push_str(&render_path(&[*other])),
        }
    }
    text
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

    #[test]
    fn options_are_rendered_as_people_type_them() {
        let option = |name, rest: PathSegment<'_>| render_path(&[PathSegment::Member(name), rest]);
        let value = |discriminator, value| PathSegment::Branch {
            discriminator,
            value,
        };
        assert_eq!(render_path(&[PathSegment::Member("-no-hpet")]), "-no-hpet");
        let reconnect = PathSegment::Member("reconnect");
        assert_eq!(option("-chardev", reconnect), "-chardev reconnect");
        assert_eq!(option("-machine", value("type", "prep")), "-machine prep");
        assert_eq!(option("-smp", value("cores", "0")), "-smp cores=0");
    }
}
