// The tests of a series with its types. `series.rs` includes this file in a module for
// each series, where `types_of_series` is the module of the bindings.

use std::collections::BTreeSet;
use std::time::Duration;

use qmp_bindings::blocking::Qmp;
use qmp_bindings::{Error, Release as _};
use serde_json::{Value, json};
use tests::qemu::{Program, Running};

use self::types_of_series::command::*;
use self::types_of_series::types::*;
use self::types_of_series::{Event, Release};
use super::super::{LONG, MEBIBYTE, Test, image};

pub const TESTS: &[Test] = &[
    ("query_status", query_status),
    ("every_query_decodes", every_query_decodes),
    ("formats", formats),
    ("hotplug", hotplug),
    ("block_job", block_job),
];

fn connect(qemu: &Running) -> Qmp<Release> {
    let mut qmp = Qmp::connect_unix(qemu.socket()).expect("a connection");
    qmp.set_timeout(LONG);
    qmp
}

fn query_status(program: &Program) {
    let qemu = program.start(&[]);
    let status = connect(&qemu).execute(QueryStatus {}).unwrap();
    assert_eq!(status.status, RunState::Prelaunch);
    assert!(!status.running);
}

/// Runs all queries without required arguments that this QEMU answers.
fn every_query_decodes(program: &Program) {
    let qemu = program.start(&[
        "-device",
        "virtio-blk-pci,drive=d0",
        "-drive",
        "if=none,id=d0,driver=null-co,size=1M",
    ]);
    let mut qmp = connect(&qemu);
    let mut decoded = BTreeSet::new();
    for facts in Release::COMMANDS {
        let is_query = facts.name().starts_with("query-");
        if !is_query || facts.arguments().any(|(_, is_required)| is_required) {
            continue;
        }
        match qmp.execute_raw(facts.name(), &json!({})) {
            Ok(value) => {
                decode(facts.name(), &value);
                decoded.insert(facts.name());
            }
            Err(Error::Command(_)) => {}
            Err(error) => panic!("{}: {error}", facts.name()),
        }
    }
    assert!(decoded.len() > 50, "only {decoded:?}");
    assert!(decoded.contains("query-qmp-schema"));
    assert!(decoded.contains("query-blockstats"));
}

fn decode(name: &str, value: &Value) {
    let again = Release::rewrite_return(name, &value.to_string());
    let again = again.expect("it is a command of the release");
    let again = again.unwrap_or_else(|error| panic!("{name}: {error}: {value}"));
    assert_eq!(&again, value, "{name}");
}


/// Creates an image in a job, and opens it with other formats.
fn formats(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu);
    qmp.execute(node("storage", file(image(qemu.folder(), "disk"))))
        .unwrap();
    let storage = || BlockdevRef::Reference("storage".to_owned());
    let qcow2 = BlockdevCreateOptionsQcow2::new(storage(), MEBIBYTE);
    let create = BlockdevCreate::new("create", BlockdevCreateOptions::Qcow2(qcow2));
    qmp.execute_and_wait(LONG, create, |event| match event {
        Event::JobStatusChange(change) if change.id == "create" => {
            (change.status == JobStatus::Concluded).then_some(())
        }
        _ => None,
    })
    .unwrap();
    let jobs = qmp.execute(QueryJobs {}).unwrap();
    assert_eq!(jobs[0].error, None);
    qmp.execute(JobDismiss::new("create")).unwrap();

    let qcow2 = BlockdevOptionsDriver::Qcow2(BlockdevOptionsQcow2::new(storage()));
    qmp.execute(node("qcow2", qcow2)).unwrap();
    let over = BlockdevRef::Reference("qcow2".to_owned());
    let raw = BlockdevOptionsDriver::Raw(BlockdevOptionsRaw::new(over));
    qmp.execute(node("raw", raw)).unwrap();
    let null = BlockdevOptionsDriver::NullCo(BlockdevOptionsNull::default());
    qmp.execute(node("null", null)).unwrap();

    let nodes = qmp.execute(QueryNamedBlockNodes::default()).unwrap();
    let drivers: BTreeSet<&str> = nodes.iter().map(|node| node.drv.as_str()).collect();
    assert_eq!(drivers, BTreeSet::from(["file", "null-co", "qcow2", "raw"]));
}


fn hotplug(program: &Program) {
    let qemu = program.start(&["-device", "qemu-xhci"]);
    let mut qmp = connect(&qemu);
    let tablet = DeviceAdd {
        id: Some("tablet".to_owned()),
        ..DeviceAdd::new("usb-tablet")
    };
    qmp.execute(tablet).unwrap();
    let (_, path) = qmp
        .execute_and_wait(LONG, DeviceDel::new("tablet"), |event| match event {
            Event::DeviceDeleted(deleted) if deleted.device.as_deref() == Some("tablet") => {
                Some(deleted.path.clone())
            }
            _ => None,
        })
        .unwrap();
    assert_eq!(path, "/machine/peripheral/tablet");
    let next = qmp.next_event(Duration::ZERO);
    // The event is still in the queue.
    let event = match next {
        Ok(Some(timed)) => timed.event,
        other => panic!("{other:?}"),
    };
    assert!(matches!(event, Event::DeviceDeleted(_)), "{event:?}");
}


fn block_job(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu);
    for name in ["from", "to"] {
        qmp.execute(node(name, file(image(qemu.folder(), name))))
            .unwrap();
    }
    let mirror = BlockdevMirror {
        job_id: Some("copy".to_owned()),
        ..BlockdevMirror::new("from", "to", MirrorSyncMode::Full)
    };
    let (_, length) = qmp
        .execute_and_wait(LONG, mirror, |event| match event {
            Event::BlockJobReady(ready) if ready.device == "copy" => Some(ready.len),
            _ => None,
        })
        .unwrap();
    assert_eq!(length, MEBIBYTE as i64);
    let (_, error) = qmp
        .execute_and_wait(LONG, JobComplete::new("copy"), |event| match event {
            Event::BlockJobCompleted(done) if done.device == "copy" => Some(done.error.clone()),
            _ => None,
        })
        .unwrap();
    assert_eq!(error, None);
}


fn node(name: &str, driver: BlockdevOptionsDriver) -> BlockdevAdd {
    BlockdevAdd(BlockdevOptions {
        node_name: Some(name.to_owned()),
        ..BlockdevOptions::new(driver)
    })
}


fn file(path: String) -> BlockdevOptionsDriver {
    BlockdevOptionsDriver::File(BlockdevOptionsFile::new(path))
}
