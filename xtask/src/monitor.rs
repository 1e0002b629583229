//! A QMP client for the commands of this tool.
//!
//! It blocks, sends one command at a time and ignores events. Each command ends
//! with a reply or a failure before its deadline, after a bounded number of
//! bytes.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use qapi_codegen::version::Version;

use crate::failure::Failure;

/// The time limit of a reply.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// The time limit of the greeting, which QEMU sends at once or never.
const GREETING_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest message in bytes. QEMU's largest reply has a quarter of a million.
const BYTE_LIMIT: u64 = 16 << 20;

/// A connection to the monitor of a running QEMU, ready for commands.
pub struct Monitor {
    address: String,
    input: BufReader<Limited>,
    version: Version,
    package: String,
    last_id: u64,
}

/// Why a command has no result.
#[derive(Debug)]
pub enum ExecuteError {
    /// QEMU returned an error; further commands can be sent.
    Command(Failure),
    /// The connection failed, or the reply is invalid.
    Connection(Failure),
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Command(failure) | ExecuteError::Connection(failure) => failure,
        }
    }
}

impl Monitor {
    /// Connects to the Unix socket at a path, or to `HOST:PORT`, and negotiates.
    ///
    /// # Errors
    ///
    /// There is no such socket, or it is not a QMP monitor.
    pub fn connect(address: &str) -> Result<Monitor, Failure> {
        let stream = open(address)?;
        let mut monitor = Monitor {
            address: address.to_owned(),
            input: BufReader::new(Limited::new(stream)),
            version: Version::new(0, 0, 0),
            package: String::new(),
            last_id: 0,
        };
        let greeting = monitor.greeting()?;
        monitor.version = greeting.version();
        monitor.package = printable(&greeting.qmp.version.package);
        monitor.execute("qmp_capabilities", None)?;
        Ok(monitor)
    }

    /// The release from the greeting.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The package from the greeting, which is empty for QEMU's own builds.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// Executes a command and returns the JSON of its result.
    ///
    /// # Errors
    ///
    /// QEMU returns an error, or the connection fails.
    pub fn execute(
        &mut self,
        command: &str,
        arguments: Option<&serde_json::Value>,
    ) -> Result<Box<RawValue>, ExecuteError> {
        self.last_id += 1;
        let id = self.last_id;
        let request = Request {
            execute: command,
            arguments,
            id,
        };
        self.send(&request)
            .map_err(|error| self.broken(format!("cannot write: {error}")))?;
        self.input.get_mut().allow(REPLY_TIMEOUT);
        loop {
            let message: Message = self.receive().map_err(|error| {
                ExecuteError::Connection(self.no_reply(command, REPLY_TIMEOUT, &error))
            })?;
            // QEMU omits the id in its reply to a command that it cannot parse.
            if message.id.is_some_and(|answered| answered != id) {
                continue;
            }
            if let Some(returned) = message.returned {
                return Ok(returned);
            }
            if let Some(CommandError { class, desc }) = message.error {
                let (class, desc) = (printable(&class), printable(&desc));
                let message = format!("QEMU rejects `{command}`: {desc} ({class})");
                return Err(ExecuteError::Command(self.failure(message)));
            }
        }
    }

    /// Executes a command and decodes its result.
    ///
    /// # Errors
    ///
    /// As for [`Monitor::execute`], or the result is not a `T`.
    pub fn query<T: DeserializeOwned>(
        &mut self,
        command: &str,
        arguments: Option<&serde_json::Value>,
    ) -> Result<T, ExecuteError> {
        let returned = self.execute(command, arguments)?;
        serde_json::from_str(returned.get()).map_err(|error| {
            self.broken(format!(
                "the reply to `{command}` cannot be decoded: {error}"
            ))
        })
    }

    fn greeting(&mut self) -> Result<Greeting, Failure> {
        self.input.get_mut().allow(GREETING_TIMEOUT);
        self.receive().map_err(|error| {
            let failure = self.no_reply("the greeting", GREETING_TIMEOUT, &error);
            failure.with_help(
                "a QMP monitor serves one client at a time and greets it at once: is another \
                 client connected, or is this a monitor for humans?",
            )
        })
    }

    fn send(&mut self, request: &Request<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        self.input.get_mut().stream.write_all(&line)
    }

    /// Reads the next value, on one line or on many.
    fn receive<M: for<'de> Deserialize<'de>>(&mut self) -> Result<M, serde_json::Error> {
        M::deserialize(&mut serde_json::Deserializer::from_reader(&mut self.input))
    }

