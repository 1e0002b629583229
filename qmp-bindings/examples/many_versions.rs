//! Pauses several guests, each on a QEMU of any release.
//!
//! ```text
//! cargo run --example many_versions --features v2_5,v2_11,v7_2,v10_0 -- old.sock new.sock
//! ```

use std::process::ExitCode;

use qmp_bindings::blocking::{AnyQmp, Qmp};
use qmp_bindings::v10_0::command::{QueryStatus, Stop};
use qmp_bindings::{CommandOf, Error, Release};

fn main() -> ExitCode {
    let sockets: Vec<String> = std::env::args().skip(1).collect();
    if sockets.is_empty() {
        eprintln!("usage: many_versions SOCKET...");
        return ExitCode::from(2);
    }
    let mut exit = ExitCode::SUCCESS;
    for socket in &sockets {
        if let Err(error) = run(socket) {
            eprintln!("error: {socket}: {error}");
            exit = ExitCode::FAILURE;
        }
    }
    exit
}

fn run(socket: &str) -> Result<(), Error> {
    match AnyQmp::connect_unix(socket)? {
        AnyQmp::V2_5(qmp) => pause(qmp),
        AnyQmp::V2_11(qmp) => pause(qmp),
        AnyQmp::V7_2(qmp) => pause(qmp),
        AnyQmp::V10_0(qmp) => pause(qmp),
        _ => Err(Error::Unsupported("this release is not supported")),
    }
}

/// Pauses a guest. The function compiles for each release that has the commands.
///
/// The arguments of `stop` and `query-status` never changed, so each command is one
/// type. The return type of `query-status` differs between releases.
fn pause<R: Release>(mut qmp: Qmp<R>) -> Result<(), Error>
where
    Stop: CommandOf<R>,
    QueryStatus: CommandOf<R>,
{
    qmp.execute(Stop {})?;
    let status = qmp.execute(QueryStatus {})?;
    println!(
        "QEMU {} ({}): {status:?}",
        qmp.greeting().version,
        R::SERIES
    );
    Ok(())
}
