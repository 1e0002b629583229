//! Analyses of schemas, one in each file.

mod classes;
pub mod directions;
mod fields;
pub mod names;
mod placement;
pub mod recursion;
pub mod sharing;
