//! What changed between two releases, whom it breaks, and what to do about it.
//!
//! In the order in which data flows: [`compare`] walks the wire shapes of two
//! releases and finds edits; [`places`] tells where each shows; [`rules`], which
//! are data, say what an edit means; [`finding`] tells it in words, [`since`]
//! dates it, and [`messages`] shows it; [`report`] brings together what whoever
//! upgrades wants to know and writes it. Then a caller may have a say:
//! [`usage`], [`policy`] and [`select`].
//!
//! Nothing here reads files. Names of types, modules and order are not known
//! here, since they do not travel.

pub mod advice;
pub mod change;
pub mod compare;
pub mod devices;
pub mod example;
pub mod finding;
pub mod history;
pub mod json;
pub mod matching;
pub mod merge;
pub mod messages;
pub mod notes;
pub mod places;
pub mod policy;
pub mod report;
pub mod rules;
pub mod rust;
pub mod select;
pub mod since;
pub mod usage;
