//! Connections to the monitor of a running QEMU.

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use qapi_codegen::version::Version;
use qmp_bindings::blocking::Qmp;
use qmp_bindings::{Error, Options, Untyped};

use crate::failure::Failure;

/// The time limit of the greeting, which QEMU sends at once or never.
const GREETING_TIMEOUT: Duration = Duration::from_secs(5);

/// The time limit of a reply.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest message in bytes. QEMU's largest reply has a quarter of a million.
const MESSAGE_LIMIT: usize = 16 << 20;

/// A connection to a monitor, ready for commands.
#[derive(Debug)]
pub struct Monitor {
    address: String,
    qmp: Qmp<Untyped>,
}

impl Monitor {
    /// Connects to the Unix socket at a path, or to `HOST:PORT`, and negotiates.
    pub fn connect(address: &str) -> Result<Monitor, Failure> {
        let options = Options::new()
            .handshake_timeout(GREETING_TIMEOUT)
            .timeout(REPLY_TIMEOUT)
            .message_limit(MESSAGE_LIMIT);
        let qmp = if is_host(address) {
            Qmp::connect_tcp_with(address, &options)
        } else {
            connect_unix(address, &options)
        };
        let qmp = qmp.map_err(|error| {
            failure(address, &error).with_help(
                "start QEMU with `-qmp unix:PATH,server=on,wait=off`, and name PATH or HOST:PORT; \
                 a monitor serves one client at a time",
            )
        })?;
        Ok(Monitor {
            address: address.to_owned(),
            qmp,
        })
    }

    /// The release from the greeting.
    pub fn version(&self) -> Version {
        let version = self.qmp.greeting().version;
        Version::new(version.major, version.minor, version.micro)
    }

    /// The package from the greeting, which is empty for QEMU's own builds.
    pub fn package(&self) -> String {
        printable(&self.qmp.greeting().package)
    }

    /// Executes a command and decodes its result.
    pub fn query<T: DeserializeOwned>(
        &mut self,
        command: &str,
        arguments: &Value,
    ) -> Result<T, Error> {
        self.qmp.execute_as(command, arguments)
    }

    /// Converts an error of a command that is necessary.
    pub fn failure(&self, error: &Error) -> Failure {
        failure(&self.address, error)
    }
}

/// Returns `true` if an address is `HOST:PORT` and not a path.
pub fn is_host(address: &str) -> bool {
    let port = address
        .rsplit_once(':')
        .map(|(_, port)| port.parse::<u16>());
    port.is_some_and(|port| port.is_ok()) && !Path::new(address).exists()
}

/// Replaces the control characters in a text from the server.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

fn failure(address: &str, error: &Error) -> Failure {
    Failure::new(format!("`{address}`: {}", printable(&error.to_string())))
}

#[cfg(unix)]
fn connect_unix(path: &str, options: &Options) -> Result<Qmp<Untyped>, Error> {
    Qmp::connect_unix_with(path, options)
}

#[cfg(not(unix))]
fn connect_unix(_: &str, _: &Options) -> Result<Qmp<Untyped>, Error> {
    Err(Error::Unsupported("this platform has no Unix sockets"))
}

#[cfg(all(test, unix))]
pub(crate) mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixListener;

    use serde_json::json;

    use super::*;

    pub(crate) const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 11, \
        \"major\": 2}, \"package\": \"p\"}, \"capabilities\": []}}";
    pub(crate) const READY: &str = "{\"return\": {}, \"id\": ID}";

    /// Starts a server that sends the first message, and one more for each request
    /// that it receives, with the id of the request for `ID`.
    pub(crate) fn serve(folder: &tempfile::TempDir, messages: &[&str]) -> String {
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let messages: Vec<String> = messages.iter().map(|text| format!("{text}\r\n")).collect();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut id = String::new();
            for message in messages {
                let _ = stream.write_all(message.replace("ID", &id).as_bytes());
                let Some(Ok(line)) = lines.next() else { return };
                let request: Value = serde_json::from_str(&line).unwrap();
                id = request["id"].to_string();
            }
        });
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn results_are_decoded_and_errors_reported() {
        let folder = tempfile::tempdir().unwrap();
        let messages = [
            GREETING,
            READY,
            "{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}\r\n\
             {\n  \"return\": [ 1,\n 2 ],\n \"id\": ID\n}",
            "{\"return\": [1, \"b\"], \"id\": ID}",
            "{\"id\": ID, \"error\": {\"class\": \"C\", \"desc\": \"no\\u001b[1m\"}}",
        ];
        let address = serve(&folder, &messages);
        let mut monitor = Monitor::connect(&address).unwrap();
        assert_eq!(monitor.version(), Version::new(2, 11, 1));
        assert_eq!(monitor.package(), "p");
        let mut query = || monitor.query::<Vec<u8>>("query-a", &json!({ "a": 1 }));
        assert_eq!(query().unwrap(), [1, 2]);
        assert!(matches!(query(), Err(Error::Decode(_))));
        let error = query().unwrap_err();
        let failure = monitor.failure(&error);
        let expected = format!("`{address}`: `query-a` failed: no\u{fffd}[1m (C)");
        assert_eq!(failure.to_string(), expected);
    }

    #[test]
    fn other_servers_are_failures() {
        let error = "{\"id\": ID, \"error\": {\"class\": \"C\", \"desc\": \"d\"}}";
        let cases: [(&[&str], &str); 5] = [
            (&[], "closed the connection"),
            (&["HTTP/1.1 400"], "invalid QMP message"),
            (&[GREETING], "closed the connection"),
            (&[GREETING, "{\"return\": "], "invalid QMP message"),
            (&[GREETING, error], "`qmp_capabilities` failed: d (C)"),
        ];
        for (messages, expected) in cases {
            let folder = tempfile::tempdir().unwrap();
            let address = serve(&folder, messages);
            let failure = Monitor::connect(&address).unwrap_err().to_string();
            assert!(failure.contains(expected), "{messages:?}: {failure}");
        }
        assert!(Monitor::connect("/nonexistent/socket").is_err());
    }
}
