//! QEMUs of any release, without types.

use qmp_bindings::blocking::Qmp;
use qmp_bindings::{Error, Untyped};
use serde_json::{Value, json};
use tests::migration::migrate_request;
use tests::qemu::{Program, Running};

use super::{LONG, MEBIBYTE, Test, image};

pub const TESTS: &[Test] = &[
    ("untyped_queries", queries),
    ("untyped_hotplug", hotplug),
    ("untyped_job", job),
    ("the_options_of_blockdev_add_moved", options_moved),
];

pub fn connect(qemu: &Running) -> Qmp<Untyped> {
    let mut qmp = Qmp::connect_unix(qemu.socket()).expect("a connection");
    qmp.set_timeout(LONG);
    qmp
}

fn execute(qmp: &mut Qmp<Untyped>, name: &str, arguments: &Value) -> Value {
    let returned = qmp.execute_raw(name, arguments);
    returned.unwrap_or_else(|error| panic!("{name} {arguments}: {error}"))
}

/// Sends all queries that QEMU lists. Each is answered, and only by a value or a
/// refusal.
fn queries(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu);
    let commands = execute(&mut qmp, "query-commands", &json!({}));
    let names = commands.as_array().expect("an array").iter();
    let names: Vec<&str> = names.filter_map(|info| info["name"].as_str()).collect();
    let queries: Vec<_> = names.iter().filter(|n| n.starts_with("query-")).collect();
    let mut returned = 0;
    for name in &queries {
        match qmp.execute_raw(name, &json!({})) {
            Ok(_) => returned += 1,
            Err(Error::Command(_)) => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }
    assert!(returned > 40, "{returned} of {queries:?}");
}

fn hotplug(program: &Program) {
    let qemu = program.start(&["-device", "qemu-xhci"]);
    let mut qmp = connect(&qemu);
    let tablet = json!({"driver": "usb-tablet", "id": "tablet"});
    execute(&mut qmp, "device_add", &tablet);
    execute(&mut qmp, "device_del", &json!({"id": "tablet"}));
    let event = next_event(&mut qmp, "DEVICE_DELETED", |data| {
        data["device"] == "tablet"
    });
    assert_eq!(event["path"], "/machine/peripheral/tablet");
}

/// Waits for an event and returns its data.
fn next_event(qmp: &mut Qmp<Untyped>, name: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    for event in qmp.events(LONG) {
        let event = event.expect("an event without types decodes").event;
        let data = Value::Object(event.data);
        if event.name == name && is_it(&data) {
            return data;
        }
    }
    panic!("no {name}");
}

fn job(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu);
    create_qcow2(&mut qmp, &image(qemu.folder(), "disk"));
}

/// Writes a qcow2 image into a file, in a job.
pub fn create_qcow2(qmp: &mut Qmp<Untyped>, path: &str) {
    let file = json!({"driver": "file", "node-name": "storage", "filename": path});
    execute(qmp, "blockdev-add", &file);
    let options = json!({"driver": "qcow2", "file": "storage", "size": MEBIBYTE});
    let create = json!({"job-id": "create", "options": options});
    execute(qmp, "blockdev-create", &create);
    next_event(qmp, "JOB_STATUS_CHANGE", |data| {
        data["status"] == "concluded"
    });
    let jobs = execute(qmp, "query-jobs", &json!({}));
    assert_eq!(jobs[0]["error"], Value::Null, "{jobs}");
    execute(qmp, "job-dismiss", &json!({"id": "create"}));
    execute(qmp, "blockdev-del", &json!({"node-name": "storage"}));
}

/// The request that 2.5 accepted is refused, and its migration is accepted.
fn options_moved(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu);
    let path = image(qemu.folder(), "disk.qcow2");
    create_qcow2(&mut qmp, &path);
    let file = json!({"driver": "file", "filename": path});
    let options = json!({"driver": "qcow2", "id": "virtio0", "file": file});
    let old = json!({"execute": "blockdev-add", "arguments": {"options": options}});

    let refused = qmp.execute_raw("blockdev-add", &old["arguments"]);
    let refused = refused.expect_err("2.8 moved the options");
    let refused = refused.as_command_error().expect("QEMU returned an error");
    assert_eq!(refused.desc, "Parameter 'driver' is missing");

    let new = migrate_request("2.5", program.version().series(), &old);
    execute(&mut qmp, "blockdev-add", &new["arguments"]);
    let nodes = execute(&mut qmp, "query-named-block-nodes", &json!({}));
    let is_there = |node: &Value| node["node-name"] == "virtio0";
    assert!(
        nodes
            .as_array()
            .is_some_and(|nodes| nodes.iter().any(is_there)),
        "{nodes}"
    );
}
