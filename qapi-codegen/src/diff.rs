//! Comparison of the interfaces of two releases.
//!
//! In the order of the data: [`compare`] finds [`change`]s; [`occurrence`]
//! finds the operations and paths that lead to them; [`rules`], which are data,
//! judge them; [`finding`] has both; [`release_chain`] dates findings,
//! [`example`] shows them, [`report`] collects and renders them. [`policy`],
//! [`selection`] and [`usage`] filter a report.
//!
//! Only the formats in [`report`] produce text. Nothing here opens files.

pub mod advice;
pub mod behaviour;
pub mod between;
pub mod change;
pub mod command_line;
pub mod compare;
pub mod deprecations;
pub mod devices;
pub mod example;
pub mod finding;
pub mod history;
pub mod identity;
pub mod merge;
pub mod occurrence;
pub mod policy;
pub mod release_chain;
pub mod report;
pub mod rule_id;
pub mod rules;
pub mod rust;
pub mod selection;
pub mod usage;
pub mod used_options;
