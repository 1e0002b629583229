//! Programs that must not compile with the bindings.
//!
//! The cases are built with all dependencies of their crate, so this crate has few.
