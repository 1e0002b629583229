//! A proxy in this process, and a client that works with lines.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;
use xtask::Outcome;
use xtask::cli::Cli;
use xtask::console::{ColorChoice, Console};
use xtask::failure::Failure;

/// A proxy in a thread of this process.
#[derive(Debug)]
pub struct Proxy {
    folder: TempDir,
    thread: JoinHandle<Result<Outcome, Failure>>,
}

impl Proxy {
    /// Starts a proxy. `RECORDING` among the options is the path of a recording.
    ///
    /// # Panics
    ///
    /// The proxy ends at once.
    pub fn start(to: &Path, options: &[&str]) -> Proxy {
        let folder = TempDir::new().expect("a folder for the socket");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let arguments = ["xtask", "proxy", "--listen", &path("proxy.sock"), "--to"];
        let mut arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
        arguments.push(to.display().to_string());
        let options = options.iter().map(|option| match *option {
            "RECORDING" => path("recording.jsonl"),
            option => option.to_owned(),
        });
        arguments.extend(options);
        let cli = Cli::try_parse_from(arguments).expect("arguments");
        let thread = thread::spawn(move || cli.run(&mut Console::new(ColorChoice::Never)));
        let proxy = Proxy { folder, thread };
        while !proxy.socket().exists() {
            assert!(!proxy.thread.is_finished(), "it ended at once");
            sleep(Duration::from_millis(2));
        }
        proxy
    }

    /// The path that programs connect to.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("proxy.sock")
    }

    /// The lines of the recording.
    ///
    /// # Panics
    ///
    /// There is no recording.
    pub fn recording(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("recording.jsonl"));
        let text = text.expect("a recording");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// Waits for the end.
    ///
    /// # Panics
    ///
    /// The proxy failed.
    pub fn join(self) -> Outcome {
        let result = self.thread.join().expect("no panic");
        assert!(!self.folder.path().join("proxy.sock").exists());
        result.expect("the proxy runs")
    }
}

/// A client that sends and reads lines.
pub struct LineClient(pub BufReader<UnixStream>);

impl LineClient {
    /// Connects and reads the greeting.
    ///
    /// # Panics
    ///
    /// Nobody greets.
    pub fn connect(socket: &Path) -> LineClient {
        let stream = UnixStream::connect(socket).expect("the proxy listens");
        let timeout = Some(Duration::from_secs(20));
        stream.set_read_timeout(timeout).expect("a time limit");
        let mut client = LineClient(BufReader::new(stream));
        assert!(client.line().contains("\"QMP\""));
        client
    }

    /// Reads a line.
    ///
    /// # Panics
    ///
    /// None comes in time.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line in time");
        line.trim_end().to_owned()
    }

    /// Sends a request and reads a line.
    ///
    /// # Panics
    ///
    /// The connection is lost.
    pub fn ask(&mut self, request: &str) -> String {
        self.send(request);
        self.line()
    }

    /// Sends a request.
    ///
    /// # Panics
    ///
    /// The connection is lost.
    pub fn send(&mut self, request: &str) {
        let request = format!("{request}\n");
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the proxy reads");
    }
}
