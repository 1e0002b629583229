//! Servers for the benchmarks.

use std::collections::VecDeque;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use tempfile::TempDir;

/// The greeting of the echo server.
pub const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}"#;

/// The return value of every command but the negotiation.
pub const STATUS: &str = r#"{"status": "running", "running": true}"#;

/// A server with a socket.
pub struct Server {
    folder: TempDir,
    child: Option<Child>,
}

impl Server {
    /// Returns the path of the socket.
    pub fn path(&self) -> PathBuf {
        socket(self.folder.path())
    }

    /// Starts a server that answers every request at once with the same status.
    pub fn echo() -> Self {
        let folder = TempDir::new().expect("a folder");
        let listener = UnixListener::bind(socket(folder.path())).expect("a socket");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(&stream));
            }
        });
        Server {
            folder,
            child: None,
        }
    }

    /// Starts QEMU, if there is one.
    pub fn qemu() -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let program = env::var_os("QEMU").unwrap_or_else(|| "qemu-system-x86_64".into());
        let quiet = [
            "-nodefaults",
            "-no-user-config",
            "-S",
            "-display",
            "none",
            "-machine",
            "none",
        ];
        let mut command = Command::new(program);
        command.args(quiet).stdin(Stdio::null());
        // A monitor serves one client, so each client gets its own.
        for number in 0..MONITORS {
            let path = monitor(folder.path(), number);
            let text = format!("unix:{},server=on,wait=off", path.display());
            command.args(["-qmp", &text]);
        }
        let child = command.spawn().ok()?;
        while !monitor(folder.path(), MONITORS - 1).exists() {
            thread::sleep(Duration::from_millis(10));
        }
        Some(Server {
            folder,
            child: Some(child),
        })
    }

    /// Returns the path of the socket for a client.
    pub fn client(&self, number: usize) -> PathBuf {
        match self.child {
            None => self.path(),
            Some(_) => monitor(self.folder.path(), number),
        }
    }
}

/// The number of monitors of the QEMU.
const MONITORS: usize = 6;

fn socket(folder: &Path) -> PathBuf {
    monitor(folder, 0)
}

fn monitor(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("monitor{number}"))
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn serve(stream: &UnixStream) {
    let mut writer = stream;
    let _ = writer.write_all(format!("{GREETING}\r\n").as_bytes());
    let mut line = String::new();
    let mut reader = BufReader::new(stream);
    while matches!(reader.read_line(&mut line), Ok(1..)) {
        if writer.write_all(reply(&line).as_bytes()).is_err() {
            return;
        }
        line.clear();
    }
}

/// The reply to a request.
fn reply(request: &str) -> String {
    let value = if request.contains("qmp_capabilities") {
        "{}"
    } else {
        STATUS
    };
    match id(request) {
        Some(id) => format!("{{\"return\": {value}, \"id\": {id}}}\r\n"),
        None => format!("{{\"return\": {value}}}\r\n"),
    }
}

/// Servers that negotiate and then send nothing, each with a socket of its own.
pub struct IdleServers {
    folder: TempDir,
    count: usize,
}

impl IdleServers {
    /// Starts servers on one thread, which keeps all connections open.
    pub fn start(count: usize) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut servers = Vec::with_capacity(count);
        for number in 0..count {
            let path = monitor(folder.path(), number);
            servers.push(UnixListener::bind(path).expect("a socket"));
        }
        thread::spawn(move || {
            let mut open = VecDeque::with_capacity(count + 1);
            // A client connects to each in turn, so that accepting one after the
            // other never waits for long.
            for listener in servers.iter().cycle() {
                let Ok((stream, _)) = listener.accept() else {
                    return;
                };
                negotiate(&stream);
                open.push_back(stream);
                if open.len() > count {
                    open.pop_front();
                }
            }
        });
        IdleServers { folder, count }
    }

    /// Returns the paths of the sockets.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = PathBuf> {
        (0..self.count).map(|number| monitor(self.folder.path(), number))
    }
}

fn negotiate(stream: &UnixStream) {
    let mut writer = stream;
    let _ = writer.write_all(format!("{GREETING}\r\n").as_bytes());
    let mut line = String::new();
    if BufReader::with_capacity(256, stream)
        .read_line(&mut line)
        .is_ok()
    {
        let _ = writer.write_all(reply(&line).as_bytes());
    }
}

/// Raises the number of files that the process may open, as far as it is allowed to.
pub fn allow_open_files(count: u64) {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit
        .maximum
        .map_or(Some(count), |most| Some(most.min(count)));
    let _ = setrlimit(Resource::Nofile, limit);
}

/// Finds the id of a request.
pub fn id(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("\"id\":")?;
    let rest = rest.trim_start();
    let end = match rest.strip_prefix('"') {
        Some(text) => text.find('"')? + 2,
        None => rest.find([',', '}'])?,
    };
    Some(rest[..end].trim_end())
}
