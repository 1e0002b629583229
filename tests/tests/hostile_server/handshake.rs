//! Servers that are unreachable, of a different release, or not QEMU.

use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use qmp_bindings::{Awaited, Error, Options, Series};
use tempfile::TempDir;
use tests::clients::CLIENTS;
use tests::scripted::{GREETING, Peer, Scripted};

use super::RUNNING;

#[test]
fn a_greeting_that_never_comes_is_a_timeout() {
    for connect in CLIENTS {
        let server = Scripted::serve(Peer::wait_for_the_end);
        let options = Options::new().handshake_timeout(Duration::from_millis(100));
        let Err(Error::Timeout(timeout)) = connect(&server.path(), &options).map(drop) else {
            panic!("there is no greeting");
        };
        assert_eq!(timeout.awaited, Awaited::Greeting);
        server.join();
    }
}

#[test]
fn an_invalid_greeting_is_a_protocol_error() {
    let cases = [
        "QEMU 10.0.2 monitor - type 'help' for more information",
        "SSH-2.0-OpenSSH_9.2p1",
        "{\"hello\": 1}",
        "[1, 2",
    ];
    for text in cases {
        for connect in CLIENTS {
            let server = Scripted::serve(move |peer| {
                peer.line(text);
                peer.wait_for_the_end();
            });
            let Err(Error::Protocol(violation)) =
                connect(&server.path(), &Options::new()).map(drop)
            else {
                panic!("{text} is no greeting");
            };
            assert_eq!(violation.raw(), text);
            server.join();
        }
    }
}

#[test]
fn a_wrong_release_is_reported_before_a_command_is_sent() {
    for connect in CLIENTS {
        let serve = || {
            Scripted::serve(|peer| {
                peer.line(
                    &GREETING.replace("\"minor\": 0, \"major\": 10", "\"minor\": 9, \"major\": 9"),
                );
                if peer.returns("{}").is_some() {
                    peer.returns(RUNNING);
                }
                peer.wait_for_the_end();
            })
        };
        let server = serve();
        let Err(error) = connect(&server.path(), &Options::new()).map(drop) else {
            panic!("9.9 is not 10.0");
        };
        assert_eq!(
            error.to_string(),
            "the server is QEMU 9.9.2 and the types are of 10.0: no feature has types of 9.9, \
             so allow those of another release with `Options::releases` or \
             `Options::any_release`"
        );
        server.join();

        let server = Scripted::serve(|peer| {
            peer.line(
                &GREETING.replace("\"minor\": 0, \"major\": 10", "\"minor\": 2, \"major\": 7"),
            );
        });
        let error = connect(&server.path(), &Options::new())
            .map(drop)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server is QEMU 7.2.2 and the types are of 10.0: use those of the feature `v7_2`, \
             or allow the others with `Options::any_release`"
        );
        server.join();

        let server = serve();
        let range = Series::new(9, 0)..=Series::new(10, 1);
        let client = connect(&server.path(), &Options::new().releases(range));
        assert!(client.expect("9.2 is allowed").status().unwrap().running);
        server.join();
    }
}

/// Creates a listener with a full backlog, and the clients in it.
fn full_listener(path: &Path) -> (UnixListener, Vec<UnixStream>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let socket = tokio::net::UnixSocket::new_stream().expect("a socket");
        socket.bind(path).expect("a path");
        let listener = socket.listen(1).expect("a listener").into_std().unwrap();
        listener.set_nonblocking(false).unwrap();
        let mut waiting = Vec::new();
        while let Ok(stream) = tokio::net::UnixStream::connect(path).await {
            waiting.push(stream.into_std().unwrap());
        }
        (listener, waiting)
    })
}

#[test]
fn a_full_backlog_is_a_timeout() {
    for connect in CLIENTS {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("monitor.sock");
        let _listener = full_listener(&path);
        let options = Options::new().handshake_timeout(Duration::from_millis(100));
        let error = connect(&path, &options).map(drop).unwrap_err();
        let Error::Timeout(timeout) = &error else {
            panic!("{error}");
        };
        let target = path.display().to_string();
        assert_eq!(timeout.awaited, Awaited::Connection(target));
        assert!(error.to_string().contains("another client"), "{error}");
    }
}

#[test]
fn a_full_backlog_is_waited_for() {
    for connect in CLIENTS {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("monitor.sock");
        let (listener, waiting) = full_listener(&path);
        let server = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            for stream in waiting {
                listener.accept().expect("a waiting client");
                drop(stream);
            }
            let (mut stream, _) = listener.accept().expect("the client of the test");
            let replies = format!("{GREETING}\r\n{{\"return\": {{}}, \"id\": 1}}\r\n");
            stream.write_all(replies.as_bytes()).unwrap();
            std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
        });
        connect(&path, &Options::new())
            .map(drop)
            .expect("a connection");
        server.join().unwrap();
    }
}

#[test]
fn an_unknown_path_is_a_transport_error() {
    for connect in CLIENTS {
        let error = connect(Path::new("/nonexistent/monitor.sock"), &Options::new());
        let error = error.map(drop).unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{error}");
        assert!(
            error
                .to_string()
                .starts_with("cannot connect to /nonexistent/monitor.sock: "),
            "{error}"
        );
    }
}
