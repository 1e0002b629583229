//! What changed between two releases, whom it breaks, and what to do about it.
pub mod compare;
pub mod devices;
pub mod edit;
pub mod example;
pub mod finding;
pub mod json;
pub mod matching;
pub mod messages;
pub mod notes;
pub mod places;
pub mod report;
pub mod rules;
pub mod rust;
pub mod since;
