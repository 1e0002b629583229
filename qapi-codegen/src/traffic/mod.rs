//! Recorded requests: recording, reading, checking against a release, and
//! migration to a later release.
//!
//! The stages are modules. [`record`] writes recordings, [`read`] knows the
//! notations of messages and no schema, [`check`] knows one release, and
//! [`migrate`] knows the changes between releases. [`mock`] answers as a release
//! does, and [`speak`] translates for a server of a later one. None of them opens
//! files.
//!
//! # Examples
//!
//! ```
//! use std::collections::HashMap;
//!
//! use qapi_codegen::load::load;
//! use qapi_codegen::schema::resolve;
//! use qapi_codegen::knowledge::ReleaseData;
//! use qapi_codegen::traffic::check::{Checker, Session, Verdict};
//! use qapi_codegen::json::parse;
//! use qapi_codegen::validate::validate;
//! use qapi_codegen::version::Version;
//!
//! let text = "{ 'command': 'balloon', 'data': { 'value': 'int' } }";
//! let files = HashMap::from([("qmp.json".to_owned(), text.into())]);
//! let loaded = load(&files, "qmp.json", Version::new(2, 8, 0))?;
//! let schema = resolve(&validate(loaded).expect("a valid schema"));
//!
//! let checker = Checker::new(&schema, ReleaseData::default());
//! let message = r#"{"execute": "balloon", "arguments": {"value": "1024"}}"#;
//! let parsed = parse(message).expect("a message");
//! let checked = checker.check_request(&mut Session::default(), &parsed);
//! assert_eq!(checked.verdict, Verdict::Rejected);
//! assert_eq!(checked.problems[0].location, "value");
//! assert_eq!(checked.problems[0].help.as_deref(), Some("write 1024 without quotes"));
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod check;
pub mod command_line;
mod front;
pub mod migrate;
pub mod mock;
pub mod option_text;
pub mod read;
pub mod record;
mod secrets;
pub mod share;
pub mod speak;
pub mod upgrade;
pub mod usage;
