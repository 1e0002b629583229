//! `devices`: asks a running QEMU what `device_add` accepts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use qapi_codegen::devices::{DEVICES, Properties};
use qapi_codegen::imported::MANIFEST;
use qapi_codegen::version::{Series, Version};

use crate::Outcome;
use crate::console::Console;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{replace, workspace};

/// Ask a running QEMU what each device accepts
///
/// Writes schemas/SERIES/devices.json. A QEMU for this is started with
/// `-machine none -nodefaults -qmp unix:PATH,server=on,wait=off`; its build
/// decides which devices there are.
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask devices monitor.sock --as 10.0")]
pub struct Devices {
    /// The socket of a monitor that nobody else is using
    socket: String,
    /// The series to write
    #[arg(long = "as", value_name = "SERIES")]
    series: Series,
}

impl Devices {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// QEMU does not answer, it is of another series, or the file cannot be
    /// written.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        let folder = workspace::series_folder(self.series);
        if !folder.join(MANIFEST).is_file() {
            return Err(Failure::new(format!("series {} is not imported", self.series))
                .with_help("import it first: `cargo xtask import SCHEMA`"));
        }
        let mut monitor = Monitor::connect(&self.socket)?;
        let found = monitor.version.series();
        if found != self.series {
            return Err(Failure::new(format!("the QEMU at `{}` is {found}", self.socket))
                .with_help(format!("start one of series {}, or write `--as {found}`", self.series)));
        }
        let devices = monitor.devices()?;
        let path = folder.join(DEVICES);
        replace::file(&path, &devices.to_text())?;
        let count = devices.names().count();
        console.done(&format!("wrote {count} devices to {}", workspace::shown(&path)));
        Ok(Outcome::Fine)
    }
}

/// How long QEMU may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest answer that is read; a list of properties has some thousands of
/// bytes.
const LONGEST: u64 = 64 << 20;

/// A connection to a monitor.
struct Monitor {
    socket: String,
    stream: BufReader<UnixStream>,
    version: Version,
    package: String,
}

#[derive(Deserialize)]
struct Greeting {
    #[serde(rename = "QMP")]
    qmp: Qmp,
}

#[derive(Deserialize)]
struct Qmp {
    version: Versions,
}

#[derive(Deserialize)]
struct Versions {
    qemu: Numbers,
    #[serde(default)]
    package: String,
}

#[derive(Deserialize)]
struct Numbers {
    major: u32,
    minor: u32,
    micro: u32,
}

#[derive(Deserialize)]
struct TypeName {
    name: String,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

/// What QEMU has against a request.
struct Refusal(String);

impl Monitor {
    fn connect(socket: &str) -> Result<Monitor, Failure> {
        let failure = |error| {
            Failure::io("connect to", socket, &error)
                .with_help("is QEMU running with `-qmp unix:PATH,server=on,wait=off`?")
        };
        let stream = UnixStream::connect(socket).map_err(failure)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(failure)?;
        let mut monitor = Monitor {
            socket: socket.to_owned(),
            stream: BufReader::new(stream),
            version: Version::NEWEST,
            package: String::new(),
        };
        let greeting: Greeting = monitor.message()?;
        let Versions { qemu, package } = greeting.qmp.version;
        monitor.version = Version::new(qemu.major, qemu.minor, qemu.micro);
        monitor.package = package;
        let _: Value = monitor.wanted("qmp_capabilities", json!({}))?;
        Ok(monitor)
    }

    /// All devices with their properties.
    fn devices(&mut self) -> Result<qapi_codegen::devices::Devices, Failure> {
        let arguments = json!({ "implements": "device", "abstract": false });
        let types: Vec<TypeName> = self.wanted("qom-list-types", arguments)?;
        let progress = Progress::new("asking for devices", types.len() as u64);
        let (mut listed, mut unlisted) = (BTreeMap::new(), BTreeSet::new());
        for TypeName { name } in types {
            match self.properties(&name)? {
                Ok(properties) => drop(listed.insert(name, properties)),
                Err(Refusal(_)) => drop(unlisted.insert(name)),
            }
            progress.advance(1);
        }
        let mut devices = qapi_codegen::devices::Devices::new(self.version, &listed);
        devices.package = self.package.clone();
        devices.unlisted = unlisted;
        Ok(devices)
    }

    fn properties(&mut self, name: &str) -> Result<Result<Properties, Refusal>, Failure> {
        let arguments = json!({ "typename": name });
        let answer: Result<Vec<Property>, Refusal> =
            self.execute("device-list-properties", arguments)?;
        let typed = |property: Property| (property.name, property.ty);
        Ok(answer.map(|properties| properties.into_iter().map(typed).collect()))
    }

    /// Sends a request that QEMU has no reason to refuse.
    fn wanted<T: DeserializeOwned>(&mut self, name: &str, arguments: Value) -> Result<T, Failure> {
        let answer = self.execute(name, arguments)?;
        answer.map_err(|Refusal(reason)| self.failure(&format!("QEMU refuses `{name}`: {reason}")))
    }

    fn execute<T: DeserializeOwned>(
        &mut self,
        name: &str,
        arguments: Value,
    ) -> Result<Result<T, Refusal>, Failure> {
        let request = json!({ "execute": name, "arguments": arguments });
        let sent = self.stream.get_mut().write_all(format!("{request}\n").as_bytes());
        sent.map_err(|error| Failure::io("write to", &self.socket, &error))?;
        loop {
            let mut message: Value = self.message()?;
            if let Some(error) = message.get("error") {
                let reason = error["desc"].as_str().unwrap_or("no reason").to_owned();
                return Ok(Err(Refusal(reason)));
            }
            if let Some(returned) = message.get_mut("return") {
                let returned = serde_json::from_value(returned.take());
                return returned
                    .map(Ok)
                    .map_err(|error| self.failure(&format!("the reply to `{name}`: {error}")));
            }
            // Events come between.
        }
    }

    fn message<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        let mut line = Vec::new();
        let read = (&mut self.stream).take(LONGEST).read_until(b'\n', &mut line);
        let length = read.map_err(|error| match error.kind() {
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => {
                let text = format!("nothing for {} seconds", PATIENCE.as_secs());
                self.failure(&text).with_help("is another client using the monitor?")
            }
            _ => Failure::io("read from", &self.socket, &error),
        })?;
        if length == 0 {
            return Err(self.failure("QEMU has closed the connection"));
        }
        serde_json::from_slice(&line)
            .map_err(|error| self.failure(&format!("what came is no message of QMP: {error}")))
    }

    fn failure(&self, text: &str) -> Failure {
        Failure::new(format!("`{}`: {text}", self.socket))
    }
}
