//! Tests code that drives QEMU, without a QEMU: the code under test sends commands of
//! QEMU 10.0 to a server in the same process.
//!
//! ```text
//! cargo run --example mock_server --features mock,v10_0
//! ```

use std::time::Duration;

use qmp_bindings::blocking::Qmp;
use qmp_bindings::mock::{ErrorReply, Server};
use qmp_bindings::v10_0::command::{DeviceDel, QueryStatus};
use qmp_bindings::v10_0::types::{RunState, StatusInfo};
use qmp_bindings::v10_0::{Event, Release, event};
use qmp_bindings::{Error, ErrorClass};

/// The code under test: removes a device and waits until the guest has released it.
/// Returns `false` if there is no such device.
fn unplug(qmp: &mut Qmp<Release>, id: &str) -> Result<bool, Error> {
    if !qmp.execute(QueryStatus {})?.running {
        // A guest that is stopped releases nothing.
        return Ok(false);
    }
    let deletion = DeviceDel { id: id.to_owned() };
    let is_gone = |event: &Event| match event {
        Event::DeviceDeleted(deleted) if deleted.device.as_deref() == Some(id) => Some(()),
        _ => None,
    };
    match qmp.execute_and_wait(Duration::from_secs(5), deletion, is_gone) {
        Ok(_) => Ok(true),
        Err(Error::Command(error)) if error.class == ErrorClass::DeviceNotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn server() -> Server<Release> {
    let status = StatusInfo {
        running: true,
        status: RunState::Running,
    };
    Server::<Release>::new().on(move |_: QueryStatus| Ok(status.clone()))
}

fn main() -> Result<(), Error> {
    // The device exists: the reply comes first, and the event after it.
    let mut deleted = event::DeviceDeleted::new("/machine/peripheral/disk0");
    deleted.device = Some("disk0".to_owned());
    let with_disk = server()
        .on(|_: DeviceDel| Ok(Default::default()))
        .times(1)
        .emit(deleted);
    assert!(unplug(&mut with_disk.connect()?, "disk0")?);
    assert_eq!(with_disk.requests_of::<DeviceDel>()[0].id, "disk0");
    with_disk.finish();

    // It does not: the handler returns the error of QEMU.
    let without_disk = server().on(|command: DeviceDel| {
        let desc = format!("Device '{}' not found", command.id);
        Err(ErrorReply::new(ErrorClass::DeviceNotFound, desc))
    });
    assert!(!unplug(&mut without_disk.connect()?, "disk0")?);
    without_disk.finish();

    println!("both tests passed");
    Ok(())
}
