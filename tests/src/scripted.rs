//! Scripted servers.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{PATIENCE, wait_for};

/// The greeting of the release that most scripts use.
pub const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}"#;

/// A server whose script runs in its own thread.
pub struct Scripted {
    folder: TempDir,
    thread: Option<JoinHandle<()>>,
}

impl Scripted {
    /// Serves one client.
    pub fn serve(script: impl FnOnce(&mut Peer) + Send + 'static) -> Self {
        let folder = TempDir::new().expect("a folder for the socket");
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let thread = thread::spawn(move || {
            script(&mut Peer::new(accept(&listener)));
        });
        Scripted {
            folder,
            thread: Some(thread),
        }
    }

    /// Returns the path of the socket.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// Returns the folder of the socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until the script ends, and panics if it panicked.
    pub fn join(mut self) {
        let thread = self.thread.take().expect("it is joined once");
        thread.join().expect("the script went as it should");
    }
}

/// Waits for a client, for a limited time.
fn accept(listener: &UnixListener) -> UnixStream {
    listener.set_nonblocking(true).expect("a socket");
    let mut client = None;
    wait_for("client", || {
        client = listener.accept().ok();
        client.is_some()
    });
    let (stream, _) = client.expect("it connected");
    stream.set_nonblocking(false).expect("a socket");
    let timeout = stream.set_read_timeout(Some(PATIENCE));
    timeout.expect("a socket has a time limit");
    stream
}

const SOCKET: &str = "monitor.sock";

/// The client, seen from the server.
pub struct Peer {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
}

impl Peer {
    fn new(stream: UnixStream) -> Self {
        let reader = stream.try_clone().expect("a second handle");
        Peer {
            reader: BufReader::new(reader),
            writer: stream,
        }
    }

    /// Sends bytes. Errors are ignored, because many clients disconnect before the
    /// script ends.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let _ = self.writer.write_all(bytes);
        self
    }

    /// Sends a line with QEMU's line ending.
    pub fn line(&mut self, text: &str) -> &mut Self {
        self.bytes(format!("{text}\r\n").as_bytes())
    }

    /// Reads a request; `None` when the client has disconnected.
    ///
    /// The sentinel byte of a client of the guest agent is skipped.
    pub fn request(&mut self) -> Option<Value> {
        let mut line = Vec::new();
        match self.reader.read_until(b'\n', &mut line) {
            Ok(1..) => {
                let text = line.strip_prefix(b"\xFF").unwrap_or(&line);
                Some(serde_json::from_slice(text).expect("clients send JSON"))
            }
            _ => None,
        }
    }

    /// Reads a request and sends the line that `answer` returns for its id.
    pub fn answer(&mut self, answer: impl FnOnce(&Value) -> String) -> Option<Value> {
        let request = self.request()?;
        self.line(&answer(&request["id"]));
        Some(request)
    }

    /// Reads a request and returns a value.
    pub fn returns(&mut self, value: &str) -> Option<Value> {
        self.answer(|id| format!("{{\"return\": {value}, \"id\": {id}}}"))
    }

    /// Sends the greeting and negotiates.
    pub fn greet(&mut self) -> &mut Self {
        self.line(GREETING);
        let request = self.returns("{}").expect("a client negotiates");
        assert_eq!(request["execute"], json!("qmp_capabilities"));
        self
    }

    /// Waits until the client disconnects.
    pub fn wait_for_the_end(&mut self) {
        while self.request().is_some() {}
    }
}
