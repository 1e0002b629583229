//! Pauses several guests, each on a QEMU of any release.
//!
//! ```text
//! cargo run --example many_versions --features v2_5,v2_11,v5_2,v7_2,v10_0,v11_1 -- \
//!     old.sock new.sock
//! ```

mod support;

use std::process::ExitCode;

use qmp_bindings::blocking::{AnyQmp, Qmp};
use qmp_bindings::v10_0::command::{QueryStatus, Stop};
use qmp_bindings::{Command, CommandOf, Error, Options, Release};
use serde::Deserialize;
use support::{Arguments, exit_code};

fn main() -> ExitCode {
    match Arguments::parse(1, "many_versions [--release SERIES] SOCKET...") {
        Ok(arguments) => exit_code(run_all(&arguments)),
        Err(code) => code,
    }
}

fn run_all(arguments: &Arguments) -> Result<(), String> {
    let options = arguments.options();
    let failure = |socket: &String| {
        let error = run(socket, &options).err()?;
        Some(format!("{socket}: {error}"))
    };
    let failures: Vec<String> = arguments.rest.iter().filter_map(failure).collect();
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("; ")),
    }
}

fn run(socket: &str, options: &Options) -> Result<(), Error> {
    match AnyQmp::connect_unix_with(socket, options)? {
        AnyQmp::V2_5(qmp) => pause(qmp),
        AnyQmp::V2_11(qmp) => pause(qmp),
        AnyQmp::V5_2(qmp) => pause(qmp),
        AnyQmp::V7_2(qmp) => pause(qmp),
        AnyQmp::V10_0(qmp) => pause(qmp),
        AnyQmp::V11_1(qmp) => pause(qmp),
        _ => Err(Error::Unsupported("this release is not supported")),
    }
}

/// The part of the reply to `query-status` that all releases have. A test proves it with
/// `qmp_bindings::testing::check_reply`, without a QEMU.
#[derive(Deserialize)]
struct Status {
    running: bool,
}

/// Pauses a guest. The function compiles for each release that has the commands.
///
/// The arguments of `stop` and `query-status` never changed, so each command is one
/// type. The return type of `query-status` differs between releases, so the reply is
/// read into a type of the program.
fn pause<R: Release>(mut qmp: Qmp<R>) -> Result<(), Error>
where
    Stop: CommandOf<R>,
    QueryStatus: CommandOf<R>,
{
    qmp.execute(Stop {})?;
    let status: Status = qmp.execute_as(QueryStatus::NAME, &QueryStatus {})?;
    println!(
        "QEMU {} ({}): running: {}",
        qmp.greeting().version,
        R::SERIES,
        status.running
    );
    Ok(())
}
