//! The end of `proxy` by a signal.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};

#[test]
fn an_interrupt_ends_sessions_and_removes_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let (listen, to) = (folder.path().join("listen"), folder.path().join("to"));
    let server = UnixListener::bind(&to).unwrap();
    for signal in ["-INT", "-TERM"] {
        let mut proxy = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["proxy", "--check", "2.11", "--listen"])
            .arg(&listen)
            .arg("--to")
            .arg(&to)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(proxy.stderr.take().unwrap());
        let mut text = String::new();
        stderr.read_line(&mut text).unwrap();
        assert!(text.starts_with("listening at"), "{text}");
        let mut client = UnixStream::connect(&listen).unwrap();
        let (mut server, _) = server.accept().unwrap();
        let process = proxy.id().to_string();
        let status = Command::new("kill").args([signal, &process]).status();
        assert!(status.unwrap().success());
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        assert_eq!(server.read(&mut [0]).unwrap(), 0);
        assert_eq!(proxy.wait().unwrap().code(), Some(0));
        assert!(!listen.exists());
        stderr.read_to_string(&mut text).unwrap();
        assert!(
            text.ends_with("0 requests: 0 accepted, 0 rejected (QEMU 2.11)\n"),
            "{text}"
        );
    }
}
