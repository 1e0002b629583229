//! A compiler for the QAPI schemas of QEMU releases.
//!
//! A schema becomes a model in four stages:
//!
//! 1. [`load`] reads the root file and what it includes; [`parse`] makes an
//!    [`ast`] of each file.
//! 2. [`overrides`] correct the tree, for the schemas in `schemas/` only, which
//!    [`imported`] finds.
//! 3. [`validate`] checks the rules of the release, which [`dialect`] lists. It
//!    returns a valid schema or all [`diagnostic`]s.
//! 4. [`schema::resolve`] resolves names to types.
//!
//! The model has these uses:
//!
//! - [`emit`] generates Rust source for releases that share types, which
//!   [`analyse`] finds.
//! - [`wire`] reduces it to the interface that clients see, without type names.
//!   [`diff`] compares the interfaces of two releases, [`introspect`] compares
//!   one with the introspection of a running QEMU.
//! - [`traffic`] checks recorded messages against a release and migrates them to
//!   another. What schemas do not state is in [`knowledge`].
//! - [`canonical`] prints a schema in the form of `schemas/`.
//!
//! The crate does no I/O: files are read through [`load::Files`], and results
//! are values.
//!
//! # Examples
//!
//! Generates bindings of a schema:
//!
//! ```
//! use std::collections::HashMap;
//!
//! use qapi_codegen::emit::{Bindings, HostCrate, emit};
//! use qapi_codegen::load::load;
//! use qapi_codegen::schema::resolve;
//! use qapi_codegen::validate::validate;
//! use qapi_codegen::version::Version;
//!
//! let text = "{ 'struct': 'StatusInfo', 'data': { 'running': 'bool' } }
//!             { 'command': 'query-status', 'returns': 'StatusInfo' }";
//! let files = HashMap::from([("schema.json".to_owned(), text.as_bytes().to_vec())]);
//! let loaded = load(&files, "schema.json", Version::new(10, 0, 0))?;
//! let schema = resolve(&validate(loaded).expect("the schema is valid"));
//! assert!(schema.command("query-status").is_some());
//!
//! let bindings = Bindings { qmp: vec![schema], agent: vec![] };
//! let generated = emit(&bindings, HostCrate::QmpBindings);
//! let is_types = |path: &str| path.ends_with("since_10_0/current/schema.rs");
//! let types = generated.iter().find(|file| is_types(&file.path)).unwrap();
//! assert!(types.content.contains("pub struct StatusInfo"));
//! # Ok::<(), std::io::Error>(())
//! ```

#![forbid(unsafe_code)]

pub mod analyse;
pub mod ast;
pub mod canonical;
pub mod diagnostic;
pub mod dialect;
pub mod diff;
pub mod doc;
mod duplicates;
#[cfg(feature = "generate")]
pub mod emit;
pub mod imported;
pub mod introspect;
pub mod json;
pub mod knowledge;
pub mod load;
pub mod module;
pub mod overrides;
pub mod parallel;
pub mod parse;
pub mod schema;
pub mod source;
pub mod suggest;
pub mod traffic;
pub mod unit;
pub mod validate;
pub mod version;
pub mod wire;
