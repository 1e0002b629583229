//! Events: how they are kept, and what is made of them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::value::RawValue;

use super::decode::failed;
use super::options::Options;
use crate::Event;
use crate::error::{Error, Shutdown, Subject};

/// When an event happened, by the clock of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since 1970; -1 if QEMU could not read the clock.
    pub seconds: i64,
    /// Microseconds beyond that; -1 if QEMU could not read the clock.
    pub microseconds: i64,
}

impl Timestamp {
    /// The time, unless QEMU did not know it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let seconds = u64::try_from(self.seconds).ok()?;
        let microseconds = u64::try_from(self.microseconds).ok()?;
        SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))?
            .checked_add(Duration::from_micros(microseconds))
    }
}

impl Default for Timestamp {
    fn default() -> Self {
        Timestamp {
            seconds: -1,
            microseconds: -1,
        }
    }
}

super::plain_object! {
    Timestamp = "the timestamp of an event" {
        seconds: i64 = "seconds",
        microseconds: i64 = "microseconds",
    }
}

/// An event, and when it happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed<E> {
    /// What happened.
    pub event: E,
    /// When it happened.
    pub timestamp: Timestamp,
}

/// An event as it came.
#[derive(Debug)]
pub(crate) struct RawEvent {
    pub(crate) name: Box<str>,
    pub(crate) data: Option<Box<RawValue>>,
    pub(crate) timestamp: Timestamp,
}

impl RawEvent {
    /// Decodes it.
    ///
    /// # Errors
    ///
    /// The release has this event, with other data.
    pub(crate) fn decode<E: Event>(&self) -> Result<Timed<E>, Error> {
        let data = self.data.as_deref();
        let event = E::decode(&self.name, data).map_err(|error| {
            let text = data.map_or("{}", RawValue::get);
            failed(Subject::Event(self.name.to_string()), text, &error)
        })?;
        Ok(Timed {
            event,
            timestamp: self.timestamp,
        })
    }

    fn size(&self) -> usize {
        self.name.len() + self.data.as_ref().map_or(0, |data| data.get().len())
    }
}

/// The last events, for readers that are each at their own place.
#[derive(Debug)]
pub(crate) struct EventLog {
    events: VecDeque<Arc<RawEvent>>,
    /// The number of the first of them, counted from the first of all.
    first: u64,
    bytes: usize,
    event_limit: usize,
    byte_limit: usize,
    shutdown: Option<Shutdown>,
}

/// The place of a reader: the number of the event that it reads next.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor(u64);

/// What a reader finds.
#[derive(Debug)]
pub(crate) enum Next {
    Event(Arc<RawEvent>),
    /// So many were dropped before it read them.
    Missed(u64),
}

impl EventLog {
    pub(crate) fn new(options: &Options) -> Self {
        EventLog {
            events: VecDeque::new(),
            first: 0,
            bytes: 0,
            event_limit: options.event_limit,
            byte_limit: options.event_bytes,
            shutdown: None,
        }
    }

    pub(crate) fn push(&mut self, event: RawEvent) {
        if &*event.name == "SHUTDOWN" {
            self.shutdown = Some(Shutdown::new(event.data.as_deref()));
        }
        self.bytes += event.size();
        self.events.push_back(Arc::new(event));
        // The last one is kept even if it alone is too long.
        while self.events.len() > self.event_limit
            || (self.bytes > self.byte_limit && self.events.len() > 1)
        {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(event) = self.events.pop_front() {
            self.bytes -= event.size();
            self.first += 1;
        }
    }

    /// The place after the last event.
    pub(crate) fn end(&self) -> Cursor {
        Cursor(self.first + self.events.len() as u64)
    }

    /// Reads an event and moves the reader behind it.
    pub(crate) fn next(&self, cursor: &mut Cursor) -> Option<Next> {
        if cursor.0 < self.first {
            let missed = self.first - cursor.0;
            cursor.0 = self.first;
            return Some(Next::Missed(missed));
        }
        let index = usize::try_from(cursor.0 - self.first).ok()?;
        let event = self.events.get(index)?;
        cursor.0 += 1;
        Some(Next::Event(Arc::clone(event)))
    }

    /// Drops what was read before this place.
    pub(crate) fn forget(&mut self, before: Cursor) {
        while self.first < before.0 && !self.events.is_empty() {
            self.drop_first();
        }
    }

    /// Why QEMU ends, if it said so.
    pub(crate) fn shutdown(&self) -> Option<&Shutdown> {
        self.shutdown.as_ref()
    }
}

impl Next {
    /// Decodes it.
    ///
    /// # Errors
    ///
    /// Events were missed, or the data has another shape.
    pub(crate) fn decode<E: Event>(self) -> Result<Timed<E>, Error> {
        match self {
            Next::Event(event) => event.decode(),
            Next::Missed(count) => Err(Error::EventsMissed(count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(options: &Options, names: &[&str]) -> EventLog {
        let mut log = EventLog::new(options);
        for name in names {
            log.push(RawEvent {
                name: (*name).into(),
                data: None,
                timestamp: Timestamp::default(),
            });
        }
        log
    }

    fn read(log: &EventLog, cursor: &mut Cursor) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(next) = log.next(cursor) {
            found.push(match next {
                Next::Event(event) => event.name.to_string(),
                Next::Missed(count) => format!("{count} missed"),
            });
        }
        found
    }

    #[test]
    fn each_reader_is_at_its_own_place() {
        let mut log = log(&Options::new(), &["A", "B"]);
        let mut late = log.end();
        log.push(RawEvent {
            name: "C".into(),
            data: None,
            timestamp: Timestamp::default(),
        });
        assert_eq!(read(&log, &mut Cursor::default()), ["A", "B", "C"]);
        assert_eq!(read(&log, &mut late), ["C"]);
        log.forget(late);
        assert_eq!(read(&log, &mut Cursor::default()), ["3 missed"]);
    }

    #[test]
    fn what_is_dropped_is_counted() {
        let by_count = Options::new().event_limit(2, 1000);
        let by_size = Options::new().event_limit(100, 4);
        for options in [by_count, by_size] {
            let log = log(&options, &["AA", "BB", "CC", "DD"]);
            assert_eq!(read(&log, &mut Cursor::default()), ["2 missed", "CC", "DD"]);
        }
    }
}
