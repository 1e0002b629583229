//! The clients with a real QEMU 10.0.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use libtest_mimic::Trial;
use qmp_bindings::blocking::transport::Socket;
use qmp_bindings::blocking::{AnyQmp, Qmp};
use qmp_bindings::v10_0::command::*;
use qmp_bindings::v10_0::types::*;
use qmp_bindings::v10_0::{Event, Release};
use qmp_bindings::{Error, ErrorClass, Options, Release as _, Series, v7_2};
use serde_json::json;
use tests::process::KilledChild;
use tests::qemu::{Emulator, Program, Running, is_required, trial};

use super::{LONG, Test, trials as all_trials};

const TESTS: &[Test] = &[
    ("a_refusal_names_the_command", a_refusal_names_the_command),
    ("out_of_band", out_of_band),
    ("descriptors", descriptors),
    ("quit", quit),
    ("another_release", another_release),
    ("one_client_at_a_time", one_client_at_a_time),
    ("messages_of_several_lines", messages_of_several_lines),
    ("standard_input_and_output", standard_input_and_output),
    ("tcp", tcp),
];

/// Creates the tests of an emulator of the series whose types they use.
pub fn trials(emulator: &Emulator) -> Vec<Trial> {
    let version = emulator.program.as_ref().map(Program::version);
    match version.map(|version| Series::new(version.major, version.minor)) {
        Some(Release::SERIES) => all_trials(emulator, TESTS),
        _ => Vec::new(),
    }
}

/// Creates the test with a storage daemon.
pub fn storage_daemon() -> Trial {
    let program = Program::storage_daemon();
    trial("storage_daemon", program, is_required(), |program| {
        a_storage_daemon(&program);
        Ok(())
    })
}

fn connect(socket: &Path) -> Qmp<Release> {
    let mut qmp = Qmp::connect_unix(socket).expect("a connection");
    qmp.set_timeout(LONG);
    qmp
}

fn open(socket: &Path, options: &Options) -> Result<Qmp<Release>, Error> {
    Qmp::open(
        Socket::from(UnixStream::connect(socket).expect("a monitor")),
        options,
    )
}

fn a_refusal_names_the_command(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu.socket());
    let error = qmp.execute(DeviceDel::new("nothing")).unwrap_err();
    let refused = error.as_command_error().expect("QEMU returned an error");
    assert_eq!(refused.command, "device_del");
    assert_eq!(refused.class, ErrorClass::DeviceNotFound);
    let error = qmp.execute_raw("no-such-command", &json!({})).unwrap_err();
    let refused = error.as_command_error().expect("QEMU returned an error");
    assert_eq!(refused.class, ErrorClass::CommandNotFound);
}

fn out_of_band(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu.socket());
    let error = qmp.execute_oob(QueryYank {}).unwrap_err();
    assert!(matches!(error, Error::Unsupported(_)), "{error}");
    drop(qmp);
    let mut qmp = open(&qemu.socket(), &Options::new().oob(true).timeout(LONG)).unwrap();
    qmp.execute_oob(QueryYank {}).unwrap();
    qmp.execute_oob(Yank::new(Vec::new())).unwrap();
    let error = qmp.execute_oob(MigratePause {}).unwrap_err();
    assert!(error.as_command_error().is_some(), "{error}");
}

fn descriptors(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu.socket());
    let null = File::open("/dev/null").unwrap();
    qmp.execute_with_fds(Getfd::new("null"), &[null.as_fd()])
        .unwrap();
    qmp.execute(Closefd::new("null")).unwrap();
    let error = qmp.execute(Getfd::new("none")).unwrap_err();
    assert!(error.as_command_error().is_some(), "{error}");
}

fn quit(program: &Program) {
    let mut qemu = program.start(&[]);
    let mut qmp = connect(&qemu.socket());
    qmp.execute(Quit {}).unwrap();
    qemu.wait();
    let error = qmp.execute(QueryStatus {}).unwrap_err();
    let Error::Closed(closed) = error else {
        panic!("{error}");
    };
    let shutdown = closed.shutdown.expect("QEMU says why it ends");
    assert_eq!(shutdown.reason.as_deref(), Some("host-qmp-quit"));
}

