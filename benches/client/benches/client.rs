//! A comparison with other clients. All run in turns in one process, so that other load
//! on the machine affects them equally.
//!
//! `cargo bench --manifest-path benches/client/Cargo.toml`

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Cursor, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use client_bench::figures::{Times, row};
use client_bench::servers::{GREETING, Server, id};
use qmp_bindings::blocking::{self, transport::Transport};
use qmp_bindings::{Options, v7_2, v10_0};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};

fn main() {
    println!("round trip of query-status, echo server");
    round_trips(&Server::echo(), 20_000);
    match Server::qemu() {
        Some(qemu) => {
            println!("round trip of query-status, QEMU");
            round_trips(&qemu, 3_000);
            println!("round trip of fixed bytes, QEMU");
            floors(&qemu, 3_000);
        }
        None => println!("there is no QEMU"),
    }
    println!("commands a second, 64 in flight, echo server");
    in_flight(&Server::echo(), 20_000);
    println!("writes for one command");
    writes();
    println!("decoding what query-qmp-schema returned, 7.2");
    decoding();
    decode_alone::<Vec<v7_2::types::BlockDeviceInfo>>("query-named-block-nodes", &nodes());
    decode_alone::<Vec<v7_2::types::StatsResult>>("query-stats", &stats());
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

/// A client that sends fixed bytes and decodes nothing.
struct Floor {
    writer: UnixStream,
    reader: BufReader<UnixStream>,
    line: String,
}

impl Floor {
    fn connect(path: &Path) -> Self {
        let writer = UnixStream::connect(path).expect("a server");
        let reader = BufReader::new(writer.try_clone().expect("a second handle"));
        let mut floor = Floor {
            writer,
            reader,
            line: String::new(),
        };
        floor.read();
        floor.call("{\"execute\":\"qmp_capabilities\"}\n");
        floor
    }

    fn call(&mut self, request: &str) {
        self.writer
            .write_all(request.as_bytes())
            .expect("it is sent");
        self.read();
    }

    fn read(&mut self) {
        self.line.clear();
        self.reader.read_line(&mut self.line).expect("a line");
    }
}

fn round_trips(server: &Server, count: usize) {
    let runtime = runtime();
    let mut floor = Floor::connect(&server.client(0));
    let mut ours = blocking::Qmp::<v10_0::Release>::connect_unix(server.client(1)).expect("ours");
    let ours_tokio = qmp_bindings::tokio::Qmp::<v10_0::Release>::connect_unix(server.client(2));
    let ours_tokio = runtime.block_on(ours_tokio).expect("ours");
    let stream = UnixStream::connect(server.client(3)).expect("a server");
    let mut qapi = qapi::Qmp::from_stream(&stream);
    qapi.handshake().expect("qapi");
    let qapi_tokio = runtime.block_on(async {
        let stream = qapi::futures::QmpStreamTokio::open_uds(server.client(4)).await;
        let stream = stream.expect("qapi").negotiate().await.expect("qapi");
        stream.spawn_tokio().0
    });
    let qmp = qmp::Client::connect(qmp::Endpoint::unix(server.client(5)));
    let qmp = runtime.block_on(qmp).expect("qmp");

    let clients: [&mut dyn FnMut(); 6] = [
        // As long as the request of this client: QEMU reads byte by byte, in about 4 us
        // each.
        &mut || floor.call("{\"execute\":\"query-status\",\"id\":1000}\n"),
        &mut || drop(ours.execute(v10_0::command::QueryStatus {}).expect("ours")),
        &mut || {
            let command = ours_tokio.execute(v10_0::command::QueryStatus {});
            drop(runtime.block_on(command).expect("ours"));
        },
        // Its types belong to another release, but decoding the reply is the same work.
        &mut || drop(qapi.execute(&qapi::qmp::query_status {})),
        &mut || {
            let command = qapi_tokio.execute(qapi::qmp::query_status {});
            drop(runtime.block_on(command));
        },
        &mut || {
            let command = qmp.execute::<(), serde_json::Value>("query-status", None);
            drop(runtime.block_on(command).expect("qmp"));
        },
    ];
    let names = [
        "floor",
        "this, blocking",
        "this, tokio",
        "qapi, blocking",
        "qapi, tokio",
        "qmp, tokio",
    ];
    take_turns(names, clients, count);
}

/// Measures clients in turns, and prints a row for each, compared with the first.
fn take_turns<const N: usize>(names: [&str; N], clients: [&mut dyn FnMut(); N], count: usize) {
    let mut times: [Times; N] = std::array::from_fn(|_| Times::default());
    for round in 0..count {
        // A client affects the next one. The number of turns plus one is a prime, so
        // each client follows each other one equally often.
        for turn in 1..=N {
            let client = turn * (round % N + 1) % (N + 1) - 1;
            times[client].measure(&mut *clients[client]);
        }
    }
    let floor = times[0].quantile(500);
    for (name, times) in names.iter().zip(&mut times) {
        row(name, times, floor);
    }
}

/// The floor on tokio, compared with the floor.
fn floors(server: &Server, count: usize) {
    const REQUEST: &str = "{\"execute\":\"query-status\",\"id\":1000}\n";
    let runtime = runtime();
    let mut floor = Floor::connect(&server.client(0));
    let mut on_tokio = runtime.block_on(TokioFloor::connect(&server.client(1)));
    let clients: [&mut dyn FnMut(); 2] = [&mut || floor.call(REQUEST), &mut || {
        runtime.block_on(on_tokio.call(REQUEST));
    }];
    take_turns(["floor", "floor, tokio"], clients, count);
}

/// The floor on tokio.
struct TokioFloor {
    stream: tokio::io::BufReader<tokio::net::UnixStream>,
    line: String,
}

impl TokioFloor {
    async fn connect(path: &Path) -> Self {
        let stream = tokio::net::UnixStream::connect(path).await;
        let mut floor = TokioFloor {
            stream: tokio::io::BufReader::new(stream.expect("a server")),
            line: String::new(),
        };
        floor.read().await;
        floor.call("{\"execute\":\"qmp_capabilities\"}\n").await;
        floor
    }

    async fn call(&mut self, request: &str) {
        let sent = self.stream.get_mut().write_all(request.as_bytes()).await;
        sent.expect("it is sent");
        self.read().await;
    }

    async fn read(&mut self) {
        self.line.clear();
        let read = self.stream.read_line(&mut self.line).await;
        read.expect("a line");
    }
}

fn in_flight(server: &Server, count: usize) {
    const AT_ONCE: usize = 64;
    let runtime = runtime();
    let ours = qmp_bindings::tokio::Qmp::<v10_0::Release>::connect_unix(server.path());
    let ours = runtime.block_on(ours).expect("ours");
    let qapi = runtime.block_on(async {
        let stream = qapi::futures::QmpStreamTokio::open_uds(server.path()).await;
        let stream = stream.expect("qapi").negotiate().await.expect("qapi");
        std::sync::Arc::new(stream.spawn_tokio().0)
    });
    let rate = |start: Instant| count as f64 / start.elapsed().as_secs_f64();

    let start = Instant::now();
    runtime.block_on(async {
        let tasks = (0..AT_ONCE).map(|_| {
            let ours = ours.clone();
            tokio::spawn(async move {
                for _ in 0..count / AT_ONCE {
                    ours.execute(v10_0::command::QueryStatus {})
                        .await
                        .expect("ours");
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("it ends");
        }
    });
    println!("  this, tokio              {:>9.0}", rate(start));

    let start = Instant::now();
    runtime.block_on(async {
        let tasks = (0..AT_ONCE).map(|_| {
            let qapi = qapi.clone();
            tokio::spawn(async move {
                for _ in 0..count / AT_ONCE {
                    let _ = qapi.execute(qapi::qmp::query_status {}).await;
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("it ends");
        }
    });
    println!("  qapi, tokio              {:>9.0}", rate(start));
}

/// The transport of this client, which counts writes.
struct Ours {
    reply: String,
    received: Vec<u8>,
    at: usize,
    writes: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Transport for Ours {
    fn receive(&mut self, buffer: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
        let rest = &self.received[self.at..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Ok(length)
    }

    fn send(&mut self, bytes: &[u8], _: Option<Duration>) -> io::Result<usize> {
        self.writes
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let text = String::from_utf8_lossy(bytes);
        let reply = if text.contains("qmp_capabilities") {
            "{}"
        } else {
            &self.reply
        };
        let id = id(&text).expect("there is an id");
        self.received.clear();
        self.at = 0;
        self.received.extend_from_slice(b"{\"return\": ");
        self.received.extend_from_slice(reply.as_bytes());
        self.received
            .extend_from_slice(format!(", \"id\": {id}}}\r\n").as_bytes());
        Ok(bytes.len())
    }
}

fn ours<R: qmp_bindings::Release>(
    reply: &str,
    options: &Options,
) -> (
    blocking::Qmp<R>,
    std::sync::Arc<std::sync::atomic::AtomicUsize>,
) {
    let writes = std::sync::Arc::<std::sync::atomic::AtomicUsize>::default();
    let transport = Ours {
        reply: reply.to_owned(),
        received: format!("{GREETING}\r\n").into_bytes(),
        at: 0,
        writes: writes.clone(),
    };
    (
        blocking::Qmp::open(transport, options).expect("ours"),
        writes,
    )
}

fn writes() {
    let (mut qmp, writes) = ours::<v10_0::Release>(client_bench::servers::STATUS, &Options::new());
    let before = writes.load(std::sync::atomic::Ordering::Relaxed);
    qmp.execute(v10_0::command::QueryStatus {}).expect("ours");
    println!(
        "  this, blocking           {:>9}",
        writes.load(std::sync::atomic::Ordering::Relaxed) - before
    );

    let status = r#"{"status": "running", "running": true, "singlestep": false}"#;
    // qapi writes in pieces, which are counted here.
    let counter = Counter(Rc::new(Cell::new(0)));
    let count = Rc::clone(&counter.0);
    let input = format!("{GREETING}\r\n{{\"return\": {{}}}}\r\n{{\"return\": {status}}}\r\n");
    let mut qapi = qapi::Qmp::new(qapi::Stream::new(Cursor::new(input), counter));
    qapi.handshake().expect("qapi");
    let before = count.get();
    let _ = qapi.execute(&qapi::qmp::query_status {});
    println!("  qapi, blocking           {:>9}", count.get() - before);
}

struct Counter(Rc<Cell<usize>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + 1);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const SCHEMA: &str = include_str!("../../../tests/recordings/7.2.22/query-qmp-schema.json");

fn decoding() {
    const ROUNDS: usize = 300;
    // Decoding through a value would sort the members, and members that precede the
    // discriminator are the cost to be measured.
    let reply: BTreeMap<String, &RawValue> = serde_json::from_str(SCHEMA).expect("JSON");
    let schema = reply["return"].get();
    let (mut qmp, _) = ours::<v7_2::Release>(schema, &Options::new().any_release());
    let line = format!("{{\"return\": {schema}}}\r\n");
    let mut times: [Times; 4] = Default::default();
    for _ in 0..ROUNDS {
        times[0].measure(|| serde_json::from_str::<IgnoredAny>(black_box(schema)).is_ok());
        times[1].measure(|| qmp.execute(v7_2::command::QueryQmpSchema {}).expect("ours"));
        times[2].measure(|| {
            serde_json::from_str::<Vec<v7_2::types::SchemaInfo>>(black_box(schema)).expect("ours")
        });
        let input = format!("{GREETING}\r\n{{\"return\": {{}}}}\r\n{line}");
        let mut qapi = qapi::Qmp::new(qapi::Stream::new(Cursor::new(input), io::sink()));
        qapi.handshake().expect("qapi");
        let _ = times[3].measure(|| qapi.execute(&qapi::qmp::query_qmp_schema {}));
    }
    let names = [
        "IgnoredAny",
        "this, whole client",
        "this, type alone",
        "qapi, blocking",
    ];
    rates(&names, &mut times, schema.len());
}

/// The nodes of 200 disks, from one recorded node.
fn nodes() -> String {
    const SESSION: &str = include_str!("../../../tests/recordings/7.2.22/queries.jsonl");
    let lines = SESSION.lines();
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut received = lines.filter(|line| line["dir"] == "<");
    let reply = received.find(|line| line["step"] == "query-named-block-nodes");
    let reply = reply.expect("the session asks for the nodes");
    let reply: BTreeMap<String, Vec<&RawValue>> =
        serde_json::from_str(reply["raw"].as_str().expect("text")).expect("JSON");
    let node = reply["return"][0].get();
    format!("[{}]", vec![node; 200].join(", "))
}

/// Made-up statistics of 64 virtual processors, since no recorded machine had KVM.
fn stats() -> String {
    let stats: Vec<String> = (0..60)
        .map(|number| {
            format!(
                r#"{{"name": "statistic-{number}", "value": {}}}"#,
                number * 4711
            )
        })
        .collect();
    let stats = stats.join(", ");
    let results: Vec<String> = (0..64)
        .map(|cpu| {
            format!(
                r#"{{"provider": "kvm", "qom-path": "/machine/unattached/device[{cpu}]", "stats": [{stats}]}}"#
            )
        })
        .collect();
    format!("[{}]", results.join(", "))
}

fn decode_alone<T: DeserializeOwned>(name: &str, json: &str) {
    println!("decoding what {name} returned, {} bytes", json.len());
    let mut times: [Times; 2] = Default::default();
    for _ in 0..300 {
        times[0].measure(|| serde_json::from_str::<IgnoredAny>(black_box(json)).is_ok());
        times[1].measure(|| serde_json::from_str::<T>(black_box(json)).expect("ours"));
    }
    let names = ["IgnoredAny", "this, type alone"];
    rates(&names, &mut times, json.len());
}

/// Prints the rates of decoders, compared with the first.
fn rates(names: &[&str], times: &mut [Times], bytes: usize) {
    let floor = times[0].quantile(500);
    for (name, times) in names.iter().zip(times) {
        let time = times.quantile(500).as_secs_f64();
        let rate = bytes as f64 / time / 1e6;
        let ratio = floor.as_secs_f64() / time;
        println!("  {name:<24} {rate:>9.0} MB/s   {ratio:>6.2}");
    }
}
