//! Verdicts against a running QEMU: requests of many forms, each sent and each
//! checked.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::traffic::check::{Checked, Checker, Session, Severity, Verdict};
use qapi_codegen::traffic::json::parse;
use serde_json::{Value, json};
use tests::answers::{self, Meaning, Refusals};
use xtask::known::Known;

fn main() {
    let arguments = Arguments::from_args();
    let is_required = std::env::var_os("QMP_REQUIRE_QEMU").is_some_and(|value| value == "1");
    let is_there = Command::new(program())
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok();
    let trial = Trial::test("verdicts_agree_with_a_running_qemu", verdicts_agree)
        .with_ignored_flag(!is_there && !is_required);
    libtest_mimic::run(&arguments, vec![trial]).exit();
}

fn program() -> String {
    std::env::var("QEMU").unwrap_or_else(|_| "qemu-system-x86_64".to_owned())
}

/// A QEMU that ends with the test.
struct Qemu {
    process: Child,
    socket: BufReader<UnixStream>,
    series: String,
}

impl Drop for Qemu {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Qemu {
    fn start(folder: &Path) -> Result<Qemu, Failed> {
        let path = folder.join("monitor");
        let monitor = format!("unix:{},server=on,wait=off", path.display());
        let silent = ["-nodefaults", "-no-user-config", "-S", "-display", "none"];
        let process = Command::new(program())
            .args(silent)
            .args([
                "-machine", "pc", "-accel", "tcg", "-m", "64M", "-qmp", &monitor,
            ])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let begun = Instant::now();
        let socket = loop {
            match UnixStream::connect(&path) {
                Ok(socket) => break socket,
                Err(error) if begun.elapsed() > Duration::from_secs(20) => return Err(error.into()),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut qemu = Qemu {
            process,
            socket: BufReader::new(socket),
            series: String::new(),
        };
        let version = &qemu.message()?["QMP"]["version"]["qemu"];
        qemu.series = format!("{}.{}", version["major"], version["minor"]);
        qemu.ask(&json!({ "execute": "qmp_capabilities" }).to_string())?;
        Ok(qemu)
    }

    fn message(&mut self) -> Result<Value, Failed> {
        let mut line = String::new();
        self.socket.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// Sends a request; gives the text of the refusal, if it is one.
    fn ask(&mut self, request: &str) -> Result<Option<String>, Failed> {
        self.socket
            .get_mut()
            .write_all(format!("{request}\n").as_bytes())?;
        loop {
            let message = self.message()?;
            if message.get("event").is_none() {
                return Ok(message["error"]["desc"].as_str().map(str::to_owned));
            }
        }
    }
}

fn verdicts_agree() -> Result<(), Failed> {
    let folder = std::env::temp_dir().join(format!("live-check-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let result = Qemu::start(&folder).and_then(|mut qemu| compare_all(&mut qemu));
    fs::remove_dir_all(&folder)?;
    result
}

fn compare_all(qemu: &mut Qemu) -> Result<(), Failed> {
    let known = Known::open(&qemu.series).map_err(|failure| failure.to_string())?;
    let checker = known.checker(None);
    let refusals: Refusals = answers::data("refusals.toml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/live-requests.jsonl");
    let mut failures = Vec::new();
    for request in fs::read_to_string(path)?.lines() {
        let checked = check(&checker, request);
        let answer = qemu.ask(request)?;
        // Without a list of devices, what they accept is not known.
        let is_open = request.contains("device_add") && !checker.knows_devices();
        let failure = compare(&checked, answer.as_deref(), &refusals).filter(|_| !is_open);
        failures.extend(failure.map(|failure| format!("{request}: {failure}")));
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n").into())
    }
}

fn check(checker: &Checker<'_>, request: &str) -> Checked {
    let parsed = parse(request).expect("the requests are JSON");
    checker.request(&mut Session::default(), &parsed)
}

/// Why a verdict and an answer do not agree.
fn compare(checked: &Checked, answer: Option<&str>, refusals: &Refusals) -> Option<String> {
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
