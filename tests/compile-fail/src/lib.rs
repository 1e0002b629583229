//! What must not compile with the bindings.
//!
//! A crate of its own: the cases are built with all that their crate depends on,
//! and that shall be little.
