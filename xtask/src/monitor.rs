//! Asking a running QEMU: one command, one answer.
//!
//! Just what the commands of this tool need of a monitor, and no client for
//! programs: it blocks, sends one request at a time and passes over events.
//! Whatever the other side does, an answer or a failure comes in good time, and
//! no more is read for it than any QEMU sends.

use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use qapi_codegen::version::Version;

use crate::failure::Failure;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a greeting may take, which QEMU sends at once or never.
const PATIENCE_FOR_GREETING: Duration = Duration::from_secs(5);

/// The largest answer, in bytes. QEMU's largest has a quarter of a million.
const MOST_BYTES: u64 = 16 << 20;

/// A connection to the monitor of a running QEMU, ready for commands.
pub struct Monitor {
    address: String,
    input: BufReader<Limited>,
    version: Version,
    package: String,
    asked: u64,
}

/// What QEMU answers to a command that it does not carry out.
#[derive(Debug, Clone, Deserialize)]
pub struct Refusal {
    /// The class, such as `GenericError` or `CommandNotFound`.
    pub class: String,
    /// The reason in words, which differ from release to release.
    #[serde(rename = "desc")]
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({})",
            printable(&self.reason),
            printable(&self.class)
        )
    }
}

impl Monitor {
    /// Connects to the Unix socket at a path, or to `HOST:PORT`, and negotiates.
    ///
    /// # Errors
    ///
    /// Nobody listens there, or who listens is no QEMU monitor.
    pub fn connect(address: &str) -> Result<Monitor, Failure> {
        let stream = open(address)?;
        let mut monitor = Monitor {
            address: address.to_owned(),
            input: BufReader::new(Limited::new(stream)),
            version: Version::new(0, 0, 0),
            package: String::new(),
            asked: 0,
        };
        let greeting = monitor.greeting()?;
        monitor.version = greeting.version();
        monitor.package = printable(&greeting.qmp.version.package);
        let negotiated = monitor.ask("qmp_capabilities", None)?;
        negotiated.map_err(|refusal| monitor.failure(format!("cannot negotiate: {refusal}")))?;
        Ok(monitor)
    }

    /// The release that the greeting tells.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What the greeting tells of who built it; QEMU's own builds tell nothing.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// Runs one command and gives what it returns, as it was sent.
    ///
    /// # Errors
    ///
    /// The connection is of no use any more. That QEMU refuses the command is
    /// the inner error.
    pub fn ask(
        &mut self,
        command: &str,
        arguments: Option<&serde_json::Value>,
    ) -> Result<Result<Box<RawValue>, Refusal>, Failure> {
        self.asked += 1;
        let id = self.asked;
        let request = Request {
            execute: command,
            arguments,
            id,
        };
        self.send(&request)
            .map_err(|error| self.failure(format!("cannot write: {error}")))?;
        self.input.get_mut().allow(PATIENCE);
        loop {
            let message: Message = self
                .receive()
                .map_err(|error| self.no_answer(command, PATIENCE, &error))?;
            // A request that QEMU cannot read is answered without its id.
            let is_answer = message.id.is_none_or(|answered| answered == id);
            match message {
                Message {
                    returned: Some(returned),
                    ..
                } if is_answer => return Ok(Ok(returned)),
                Message {
                    error: Some(refusal),
                    ..
                } if is_answer => return Ok(Err(refusal)),
                _ => {}
            }
        }
    }

