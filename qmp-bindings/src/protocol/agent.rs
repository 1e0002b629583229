//! The dialect of the guest agent.
//!
//! The guest agent sends no greeting and no events. Its channel may hold what an
//! earlier client left, so a client synchronizes first: it sends a byte that no JSON
//! contains, which makes the agent discard its input, and a command whose reply the
//! agent marks with the same byte.

use crate::version::Version;

/// The byte that no JSON contains.
pub(crate) const SENTINEL: u8 = 0xFF;

/// The command that synchronizes.
pub(crate) const SYNC: &str = "guest-sync-delimited";

/// The command that returns the version.
pub(crate) const INFO: &str = "guest-info";

/// The first version whose replies contain the `id` of the command.
const IDS_SINCE: Version = Version {
    major: 4,
    minor: 0,
    micro: 0,
};

/// The state of a connection to a guest agent.
#[derive(Debug, Default)]
pub(crate) struct AgentState {
    /// The number in the expected reply to [`SYNC`]. Everything before is stale.
    pub(crate) syncing: Option<u64>,
    /// A reply was invalid, so the next one may belong to any command.
    pub(crate) is_out_of_sync: bool,
    pub(crate) version: Option<Version>,
}

impl AgentState {
    pub(crate) fn accepts_ids(&self) -> bool {
        self.version.is_some_and(|version| version >= IDS_SINCE)
    }
}

/// Reads the version from the return value of [`INFO`].
pub(crate) fn version_from_info(info: &[u8]) -> Option<Version> {
    let info: serde_json::Value = serde_json::from_slice(info).ok()?;
    let mut numbers = info["version"]
        .as_str()?
        .split(|other: char| !other.is_ascii_digit())
        .map_while(|number| number.parse().ok());
    Some(Version {
        major: numbers.next()?,
        minor: numbers.next()?,
        micro: numbers.next().unwrap_or_default(),
    })
}

pub(crate) const NEEDS_SILENT: &str =
    "this command sends no reply when it succeeds: send it with `execute_silent`";
