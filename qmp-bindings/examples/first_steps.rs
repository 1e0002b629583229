//! The program of the guide: it connects, sends commands, waits for events, runs a
//! job and looks at errors.
//!
//! ```text
//! cargo run --example first_steps --features v10_0 -- monitor.sock disk.img
//! ```

mod support;

use std::process::ExitCode;
use std::time::Duration;

use qmp_bindings::blocking::Qmp;
use qmp_bindings::v10_0::command::{
    BlockdevCreate, Cont, JobDismiss, QueryBlock, QueryJobs, QueryStatus, Stop,
};

use qmp_bindings::v10_0::types::{BlockdevCreateOptions, BlockdevCreateOptionsFile, JobStatus};
use qmp_bindings::v10_0::{Event, Release, command};
use qmp_bindings::{Error, ErrorClass};
use support::{Arguments, exit_code};

fn main() -> ExitCode {
    match Arguments::parse(2, "first_steps [--release SERIES] SOCKET IMAGE") {
        Ok(arguments) => exit_code(run(&arguments)),
        Err(code) => code,
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let (socket, image) = (&arguments.rest[0], &arguments.rest[1]);
    let mut qmp = Qmp::<Release>::connect_unix_with(socket, &arguments.options())?;
    ask(&mut qmp)?;
    pause(&mut qmp)?;
    create_image(&mut qmp, image)?;
    unplug(&mut qmp)
}

fn ask(qmp: &mut Qmp<Release>) -> Result<(), Error> {
    let status = qmp.execute(QueryStatus {})?;
    println!("QEMU {}: {}", qmp.greeting().version, status.status);
    for block in qmp.execute(QueryBlock {})? {
        println!("{}: locked: {}", block.device, block.locked);
    }
    Ok(())
}

fn pause(qmp: &mut Qmp<Release>) -> Result<(), Error> {
    let timeout = Duration::from_secs(10);
    qmp.execute_and_wait(timeout, Cont {}, |event| match event {
        Event::Resume(_) => Some(()),
        _ => None,
    })?;
    qmp.execute(Stop {})?;
    while let Some(timed) = qmp.next_event(timeout)? {
        if let Event::Stop(_) = timed.event {
            println!("paused at {}", timed.timestamp.seconds);
            break;
        }
    }
    Ok(())
}

fn create_image(qmp: &mut Qmp<Release>, image: &str) -> Result<(), Error> {
    let create = BlockdevCreate {
        job_id: "create0".to_owned(),
        options: BlockdevCreateOptions::File(BlockdevCreateOptionsFile::new(image, 1 << 20)),
    };
    qmp.execute_and_wait(Duration::from_secs(60), create, |event| match event {
        Event::JobStatusChange(job) if job.id == "create0" => {
            (job.status == JobStatus::Concluded).then_some(())
        }
        _ => None,
    })?;
    for job in qmp.execute(QueryJobs {})? {
        match job.error {
            Some(error) => println!("{} failed: {error}", job.id),
            None => println!("{} is done", job.id),
        }
    }
    qmp.execute(JobDismiss::new("create0"))?;
    Ok(())
}

fn unplug(qmp: &mut Qmp<Release>) -> Result<(), Error> {
    match qmp.execute(command::DeviceDel::new("disk0")) {
        Err(Error::Command(error)) if error.class == ErrorClass::DeviceNotFound => {
            println!("no such device: {}", error.desc);
            Ok(())
        }
        Err(error) if error.ends_connection() => {
            println!("QEMU is gone: {error}");
            Ok(())
        }
        other => other.map(|_| ()),
    }
}
