//! Reads QEMU's QAPI schemas; writes Rust types, diffs and verdicts.

#![forbid(unsafe_code)]

pub mod analyse;
pub mod ast;
pub mod behaviour;
pub mod canonical;
pub mod devices;
pub mod diagnostic;
pub mod dialect;
pub mod diff;
pub mod doc;
pub mod emit;
pub mod imported;
pub mod introspect;
pub mod load;
pub mod overrides;
pub mod parse;
pub mod schema;
pub mod source;
pub mod traffic;
pub mod validate;
pub mod version;
pub mod wire;
