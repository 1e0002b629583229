//! Verdicts against a running QEMU: requests of many forms, each sent and each
//! checked.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed};
use qapi_codegen::diagnostic::Severity;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::parse;
use qapi_codegen::traffic::check::{CheckedMessage, Checker, Session, Verdict};
use serde_json::{Value, json};
use tests::answers::{self, Meaning, Refusals};
use tests::qemu::{Program, Running, is_required, trial};
use xtask::catalogue::Catalogue;

fn main() {
    let arguments = Arguments::from_args();
    let program = Program::emulator().filter(Program::is_imported);
    let name = "verdicts_agree_with_a_running_qemu";
    let trial = trial(name, program, is_required(), verdicts_agree);
    libtest_mimic::run(&arguments, vec![trial]).exit();
}

fn verdicts_agree(program: Program) -> Result<(), Failed> {
    let series = program.version().series().to_string();
    let release = Catalogue::open()?.release(&series, QemuProgram::Emulator)?;
    let checker = release.checker(None);
    let refusals: Refusals = answers::data("refusals.toml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/live-requests.jsonl");
    let qemu = program.start(&[]);
    let mut monitor = Monitor::connect(&qemu)?;
    let mut failures = Vec::new();
    for request in fs::read_to_string(path)?.lines() {
        let checked = check(&checker, request);
        let answer = monitor.ask(request)?;
        // Without a list of devices, what they accept is not known.
        let is_open = request.contains("device_add") && !checker.has_device_list();
        let failure = compare(&checked, answer.as_deref(), &refusals).filter(|_| !is_open);
        failures.extend(failure.map(|failure| format!("{request}: {failure}")));
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n").into())
    }
}

/// A monitor to which requests are sent as they are written.
struct Monitor(BufReader<UnixStream>);

impl Monitor {
    fn connect(qemu: &Running) -> Result<Monitor, Failed> {
        let socket = UnixStream::connect(qemu.socket())?;
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut monitor = Monitor(BufReader::new(socket));
        monitor.message()?;
        monitor.ask(&json!({ "execute": "qmp_capabilities" }).to_string())?;
        Ok(monitor)
    }

    fn message(&mut self) -> Result<Value, Failed> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// Sends a request; gives the text of the refusal, if it is one.
    fn ask(&mut self, request: &str) -> Result<Option<String>, Failed> {
        let stream = self.0.get_mut();
        stream.write_all(format!("{request}\n").as_bytes())?;
        loop {
            let message = self.message()?;
            if message.get("event").is_none() {
                return Ok(message["error"]["desc"].as_str().map(str::to_owned));
            }
        }
    }
}

fn check(checker: &Checker<'_>, request: &str) -> CheckedMessage {
    let parsed = parse(request).expect("the requests are JSON");
    checker.check_request(&mut Session::default(), &parsed)
}

/// Why a verdict and an answer do not agree.
fn compare(checked: &CheckedMessage, answer: Option<&str>, refusals: &Refusals) -> Option<String> {
    let is_rejected = checked.verdict == Verdict::Rejected;
    let mut errors = checked
        .problems
        .iter()
        .filter(|found| found.severity == Severity::Error);
    let Some(text) = answer else {
        return errors
            .next()
            .map(|error| format!("QEMU did it, and {}", error.message));
    };
    match refusals.meaning(text) {
        Some(Meaning::Moment) if is_rejected => Some(format!("QEMU looked further: {text}")),
        Some(Meaning::Form(_)) if checked.verdict == Verdict::Accepted => {
            Some(format!("QEMU refused: {text}"))
        }
        Some(Meaning::Form(Some(name))) if is_rejected => {
            let is_named = errors.any(|error| answers::is_about(error, &name));
            (!is_named).then(|| format!("QEMU named another: {text}"))
        }
        // A text that nobody has seen tells nothing of a request that is refused.
        None if !is_rejected => Some(format!("it is not known what this means: {text}")),
        _ => None,
    }
}