fn another_release(program: &Program) {
    let qemu = program.start(&[]);
    let Err(Error::WrongRelease(wrong)) = Qmp::<v7_2::Release>::connect_unix(qemu.socket()) else {
        panic!("10.0 is not 7.2");
    };
    assert_eq!(wrong.found.series(), Release::SERIES);
    assert_eq!(wrong.types, [v7_2::Release::SERIES]);
    let AnyQmp::V10_0(mut qmp) = AnyQmp::connect_unix(qemu.socket()).unwrap() else {
        panic!("it is 10.0");
    };
    qmp.execute(QueryStatus {}).unwrap();
}

fn one_client_at_a_time(program: &Program) {
    let qemu = program.start(&[]);
    let first = connect(&qemu.socket());
    let soon = Options::new().handshake_timeout(Duration::from_millis(200));
    let error = open(&qemu.socket(), &soon).unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    drop(first);
    connect(&qemu.socket()).execute(QueryStatus {}).unwrap();
}

fn messages_of_several_lines(program: &Program) {
    let qemu = Running::start(program.quiet(), |command, socket| {
        let chardev = format!("socket,id=c,path={},server=on,wait=off", socket.display());
        let monitor = "chardev=c,mode=control,pretty=on";
        command.args(["-chardev", &chardev, "-mon", monitor]);
    });
    let mut qmp = connect(&qemu.socket());
    qmp.execute(QueryStatus {}).unwrap();
    let schema = qmp.execute(QueryQmpSchema {}).unwrap();
    assert!(schema.len() > 1000);
    qmp.execute(Cont {}).unwrap();
    qmp.execute(Stop {}).unwrap();
    let event = qmp.next_event(LONG).unwrap().unwrap().event;
    assert!(matches!(event, Event::Resume(_)), "{event:?}");
}

fn standard_input_and_output(program: &Program) {
    let mut child = KilledChild::spawn(
        program
            .quiet()
            .args(["-qmp", "stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    );
    let mut qmp = Qmp::<Release>::connect_child(&mut child).unwrap();
    qmp.set_timeout(LONG);
    qmp.execute(QueryStatus {}).unwrap();
    let schema = qmp.execute(QueryQmpSchema {}).unwrap();
    assert!(schema.len() > 1000);
    qmp.execute(Quit {}).unwrap();
    assert!(child.wait().success());
}

fn tcp(program: &Program) {
    // Dropping the listener frees the port for QEMU.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let monitor = format!("tcp:{address},server=on,wait=off");
    let _qemu = program.start(&["-qmp", &monitor]);
    let mut qmp = Qmp::<Release>::connect_tcp(address).unwrap();
    let null = File::open("/dev/null").unwrap();
    let error = qmp
        .execute_with_fds(Getfd::new("null"), &[null.as_fd()])
        .unwrap_err();
    assert!(matches!(error, Error::Unsupported(_)), "{error}");
    qmp.execute(QueryStatus {}).unwrap();
}

fn a_storage_daemon(program: &Program) {
    let daemon = program.start_daemon();
    let options = Options::new().any_release().timeout(LONG);
    let mut qmp = open(&daemon.socket(), &options).unwrap();
    let null = BlockdevOptionsDriver::NullCo(BlockdevOptionsNull::default());
    qmp.execute(BlockdevAdd(BlockdevOptions {
        node_name: Some("null".to_owned()),
        ..BlockdevOptions::new(null)
    }))
    .unwrap();
    let nodes = qmp.execute(QueryNamedBlockNodes::default()).unwrap();
    assert_eq!(nodes[0].node_name.as_deref(), Some("null"));
    let error = qmp.execute(QueryStatus {}).unwrap_err();
    let refused = error.as_command_error().expect("it has no guest");
    assert_eq!(refused.class, ErrorClass::CommandNotFound);
}
