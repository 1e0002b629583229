//! Reads QEMU's QAPI schemas; writes Rust types, diffs and verdicts.

#![forbid(unsafe_code)]

pub mod analyse;
pub mod ast;
pub mod diagnostic;
pub mod emit;
pub mod load;
pub mod parse;
pub mod schema;
pub mod source;
pub mod validate;
pub mod version;
