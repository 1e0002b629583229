//! Introspection: the replies to `query-qmp-schema`.
//!
//! QEMU answers `query-qmp-schema` with its commands and events and the types
//! that these refer to. Names of types are masked in the reply, conditions are
//! evaluated, and much of the schema is not reported. [`read()`] checks a reply
//! and builds the same [`Interface`](crate::wire::Interface) from it as a schema
//! gives; [`compare()`] compares the two, and [`explain()`] explains the
//! differences.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use qapi_codegen::introspect::{compare, read};
//! use qapi_codegen::load::load;
//! use qapi_codegen::schema::resolve;
//! use qapi_codegen::validate::validate;
//! use qapi_codegen::version::Version;
//! use qapi_codegen::wire::Interface;
//!
//! let text = "{ 'command': 'stop', 'data': { '*force': 'bool' } }";
//! let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
//! let schema = resolve(&validate(load(&files, "a.json", Version::NEWEST)?).unwrap());
//! let reply = read(
//!     br#"[{ "name": "stop", "meta-type": "command", "arg-type": "0", "ret-type": "0" },
//!          { "name": "0", "meta-type": "object", "members": [] }]"#,
//! )
//! .unwrap();
//! let comparison = compare(&Interface::from_schema(&schema), &reply.interface());
//! assert_eq!(comparison.differences[0].location.to_string(), "stop: force");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! This module does not know where replies come from.

mod agreement;
mod borrow;
mod build_options;
mod check;
mod compare;
mod counterparts;
mod difference;
mod entries;
mod interface;
mod merge;
mod neighbour;
mod numbering;
mod outline;
mod pragmas;
mod problem;
mod read;
mod schema_text;
mod type_names;
mod verification;
mod write;

pub use compare::{InterfaceComparison, compare};
pub use difference::{DifferenceKind, DifferenceSide, InterfaceDifference, WireLocation};
pub use merge::{WrittenSchema, write_schema_like};
pub use neighbour::Neighbour;
pub use problem::{InvalidReply, ReplyProblem};
pub use read::{MOST_BYTES, SchemaReply, read, read_version};
pub use schema_text::write_schema;
pub use verification::{
    AbsenceReason, AbsentEntity, ComparedReleases, Contradiction, Verification, explain,
};
pub use write::write_reply;
