//! The queue of received events.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::decode::decode_error;
use super::options::Options;
use crate::error::{Error, PayloadOrigin, Shutdown};
use crate::event::{Event, TimedEvent, Timestamp};

super::plain_object! {
    Timestamp = "the timestamp of an event" {
        seconds: i64 = "seconds",
        microseconds: i64 = "microseconds",
    }
}

/// An event that is not decoded yet.
#[derive(Debug)]
pub(crate) struct RawEvent {
    pub(crate) name: Box<str>,
    pub(crate) data: Option<Box<RawValue>>,
    pub(crate) timestamp: Timestamp,
}

impl RawEvent {
    /// Decodes the event.
    ///
    /// # Errors
    ///
    /// The release has this event, and the data does not have its shape.
    pub(crate) fn decode<E: Event>(&self) -> Result<TimedEvent<E>, Error> {
        let data = self.data.as_deref();
        let event = E::decode(&self.name, data).map_err(|error| {
            let text = data.map_or("{}", RawValue::get);
            decode_error(PayloadOrigin::Event(self.name.to_string()), text, &error)
        })?;
        Ok(TimedEvent {
            event,
            timestamp: self.timestamp,
        })
    }

    fn size(&self) -> usize {
        self.name.len() + self.data.as_ref().map_or(0, |data| data.get().len())
    }
}

/// The latest events, for readers with a [`Cursor`] each.
#[derive(Debug)]
pub(crate) struct EventLog {
    events: VecDeque<Arc<RawEvent>>,
    /// The number of the first event in the queue; the first event ever is 0.
    first: u64,
    bytes: usize,
    event_limit: usize,
    byte_limit: usize,
    shutdown: Option<Shutdown>,
}

/// The position of a reader: the number of the event that it reads next.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cursor(u64);

/// The result of a read from an [`EventLog`].
#[derive(Debug)]
pub(crate) enum LogRead {
    Event(Arc<RawEvent>),
    /// This number of events was dropped before they were read.
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
            self.shutdown = Some(Shutdown::from_data(event.data.as_deref()));
        }
        self.bytes += event.size();
        self.events.push_back(Arc::new(event));
        // The latest event is kept even if it alone exceeds the limit.
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

    /// Returns the position after the latest event.
    pub(crate) fn end(&self) -> Cursor {
        Cursor(self.first + self.events.len() as u64)
    }

    /// Reads the event at the cursor and advances the cursor.
    pub(crate) fn read(&self, cursor: &mut Cursor) -> Option<LogRead> {
        if cursor.0 < self.first {
            let missed = self.first - cursor.0;
            cursor.0 = self.first;
            return Some(LogRead::Missed(missed));
        }
        let index = usize::try_from(cursor.0 - self.first).ok()?;
        let event = self.events.get(index)?;
        cursor.0 += 1;
        Some(LogRead::Event(Arc::clone(event)))
    }

    /// Drops the events before a position.
    pub(crate) fn forget(&mut self, before: Cursor) {
        while self.first < before.0 && !self.events.is_empty() {
            self.drop_first();
        }
    }

    /// Returns the data of the `SHUTDOWN` event, if there was one.
    pub(crate) fn shutdown(&self) -> Option<&Shutdown> {
        self.shutdown.as_ref()
    }
}

impl LogRead {
    /// Decodes the event.
    ///
    /// # Errors
    ///
    /// Events were missed, or the data does not have the shape of the event.
    pub(crate) fn decode<E: Event>(self) -> Result<TimedEvent<E>, Error> {
        match self {
            LogRead::Event(event) => event.decode(),
            LogRead::Missed(count) => Err(Error::EventsMissed(count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(log: &mut EventLog, name: &str) {
        log.push(RawEvent {
            name: name.into(),
            data: None,
            timestamp: Timestamp::default(),
        });
    }

    fn log(options: &Options, names: &[&str]) -> EventLog {
        let mut log = EventLog::new(options);
        names.iter().for_each(|name| push(&mut log, name));
        log
    }

    fn read(log: &EventLog, cursor: &mut Cursor) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(read) = log.read(cursor) {
            found.push(match read {
                LogRead::Event(event) => event.name.to_string(),
                LogRead::Missed(count) => format!("{count} missed"),
            });
        }
        found
    }

    #[test]
    fn each_reader_has_its_own_position() {
        let mut log = log(&Options::new(), &["A", "B"]);
        let mut late = log.end();
        push(&mut log, "C");
        assert_eq!(read(&log, &mut Cursor::default()), ["A", "B", "C"]);
        assert_eq!(read(&log, &mut late), ["C"]);
        log.forget(late);
        assert_eq!(read(&log, &mut Cursor::default()), ["3 missed"]);
    }

    #[test]
    fn dropped_events_are_counted() {
        let by_count = Options::new().event_limit(2, 1000);
        let by_size = Options::new().event_limit(100, 4);
        for options in [by_count, by_size] {
            let log = log(&options, &["AA", "BB", "CC", "DD"]);
            assert_eq!(read(&log, &mut Cursor::default()), ["2 missed", "CC", "DD"]);
        }
    }
}
