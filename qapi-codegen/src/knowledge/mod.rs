//! Facts about releases that no schema states.
//!
//! People write them in TOML files next to the schemas, or a running QEMU is
//! asked for them. This module parses their text and answers questions about
//! one release or one request. It opens no files and formats no reports.

pub mod behaviour;
pub mod devices;
pub mod point_releases;
pub mod requests;
pub mod when;

pub use behaviour::{Behaviour, BehaviourChange, BehaviourEffect, Deprecation};
pub use devices::{Device, DeviceList, DeviceListError, PropertyTypes};
pub use point_releases::{PointDifferences, PointReleases};
pub use requests::{DeviceAlias, MemberRequirement, RequestRules};
pub use when::ArgumentCondition;

use crate::version::Series;

/// The facts about one release beyond its schema. Each may be missing.
#[derive(Clone, Copy, Default)]
pub struct ReleaseData<'k> {
    /// The devices that `device_add` accepts.
    pub devices: Option<&'k DeviceList>,
    /// The rules for requests that the schema leaves out.
    pub requests: Option<&'k RequestRules>,
    /// The changes of behaviour.
    pub behaviour: Option<&'k Behaviour>,
    /// Looks up a command in other series, for help texts.
    pub series_with_command: Option<SeriesWithCommand<'k>>,
}

/// Returns the series that have a command, oldest first.
pub type SeriesWithCommand<'k> = &'k dyn Fn(&str) -> Vec<Series>;
