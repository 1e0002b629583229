//! What QEMU tells of its own interface, and how that compares with a schema.
//!
//! QEMU answers `query-qmp-schema` with all its commands and events and the
//! types that these lead to. Names of types are masked there, conditions have
//! been evaluated, and much that a schema says is not told. [`describe()`]
//! brings a schema into that form, [`read()`] a reply, and [`compare()`] tells
//! the two apart, from commands and events down.
//!
//! This stage knows the model and the form of the reply. Where a reply comes
//! from is not its business.

mod check;
mod compare;
mod info;
mod model;
mod naming;
mod read;
mod shape;
mod synthesise;
mod verdict;
mod write;

pub use compare::{Comparison, Difference, Direction, Part, Place, Side, compare};
pub use info::*;
pub use model::{describe, describe_build};
pub use read::{Damage, MOST_BYTES, Problem, Reply, read};
pub use shape::shape;
pub use synthesise::synthesise;
pub use verdict::{Absent, Contradiction, Reason, Releases, Verdict, judge};
pub use write::reply;
