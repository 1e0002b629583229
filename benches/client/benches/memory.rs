//! What a thousand idle connections cost one process: the memory and the processor time
//! of each, compared with a socket and a buffer.
//!
//! `cargo bench --manifest-path benches/client/Cargo.toml --bench memory`

use std::alloc::System;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use client_bench::servers::{IdleServers, allow_open_files};
use qmp_bindings::{blocking, tokio as asynchronous, v10_0};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CONNECTIONS: usize = 1000;

/// How long the connections are idle while the processor time is counted.
const IDLE: Duration = Duration::from_secs(2);

fn main() {
    allow_open_files(4 * CONNECTIONS as u64);
    let servers = IdleServers::start(CONNECTIONS);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    measure(&servers, &runtime, "bare socket", bare);
    measure(&servers, &runtime, "this, blocking", |path| {
        blocking::Qmp::<v10_0::Release>::connect_unix(path).expect("a connection")
    });
    measure(&servers, &runtime, "this, tokio", |path| {
        let qmp = asynchronous::Qmp::<v10_0::Release>::connect_unix(path);
        runtime.block_on(qmp).expect("a connection")
    });
    measure(&servers, &runtime, "qapi, tokio", |path| {
        runtime.block_on(async {
            let stream = qapi::futures::QmpStreamTokio::open_uds(path).await;
            let stream = stream.expect("qapi").negotiate().await.expect("qapi");
            stream.spawn_tokio().0
        })
    });
    measure(&servers, &runtime, "qmp, tokio", |path| {
        let qmp = qmp::Client::connect(qmp::Endpoint::unix(path));
        runtime.block_on(qmp).expect("qmp")
    });
}

fn measure<T>(
    servers: &IdleServers,
    runtime: &Runtime,
    name: &str,
    mut connect: impl FnMut(&Path) -> T,
) {
    let region = Region::new(ALLOCATOR);
    let paths = servers.paths();
    let connections: Vec<T> = paths.map(|path| connect(&path)).collect();
    let change = region.change();
    let bytes = change.bytes_allocated as isize - change.bytes_deallocated as isize;
    let before = processor_ticks();
    runtime.block_on(async { tokio::time::sleep(IDLE).await });
    // A tick is 10 ms; per connection and second this is a thousandth of it and less.
    let ticks = processor_ticks() - before;
    let micros = ticks as f64 * 10_000.0 / CONNECTIONS as f64 / IDLE.as_secs_f64();
    println!(
        "  {name:<24} {:>9} bytes   {micros:>6.1} us of CPU a second",
        bytes / CONNECTIONS as isize
    );
    drop(connections);
}

/// The processor time of this process, in ticks.
fn processor_ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(')').expect("the name is in parentheses");
    let times = fields.split_whitespace().skip(11).take(2);
    times
        .map(|ticks| ticks.parse::<u64>().expect("a number"))
        .sum()
}

fn bare(path: &Path) -> BufReader<UnixStream> {
    let mut reader = BufReader::new(UnixStream::connect(path).expect("a server"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a greeting");
    let mut writer = reader.get_ref();
    writer
        .write_all(b"{\"execute\":\"qmp_capabilities\"}\n")
        .expect("it is sent");
    reader.read_line(&mut line).expect("a reply");
    reader
}
