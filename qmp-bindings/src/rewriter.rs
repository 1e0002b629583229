//! Decoding and encoding of payloads by name.

use serde_json::Value;
use serde_json::value::RawValue;

#[allow(unused_imports)] // Without a release there is no event.
use crate::event::Event;
use crate::version::Series;

/// Decodes the payload with a name; `None` if the release does not have the name.
type Rewrite = fn(&str, &str) -> Option<Result<Value, serde_json::Error>>;

/// Decodes the data of an event with a name, which may be one of no release.
type RewriteEvent = fn(&str, Option<&RawValue>) -> Result<Value, serde_json::Error>;

/// Decodes the payloads of one release by name, and encodes them again.
///
/// This shows what of a payload the types of the release keep: members that the
/// schema does not list are dropped. It serves tools and tests that meet names at
/// run time.
#[derive(Debug, Clone, Copy)]
pub struct Rewriter {
    series: Series,
    returned: Rewrite,
    arguments: Rewrite,
    event: Option<RewriteEvent>,
}

macro_rules! monitors {
    ($(($feature:tt, $module:ident, $variant:ident, $major:literal, $minor:literal))*) => {
        &[$(
            #[cfg(feature = $feature)]
            Rewriter {
                series: Series::$variant,
                returned: crate::$module::Release::rewrite_return,
                arguments: crate::$module::Release::rewrite_arguments,
                event: Some(|name, data| {
                    serde_json::to_value(crate::$module::Event::decode(name, data)?)
                }),
            },
        )*]
    };
}

#[cfg(feature = "qga")]
macro_rules! agents {
    ($(($feature:tt, $module:ident, $variant:ident, $major:literal, $minor:literal))*) => {
        &[$(
            #[cfg(feature = $feature)]
            Rewriter {
                series: Series::$variant,
                returned: crate::qga::$module::Release::rewrite_return,
                arguments: crate::qga::$module::Release::rewrite_arguments,
                event: None,
            },
        )*]
    };
}

impl Rewriter {
    /// The rewriters of the enabled releases, the oldest first.
    pub const MONITORS: &'static [Rewriter] = crate::generated::for_each_release!(monitors);

    /// The rewriters of the guest agents of the enabled releases, the oldest first.
    #[cfg(feature = "qga")]
    pub const AGENTS: &'static [Rewriter] = crate::generated::for_each_agent_release!(agents);

    /// The series of the types.
    pub fn series(&self) -> Series {
        self.series
    }

    /// Rewrites the return value of a command; `None` if the release does not have
    /// the command.
    ///
    /// # Errors
    ///
    /// The value does not have the shape of the return type.
    pub fn returned(&self, command: &str, json: &str) -> Option<Result<Value, serde_json::Error>> {
        (self.returned)(command, json)
    }

    /// Rewrites the arguments of a command; `None` if the release does not have the
    /// command.
    ///
    /// # Errors
    ///
    /// The arguments do not have the shape of the command.
    pub fn arguments(&self, command: &str, json: &str) -> Option<Result<Value, serde_json::Error>> {
        (self.arguments)(command, json)
    }

    /// Rewrites the data of an event; `None` if this is a guest agent, which has no
    /// events.
    ///
    /// # Errors
    ///
    /// The data does not have the shape of the event.
    pub fn event(
        &self,
        name: &str,
        data: Option<&RawValue>,
    ) -> Option<Result<Value, serde_json::Error>> {
        self.event.map(|rewrite| rewrite(name, data))
    }
}
