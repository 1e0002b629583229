//! What changed between two releases, whom it breaks, and what to do about it.
pub mod compare;
pub mod edit;
pub mod matching;
pub mod rules;
