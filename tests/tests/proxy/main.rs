//! The proxy between programs and servers, scripted ones and a running QEMU.

mod foreign;
mod speak;

use std::fs;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::version::Series;
use qmp_bindings::Untyped;
use qmp_bindings::blocking::Qmp;
use qmp_bindings::v10_0::Release;
use qmp_bindings::v10_0::command::{Getfd, QueryStatus};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::proxy::{LineClient, Proxy};
use tests::qemu::Program;
use tests::scripted::Scripted;
use xtask::Outcome;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("bytes_pass_unchanged_and_are_recorded", bytes_pass),
        Trial::test(
            "a_server_that_restarts_gets_the_next_session",
            sessions_follow,
        ),
        Trial::test(
            "a_rehearsal_finds_what_a_release_rejects",
            rehearsal_rejects,
        ),
        Trial::test(
            "huge_messages_and_vanished_clients_end_cleanly",
            clients_vanish,
        ),
    ];
    trials.push(Trial::test("programs_share_one_connection", clients_share));
    trials.push(Trial::test(
        "programs_that_send_no_more_get_their_replies",
        half_closed,
    ));
    trials.extend(speak::scripted_trials());
    for emulator in Program::emulators() {
        trials.extend(speak::live_trials(&emulator));
        trials.extend(foreign::trials(&emulator));
        trials.push(emulator.trial("programs_share_it", programs_share_a_running_qemu));
        trials.push(emulator.trial("the_answers_are_the_same", answers_are_the_same));
        if emulator.program.as_ref().is_none_or(is_of_client) {
            trials.push(emulator.trial("descriptors_get_through", descriptors_get_through));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Returns whether the client of these tests has the types of an emulator.
fn is_of_client(program: &Program) -> bool {
    program.version().series() == Series::new(10, 0)
}

fn bytes_pass() -> Result<(), Failed> {
    let replies = "{\"QMP\": {}}\r\n{\n  \"return\": {}\n}\r\n junk \n{\"event\": \"a\"}";
    let requests =
        "{ \"execute\":'x' }{\"execute\": \"y\"}\n\n{\"exec-oob\":\n\"z\"} \r\nrub\u{1}bish";
    let folder = TempDir::new()?;
    let listener = UnixListener::bind(folder.path().join("s"))?;
    let proxy = Proxy::start(
        &folder.path().join("s"),
        &["--record", "RECORDING", "--once"],
    );
    let mut client = UnixStream::connect(proxy.socket())?;
    let (mut server, _) = listener.accept()?;
    for byte in requests.as_bytes().chunks(5) {
        client.write_all(byte)?;
    }
    client.shutdown(Shutdown::Write)?;
    let mut received = String::new();
    server.read_to_string(&mut received)?;
    assert_eq!(received, requests);
    server.write_all(replies.as_bytes())?;
    drop(server);
    received.clear();
    client.read_to_string(&mut received)?;
    assert_eq!(received, replies);
    let recording = proxy.recording();
    assert_eq!(proxy.join(), Outcome::Fine);
    for (dir, expected) in [(">", requests), ("<", replies)] {
        let lines = recording.iter().filter(|line| line["dir"] == dir);
        let text = lines.map(|line| {
            let raw = line["raw"].as_str().unwrap_or_default();
            raw.to_owned()
                + match line["eol"].as_str() {
                    Some("crlf") => "\r\n",
                    Some("lf") => "\n",
                    _ => "",
                }
        });
        assert_eq!(text.collect::<String>(), expected);
    }
    assert!(recording.iter().all(|line| line["time"].is_f64()));
    Ok(())
}

fn sessions_follow() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let path = folder.path().join("s");
    let proxy = Proxy::start(&path, &["--record", "RECORDING"]);
    let mut text = String::new();
    UnixStream::connect(proxy.socket())?.read_to_string(&mut text)?;
    assert_eq!(text, "", "no server is there");
    for number in 0..3 {
        let listener = UnixListener::bind(&path)?;
        let mut client = UnixStream::connect(proxy.socket())?;
        let (mut server, _) = listener.accept()?;
        // The program vanishes, the server does, or both go on.
        server.write_all(b"{\"QMP\": {}}\r\n")?;
        match number {
            0 => drop(client),
            _ => {
                drop(server);
                client.read_to_string(&mut text)?;
            }
        }
        fs::remove_file(&path)?;
    }
    assert_eq!(text, "{\"QMP\": {}}\r\n".repeat(2));
    let sessions = proxy.recording();
    let mut sessions: Vec<&Value> = sessions.iter().map(|line| &line["session"]).collect();
    sessions.dedup();
    assert_eq!(sessions.len(), 3, "{sessions:?}");
    Ok(())
}

fn rehearsal_rejects() -> Result<(), Failed> {
    let old = "{\"execute\": \"blockdev-add\", \"arguments\": {\"options\": {}}}\n";
    for (request, expected) in [
        (old, Outcome::Found),
        ("{\"execute\": \"stop\"}", Outcome::Fine),
    ] {
        let server = Scripted::serve(|peer| peer.wait_for_the_end());
        let options = [
            "--check",
            "2.5",
            "--check",
            "2.11",
            "--once",
            "--record",
            "RECORDING",
        ];
        let proxy = Proxy::start(&server.path(), &options);
        let mut client = UnixStream::connect(proxy.socket())?;
        client.write_all(request.as_bytes())?;
        drop(client);
        server.join();
        assert_eq!(proxy.join(), expected, "{request}");
    }
    Ok(())
}

fn clients_vanish() -> Result<(), Failed> {
    let server = Scripted::serve(|peer| {
        // 16 MiB of one message, of which the client reads a part.
        for _ in 0..256 {
            peer.bytes(&[b'['; 1 << 16]);
        }
    });
    let proxy = Proxy::start(&server.path(), &["--record", "RECORDING", "--once"]);
    let mut client = UnixStream::connect(proxy.socket())?;
    client.write_all(&[b'{'; 100_000])?;
    client.read_exact(&mut [0; 1 << 20])?;
    drop(client);
    assert_eq!(proxy.join(), Outcome::Fine);
    server.join();
    Ok(())
}

/// Requests of all kinds, and what QEMU does not take.
const REQUESTS: &str = concat!(
    "{\"execute\": \"query-version\"}\n",
    "{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":[\"oob\"]},\"id\":0}",
    "{ \"execute\" : \"query-qmp-schema\" , \"id\": [1, {}] }\r\n",
    "{\"exec-oob\": \"query-status\", \"id\": \"a\"}\n",
    "{\"execute\": 'query-status', \"id\":\n'b'}\n",
    "{\"execute\": \"device_add\", \"arguments\": {\"driver\": \"none\"}}\n",
    "{\"execute\" \"x\"}\n",
    "rubbish\n",
    "{\"execute\": \"query-name\", \"id\": 2}\n",
    "{\"execute\": \"quit\", \"id\": 3}\n",
);

fn answers_are_the_same(program: Program) -> Result<(), Failed> {
    let direct = program.start(&[]);
    let expected = converse(&direct.socket())?;
    let behind = program.start(&[]);
    let proxy = Proxy::start(
        &behind.socket(),
        &["--record", "RECORDING", "--check", "7.2"],
    );
    assert_eq!(
        without_times(&converse(&proxy.socket())?),
        without_times(&expected)
    );
    Ok(())
}

/// Sends all requests and returns what a server answers until it ends.
fn converse(socket: &Path) -> Result<String, Failed> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(REQUESTS.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// Leaves out the times of events.
fn without_times(text: &str) -> Vec<&str> {
    let lines = text.split_inclusive('\n');
    lines
        .map(|line| match line.starts_with("{\"timestamp\"") {
            true => &line[line.find("\"event\"").unwrap_or_default()..],
            false => line,
        })
        .collect()
}

fn descriptors_get_through(program: Program) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    let proxy = Proxy::start(&qemu.socket(), &["--record", "RECORDING", "--once"]);
    let mut qmp = Qmp::<Release>::connect_unix(proxy.socket())?;
    qmp.execute(QueryStatus {})?;
    let file = tempfile::tempfile()?;
    let getfd = Getfd {
        fdname: "passed".to_owned(),
    };
    qmp.execute_with_fds(getfd, &[file.as_fd()])?;
    drop(qmp);
    let recording = proxy.recording();
    let notes = recording.iter().filter(|line| line["dir"] == "#");
    assert_eq!(notes.count(), 1);
    assert_eq!(proxy.join(), Outcome::Fine);
    Ok(())
}

fn clients_share() -> Result<(), Failed> {
    let (first, received) = mpsc::channel();
    let server = Scripted::serve(move |peer| {
        peer.greet();
        let requests = [0, 1].map(|_| {
            let request = peer.request().expect("a request");
            let _ = first.send(());
            request
        });
        // The later request is answered first.
        for request in requests.iter().rev() {
            peer.line(&format!(
                "{{\"return\": {}, \"id\": {}}}",
                request["arguments"], request["id"]
            ));
        }
        peer.line("{\"event\": \"STOP\"}");
        peer.wait_for_the_end();
    });
    let proxy = Proxy::start(
        &server.path(),
        &["--share", "--once", "--record", "RECORDING"],
    );
    let mut clients = [0, 1].map(|_| LineClient::connect(&proxy.socket()));
    let mut hostile = LineClient::connect(&proxy.socket());
    let early = clients[0].ask("{\"execute\": \"stop\", \"id\": 5}");
    assert!(
        early.starts_with("{\"id\": 5, \"error\": {\"class\": \"CommandNotFound\""),
        "{early}"
    );
    assert!(
        hostile
            .ask("{\"execute\" \"x\"}")
            .contains("JSON parse error")
    );
    hostile.0.get_mut().write_all(&[b'['; 100_000])?;
    assert!(hostile.line().contains("nesting depth"));
    for client in &mut clients {
        let reply = client.ask("{\"execute\": \"qmp_capabilities\", \"id\": \"a\"}");
        assert_eq!(reply, "{\"return\": {}, \"id\": \"a\"}");
    }
    // Both use the same id, and one of them a number of the proxy.
    clients[0].send("{\"execute\": \"x\", \"arguments\": {\"n\": 0}, \"id\": 1}");
    received.recv_timeout(Duration::from_secs(20))?;
    clients[1].send("{\"execute\": \"x\", \"arguments\": {\"n\": 1}}");
    assert_eq!(clients[0].line(), "{\"return\": {\"n\":0}, \"id\": 1}");
    assert_eq!(clients[1].line(), "{\"return\": {\"n\":1}}");
    for client in &mut clients {
        assert_eq!(client.line(), "{\"event\": \"STOP\"}");
    }
    drop((clients, hostile));
    server.join();
    assert_eq!(proxy.join(), Outcome::Fine);
    Ok(())
}

/// As `socat` and `nc` do with a file of requests. The last one is not complete.
fn half_closed() -> Result<(), Failed> {
    let options = [
        &["--once", "--share"][..],
        &["--once", "--speak", "4.2"],
        &["--once", "--share", "--speak", "4.2"],
    ];
    for options in options {
        let (ended, has_ended) = mpsc::channel();
        let server = Scripted::serve(move |peer| {
            peer.greet();
            let request = peer.request().expect("a request");
            let _ = has_ended.recv_timeout(Duration::from_secs(20));
            peer.line(&format!(
                "{{\"return\": {{\"enabled\": true, \"present\": true}}, \"id\": {}}}",
                request["id"]
            ));
            peer.wait_for_the_end();
        });
        let proxy = Proxy::start(&server.path(), options);
        let mut client = LineClient::connect(&proxy.socket());
        client.ask("{\"execute\": \"qmp_capabilities\"}");
        let requests = b"{\"execute\": \"query-kvm\", \"id\": 1} {\"execute\": \"que";
        client.0.get_mut().write_all(requests)?;
        client.0.get_mut().shutdown(Shutdown::Write)?;
        ended.send(())?;
        let reply = client.line();
        assert!(reply.contains("\"enabled\": true"), "{options:?}: {reply}");
        assert_eq!(client.line(), "", "{options:?}");
        drop(client);
        server.join();
        assert_eq!(proxy.join(), Outcome::Fine);
    }
    Ok(())
}

fn programs_share_a_running_qemu(program: Program) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    let proxy = Proxy::start(&qemu.socket(), &["--share", "--once"]);
    let mut quiet = LineClient::connect(&proxy.socket());
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let socket = proxy.socket();
            thread::spawn(move || {
                let mut qmp = Qmp::<Untyped>::connect_unix(socket).expect("a client connects");
                for _ in 0..50 {
                    let command = [
                        "query-status",
                        "query-version",
                        "query-name",
                        "query-qmp-schema",
                    ];
                    let reply: Value = qmp
                        .execute_raw(command[number], &json!({}))
                        .expect("a reply");
                    assert_eq!(reply.is_array(), number == 3);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no panic");
    }
    assert_eq!(
        quiet.ask("{\"execute\": \"qmp_capabilities\"}"),
        "{\"return\": {}}"
    );
    // Releases differ in what they send first.
    let mut last = [quiet.ask("{\"execute\": \"quit\"}"), quiet.line()];
    last.sort_by_key(|line| line.contains("SHUTDOWN"));
    assert_eq!(last[0], "{\"return\": {}}");
    assert!(last[1].contains("SHUTDOWN"), "{last:?}");
    assert_eq!(quiet.line(), "");
    Ok(())
}
