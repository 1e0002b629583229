//! Both clients of the bindings with the mock of every series: connect, query, events,
//! hotplug, jobs and errors.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use qmp_bindings::blocking::transport::Socket;
use qmp_bindings::{Error, ErrorClass, Options, Series, Untyped, blocking, tokio as asynchronous};
use serde_json::{Value, json};

use super::Fixture;

/// A client without types.
trait Client {
    fn ask(&mut self, command: &str, arguments: Value) -> Result<Value, Error>;
    fn version(&self) -> String;
    /// The name and the data of the next event.
    fn event(&mut self) -> (String, Value);
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Client for blocking::Qmp<Untyped> {
    fn ask(&mut self, command: &str, arguments: Value) -> Result<Value, Error> {
        self.execute_raw(command, &arguments)
    }

    fn version(&self) -> String {
        self.greeting().version.to_string()
    }

    fn event(&mut self) -> (String, Value) {
        let event = self.next_event(PATIENCE).expect("it is open");
        let event = event.expect("an event in time").event;
        (event.name, event.data.into())
    }
}

/// The client for tokio with its runtime.
struct Asynchronous {
    runtime: tokio::runtime::Runtime,
    qmp: asynchronous::Qmp<Untyped>,
    events: asynchronous::Events<Untyped>,
}

impl Asynchronous {
    fn open(stream: UnixStream) -> Asynchronous {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let qmp = runtime.block_on(async {
            stream.set_nonblocking(true).expect("a socket");
            let stream = tokio::net::UnixStream::from_std(stream).expect("a socket");
            asynchronous::Qmp::open(stream, &Options::new()).await
        });
        let qmp = qmp.expect("it connects");
        Asynchronous {
            events: qmp.events_so_far(),
            runtime,
            qmp,
        }
    }
}

impl Client for Asynchronous {
    fn ask(&mut self, command: &str, arguments: Value) -> Result<Value, Error> {
        self.runtime
            .block_on(self.qmp.execute_raw(command, &arguments))
    }

    fn version(&self) -> String {
        self.qmp.greeting().version.to_string()
    }

    fn event(&mut self) -> (String, Value) {
        let events = &mut self.events;
        let next = async { tokio::time::timeout(PATIENCE, events.next()).await };
        let event = self.runtime.block_on(next).expect("an event in time");
        let event = event.expect("it is open").expect("an event").event;
        (event.name, event.data.into())
    }
}

/// Serves clients of one mock, one after another, until they disconnect.
fn serve(fixture: &Fixture, streams: [UnixStream; 2]) {
    fixture.with(|server| {
        for mut stream in streams {
            let mut buffer = [0; 4096];
            let mut text = server.connect();
            while stream.write_all(text.as_bytes()).is_ok() {
                match stream.read(&mut buffer) {
                    Ok(length @ 1..) => text = server.receive(&buffer[..length], Duration::ZERO),
                    _ => break,
                }
            }
        }
    });
}

fn class_of(error: Error) -> ErrorClass {
    let error = error.as_command_error().expect("an error of the server");
    error.class.clone()
}

/// What a program does with a QEMU.
fn use_guest(client: &mut dyn Client, series: Series, expected_version: &str) {
    let ask = |client: &mut dyn Client, command: &str, arguments: Value| {
        let reply = client.ask(command, arguments);
        reply.unwrap_or_else(|error| panic!("{series}: {error}"))
    };
    assert_eq!(client.version(), expected_version);
    let version = ask(client, "query-version", json!({}));
    assert_eq!(version["qemu"]["minor"], series.minor, "{series}");
    assert_eq!(ask(client, "query-status", json!({}))["running"], true);
    ask(client, "stop", json!({}));
    assert_eq!(client.event().0, "STOP", "{series}");
    assert_eq!(ask(client, "query-status", json!({}))["status"], "paused");
    ask(client, "cont", json!({}));
    assert_eq!(client.event().0, "RESUME", "{series}");

    let device = json!({ "driver": "virtio-rng-pci", "id": "rng0" });
    ask(client, "device_add", device.clone());
    let duplicate = client
        .ask("device_add", device)
        .expect_err("the id is in use");
    assert_eq!(class_of(duplicate), ErrorClass::GenericError);
    ask(client, "device_del", json!({ "id": "rng0" }));
    let (name, data) = client.event();
    assert_eq!(
        (&*name, &data["device"]),
        ("DEVICE_DELETED", &json!("rng0"))
    );
    let missing = client.ask("device_del", json!({ "id": "rng0" }));
    assert_eq!(
        class_of(missing.expect_err("it is gone")),
        ErrorClass::DeviceNotFound
    );

    let unknown = client.ask("block-stream", json!({ "device": "none" }));
    let class = class_of(unknown.expect_err("there is no such drive"));
    let is_known = [ErrorClass::DeviceNotFound, ErrorClass::GenericError].contains(&class);
    assert!(is_known, "{series}: {class:?}");
    ask(client, "block-stream", json!({ "device": "drive0" }));
    let mut events = std::iter::repeat_with(|| client.event().0);
    assert!(events.any(|name| name == "BLOCK_JOB_COMPLETED"), "{series}");
    let unknown = client.ask("no-such-command", json!({}));
    assert_eq!(
        class_of(unknown.expect_err("there is none")),
        ErrorClass::CommandNotFound
    );
}

#[test]
fn both_clients_use_the_mock_of_every_series() {
    for &series in Series::ALL {
        let fixture = Fixture::new(&series.to_string());
        let version = fixture.release.schema.version.to_string();
        let [first, second] = [(); 2].map(|()| UnixStream::pair().expect("two sockets"));
        thread::scope(|scope| {
            scope.spawn(|| serve(&fixture, [first.1, second.1]));
            let client = blocking::Qmp::<Untyped>::open(Socket::from(first.0), &Options::new());
            let mut client = client.expect("it connects");
            use_guest(&mut client, series, &version);
            // The mock takes the next client when this one is gone.
            drop(client);
            use_guest(&mut Asynchronous::open(second.0), series, &version);
        });
    }
}
