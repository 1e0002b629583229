//! Introspection: the interface that a QEMU reports about itself, queried from
//! a running one or read from a saved reply.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use qapi_codegen::introspect::{self, InvalidReply, MOST_BYTES, SchemaReply};
use qapi_codegen::version::Version;
use qmp_bindings::Error;

use crate::failure::Failure;
use crate::monitor::{Monitor, is_host};
use crate::progress::spinner;

/// The command that reports the interface.
const COMMAND: &str = "query-qmp-schema";

/// The interface that a QEMU reports about itself.
#[derive(Debug)]
pub struct Introspected {
    /// The reply.
    pub reply: SchemaReply,
    /// The release, if QEMU says it: next to a saved reply in a greeting or the reply to
    /// `query-version`, in the same file or in one of these names in the same folder.
    pub version: Option<Version>,
    /// The package of the build from the greeting, or an empty string.
    pub package: String,
    /// The reply as QEMU sent it.
    pub text: Vec<u8>,
    /// The reply to `query-commands`, if QEMU was asked. In some releases it
    /// lists other commands than the introspection.
    pub commands: Option<Vec<String>>,
}

impl Introspected {
    /// Queries the QEMU behind a socket, or reads a file with its reply.
    pub fn open(argument: &str) -> Result<Introspected, Failure> {
        match fs::metadata(argument) {
            Ok(metadata) if metadata.is_dir() => {
                Err(Failure::new(format!("`{argument}` is a folder"))
                    .with_help("name the socket of a running QEMU or a saved reply"))
            }
            Ok(metadata) if is_socket(&metadata) => ask(argument),
            Ok(_) => saved(argument),
            Err(_) if is_host(argument) => ask(argument),
            Err(error) => Err(Failure::io("read", argument, &error)
                .with_help("name the socket of a running QEMU or a saved reply")),
        }
    }

    /// Returns `true` if this seems to be a storage daemon, which has block devices
    /// and no guest.
    pub fn is_storage_daemon(&self) -> bool {
        let commands = self.reply.interface().commands;
        commands.contains("blockdev-add") && !commands.contains("stop")
    }
}

/// Returns `true` if an argument names a monitor or a saved reply, and not a
/// schema: a socket or a JSON file. QEMU's schema files are not JSON.
pub fn is_introspection(argument: &str) -> bool {
    let Ok(metadata) = fs::metadata(argument) else {
        return is_host(argument);
    };
    is_socket(&metadata) || metadata.is_file() && is_json(argument).unwrap_or_default()
}

/// The number of bytes from which JSON is recognised.
const BEGINNING: u64 = 256;

fn is_json(path: &str) -> std::io::Result<bool> {
    let mut beginning = Vec::new();
    File::open(path)?
        .take(BEGINNING)
        .read_to_end(&mut beginning)?;
    let mut letters = beginning
        .iter()
        .filter(|letter| !letter.is_ascii_whitespace());
    Ok(matches!(
        (letters.next(), letters.next()),
        (Some(b'['), _) | (Some(b'{'), Some(b'"'))
    ))
}

#[cfg(unix)]
fn is_socket(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_socket()
}

#[cfg(not(unix))]
fn is_socket(_: &fs::Metadata) -> bool {
    false
}

fn ask(address: &str) -> Result<Introspected, Failure> {
    let _spinner = spinner("waiting for QEMU");
    let mut monitor = Monitor::connect(address)?;
    let commands = commands(&mut monitor)?;
    let returned: Box<RawValue> = monitor.query(COMMAND, &json!({})).map_err(|error| {
        let failure = monitor.failure(&error);
        match error {
            Error::Command(_) => failure.with_help("QEMU has it since 2.5, the guest agent never"),
            _ => failure,
        }
    })?;
    let text = returned.get().as_bytes().to_vec();
    let reply = introspect::read(&text).map_err(|invalid| invalid_reply(address, &invalid))?;
    Ok(Introspected {
        reply,
        version: Some(monitor.version()),
        package: monitor.package(),
        text,
        commands,
    })
}

/// The reply to `query-commands`, if QEMU has the command.
fn commands(monitor: &mut Monitor) -> Result<Option<Vec<String>>, Failure> {
    #[derive(Deserialize)]
    struct Info {
        name: String,
    }
    match monitor.query::<Vec<Info>>("query-commands", &json!({})) {
        Ok(infos) => Ok(Some(infos.into_iter().map(|info| info.name).collect())),
        Err(Error::Command(_)) => Ok(None),
        Err(error) => Err(monitor.failure(&error)),
    }
}

fn saved(path: &str) -> Result<Introspected, Failure> {
    let text = read(path).map_err(|error| Failure::io("read", path, &error))?;
    let reply = introspect::read(&text).map_err(|invalid| invalid_reply(path, &invalid))?;
    Ok(Introspected {
        version: reply.version.or_else(|| recorded_version(path)),
        reply,
        package: String::new(),
        text,
        commands: None,
    })
}

/// The release in a greeting or a reply to `query-version` that was saved next to a reply.
fn recorded_version(path: &str) -> Option<Version> {
    ["greeting.json", "query-version.json"]
        .into_iter()
        .find_map(|name| {
            let text = read(Path::new(path).with_file_name(name).to_str()?);
            introspect::read_version(&text.ok()?)
        })
}

/// Reads at most one byte more than the limit, so that the reader notices.
fn read(path: &str) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?
        .take(MOST_BYTES as u64 + 1)
        .read_to_end(&mut text)?;
    Ok(text)
}

fn invalid_reply(source: &str, invalid: &InvalidReply) -> Failure {
    let mut message = format!("`{source}` is not a valid reply to `{COMMAND}`");
    for problem in &invalid.problems {
        message += &format!("\n  {problem}");
    }
    if invalid.more > 0 {
        message += &format!("\n  and {} more", invalid.more);
    }
    Failure::new(message).with_help(format!(
        "save the whole reply to {{\"execute\": \"{COMMAND}\"}} unchanged"
    ))
}
