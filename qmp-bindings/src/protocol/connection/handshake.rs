//! The handshake: greeting, choice of the types, and negotiation.

use std::ops::Range;
use std::time::Instant;

use serde_json::json;

use super::{Connection, Output};
use crate::error::{Awaited, Error};
use crate::protocol::agent::{INFO, SYNC, version_from_info};
use crate::protocol::greeting::{Greeting, choose_types};
use crate::protocol::message::Outcome;
use crate::protocol::options::Options;
use crate::protocol::pending::Deadline;
use crate::protocol::request::Request;
use crate::version::Series;

/// The series whose types a connection can use, the oldest first; `None` for a
/// connection without types.
pub(crate) type Types = Option<&'static [Series]>;

/// A handshake that is not complete.
#[derive(Debug)]
pub(super) struct Handshake {
    pub(super) types: Types,
    pub(super) options: Options,
    pub(super) deadline: Deadline,
    /// The thing that is missing when the time is over.
    pub(super) awaited: Awaited,
    pub(super) failure: Option<Error>,
}

impl Handshake {
    pub(super) fn new(awaited: Awaited, types: Types, options: &Options, now: Instant) -> Self {
        Handshake {
            types,
            options: options.clone(),
            deadline: Deadline::after(options.handshake_timeout, now),
            awaited,
            failure: None,
        }
    }

    pub(super) fn expire(&mut self, now: Instant) {
        if self.deadline.is_over(now) {
            self.failure = Some(self.deadline.error(self.awaited.clone()));
            self.deadline = Deadline::default();
        }
    }

    /// Chooses the types for a server.
    ///
    /// # Errors
    ///
    /// No types fit the server.
    fn choose(&self, greeting: &Greeting) -> Result<Option<Series>, Error> {
        self.types
            .map(|types| choose_types(greeting, types, &self.options.releases))
            .transpose()
            .map_err(Error::WrongRelease)
    }
}

impl<W> Connection<W> {
    /// Negotiates with a monitor that sent its greeting.
    pub(super) fn greeted(&mut self, greeting: Greeting) -> Option<Output<W>> {
        let handshake = self.handshake.as_mut()?;
        if handshake.awaited != Awaited::Greeting {
            return None;
        }
        handshake.awaited = Awaited::Reply(NEGOTIATION.to_owned());
        let wants_oob = handshake.options.oob;
        let series = handshake.choose(&greeting);
        let lacks_oob = wants_oob && !greeting.offers_oob();
        self.greeting = greeting;
        let result = series.and_then(|series| {
            self.series = series;
            if lacks_oob {
                return Err(Error::Unsupported(LACKS_OOB));
            }
            self.has_oob = wants_oob;
            self.negotiate()
        });
        match result {
            Ok(()) => None,
            Err(error) => self.complete_handshake(Err(error)),
        }
    }

    fn negotiate(&mut self) -> Result<(), Error> {
        // The command takes no arguments before 2.12, so they are sent only if needed.
        let arguments = if self.has_oob {
            json!({ "enable": ["oob"] })
        } else {
            json!({})
        };
        self.queue_handshake(NEGOTIATION, &arguments)
    }

    fn queue_handshake(
        &mut self,
        name: &'static str,
        arguments: &serde_json::Value,
    ) -> Result<(), Error> {
        self.queue(Request::new(name, arguments, Deadline::default()), None)
    }

    /// Handles the reply to a command of the handshake.
    pub(super) fn continue_handshake(
        &mut self,
        command: &str,
        reply: Result<Range<usize>, Error>,
    ) -> Option<Output<W>> {
        let result = match (command, reply) {
            (SYNC, Ok(_)) => match self.queue_handshake(INFO, &json!({})) {
                Ok(()) => return None,
                Err(error) => Err(error),
            },
            (INFO, Ok(info)) => self.learn_agent_version(info),
            // An agent may be configured not to run this command.
            (INFO, Err(Error::Command(_))) => Ok(()),
            (_, reply) => reply.map(drop),
        };
        self.complete_handshake(result)
    }

    fn learn_agent_version(&mut self, info: Range<usize>) -> Result<(), Error> {
        let Some(version) = version_from_info(self.input.bytes(info)) else {
            return Ok(());
        };
        self.greeting.version = version;
        if let Some(agent) = &mut self.agent {
            agent.version = Some(version);
        }
        if let Some(handshake) = &self.handshake {
            self.series = handshake.choose(&self.greeting)?;
        }
        Ok(())
    }

    /// Handles a reply that belongs to no command. An invalid message before the
    /// greeting shows that the server is not a monitor.
    pub(super) fn replied_early(&mut self, outcome: Outcome) -> Option<Output<W>> {
        match (&self.handshake, outcome) {
            (Some(handshake), Outcome::Invalid(error))
                if handshake.awaited == Awaited::Greeting =>
            {
                self.complete_handshake(Err(Error::Protocol(error)))
            }
            _ => None,
        }
    }

    pub(super) fn complete_handshake(&mut self, result: Result<(), Error>) -> Option<Output<W>> {
        self.handshake = None;
        Some(Output::Handshake(result))
    }
}

const NEGOTIATION: &str = "qmp_capabilities";

const LACKS_OOB: &str = "this server does not offer out-of-band commands: QEMU does since 4.0, on a \
     monitor that is a socket of its own";
