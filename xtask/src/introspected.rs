//! What a QEMU tells of its own interface: asked of it now, or saved before.

use std::fs::{self, File};
use std::io::Read;

use serde::Deserialize;

use qapi_codegen::introspect::{self, InvalidReply, MOST_BYTES, SchemaReply};
use qapi_codegen::version::Version;

use crate::failure::Failure;
use crate::monitor::{Monitor, Refusal, is_host};
use crate::progress::Waiting;

/// The command that tells it.
const COMMAND: &str = "query-qmp-schema";

/// What a QEMU tells of its own interface.
#[derive(Debug)]
pub struct Introspected {
    /// The reply.
    pub reply: SchemaReply,
    /// The release, where a greeting tells it.
    pub version: Option<Version>,
    /// Who built it, where a greeting tells that; empty otherwise.
    pub package: String,
    /// The reply as it was sent.
    pub text: Vec<u8>,
    /// The commands that it carries out, where it was asked. Some releases tell
    /// of commands that they refuse, and carry out some that they do not tell of.
    pub commands: Option<Vec<String>>,
}

impl Introspected {
    /// Asks the QEMU behind a socket, or reads a file that holds its reply.
    ///
    /// # Errors
    ///
    /// There is no such socket or file, or what comes from there is no reply.
    pub fn open(argument: &str) -> Result<Introspected, Failure> {
        match fs::metadata(argument) {
            Ok(metadata) if metadata.is_dir() => {
                Err(Failure::new(format!("`{argument}` is a folder"))
                    .with_help("name the socket of a running QEMU, or a saved reply"))
            }
            Ok(metadata) if is_socket(&metadata) => ask(argument),
            Ok(_) => saved(argument),
            Err(_) if is_host(argument) => ask(argument),
            Err(error) => Err(Failure::io("read", argument, &error)
                .with_help("name the socket of a running QEMU, or a saved reply")),
        }
    }
}

/// Whether an argument is where a QEMU tells its interface, and no schema: a
/// socket, or a file of JSON. QEMU's own schemas are no JSON.
pub fn is_told(argument: &str) -> bool {
    let Ok(metadata) = fs::metadata(argument) else {
        return is_host(argument);
    };
    is_socket(&metadata) || metadata.is_file() && is_json(argument).unwrap_or_default()
}

/// How much of a file tells whether it is JSON.
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
    let _waiting = Waiting::new("waiting for QEMU");
    let mut monitor = Monitor::connect(address)?;
    let commands = commands(&mut monitor)?;
    let returned = monitor.ask(COMMAND, None)?.map_err(|refusal| {
        let failure = monitor.refused(COMMAND, &refusal);
        failure.with_help("QEMU has it from 2.5 on; the guest agent does not")
    })?;
    let text = returned.get().as_bytes().to_vec();
    let reply = introspect::read(&text).map_err(|invalid| invalid_reply(address, &invalid))?;
    Ok(Introspected {
        reply,
        version: Some(monitor.version()),
        package: monitor.package().to_owned(),
        text,
        commands,
    })
}

/// What `query-commands` lists; a QEMU that refuses it is not asked again.
fn commands(monitor: &mut Monitor) -> Result<Option<Vec<String>>, Failure> {
    #[derive(Deserialize)]
    struct Info {
        name: String,
    }
    let answer: Result<Vec<Info>, Refusal> = monitor.ask_for("query-commands", None)?;
    let names = answer.map(|infos| infos.into_iter().map(|info| info.name).collect());
    Ok(names.ok())
}

fn saved(path: &str) -> Result<Introspected, Failure> {
    let text = read(path).map_err(|error| Failure::io("read", path, &error))?;
    let reply = introspect::read(&text).map_err(|invalid| invalid_reply(path, &invalid))?;
    Ok(Introspected {
        version: reply.version,
        reply,
        package: String::new(),
        text,
        commands: None,
    })
}

/// Reads no more than tells that a file is too large.
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
        "save the complete reply to {{\"execute\": \"{COMMAND}\"}}"
    ))
}