    /// Runs one command and reads what it returns.
    ///
    /// # Errors
    ///
    /// As for [`Monitor::ask`]; and what comes has another shape.
    pub fn ask_for<T: DeserializeOwned>(
        &mut self,
        command: &str,
        arguments: Option<&serde_json::Value>,
    ) -> Result<Result<T, Refusal>, Failure> {
        let returned = match self.ask(command, arguments)? {
            Ok(returned) => returned,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let read = serde_json::from_str(returned.get());
        read.map(Ok).map_err(|error| {
            self.failure(format!("what `{command}` returns cannot be read: {error}"))
        })
    }

    /// The failure of who cannot do without a command that QEMU refuses.
    pub fn refused(&self, command: &str, refusal: &Refusal) -> Failure {
        self.failure(format!("QEMU refuses `{command}`: {refusal}"))
    }

    fn greeting(&mut self) -> Result<Greeting, Failure> {
        self.input.get_mut().allow(PATIENCE_FOR_GREETING);
        self.receive().map_err(|error| {
            let failure = self.no_answer("the greeting", PATIENCE_FOR_GREETING, &error);
            failure.with_help(
                "a QMP monitor greets who connects, and talks to one client at a time: is \
                 another one connected, or is this no monitor of type `control`?",
            )
        })
    }

    fn send(&mut self, request: &Request<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        self.input.get_mut().stream.write_all(&line)
    }

    /// The next value, whether it stands on one line or on many.
    fn receive<M: for<'de> Deserialize<'de>>(&mut self) -> Result<M, serde_json::Error> {
        M::deserialize(&mut serde_json::Deserializer::from_reader(&mut self.input))
    }

    fn no_answer(&self, to: &str, patience: Duration, error: &serde_json::Error) -> Failure {
        let seconds = patience.as_secs();
        self.failure(match error.io_error_kind() {
            Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                format!("no answer to {to} within {seconds} seconds")
            }
            Some(io::ErrorKind::FileTooLarge) => {
                format!("more than {MOST_BYTES} bytes came for {to}, and no answer")
            }
            Some(kind) => format!("no answer to {to}: {kind}"),
            None if error.is_eof() => format!("the connection was closed before {to}"),
            None => format!("what came for {to} is no message of QMP: {error}"),
        })
    }

    fn failure(&self, message: String) -> Failure {
        Failure::new(format!("`{}`: {message}", self.address))
    }
}

#[derive(Serialize)]
struct Request<'r> {
    execute: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<&'r serde_json::Value>,
    id: u64,
}

/// An answer or an event.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "return")]
    returned: Option<Box<RawValue>>,
    error: Option<Refusal>,
    id: Option<u64>,
}

#[derive(Deserialize)]
struct Greeting {
    #[serde(rename = "QMP")]
    qmp: Qmp,
}

#[derive(Deserialize)]
struct Qmp {
    version: VersionInfo,
}

#[derive(Deserialize)]
struct VersionInfo {
    qemu: Triple,
    package: String,
}

#[derive(Deserialize)]
struct Triple {
    major: u32,
    minor: u32,
    micro: u32,
}

impl Greeting {
    fn version(&self) -> Version {
        let Triple {
            major,
            minor,
            micro,
        } = self.qmp.version.qemu;
        Version::new(major, minor, micro)
    }
}

/// A connection of any kind.
trait Stream: Read + Write {
    fn wait_at_most(&self, time: Duration) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn wait_at_most(&self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))
    }
}

#[cfg(unix)]
impl Stream for std::os::unix::net::UnixStream {
    fn wait_at_most(&self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))
    }
}

/// Whether an address is `HOST:PORT` and no path.
pub fn is_host(address: &str) -> bool {
    let port = address
        .rsplit_once(':')
        .map(|(_, port)| port.parse::<u16>());
    port.is_some_and(|port| port.is_ok()) && !std::path::Path::new(address).exists()
}

fn open(address: &str) -> Result<Box<dyn Stream>, Failure> {
    let stream = if is_host(address) {
        TcpStream::connect(address).map(|stream| Box::new(stream) as Box<dyn Stream>)
    } else {
        open_unix(address)
    };
    stream.map_err(|error| {
        Failure::io("connect to", address, &error).with_help(
            "start QEMU with `-qmp unix:PATH,server=on,wait=off`, and name PATH or HOST:PORT",
        )
    })
}

#[cfg(unix)]
fn open_unix(path: &str) -> io::Result<Box<dyn Stream>> {
    Ok(Box::new(std::os::unix::net::UnixStream::connect(path)?))
}

#[cfg(not(unix))]
fn open_unix(_: &str) -> io::Result<Box<dyn Stream>> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "there are no Unix sockets here",
    ))
}

/// A connection from which only so much is read, and only until so long.
struct Limited {
    stream: Box<dyn Stream>,
    bytes: u64,
    until: Instant,
}

impl Limited {
    fn new(stream: Box<dyn Stream>) -> Self {
        Limited {
            stream,
            bytes: 0,
            until: Instant::now(),
        }
    }

    /// Allows one more message.
    fn allow(&mut self, time: Duration) {
        self.bytes = MOST_BYTES;
        self.until = Instant::now() + time;
    }
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let time = self.until.saturating_duration_since(Instant::now());
        if time.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        if self.bytes == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.stream.wait_at_most(time)?;
        let most = buffer
            .len()
            .min(usize::try_from(self.bytes).unwrap_or(usize::MAX));
        let count = self.stream.read(&mut buffer[..most])?;
        self.bytes -= count as u64;
        Ok(count)
    }
}

