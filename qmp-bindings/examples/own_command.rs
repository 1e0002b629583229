//! Sends a command that no schema has, with types: one that a distribution added to its
//! QEMU, or an experimental one.
//!
//! ```text
//! cargo run --example own_command --features v10_0 -- monitor.sock
//! ```

mod support;

use std::process::ExitCode;

use qmp_bindings::blocking::Qmp;
use qmp_bindings::{Command, CommandOf, Error, v10_0};
use serde::{Deserialize, Serialize};
use support::{Arguments, exit_code};

/// The arguments are the members of the type.
#[derive(Serialize)]
struct QueryTemperature {
    sensor: u32,
}

#[derive(Debug, Deserialize)]
struct Temperature {
    celsius: f64,
}

impl Command for QueryTemperature {
    const NAME: &'static str = "__com.example_query-temperature";
}

/// The releases that have the command, and its return value in each.
impl CommandOf<v10_0::Release> for QueryTemperature {
    type Return = Temperature;
}

fn main() -> ExitCode {
    match Arguments::parse(1, "own_command [--release SERIES] SOCKET") {
        Ok(arguments) => exit_code(run(&arguments)),
        Err(code) => code,
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let (socket, options) = (&arguments.rest[0], arguments.options());
    let mut qmp = Qmp::<v10_0::Release>::connect_unix_with(socket, &options)?;
    let temperature = qmp.execute(QueryTemperature { sensor: 1 })?;
    println!("{} degrees Celsius", temperature.celsius);
    Ok(())
}
