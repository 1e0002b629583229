//! Command lines for tests, and what a QEMU does with them.

use std::fs;
use std::io;
use std::path::Path;

use qapi_codegen::traffic::check::{Checker, Verdict};
use qapi_codegen::traffic::command_line::TypedCommandLine;
use qapi_codegen::traffic::read::{LogContent, LoggedCommandLine, read};
use serde::Deserialize;

use crate::answers;
use crate::monitor::Monitor;
use crate::qemu::Program;

/// A command line, and the series that accept and reject it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandLineCase {
    /// What it is.
    pub name: String,
    /// The command line.
    pub line: String,
    /// The file `guest.cfg` for `-readconfig`.
    #[serde(default)]
    pub config: String,
    /// The series that accept it.
    pub accepted: Vec<String>,
    /// The series that reject it.
    pub rejected: Vec<String>,
}

impl CommandLineCase {
    /// The verdict on the command line and on its file.
    pub fn verdict(&self, checker: &Checker<'_>) -> Verdict {
        let own = [&self.line, &self.config];
        let verdicts = own.iter().filter(|text| !text.is_empty());
        let verdicts: Vec<Verdict> = verdicts.map(|text| verdict(checker, text)).collect();
        let has = |verdict| verdicts.contains(&verdict);
        match (has(Verdict::Rejected), has(Verdict::Unknown)) {
            (true, _) => Verdict::Rejected,
            (_, true) => Verdict::Unknown,
            _ => Verdict::Accepted,
        }
    }
}

/// The verdict on the only command line of a text.
pub fn verdict(checker: &Checker<'_>, text: &str) -> Verdict {
    let mut verdicts = Vec::new();
    for_each(text, &mut |line| {
        verdicts.push(checker.check_command_line(line).verdict)
    });
    assert_eq!(verdicts.len(), 1, "{text}");
    verdicts[0]
}

#[derive(Deserialize)]
struct CommandLineCases {
    line: Vec<CommandLineCase>,
}

/// Reads the command lines of the data file.
pub fn cases() -> Vec<CommandLineCase> {
    answers::data::<CommandLineCases>("command-lines.toml").line
}

/// Calls `visit` for the command lines of a text.
pub fn for_each(text: &str, visit: &mut dyn FnMut(&LoggedCommandLine<'_>)) {
    let result: io::Result<()> = read(&mut text.as_bytes(), &|_| false, &mut |entry| {
        if let LogContent::CommandLine(line) = &entry.content {
            visit(line);
        }
        Ok(())
    });
    result.expect("reading from memory cannot fail");
}

/// The words of the first command line of a text after its program; `None` if it
/// is not for x86-64, or has variables.
pub fn words(text: &str) -> Option<Vec<String>> {
    let mut found = None;
    for_each(text, &mut |line| {
        let target = TypedCommandLine::new(line, &|_| None)
            .target()
            .map(str::to_owned);
        let words = line.arguments();
        let is_literal = words.iter().all(|word| word.variables().is_empty());
        if is_literal && target.is_none_or(|target| target == "x86_64") {
            let words = words.iter().map(|word| word.value().to_owned());
            found.get_or_insert(words.collect());
        }
    });
    found
}

/// Starts a QEMU with words, a file for `-readconfig`, and without a machine that runs. Returns what it
/// writes on standard error, as an error if it ends at once.
pub fn start(program: &Program, words: &[String], config: &str) -> Result<String, String> {
    let create = |folder: &Path| {
        create_files(folder);
        fs::write(folder.join("guest.cfg"), config).expect("a file for the QEMU");
    };
    let running = program.start_line(&without_kvm(words), &create)?;
    match Monitor::connect(&running) {
        Ok(mut monitor) => {
            // The greeting may come before the devices are made.
            let reply = monitor.ask(r#"{"execute": "query-status"}"#);
            let errors = running.errors();
            reply.map(|_| errors.clone()).map_err(|_| errors)
        }
        Err(_) => Err(running.errors()),
    }
}

/// Replaces what needs KVM, which tests cannot rely on.
fn without_kvm(words: &[String]) -> Vec<String> {
    let words = words.iter().filter(|word| *word != "-enable-kvm");
    let mut new: Vec<String> = Vec::new();
    for word in words {
        let is_cpu = new.last().is_some_and(|last| last == "-cpu");
        new.push(match word.strip_prefix("host").filter(|_| is_cpu) {
            Some(features) => format!("max{features}"),
            None => word.replace("accel=kvm", "accel=tcg"),
        });
    }
    new
}

/// Creates the files that command lines name, each of a size that flash can have.
pub fn create_files(folder: &Path) {
    for name in [
        "disk.img",
        "medium.iso",
        "code.fd",
        "vars.fd",
        "vmlinuz",
        "initrd.img",
    ] {
        fs::write(folder.join(name), vec![0; 1 << 20]).expect("a file for the QEMU");
    }
    fs::write(folder.join("disk.qcow2"), empty_qcow2()).expect("a disk for the QEMU");
}

/// An image in the format qcow2 without data: the header, the table and the block
/// of reference counts, and the table of data, a cluster each.
fn empty_qcow2() -> Vec<u8> {
    const CLUSTER: u64 = 1 << 16;
    let mut header = b"QFI\xfb".to_vec();
    header.extend(2_u32.to_be_bytes());
    header.extend([0; 12]);
    header.extend(16_u32.to_be_bytes());
    header.extend((1_u64 << 20).to_be_bytes());
    header.extend([0_u32.to_be_bytes(), 1_u32.to_be_bytes()].concat());
    header.extend((3 * CLUSTER).to_be_bytes());
    header.extend(CLUSTER.to_be_bytes());
    header.extend(1_u32.to_be_bytes());
    header.extend([0; 12]);
    let mut image = vec![0; 4 * CLUSTER as usize];
    image[..header.len()].copy_from_slice(&header);
    let mut write = |cluster: u64, bytes: &[u8]| {
        let start = (cluster * CLUSTER) as usize;
        image[start..start + bytes.len()].copy_from_slice(bytes);
    };
    write(1, &(2 * CLUSTER).to_be_bytes());
    write(2, &[0, 1, 0, 1, 0, 1, 0, 1]);
    image
}