/// A text of the other side without what would steer a terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;
    use std::thread::JoinHandle;

    const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 11, \
        \"major\": 2}, \"package\": \"p\"}, \"capabilities\": []}}\r\n";
    const READY: &str = "{\"return\": {}, \"id\": 1}\r\n";

    /// A server that says all it has to say at once, and reads until the end.
    fn serve(folder: &tempfile::TempDir, says: String) -> (String, JoinHandle<String>) {
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(says.as_bytes());
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut heard = String::new();
            let _ = stream.read_to_string(&mut heard);
            heard
        });
        (path.to_str().unwrap().to_owned(), server)
    }

    #[test]
    fn an_answer_is_found_among_events_and_over_lines() {
        let folder = tempfile::tempdir().unwrap();
        let says = format!(
            "{GREETING}{READY}{{\"event\": \"STOP\", \"timestamp\": {{}}}}\r\n\
             {{\n  \"return\": [ 1,\n 2 ],\n \"id\": 2 }}\r\n\
             {{\"id\": 3, \"error\": {{\"class\": \"C\", \"desc\": \"no\\u001b[1m\"}}}}\r\n"
        );
        let (address, server) = serve(&folder, says);
        let mut monitor = Monitor::connect(&address).unwrap();
        assert_eq!(monitor.version(), Version::new(2, 11, 1));
        assert_eq!(monitor.package(), "p");
        let arguments = serde_json::json!({ "a": 1 });
        let returned = monitor.ask("query-a", Some(&arguments)).unwrap().unwrap();
        assert_eq!(returned.get(), "[ 1,\n 2 ]");
        let refusal = monitor.ask("query-b", None).unwrap().unwrap_err();
        assert_eq!(refusal.to_string(), "no\u{fffd}[1m (C)");
        let failure = monitor.refused("query-b", &refusal).to_string();
        assert_eq!(
            failure,
            format!("`{address}`: QEMU refuses `query-b`: {refusal}")
        );
        drop(monitor);
        assert_eq!(
            server.join().unwrap(),
            "{\"execute\":\"qmp_capabilities\",\"id\":1}\n\
             {\"execute\":\"query-a\",\"arguments\":{\"a\":1},\"id\":2}\n\
             {\"execute\":\"query-b\",\"id\":3}\n"
        );
    }

    #[test]
    fn what_is_returned_is_read_or_told() {
        let folder = tempfile::tempdir().unwrap();
        let says = format!(
            "{GREETING}{READY}{{\"return\": [1, 2], \"id\": 2}}\r\n\
             {{\"return\": [1, \"b\"], \"id\": 3}}\r\n\
             {{\"id\": 4, \"error\": {{\"class\": \"C\", \"desc\": \"d\"}}}}\r\n"
        );
        let (address, _server) = serve(&folder, says);
        let mut monitor = Monitor::connect(&address).unwrap();
        let mut ask = || monitor.ask_for::<Vec<u8>>("query-a", None);
        assert_eq!(ask().unwrap().unwrap(), [1, 2]);
        let failure = ask().unwrap_err().to_string();
        let expected = format!("`{address}`: what `query-a` returns cannot be read: ");
        assert!(failure.starts_with(&expected), "{failure}");
        assert_eq!(ask().unwrap().unwrap_err().to_string(), "d (C)");
    }

    #[test]
    fn what_is_no_monitor_is_told() {
        let cases = [
            (
                String::new(),
                "the connection was closed before the greeting",
            ),
            ("HTTP/1.1 400\r\n".to_owned(), "no message of QMP"),
            (
                GREETING.to_owned(),
                "the connection was closed before qmp_capabilities",
            ),
            (
                format!("{GREETING}{{\"return\": "),
                "the connection was closed",
            ),
            (
                format!("{GREETING}{{\"error\": {{\"class\": \"C\", \"desc\": \"d\"}}}}"),
                "cannot negotiate: d (C)",
            ),
        ];
        for (says, expected) in cases {
            let folder = tempfile::tempdir().unwrap();
            let (address, _server) = serve(&folder, says.clone());
            let failure = Monitor::connect(&address)
                .err()
                .map(|failure| failure.to_string());
            assert!(
                failure.as_ref().is_some_and(|f| f.contains(expected)),
                "{says}: {failure:?}"
            );
        }
        assert!(Monitor::connect("/nonexistent/socket").is_err());
    }
}
