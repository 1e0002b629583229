//! Facts about releases that no schema states.
//!
//! People write them in TOML files next to the schemas, or a running QEMU is
//! asked for them. This module parses their text and answers questions about
//! one release or one request. It opens no files and formats no reports.

pub mod behaviour;
pub mod builds;
pub mod command_line;
pub mod error_wordings;
pub mod guest_rules;
pub mod migrations;
pub mod point_releases;
pub mod replies;
pub mod requests;
pub mod series_lookup;
pub mod when;

pub use behaviour::{Behaviour, BehaviourChange, BehaviourEffect};
pub use builds::{
    BuildEvidence, BuildRecord, DeviceListings, DeviceNotes, DeviceStatus, PropertyStatus,
    ReleaseDevices,
};
pub use command_line::{CommandLineEvidence, CommandLineFacts};
pub use error_wordings::{ErrorWordings, ServerError, WordedProblem};
pub use guest_rules::{GuestName, GuestRules, NameList, NameRule, StateRefusal};
pub use migrations::{
    AnswerRange, BreakSite, Certainty, CommandLineRule, MigrationRule, MigrationRules,
};
pub use point_releases::{PointDifferences, PointReleases};
pub use replies::{
    BackendName, Inventory, OldMembers, ReplyCase, ReplyChange, ReplyConversion, ReplyRule,
    ReplyRules, ReplyValue,
};
pub use requests::{
    DeviceAlias, MemberRequirement, RequestRejection, RequestRules, VendorCommands,
};
pub use series_lookup::{ArgumentSite, SeriesLookup};
pub use when::ArgumentCondition;

use crate::version::Series;

/// The facts about all releases that people write down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Knowledge {
    /// The changes of behaviour.
    pub behaviour: Behaviour,
    /// The rules for requests that no schema states.
    pub requests: RequestRules,
    /// The answers to changes that break requests.
    pub migrations: MigrationRules,
    /// The changes of replies and events.
    pub replies: ReplyRules,
}

/// The facts about one release beyond its schema. Each may be missing.
#[derive(Clone, Copy, Default)]
pub struct ReleaseData<'k> {
    /// The devices of all releases, read on first use.
    pub devices: Option<&'k dyn DeviceSource>,
    /// The command lines of all releases, read on first use.
    pub command_lines: Option<&'k dyn CommandLineSource>,
    /// The target to which devices and command lines are restricted.
    pub target: Option<&'k str>,
    /// The facts about all releases.
    pub knowledge: Option<&'k Knowledge>,
    /// The series that requests were written for, if it is known.
    pub written_for: Option<Series>,
    /// Looks up commands and arguments in other series, for help texts.
    pub elsewhere: Option<&'k dyn SeriesLookup>,
}

/// Provides the evidence about devices, which most messages do not need.
pub trait DeviceSource: Sync {
    /// The records of all builds; nothing if they cannot be read.
    fn evidence(&self) -> Option<&BuildEvidence>;
}

impl DeviceSource for BuildEvidence {
    fn evidence(&self) -> Option<&BuildEvidence> {
        Some(self)
    }
}

/// Provides the evidence about command lines, which most files do not have.
pub trait CommandLineSource: Sync {
    /// The command lines of all series; nothing if they cannot be read.
    fn command_lines(&self) -> Option<&CommandLineEvidence>;
}

impl CommandLineSource for CommandLineEvidence {
    fn command_lines(&self) -> Option<&CommandLineEvidence> {
        Some(self)
    }
}
