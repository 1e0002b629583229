//! Prints the events of a QEMU until it ends. The exit status is 1 if QEMU ended without
//! announcing it, as it does when it crashes or is killed.
//!
//! ```text
//! cargo run --example watch_events --features tokio,v10_0 -- monitor.sock
//! ```

mod support;

use std::process::ExitCode;

use qmp_bindings::tokio::{AnyQmp, Qmp};
use qmp_bindings::{Error, Event, Release};
use support::{Arguments, exit_code};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Arguments::parse(1, "watch_events [--release SERIES] SOCKET") {
        Ok(arguments) => exit_code(run(&arguments).await),
        Err(code) => code,
    }
}

async fn run(arguments: &Arguments) -> Result<(), Error> {
    let (socket, options) = (&arguments.rest[0], arguments.options());
    match AnyQmp::connect_unix_with(socket, &options).await? {
        AnyQmp::V10_0(qmp) => watch(qmp).await,
        #[cfg(feature = "v7_2")]
        AnyQmp::V7_2(qmp) => watch(qmp).await,
        #[cfg(feature = "v2_11")]
        AnyQmp::V2_11(qmp) => watch(qmp).await,
        #[cfg(feature = "v2_5")]
        AnyQmp::V2_5(qmp) => watch(qmp).await,
        _ => Err(Error::Unsupported("this release is not supported")),
    }
}

/// Prints the events of a connection. Each release has its own enum of events; all of
/// them implement `Event` and `Debug`.
async fn watch<R: Release>(qmp: Qmp<R>) -> Result<(), Error> {
    println!("connected to QEMU {}", qmp.greeting().version);
    let mut events = qmp.events_so_far();
    while let Some(event) = events.next().await {
        match event {
            Ok(timed) => println!(
                "{}.{:06} {} {:?}",
                timed.timestamp.seconds,
                timed.timestamp.microseconds,
                timed.event.name(),
                timed.event
            ),
            Err(Error::Closed(end)) if end.shutdown.is_some() => println!("{end}"),
            // Events were missed, or one is invalid. The stream continues after it.
            Err(error) if !error.ends_connection() => eprintln!("warning: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
