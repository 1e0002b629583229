//! The time that `proxy` adds to a command. Direct connections and those through
//! proxies run in turns in one process, so that other load on the machine affects
//! them equally.
//!
//! `cargo build --release -p xtask`, then
//! `cargo bench --manifest-path benches/client/Cargo.toml --bench proxy`

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use client_bench::figures::{Times, row};
use client_bench::servers::Server;
use tempfile::TempDir;

/// The ways to the server: a name, and the options of `proxy`, if there is one.
const WAYS: [(&str, Option<&[&str]>); 6] = [
    ("direct", None),
    ("direct again", None),
    ("proxy", Some(&[])),
    ("proxy --share", Some(&["--share"])),
    ("proxy --speak 10.0", Some(&["--speak", "10.0"])),
    ("proxy --speak 2.5", Some(&["--speak", "2.5"])),
];

fn main() {
    match Server::qemu() {
        Some(qemu) => {
            println!("round trip of query-status, QEMU");
            round_trips(&qemu, 5_000);
        }
        None => println!("there is no QEMU"),
    }
    println!("round trip of query-status, echo server");
    round_trips(&Server::echo(), 10_000);
}

fn round_trips(server: &Server, count: usize) {
    let folder = TempDir::new().expect("a folder");
    let mut proxies = Vec::new();
    let mut clients: Vec<LineClient> = Vec::new();
    for (index, (_, options)) in WAYS.iter().enumerate() {
        let socket = match options {
            None => server.client(index),
            Some(options) => {
                let listen = folder.path().join(index.to_string());
                proxies.push(Proxy::start(&server.client(index), &listen, options));
                listen
            }
        };
        clients.push(LineClient::connect(&socket));
    }
    let mut times: [Times; WAYS.len()] = Default::default();
    for round in 0..count {
        // A client affects the next one. The number of turns plus one is a prime, so
        // each client follows each other one equally often.
        let turns = WAYS.len();
        for turn in 1..=turns {
            let client = turn * (round % turns + 1) % (turns + 1) - 1;
            times[client].measure(|| clients[client].call());
        }
    }
    let floor = times[0].quantile(500);
    for ((name, _), times) in WAYS.iter().zip(&mut times) {
        row(name, times, floor);
    }
}

/// A client that sends fixed bytes and decodes nothing.
struct LineClient {
    writer: UnixStream,
    reader: BufReader<UnixStream>,
    line: String,
}

impl LineClient {
    fn connect(path: &Path) -> Self {
        let writer = UnixStream::connect(path).expect("a server");
        let reader = BufReader::new(writer.try_clone().expect("a second handle"));
        let line = String::new();
        let mut client = LineClient { writer, reader, line };
        client.read();
        client.send("{\"execute\": \"qmp_capabilities\"}\n");
        client.read();
        client
    }

    fn call(&mut self) {
        self.send("{\"execute\": \"query-status\", \"id\": 1000}\n");
        self.read();
    }

    fn send(&mut self, request: &str) {
        let sent = self.writer.write_all(request.as_bytes());
        sent.expect("it is sent");
    }

    fn read(&mut self) {
        self.line.clear();
        self.reader.read_line(&mut self.line).expect("a line");
        assert!(self.line.ends_with("}\r\n"), "{}", self.line);
    }
}

/// A proxy in a process of its own.
struct Proxy(Child);

impl Proxy {
    fn start(server: &Path, listen: &Path, options: &[&str]) -> Proxy {
        let mut command = Command::new(program());
        command.arg("proxy").arg("--to").arg(server);
        command.arg("--listen").arg(listen).args(options);
        let child = command.stderr(Stdio::null()).spawn();
        let proxy = Proxy(child.expect("build qmp-compat first"));
        while !listen.exists() {
            sleep(Duration::from_millis(5));
        }
        proxy
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/qmp-compat");
    env::var_os("QMP_COMPAT").map_or_else(built, PathBuf::from)
}
