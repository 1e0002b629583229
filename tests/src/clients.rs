//! Both clients behind one trait, so that each test is written once.

use std::path::Path;
use std::time::Duration;

use qmp_bindings::v10_0::command::{QueryBlockstats, QueryMemoryDevices, QueryStatus};
use qmp_bindings::v10_0::types::{BlockStats, MemoryDeviceInfo, StatusInfo};
use qmp_bindings::v10_0::{Event, Release};
use qmp_bindings::{CommandOf, Error, Options, TimedEvent, blocking, tokio as asynchronous};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// A client, with the commands that the tests use.
pub trait Client {
    /// Returns the name of the client, for messages.
    fn name(&self) -> &'static str;
    /// `query-status`.
    fn status(&mut self) -> Result<StatusInfo, Error>;
    /// `query-status` with a time limit.
    fn status_within(&mut self, timeout: Duration) -> Result<StatusInfo, Error>;
    /// `query-blockstats`.
    fn blockstats(&mut self) -> Result<Vec<BlockStats>, Error>;
    /// `query-memory-devices`.
    fn memory_devices(&mut self) -> Result<Vec<MemoryDeviceInfo>, Error>;
    /// Any command.
    fn raw(&mut self, name: &str, arguments: &Value) -> Result<Value, Error>;
    /// The next event.
    fn event(&mut self, timeout: Duration) -> Result<Option<TimedEvent<Event>>, Error>;
    /// Returns the events that have arrived.
    fn events(&mut self) -> Vec<TimedEvent<Event>> {
        let mut events = Vec::new();
        while let Ok(Some(event)) = self.event(Duration::from_millis(300)) {
            events.push(event);
        }
        events
    }
}

/// Connects a client.
pub type Connect = fn(&Path, &Options) -> Result<Box<dyn Client>, Error>;

/// Both clients.
pub const CLIENTS: [Connect; 2] = [
    |path, options| Ok(Box::new(Blocking::connect(path, options)?)),
    |path, options| Ok(Box::new(Asynchronous::connect(path, options)?)),
];

struct Blocking(blocking::Qmp<Release>);

impl Blocking {
    fn connect(path: &Path, options: &Options) -> Result<Self, Error> {
        blocking::Qmp::connect_unix_with(path, options).map(Blocking)
    }
}

impl Client for Blocking {
    fn name(&self) -> &'static str {
        "blocking"
    }

    fn status(&mut self) -> Result<StatusInfo, Error> {
        self.0.execute(QueryStatus {})
    }

    fn status_within(&mut self, timeout: Duration) -> Result<StatusInfo, Error> {
        self.0.execute_within(timeout, QueryStatus {})
    }

    fn blockstats(&mut self) -> Result<Vec<BlockStats>, Error> {
        self.0.execute(QueryBlockstats { query_nodes: None })
    }

    fn memory_devices(&mut self) -> Result<Vec<MemoryDeviceInfo>, Error> {
        self.0.execute(QueryMemoryDevices {})
    }

    fn raw(&mut self, name: &str, arguments: &Value) -> Result<Value, Error> {
        self.0.execute_raw(name, arguments)
    }

    fn event(&mut self, timeout: Duration) -> Result<Option<TimedEvent<Event>>, Error> {
        self.0.next_event(timeout)
    }
}

struct Asynchronous {
    runtime: Runtime,
    qmp: asynchronous::Qmp<Release>,
    events: asynchronous::Events<Release>,
}

impl Asynchronous {
    fn connect(path: &Path, options: &Options) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let qmp = runtime.block_on(asynchronous::Qmp::connect_unix_with(path, options))?;
        Ok(Asynchronous {
            events: qmp.events_so_far(),
            runtime,
            qmp,
        })
    }

    fn run<C: CommandOf<Release>>(&self, command: C) -> Result<C::Return, Error> {
        self.runtime.block_on(self.qmp.execute(command))
    }
}

impl Client for Asynchronous {
    fn name(&self) -> &'static str {
        "tokio"
    }

    fn status(&mut self) -> Result<StatusInfo, Error> {
        self.run(QueryStatus {})
    }

    fn status_within(&mut self, timeout: Duration) -> Result<StatusInfo, Error> {
        let command = self.qmp.execute_within(timeout, QueryStatus {});
        self.runtime.block_on(command)
    }

    fn blockstats(&mut self) -> Result<Vec<BlockStats>, Error> {
        self.run(QueryBlockstats { query_nodes: None })
    }

    fn memory_devices(&mut self) -> Result<Vec<MemoryDeviceInfo>, Error> {
        self.run(QueryMemoryDevices {})
    }

    fn raw(&mut self, name: &str, arguments: &Value) -> Result<Value, Error> {
        self.runtime.block_on(self.qmp.execute_raw(name, arguments))
    }

    fn event(&mut self, timeout: Duration) -> Result<Option<TimedEvent<Event>>, Error> {
        let events = &mut self.events;
        let next = async { tokio::time::timeout(timeout, events.next()).await };
        match self.runtime.block_on(next) {
            Err(_) | Ok(None) => Ok(None),
            Ok(Some(event)) => event.map(Some),
        }
    }
}
