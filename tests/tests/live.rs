//! The clients and the examples with a real QEMU 10.0.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use qmp_bindings::blocking::transport::Socket;
use qmp_bindings::blocking::{AnyQmp, Qmp};
use qmp_bindings::v10_0::command::*;
use qmp_bindings::v10_0::types::*;
use qmp_bindings::v10_0::{Event, Release};
use qmp_bindings::{Error, ErrorClass, Options, Release as _, v7_2};
use serde_json::{Value, json};
use tests::examples;
use tests::qemu::{Program, Running, is_required, trial};

type Test = (&'static str, fn(&Program));

const EMULATOR: [Test; 19] = [
    ("query_status", query_status),
    ("every_query_decodes", every_query_decodes),
    ("a_refusal_names_the_command", a_refusal_names_the_command),
    ("formats", formats),
    ("hotplug", hotplug),
    ("block_job", block_job),
    ("out_of_band", out_of_band),
    ("descriptors", descriptors),
    ("quit", quit),
    ("another_release", another_release),
    ("one_client_at_a_time", one_client_at_a_time),
    ("messages_of_several_lines", messages_of_several_lines),
    ("standard_input_and_output", standard_input_and_output),
    ("tcp", tcp),
    ("example_attach_disk", example_attach_disk),
    ("example_watch_events", example_watch_events),
    ("example_pass_fd", example_pass_fd),
    ("example_many_versions", example_many_versions),
    ("example_qmp_shell", example_qmp_shell),
];

const DAEMON: [Test; 1] = [("storage_daemon", storage_daemon)];

fn main() {
    let arguments = Arguments::from_args();
    let emulator = trials(EMULATOR, Program::emulator());
    let daemon = trials(DAEMON, Program::storage_daemon());
    let trials = emulator.chain(daemon).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn trials<const N: usize>(
    tests: [Test; N],
    program: Option<Program>,
) -> impl Iterator<Item = Trial> {
    tests.into_iter().map(move |(name, test)| {
        trial(name, program.clone(), is_required(), move |program| {
            test(&program);
            Ok(())
        })
    })
}

/// More time than any command of these tests needs.
const LONG: Duration = Duration::from_secs(30);

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

fn query_status(program: &Program) {
    let qemu = program.start(&[]);
    let status = connect(&qemu.socket()).execute(QueryStatus {}).unwrap();
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
    let mut qmp = connect(&qemu.socket());
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

const MEBIBYTE: u64 = 1 << 20;

fn image(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    File::create(&path).unwrap().set_len(MEBIBYTE).unwrap();
    path.to_str().unwrap().to_owned()
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

/// Creates an image in a job, and opens it with other formats.
fn formats(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu.socket());
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
    let mut qmp = connect(&qemu.socket());
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
    let mut qmp = connect(&qemu.socket());
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
    let mut child = program
        .quiet()
        .args(["-qmp", "stdio"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut qmp = Qmp::<Release>::connect_child(&mut child).unwrap();
    qmp.set_timeout(LONG);
    qmp.execute(QueryStatus {}).unwrap();
    let schema = qmp.execute(QueryQmpSchema {}).unwrap();
    assert!(schema.len() > 1000);
    qmp.execute(Quit {}).unwrap();
    child.wait().unwrap();
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

fn storage_daemon(program: &Program) {
    let daemon = program.start_daemon();
    let options = Options::new().any_release().timeout(LONG);
    let mut qmp = open(&daemon.socket(), &options).unwrap();
    let null = BlockdevOptionsDriver::NullCo(BlockdevOptionsNull::default());
    qmp.execute(node("null", null)).unwrap();
    let nodes = qmp.execute(QueryNamedBlockNodes::default()).unwrap();
    assert_eq!(nodes[0].node_name.as_deref(), Some("null"));
    let error = qmp.execute(QueryStatus {}).unwrap_err();
    let refused = error.as_command_error().expect("it has no guest");
    assert_eq!(refused.class, ErrorClass::CommandNotFound);
}

fn example_attach_disk(program: &Program) {
    let qemu = program.start(&[]);
    let mut qmp = connect(&qemu.socket());
    let path = image(qemu.folder(), "disk.qcow2");
    qmp.execute(node("storage", file(path.clone()))).unwrap();
    let options =
        BlockdevCreateOptionsQcow2::new(BlockdevRef::Reference("storage".into()), MEBIBYTE);
    let create = BlockdevCreate::new("create", BlockdevCreateOptions::Qcow2(options));
    qmp.execute_and_wait(LONG, create, |event| match event {
        Event::JobStatusChange(change) => (change.status == JobStatus::Concluded).then_some(()),
        _ => None,
    })
    .unwrap();
    qmp.execute(BlockdevDel::new("storage")).unwrap();
    drop(qmp);

    let socket = qemu.socket();
    let output = examples::succeed("attach_disk", [socket.to_str().unwrap(), &path], "");
    assert!(output.starts_with("QEMU 10.0"), "{output}");
    assert!(output.contains("running: true"), "{output}");
    let blocks = connect(&socket).execute(QueryBlock {}).unwrap();
    let inserted = blocks[0].inserted.as_ref().expect("the disk has a medium");
    assert_eq!(inserted.node_name.as_deref(), Some("virtio0"));
    assert_eq!(inserted.drv, "qcow2");
}

fn example_watch_events(program: &Program) {
    let monitor = tempfile::TempDir::new().unwrap();
    let second = monitor.path().join("second.sock");
    let more = format!("unix:{},server=on,wait=off", second.display());
    let qemu = program.start(&["-qmp", &more]);
    let mut watcher = Command::new(examples::folder().join("watch_events"))
        .arg(&second)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = watcher.stdout.take().unwrap();
    let mut start = [0; 17];
    output.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"connected to QEMU");

    let mut qmp = connect(&qemu.socket());
    qmp.execute(Cont {}).unwrap();
    qmp.execute(Quit {}).unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(watcher.wait().unwrap().success());
    let resume = rest.find(" RESUME ").expect("it was seen");
    let shutdown = rest.find(" SHUTDOWN ").expect("it was seen");
    assert!(resume < shutdown, "{rest}");
    assert!(rest.ends_with("QEMU shut down (host-qmp-quit)\n"), "{rest}");
}

fn example_pass_fd(program: &Program) {
    let qemu = program.start(&[]);
    let path = image(qemu.folder(), "disk");
    let socket = qemu.socket();
    let output = examples::succeed("pass_fd", [socket.to_str().unwrap(), &path], "");
    assert!(output.contains("passed: /dev/fdset/"), "{output}");
}

fn example_many_versions(program: &Program) {
    let qemus = [program.start(&[]), program.start(&[])];
    let output = examples::succeed("many_versions", qemus.each_ref().map(Running::socket), "");
    assert_eq!(output.matches("running: false").count(), 2, "{output}");
}

fn example_qmp_shell(program: &Program) {
    let qemu = program.start(&[]);
    let input = "query-status\nblockdev-add driver=null-co node-name=n0 size=1048576\n\
                 query-named-block-nodes flat=true\nno-such-command\nquit\n";
    let output = examples::run("qmp_shell", [qemu.socket()], input);
    let shown = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert!(shown.contains("\"status\": \"prelaunch\""), "{shown}");
    assert!(shown.contains("\"node-name\": \"n0\""), "{shown}");
    assert!(
        errors.contains("`no-such-command` failed: ") && errors.contains("(CommandNotFound)"),
        "{errors}"
    );
}
