//! Encoding of commands.

use std::borrow::Cow;

use serde::Serialize;

use super::pending::Deadline;
use crate::fds::Fds;

/// A command to be sent.
pub(crate) struct Request<'r, A: ?Sized> {
    pub(crate) band: Band,
    pub(crate) name: Cow<'static, str>,
    pub(crate) arguments: &'r A,
    pub(crate) fds: Fds,
    pub(crate) deadline: Deadline,
}

impl<'r, A: ?Sized> Request<'r, A> {
    pub(crate) fn new(
        name: impl Into<Cow<'static, str>>,
        arguments: &'r A,
        deadline: Deadline,
    ) -> Self {
        Request {
            band: Band::In,
            name: name.into(),
            arguments,
            fds: Fds::new(),
            deadline,
        }
    }

    pub(crate) fn out_of_band(self) -> Self {
        Request {
            band: Band::Out,
            ..self
        }
    }

    #[cfg(all(unix, feature = "fd-passing"))]
    pub(crate) fn with_fds(self, fds: Fds) -> Self {
        Request { fds, ..self }
    }
}

pub(crate) const NO_FDS: &str = "file descriptors can only be passed through a Unix socket";

/// The queue in which the server runs a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Band {
    /// In order of arrival (`execute`).
    In,
    /// At once (`exec-oob`).
    Out,
}

const ARGUMENTS: &[u8] = b",\"arguments\":";

/// Appends a command to `out`.
///
/// # Errors
///
/// The arguments cannot be encoded as JSON.
pub(crate) fn encode<A: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    band: Band,
    name: &str,
    arguments: &A,
    id: Option<u64>,
) -> Result<(), serde_json::Error> {
    out.extend_from_slice(match band {
        Band::In => b"{\"execute\":",
        Band::Out => b"{\"exec-oob\":",
    });
    serde_json::to_writer(&mut *out, name)?;
    let before = out.len();
    out.extend_from_slice(ARGUMENTS);
    serde_json::to_writer(&mut *out, arguments)?;
    // An empty object is the same as no arguments.
    if &out[before + ARGUMENTS.len()..] == b"{}" {
        out.truncate(before);
    }
    if let Some(id) = id {
        out.extend_from_slice(b",\"id\":");
        serde_json::to_writer(&mut *out, &id)?;
    }
    out.extend_from_slice(b"}\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_is_one_line() {
        let mut out = Vec::new();
        encode(&mut out, Band::In, "query-status", &json!({}), Some(1)).unwrap();
        encode(&mut out, Band::Out, "x", &json!({"a": "\u{1F600}"}), None).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"execute\":\"query-status\",\"id\":1}\n\
             {\"exec-oob\":\"x\",\"arguments\":{\"a\":\"\u{1F600}\"}}\n",
        );
    }
}
