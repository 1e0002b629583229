//! Expected commands, their handlers and their number.

use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{ErrorReply, Request};

/// Answers a command: with the JSON of its return value, with `None` if a success has
/// no reply, or with an error.
pub(super) type Handler = dyn FnMut(&Request) -> Result<Option<String>, ErrorReply> + Send;

/// An event to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EmittedEvent {
    pub(super) name: String,
    pub(super) data: Value,
}

impl EmittedEvent {
    pub(super) fn new(name: &str, data: Value) -> Self {
        EmittedEvent {
            name: name.to_owned(),
            data,
        }
    }
}

/// A command that a test expects.
pub(super) struct Expectation {
    pub(super) command: String,
    pub(super) accepts_oob: bool,
    /// Handlers run without the lock of the server, so that they may use it.
    pub(super) handler: Arc<Mutex<Handler>>,
    pub(super) events_before: Vec<EmittedEvent>,
    pub(super) events: Vec<EmittedEvent>,
    /// The least and the largest number of requests.
    minimum: usize,
    maximum: usize,
    count: usize,
}

impl Expectation {
    pub(super) fn new(
        command: &str,
        handler: impl FnMut(&Request) -> Result<Option<String>, ErrorReply> + Send + 'static,
    ) -> Self {
        Expectation {
            command: command.to_owned(),
            accepts_oob: false,
            handler: Arc::new(Mutex::new(handler)),
            events_before: Vec::new(),
            events: Vec::new(),
            minimum: 0,
            maximum: usize::MAX,
            count: 0,
        }
    }

    pub(super) fn set_count(&mut self, minimum: usize, maximum: usize) {
        (self.minimum, self.maximum) = (minimum, maximum);
    }

    fn takes(&self, command: &str) -> bool {
        self.command == command && self.count < self.maximum
    }

    fn is_satisfied(&self) -> bool {
        self.count >= self.minimum
    }

    /// Describes an expectation that was not met; `None` if it was.
    pub(super) fn shortfall(&self) -> Option<String> {
        let (command, count) = (&self.command, Times(self.count));
        (!self.is_satisfied())
            .then(|| format!("expected `{command}` {}, got it {count}", self.range()))
    }

    fn range(&self) -> String {
        match (self.minimum, self.maximum) {
            (0, usize::MAX) => "any number of times".to_owned(),
            (least, usize::MAX) => format!("at least {}", Times(least)),
            (_, most) => Times(most).to_string(),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.command, self.range())?;
        match self.count {
            0 => Ok(()),
            count => write!(f, " (got it {})", Times(count)),
        }
    }
}

/// A number of times, in words.
struct Times(usize);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("never"),
            1 => f.write_str("once"),
            count => write!(f, "{count} times"),
        }
    }
}

/// All expectations of a server.
#[derive(Default)]
pub(super) struct Expectations {
    all: Vec<Expectation>,
    pub(super) is_ordered: bool,
    /// The expectation that took the latest command.
    current: usize,
}

impl Expectations {
    pub(super) fn add(&mut self, expectation: Expectation) {
        self.all.push(expectation);
    }

    pub(super) fn last(&mut self) -> Option<&mut Expectation> {
        self.all.last_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Expectation> {
        self.all.iter()
    }

    /// Finds and counts the expectation that takes a command.
    pub(super) fn take(&mut self, command: &str) -> Option<&Expectation> {
        let index = match self.is_ordered {
            true => self.next_in_order(command)?,
            false => self.all.iter().position(|own| own.takes(command))?,
        };
        self.current = index;
        let taken = &mut self.all[index];
        taken.count += 1;
        Some(taken)
    }

    /// Skips the expectations that have what they need.
    fn next_in_order(&self, command: &str) -> Option<usize> {
        let index = self.all[self.current..]
            .iter()
            .position(|own| own.takes(command))?;
        let index = self.current + index;
        let skipped = &self.all[self.current..index];
        skipped
            .iter()
            .all(Expectation::is_satisfied)
            .then_some(index)
    }

    /// Describes what is expected now.
    pub(super) fn describe(&self) -> String {
        let start = if self.is_ordered { self.current } else { 0 };
        let open = self.all[start.min(self.all.len())..].iter();
        let mut open = open.filter(|own| own.count < own.maximum);
        let texts: Vec<String> = match self.is_ordered {
            true => open.next().iter().map(ToString::to_string).collect(),
            false => open.map(ToString::to_string).collect(),
        };
        match texts.is_empty() {
            true => "expected no more commands".to_owned(),
            false => format!("expected {}", texts.join(", ")),
        }
    }
}

impl fmt::Debug for Expectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.all.iter().map(ToString::to_string))
            .finish()
    }
}