    fn no_reply(&self, to: &str, timeout: Duration, error: &serde_json::Error) -> Failure {
        let seconds = timeout.as_secs();
        self.failure(match error.io_error_kind() {
            Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                format!("no reply to {to} within {seconds} seconds")
            }
            Some(io::ErrorKind::FileTooLarge) => {
                format!("no reply to {to} within {BYTE_LIMIT} bytes")
            }
            Some(kind) => format!("no reply to {to}: {kind}"),
            None if error.is_eof() => format!("the connection was closed before {to}"),
            None => format!("invalid QMP message for {to}: {error}"),
        })
    }

    fn broken(&self, message: String) -> ExecuteError {
        ExecuteError::Connection(self.failure(message))
    }

    fn failure(&self, message: String) -> Failure {
        Failure::new(format!("`{}`: {message}", self.address))
    }
}

#[derive(Deserialize)]
struct CommandError {
    class: String,
    desc: String,
}

#[derive(Serialize)]
struct Request<'r> {
    execute: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<&'r serde_json::Value>,
    id: u64,
}

/// A reply or an event.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "return")]
    returned: Option<Box<RawValue>>,
    error: Option<CommandError>,
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
    fn set_timeout(&self, time: Duration) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn set_timeout(&self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))
    }
}

#[cfg(unix)]
impl Stream for std::os::unix::net::UnixStream {
    fn set_timeout(&self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))
    }
}

/// Whether an address is `HOST:PORT` and not a path.
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
        "this platform has no Unix sockets",
    ))
}

/// A connection with a limit of bytes and a deadline for each message.
struct Limited {
    stream: Box<dyn Stream>,
    bytes: u64,
    deadline: Instant,
}

impl Limited {
    fn new(stream: Box<dyn Stream>) -> Self {
        Limited {
            stream,
            bytes: 0,
            deadline: Instant::now(),
        }
    }

    /// Allows one more message within `time`.
    fn allow(&mut self, time: Duration) {
        self.bytes = BYTE_LIMIT;
        self.deadline = Instant::now() + time;
    }
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let time = self.deadline.saturating_duration_since(Instant::now());
        if time.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        if self.bytes == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.stream.set_timeout(time)?;
        let most = buffer
            .len()
            .min(usize::try_from(self.bytes).unwrap_or(usize::MAX));
        let count = self.stream.read(&mut buffer[..most])?;
        self.bytes -= count as u64;
        Ok(count)
    }
}

/// Replaces the control characters in a text from the server.
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

    /// Starts a server that sends everything at once, and then reads to the end.
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
    fn replies_are_found_among_events_and_over_lines() {
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
        let returned = monitor.execute("query-a", Some(&arguments)).unwrap();
        assert_eq!(returned.get(), "[ 1,\n 2 ]");
        let failure = Failure::from(monitor.execute("query-b", None).unwrap_err());
        let expected = format!("`{address}`: QEMU rejects `query-b`: no\u{fffd}[1m (C)");
        assert_eq!(failure.to_string(), expected);
        drop(monitor);
        assert_eq!(
            server.join().unwrap(),
            "{\"execute\":\"qmp_capabilities\",\"id\":1}\n\
             {\"execute\":\"query-a\",\"arguments\":{\"a\":1},\"id\":2}\n\
             {\"execute\":\"query-b\",\"id\":3}\n"
        );
    }

    #[test]
    fn results_are_decoded() {
        let folder = tempfile::tempdir().unwrap();
        let says = format!(
            "{GREETING}{READY}{{\"return\": [1, 2], \"id\": 2}}\r\n\
             {{\"return\": [1, \"b\"], \"id\": 3}}\r\n\
             {{\"id\": 4, \"error\": {{\"class\": \"C\", \"desc\": \"d\"}}}}\r\n"
        );
        let (address, _server) = serve(&folder, says);
        let mut monitor = Monitor::connect(&address).unwrap();
        let mut query = || monitor.query::<Vec<u8>>("query-a", None);
        assert_eq!(query().unwrap(), [1, 2]);
        let failure = Failure::from(query().unwrap_err()).to_string();
        let expected = format!("`{address}`: the reply to `query-a` cannot be decoded: ");
        assert!(failure.starts_with(&expected), "{failure}");
        assert!(matches!(query(), Err(ExecuteError::Command(_))));
    }

    #[test]
    fn other_servers_are_failures() {
        let cases = [
            (
                String::new(),
                "the connection was closed before the greeting",
            ),
            ("HTTP/1.1 400\r\n".to_owned(), "invalid QMP message"),
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
                "QEMU rejects `qmp_capabilities`: d (C)",
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
