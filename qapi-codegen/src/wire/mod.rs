//! The wire interface of a release: everything that messages can contain.
//!
//! [`Interface`] is the one model that comparisons, the message checker and
//! introspection work on. It is an arena of [`Shape`]s, since shapes may
//! contain themselves. Base types, modules, `boxed` and the older syntax of
//! unions have no effect on messages and are gone; names of types are kept for
//! messages only. The names in an interface are borrowed from the schema or the
//! reply that it was built from.

mod compare;
mod describe;
mod equal;
mod interface;
mod location;
mod name_table;
mod path;
mod schema;
mod site;

pub use compare::{CompareSink, InterfaceComparer, ShapePair, branch_of_kind, compare};
pub use describe::{describe, kind_name};
pub use equal::same;
pub use interface::{
    AlternateBranch, BranchContentShape, BranchShape, Branches, CommandShape, EnumShape,
    EventShape, IntegerRange, Interface, MemberShape, ObjectShape, Shape, ShapeId,
};
pub(crate) use interface::{ShapeNode, ShapeOrigin};
pub use name_table::NameTable;
pub use path::{Direction, PathSegment, render_argument_path, render_path};
pub use site::{CompareSite, Entity, PairId, SiteStart, WireDifference};
