//! Command lines that start a QEMU, as QEMU reads their words.
//!
//! [`options`] finds the options and their arguments among the words,
//! [`parameters`] the keys and values of an argument, and [`keyval`] the JSON
//! value that they stand for. Only [`options`] asks which options exist.

pub mod keyval;
pub mod options;
pub mod parameters;

pub use options::{TypedCommandLine, TypedOption};
pub use parameters::{Parameter, ParameterForm, Parameters};
