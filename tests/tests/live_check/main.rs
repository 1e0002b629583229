//! Verdicts against a running QEMU: requests of many forms, each sent and each
//! checked; and the facts about its command line.

mod command_line;
mod malformed;
mod mock;

use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed};
use qapi_codegen::diagnostic::Severity;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::parse;
use qapi_codegen::traffic::check::{CheckedMessage, Checker, Session, Verdict};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tests::answers::{self, Meaning, Refusals};
use tests::command_lines;
use tests::monitor::Monitor;
use tests::qemu::{Emulator, Program};
use xtask::catalogue::Catalogue;

fn main() {
    let arguments = Arguments::from_args();
    let trials = |emulator: Emulator| {
        let verdicts = [
            emulator.trial("verdicts_agree", verdicts_agree),
            emulator.trial("the_mock_answers_alike", mock::answers_agree),
            emulator.trial("command_lines_agree", command_lines_agree),
        ];
        verdicts.into_iter().chain(command_line::trials(&emulator))
    };
    let emulators = Program::emulators().into_iter().map(Emulator::imported);
    libtest_mimic::run(&arguments, emulators.flat_map(trials).collect()).exit();
}

/// Known differences between verdicts and answers.
#[derive(Deserialize)]
struct Disagreements {
    live: Vec<LiveDisagreement>,
}

#[derive(Deserialize)]
struct LiveDisagreement {
    /// The series; all if empty.
    #[serde(default)]
    series: Vec<String>,
    /// A part of the request.
    request: String,
    /// A part of the answer.
    #[serde(default)]
    answer: String,
    reason: String,
}

fn verdicts_agree(program: Program) -> Result<(), Failed> {
    let series = program.version().series().to_string();
    let release = Catalogue::open()?.release(&series, QemuProgram::Emulator)?;
    let checker = release.checker(None);
    let refusals: Refusals = answers::data("refusals.toml");
    let known: Disagreements = answers::data("disagreements.toml");
    let qemu = program.start(&[]);
    let mut monitor = Monitor::connect(&qemu)?;
    let mut failures = Vec::new();
    let requests = requests(&checker)?;
    assert!(requests.len() >= 200, "{} requests", requests.len());
    for request in requests {
        let checked = check(&checker, &request);
        let answer = monitor.ask(&request)?;
        // Without a list of devices, what they accept is not known.
        let is_open = request.contains("device_add") && !checker.has_device_list();
        let failure = compare(&checked, answer.as_deref(), &refusals).filter(|_| !is_open);
        let is_known = known.live.iter().any(|entry| {
            let answer = answer.as_deref().unwrap_or_default();
            (entry.series.is_empty() || entry.series.contains(&series))
                && request.contains(&entry.request)
                && answer.contains(&entry.answer)
                && !entry.reason.is_empty()
        });
        let failure = failure.filter(|_| !is_known);
        failures.extend(failure.map(|failure| format!("{request}: {failure}")));
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n").into())
    }
}

/// Returns the requests of the data file, and variants of those that the release
/// accepts.
fn requests(checker: &Checker<'_>) -> Result<Vec<String>, Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/live-requests.jsonl");
    let text = fs::read_to_string(path)?;
    let mut requests: Vec<String> = text.lines().map(str::to_owned).collect();
    for request in text.lines() {
        if check(checker, request).verdict == Verdict::Accepted {
            let request = serde_json::from_str(request)?;
            requests.extend(variants(&request, requests.len()));
        }
    }
    Ok(requests)
}

/// Returns variants of a request: with an unknown argument, and for each argument
/// without it, with a value of a different type, and with text that no enum has.
///
/// Each has an `id` of its own, numbered from `number`: QEMU looks first whether it is
/// in use.
fn variants(request: &Value, number: usize) -> Vec<String> {
    let Some(arguments) = request["arguments"].as_object() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut arguments = arguments.clone();
        if let Some(id) = arguments.get_mut("id").filter(|id| id.is_string()) {
            *id = format!("variant{}", number + all.len()).into();
        }
        change(&mut arguments);
        let mut variant = request.clone();
        variant["arguments"] = arguments.into();
        all.push(variant.to_string());
    };
    add(&|arguments| drop(arguments.insert("x-unknown".to_owned(), 1.into())));
    for (name, value) in arguments {
        add(&|arguments| drop(arguments.remove(name)));
        let other = if value.is_array() {
            json!("x")
        } else {
            json!([])
        };
        add(&|arguments| drop(arguments.insert(name.clone(), other.clone())));
        if value.is_string() {
            // A file has to be one that cannot be written. QEMU 10.0 ends at an
            // `id` with a slash.
            let is_path = name.contains("file");
            let unknown = if is_path {
                json!("/nonexistent/x")
            } else {
                json!("no-such-value")
            };
            add(&|arguments| drop(arguments.insert(name.clone(), unknown.clone())));
        }
    }
    all
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

/// What QEMU writes if it lacks something on the host, and not in its interface.
const OF_THE_HOST: [&str; 6] = [
    "romfile",
    "Could not open",
    "kernel",
    "is not compiled into this binary",
    "Permission denied",
    "Unknown PCM",
];

/// Command lines, each started and each checked. What QEMU does decides; what is
/// unknown is not compared.
fn command_lines_agree(program: Program) -> Result<(), Failed> {
    let series = program.version().series().to_string();
    let release = Catalogue::open()?.release(&series, QemuProgram::Emulator)?;
    let checker = release.checker(None);
    let (mut compared, mut failures) = (0, Vec::new());
    for case in command_lines::cases() {
        let Some(words) = command_lines::words(&case.line) else {
            continue;
        };
        let verdict = case.verdict(&checker);
        let answer = command_lines::start(&program, &words, &case.config);
        let is_of_host = |errors: &String| OF_THE_HOST.iter().any(|text| errors.contains(text));
        let expected = match &answer {
            Ok(_) => Verdict::Accepted,
            Err(errors) if is_of_host(errors) => continue,
            Err(_) => Verdict::Rejected,
        };
        compared += usize::from(verdict != Verdict::Unknown);
        if verdict != Verdict::Unknown && verdict != expected {
            failures.push(format!("{}: {}: {answer:?}", case.name, verdict.as_str()));
        }
    }
    assert!(compared >= 30, "{compared} command lines were compared");
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n").into()),
    }
}
