//! Recorded commands: reading them, checking them against a release, and
//! migrating them to a later one.
//!
//! The stages are folders, in the order in which a log passes them. [`json`]
//! knows QEMU's dialect and no message; [`read`] knows in which notations
//! people keep messages and no schema; [`check`] knows one release; [`migrate`]
//! knows the way from one release to the next. None of them opens a file.

pub mod check;
pub mod json;
pub mod migrate;
pub mod read;
