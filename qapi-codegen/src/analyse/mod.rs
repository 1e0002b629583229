//! What follows from schemas, one question a file.

pub mod direction;
pub mod names;
pub mod recursion;
pub mod sharing;
