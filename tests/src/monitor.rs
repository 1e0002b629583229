//! A monitor that sends requests as they are written.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::qemu::Running;

/// A monitor to which requests are sent as they are written.
pub struct Monitor(BufReader<UnixStream>);

impl Monitor {
    /// Connects to a running QEMU and negotiates.
    pub fn connect(qemu: &Running) -> io::Result<Monitor> {
        let socket = UnixStream::connect(qemu.socket())?;
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut monitor = Monitor(BufReader::new(socket));
        monitor.message()?;
        monitor.ask(&json!({ "execute": "qmp_capabilities" }).to_string())?;
        Ok(monitor)
    }

    fn message(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// Sends a request; gives the text of the refusal, if it is one.
    pub fn ask(&mut self, request: &str) -> io::Result<Option<String>> {
        let answer = self.answer(request)?;
        Ok(answer["error"]["desc"].as_str().map(str::to_owned))
    }

    /// Executes a command without arguments; gives what it returns, or null.
    pub fn query(&mut self, command: &str) -> io::Result<Value> {
        let answer = self.answer(&json!({ "execute": command }).to_string())?;
        Ok(answer["return"].clone())
    }

    /// Sends a request; gives the error in the reply, or null.
    pub fn error(&mut self, request: &str) -> io::Result<Value> {
        Ok(self.answer(request)?["error"].take())
    }

    fn answer(&mut self, request: &str) -> io::Result<Value> {
        let stream = self.0.get_mut();
        stream.write_all(format!("{request}\n").as_bytes())?;
        loop {
            let message = self.message()?;
            if message.get("event").is_none() {
                return Ok(message);
            }
        }
    }

    /// Returns the names of the commands.
    pub fn command_names(&mut self) -> io::Result<Vec<String>> {
        let commands = self.query("query-commands")?;
        let names = commands.as_array().into_iter().flatten();
        let names = names.filter_map(|own| own["name"].as_str().map(str::to_owned));
        Ok(names.collect())
    }

    /// Sends a text, which need not be a request, and returns all replies to it.
    pub fn replies(&mut self, text: &str) -> io::Result<Vec<Value>> {
        let last = json!("last");
        let request = json!({ "execute": "query-version", "id": last });
        let text = format!("{text}\n{request}\n");
        self.0.get_mut().write_all(text.as_bytes())?;
        let mut replies = Vec::new();
        loop {
            let message = self.message()?;
            if message["id"] == last {
                return Ok(replies);
            }
            if message.get("event").is_none() {
                replies.push(message);
            }
        }
    }
}
