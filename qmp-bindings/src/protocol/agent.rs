//! The guest agent's dialect.
//!
//! The agent greets nobody, knows no events, and answers whoever asks through a
//! wire that may hold what others left there. A client brings itself in step:
//! it sends a byte that is in no JSON, which makes the agent forget what it had
//! read, and asks for an answer with that byte before it.

use std::ops::Range;

use serde::Serialize;

use super::greeting::{Greeting, Version};
use super::inbox::Inbox;
use super::message::{Id, Incoming, Outcome};
use super::options::Options;
use super::request::{Band, encode};
use super::trace;
use crate::error::{Error, Refused};

/// The byte that is in no JSON.
pub(crate) const SENTINEL: u8 = 0xFF;

/// From this version on the agent takes an `id` and sends it back.
const IDS: Version = Version {
    major: 4,
    minor: 0,
    micro: 0,
};

/// The command with which a client brings itself in step.
pub(crate) const SYNC: &str = "guest-sync-delimited";

/// What was said and what is expected.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) inbox: Inbox,
    last: u64,
    is_in_step: bool,
    version: Option<Version>,
}

impl Conversation {
    pub(crate) fn new(options: &Options) -> Self {
        Conversation {
            inbox: Inbox::new(options.message_limit),
            // Numbers of another client that was here before should not be ours.
            last: u64::from(std::process::id()) << 20,
            is_in_step: false,
            version: None,
        }
    }

    /// Whether the next reply is that of the next command.
    pub(crate) fn is_in_step(&self) -> bool {
        self.is_in_step
    }

    /// What brings the client in step, and the number that comes back.
    pub(crate) fn sync(&mut self) -> Result<(Vec<u8>, u64), Error> {
        self.last += 1;
        let mut out = vec![SENTINEL];
        let arguments = serde_json::json!({ "id": self.last });
        encode(&mut out, Band::In, SYNC, &arguments, None).map_err(Error::Encode)?;
        trace::sent(&out[1..]);
        Ok((out, self.last))
    }

    /// Passes over what was received, up to the answer with this number.
    pub(crate) fn synced(&mut self, number: u64) -> Option<()> {
        while let Some(incoming) = self.inbox.next_after(SENTINEL) {
            if let Incoming::Reply {
                outcome: Outcome::Return(range),
                ..
            } = incoming
                && self.inbox.payload(range) == number.to_string().as_bytes()
            {
                self.is_in_step = true;
                return Some(());
            }
        }
        None
    }

    /// A command, and its number. From here on the client is out of step, until
    /// the reply was read.
    pub(crate) fn command<A: Serialize + ?Sized>(
        &mut self,
        name: &str,
        arguments: &A,
    ) -> Result<(Vec<u8>, u64), Error> {
        let mut out = Vec::new();
        self.last += 1;
        let takes_id = self.version.is_some_and(|version| version >= IDS);
        let id = takes_id.then_some(self.last);
        encode(&mut out, Band::In, name, arguments, id).map_err(Error::Encode)?;
        trace::sent(&out);
        self.is_in_step = false;
        Ok((out, self.last))
    }

    /// What a command returned, if it was received.
    pub(crate) fn reply(&mut self, name: &str, number: u64) -> Option<Result<Range<usize>, Error>> {
        loop {
            let Incoming::Reply { id, outcome } = self.inbox.next()? else {
                continue;
            };
            if !matches!(id, Id::None) && id != Id::Number(number) {
                continue;
            }
            self.is_in_step = !matches!(outcome, Outcome::Violation(_));
            return Some(match outcome {
                Outcome::Return(range) => Ok(range),
                Outcome::Refused(refusal) => Err(Error::Refused(Refused {
                    command: name.to_owned(),
                    class: refusal.class,
                    desc: refusal.desc,
                })),
                Outcome::Violation(violation) => Err(Error::Violation(violation)),
            });
        }
    }

    /// Takes the version out of what `guest-info` returned.
    pub(crate) fn learn_version(&mut self, info: &serde_json::Value) -> Option<Greeting> {
        let text = info["version"].as_str()?;
        let mut numbers = text
            .split(|other: char| !other.is_ascii_digit())
            .map_while(|number| number.parse().ok());
        let version = Version {
            major: numbers.next()?,
            minor: numbers.next()?,
            micro: numbers.next().unwrap_or_default(),
        };
        self.version = Some(version);
        Some(Greeting {
            version,
            ..Greeting::default()
        })
    }

    /// The version of the agent, if it told.
    pub(crate) fn version(&self) -> Option<Version> {
        self.version
    }
}

/// The command that tells the version.
pub(crate) const INFO: &str = "guest-info";

/// Why a command has to be sent in another way.
pub(crate) const SILENT: &str =
    "this command does not reply when it succeeds: send it with `execute_silent`";
