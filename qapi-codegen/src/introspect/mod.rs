//! What QEMU tells of its own interface, and how that compares with a schema.
//!
//! QEMU answers `query-qmp-schema` with all its commands and events and the
//! types that these lead to. Names of types are masked there, conditions have
//! been evaluated, and much that a schema says is not told. [`describe()`]
//! brings a schema into that form, [`read()`] a reply, and [`compare()`] tells
//! the two apart, from commands and events down.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use qapi_codegen::introspect::{compare, describe, read};
//! use qapi_codegen::load::load;
//! use qapi_codegen::schema::resolve;
//! use qapi_codegen::validate::validate;
//! use qapi_codegen::version::Version;
//!
//! let text = "{ 'command': 'stop', 'data': { '*force': 'bool' } }";
//! let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
//! let schema = resolve(&validate(load(&files, "a.json", Version::NEWEST)?).unwrap());
//! let told = read(
//!     br#"[{ "name": "stop", "meta-type": "command", "arg-type": "0", "ret-type": "0" },
//!          { "name": "0", "meta-type": "object", "members": [] }]"#,
//! )
//! .unwrap();
//! let comparison = compare(&describe(&schema), &told.interface);
//! assert_eq!(comparison.differences[0].place.to_string(), "stop: force");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! This stage knows the model and the form of the reply. Where a reply comes
//! from is not its business.

mod check;
mod compare;
mod difference;
mod entries;
mod fields;
mod info;
mod model;
mod naming;
mod read;
mod shape;
mod synthesise;
mod verdict;
mod write;

pub use compare::{Comparison, compare};
pub use difference::{Difference, Direction, Part, Place, Side};
pub use info::*;
pub use model::{describe, describe_build};
pub use read::{Damage, MOST_BYTES, Problem, Reply, read};
pub use shape::shape;
pub use synthesise::synthesise;
pub use verdict::{Absent, Contradiction, Reason, Releases, Verdict, judge};
pub use write::reply;
