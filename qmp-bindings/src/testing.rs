//! Checks for tests of programs that read replies of several releases into types of
//! their own.
//!
//! A type of a program has the members that the program needs, which may be the same
//! in all releases although the reply as a whole changed. [`check_reply`] proves it
//! against the types of a release, without a QEMU:
//!
//! ```
//! # #[cfg(all(feature = "v2_5", feature = "v10_0"))] {
//! use qmp_bindings::testing::check_reply;
//! use qmp_bindings::{v2_5, v10_0};
//!
//! #[derive(serde::Deserialize)]
//! struct Status {
//!     running: bool,
//! }
//!
//! check_reply::<v2_5::Release, v2_5::command::QueryStatus, Status>()?;
//! check_reply::<v10_0::Release, v10_0::command::QueryStatus, Status>()?;
//! # }
//! # Ok::<(), qmp_bindings::testing::UnreadableReply>(())
//! ```

mod sampler;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::command::CommandOf;
use crate::release::Release;
use crate::version::Series;
use sampler::{SamplePlan, sample};

/// A reply that a type cannot be read from.
#[derive(Debug, Clone, PartialEq)]
pub struct UnreadableReply {
    /// The series whose reply it is.
    pub series: Series,
    /// The name of the command.
    pub command: &'static str,
    /// The part of the reply that does not fit.
    pub problem: String,
    /// The reply.
    pub reply: Value,
}

impl fmt::Display for UnreadableReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnreadableReply {
            series,
            command,
            problem,
            reply,
        } = self;
        write!(
            f,
            "QEMU {series} may reply to `{command}` with {reply}: {problem}"
        )
    }
}

impl std::error::Error for UnreadableReply {}

/// Checks that `T` can be read from every reply to a command in a release: from one
/// with only the members that the release always sends, and from one with all members
/// that `T` names. Returns the members of `T` that the release never sends, such as
/// `[].detect-zeroes`.
///
/// Enums of `T` have to accept any string, as those of the bindings do.
///
/// # Errors
///
/// The first reply that does not fit.
pub fn check_reply<R: Release, C: CommandOf<R>, T: DeserializeOwned>()
-> Result<Vec<String>, UnreadableReply> {
    let failure = |problem: String, reply: Value| UnreadableReply {
        series: R::SERIES,
        command: C::NAME,
        problem,
        reply,
    };
    let unsupported = |problem| failure(problem, Value::Null);
    let (_, wanted) = sample::<T>(SamplePlan::default()).map_err(unsupported)?;
    let least = sample::<C::Return>(SamplePlan::default()).map_err(unsupported)?;
    let most = sample::<C::Return>(wanted.clone()).map_err(unsupported)?;
    for (reply, _) in [least, most.clone()] {
        if let Err(error) = T::deserialize(&reply) {
            return Err(failure(error.to_string(), reply));
        }
    }
    Ok(wanted.missing_in(&most.1))
}
