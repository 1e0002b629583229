//! The memory of an idle connection, compared with a socket and a buffer. Both numbers
//! include the threads of the server.
//!
//! `cargo bench --manifest-path benches/client/Cargo.toml --bench memory`

use std::alloc::System;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use client_bench::servers::Server;
use qmp_bindings::{blocking, tokio as asynchronous, v10_0};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CONNECTIONS: usize = 50;

fn main() {
    let server = Server::echo();
    let path = server.path();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    measure("bare socket", || bare(&path));
    measure("this, blocking", || {
        blocking::Qmp::<v10_0::Release>::connect_unix(&path).expect("a connection")
    });
    measure("this, tokio", || {
        let qmp = asynchronous::Qmp::<v10_0::Release>::connect_unix(&path);
        runtime.block_on(qmp).expect("a connection")
    });
    measure("qapi, tokio", || {
        runtime.block_on(async {
            let stream = qapi::futures::QmpStreamTokio::open_uds(&path).await;
            let stream = stream.expect("qapi").negotiate().await.expect("qapi");
            stream.spawn_tokio().0
        })
    });
    measure("qmp, tokio", || {
        let qmp = qmp::Client::connect(qmp::Endpoint::unix(&path));
        runtime.block_on(qmp).expect("qmp")
    });
}

fn measure<T>(name: &str, connect: impl FnMut() -> T) {
    let region = Region::new(ALLOCATOR);
    let connections: Vec<T> = std::iter::repeat_with(connect).take(CONNECTIONS).collect();
    let change = region.change();
    let bytes = change.bytes_allocated as isize - change.bytes_deallocated as isize;
    println!("  {name:<24} {:>9} bytes", bytes / CONNECTIONS as isize);
    drop(connections);
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
