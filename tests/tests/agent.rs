//! The clients of the guest agent, with scripted servers and with a real agent.
//!
//! The real agent is the one that `QEMU_GA` names, or the one on the path. It runs on
//! this host, and the test only reads.

use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use qmp_bindings::qga::{v2_11, v7_2};
use qmp_bindings::{Error, ErrorClass, Options, blocking, tokio as asynchronous};
use serde_json::{Value, json};
use tests::qemu::{Program, trial};
use tests::scripted::{Peer, Scripted};

fn main() {
    let arguments = Arguments::from_args();
    let scripted: [(&str, fn()); 6] = [
        ("stale_data_is_passed_over", stale_data_is_passed_over),
        (
            "ids_are_sent_to_those_that_take_them",
            ids_are_sent_to_those_that_take_them,
        ),
        ("in_step_after_a_late_reply", in_step_after_a_late_reply),
        ("silence_is_success", silence_is_success),
        ("another_release", another_release),
        ("tokio", on_tokio),
    ];
    let mut trials: Vec<Trial> = scripted
        .map(|(name, test)| {
            Trial::test(name, move || {
                test();
                Ok(())
            })
        })
        .into();
    // Packages of QEMU for the host do not contain the guest agent.
    trials.push(trial("a_real_agent", Program::agent(), false, |program| {
        a_real_agent(&program);
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

const WAIT: Duration = Duration::from_millis(100);

/// Answers the request to synchronize.
fn sync(peer: &mut Peer) {
    let request = peer.request().expect("a client synchronizes");
    assert_eq!(request["execute"], "guest-sync-delimited");
    assert_eq!(request.get("id"), None);
    let number = &request["arguments"]["id"];
    peer.bytes(b"\xFF");
    peer.bytes(format!("{{\"return\": {number}}}\n").as_bytes());
}

/// Synchronizes and returns the version.
fn begin(peer: &mut Peer, version: &str) {
    sync(peer);
    let request = peer.request().expect("the version is asked for");
    assert_eq!(request, json!({"execute": "guest-info"}));
    let info =
        format!("{{\"return\": {{\"version\": \"{version}\", \"supported_commands\": []}}}}\n");
    peer.bytes(info.as_bytes());
}

fn serve(version: &'static str, script: impl FnOnce(&mut Peer) + Send + 'static) -> Scripted {
    Scripted::serve(move |peer| {
        begin(peer, version);
        script(peer);
    })
}

fn open_2_11(server: &Scripted) -> blocking::Agent<v2_11::Release> {
    blocking::Agent::connect_unix(server.path()).expect("an agent")
}

fn stale_data_is_passed_over() {
    let server = Scripted::serve(|peer| {
        // Replies to another client, the last one incomplete.
        peer.bytes(b"{\"return\": 1}\n\xFF{\"return\": 5}\n{\"error\": {\"cla");
        begin(peer, "2.11.0");
        let request = peer.request().unwrap();
        assert_eq!(request, json!({"execute": "guest-get-time"}));
        peer.bytes(b"{\"return\": 1510000000000000000}\n");
    });
    let mut agent = open_2_11(&server);
    let time = agent.execute(v2_11::command::GuestGetTime {}).unwrap();
    assert_eq!(time, 1_510_000_000_000_000_000);
    server.join();
}

fn ids_are_sent_to_those_that_take_them() {
    let server = serve("7.2.22", |peer| {
        let request = peer.request().unwrap();
        let id = request["id"].as_u64().expect("7.2 takes an id");
        // The reply to another client, then the one to this client.
        peer.bytes(format!("{{\"return\": 1, \"id\": {}}}\n", id + 1).as_bytes());
        peer.bytes(format!("{{\"return\": 2, \"id\": {id}}}\n").as_bytes());
    });
    let mut agent = blocking::Agent::<v7_2::Release>::connect_unix(server.path()).unwrap();
    assert_eq!(agent.version().unwrap().to_string(), "7.2.22");
    assert_eq!(agent.execute(v7_2::command::GuestGetTime {}).unwrap(), 2);
    server.join();
}

fn in_step_after_a_late_reply() {
    let server = serve("2.11.0", |peer| {
        peer.request().unwrap();
        let late = b"{\"return\": 1}\n";
        std::thread::sleep(2 * WAIT);
        peer.bytes(late);
        sync(peer);
        peer.request().unwrap();
        peer.bytes(b"{\"return\": 2}\n");
    });
    let mut agent = open_2_11(&server);
    agent.set_timeout(WAIT);
    let error = agent.execute(v2_11::command::GuestGetTime {}).unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    agent.set_timeout(None);
    assert_eq!(agent.execute(v2_11::command::GuestGetTime {}).unwrap(), 2);
    server.join();
}

fn silence_is_success() {
    let server = serve("2.11.0", |peer| {
        let request = peer.request().unwrap();
        assert_eq!(request["execute"], "guest-shutdown");
        sync(peer);
        peer.request().unwrap();
        peer.bytes(b"{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}}\n");
    });
    let mut agent = open_2_11(&server);
    let shutdown = || v2_11::command::GuestShutdown { mode: None };
    let error = agent.execute(shutdown()).unwrap_err();
    assert!(matches!(error, Error::Unsupported(_)), "{error}");
    agent.execute_silent(shutdown(), WAIT).unwrap();
    let error = agent
        .execute_silent(shutdown(), Duration::from_secs(5))
        .unwrap_err();
    let refused = error
        .as_command_error()
        .expect("the agent returned an error");
    assert_eq!(refused.class, ErrorClass::CommandNotFound);
    server.join();
}

fn another_release() {
    let server = serve("2.5.1", |_| {});
    let error = blocking::Agent::<v2_11::Release>::connect_unix(server.path()).unwrap_err();
    assert!(matches!(error, Error::WrongRelease(_)), "{error}");
    server.join();
}

fn on_tokio() {
    let server = serve("2.11.0", |peer| {
        peer.request().unwrap();
        peer.bytes(b"{\"return\": 1}\n");
        // The future is dropped while it waits for this reply.
        peer.request().unwrap();
        std::thread::sleep(3 * WAIT);
        peer.bytes(b"{\"return\": 2}\n");
        sync(peer);
        peer.request().unwrap();
        peer.bytes(b"{\"return\": 3}\n");
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let path = server.path();
        let agent = asynchronous::Agent::<v2_11::Release>::connect_unix(path)
            .await
            .unwrap();
        let time = || agent.execute(v2_11::command::GuestGetTime {});
        assert_eq!(time().await.unwrap(), 1);
        let dropped = tokio::time::timeout(WAIT, time()).await;
        assert!(dropped.is_err());
        assert_eq!(time().await.unwrap(), 3);
    });
    server.join();
}

fn a_real_agent(program: &Program) {
    let agent = program.start_agent();
    let stream = std::os::unix::net::UnixStream::connect(agent.socket()).unwrap();
    let socket = blocking::transport::Socket::from(stream);
    let options = Options::new()
        .any_release()
        .timeout(Duration::from_secs(30));
    let mut agent = blocking::Agent::<v7_2::Release>::open(socket, &options).unwrap();
    let info = agent.execute(v7_2::command::GuestInfo {}).unwrap();
    assert_eq!(agent.version().unwrap().to_string(), info.version);
    assert!(agent.execute(v7_2::command::GuestGetTime {}).unwrap() > 0);
    agent.execute(v7_2::command::GuestPing {}).unwrap();
    let error = agent.execute_raw("guest-nothing", &json!({})).unwrap_err();
    let refused = error.as_command_error().expect("there is no such command");
    assert_eq!(refused.class, ErrorClass::CommandNotFound);
    let vcpus: Value = agent.execute_raw("guest-get-vcpus", &json!({})).unwrap();
    assert!(vcpus.is_array());
}
