//! The mock of a release against a running QEMU: malformed requests, each sent to both.

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use libtest_mimic::Failed;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::knowledge::{ErrorWordings, GuestRules};
use qapi_codegen::traffic::mock::{MockServer, RecordedReplies};
use serde::Deserialize;
use serde_json::Value;
use tests::answers::{self, Meaning, Refusals};
use tests::monitor::Monitor;
use tests::qemu::Program;
use xtask::catalogue::Catalogue;
use xtask::schema_files::SchemaFiles;

use super::malformed::{TEXTS, least_requests, malformed_requests};

/// Known differences.
#[derive(Deserialize)]
struct Differences {
    #[serde(default)]
    mock: Vec<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    /// The series; all if empty.
    #[serde(default)]
    series: Vec<String>,
    /// A part of the request.
    #[serde(default)]
    request: String,
    /// A part of the answer of QEMU.
    #[serde(default)]
    answer: String,
    reason: String,
}

/// The requests of each release that are sent, unless `QMP_ALL_MALFORMED` is set.
const SAMPLE: usize = 1500;

pub fn answers_agree(program: Program) -> Result<(), Failed> {
    let series = program.version().series().to_string();
    let release = Catalogue::open()?.release(&series, QemuProgram::Emulator)?;
    let checker = release.checker(None);
    let wordings: ErrorWordings = SchemaFiles::selected().toml(ErrorWordings::FILE_NAME)?;
    let rules: GuestRules = SchemaFiles::selected().toml(GuestRules::FILE_NAME)?;
    let refusals: Refusals = answers::data("refusals.toml");
    let known: Differences = answers::data("mock-differences.toml");
    let recorded = RecordedReplies::default();
    let mut mock = MockServer::new(&checker, program.version(), &wordings, &rules, recorded);
    begin(&mut mock);
    let mut qemu = program.start(&[]);
    let mut monitor = Monitor::connect(&qemu)?;
    let commands: Vec<String> = monitor.command_names()?;
    // Errors of 11.1 state the line in all that was sent.
    ask(&mut mock, r#"{"execute": "query-commands"}"#);
    let mut counts = Counts::default();
    let mut failures = Vec::new();
    let mut judge = |request: &str, answer: &str, failure: String, counts: &mut Counts| {
        let is_known = known.mock.iter().any(|entry| {
            (entry.series.is_empty() || entry.series.contains(&series))
                && request.contains(&entry.request)
                && answer.contains(&entry.answer)
                && !entry.reason.is_empty()
        });
        match is_known {
            true => counts.listed += 1,
            false => failures.push(format!("{request}\n    {failure}")),
        }
    };
    let is_there = |request: &String| {
        commands
            .iter()
            .any(|name| request.contains(&format!("\"execute\":\"{name}\"")))
    };
    let malformed = malformed_requests(checker.interface())
        .into_iter()
        .filter(is_there);
    let least = least_requests(checker.interface())
        .into_iter()
        .filter(is_there);
    for request in sample(malformed.collect()).into_iter().chain(least) {
        let Ok(answer) = monitor.error(&request) else {
            judge(&request, "", "QEMU ended".to_owned(), &mut counts);
            qemu = program.start(&[]);
            monitor = Monitor::connect(&qemu)?;
            begin(&mut mock);
            continue;
        };
        let own = ask(&mut mock, &request);
        if let Some(failure) = counts.compare(&answer, &own, &refusals) {
            judge(
                &request,
                answer["desc"].as_str().unwrap_or_default(),
                failure,
                &mut counts,
            );
        }
    }
    for &text in TEXTS {
        let answer = monitor.replies(text)?;
        let mut own = replies(&mut mock, text);
        let version = replies(&mut mock, r#"{"execute": "query-version", "id": "last"}"#);
        assert_eq!(version.len(), 1, "{text}");
        // A value that is returned has what only a guest knows, but for its run state.
        let has_state = text.contains("query-status");
        for reply in answer.iter().zip(&mut own) {
            if let (Some(returned), Some(own)) = (reply.0.get("return"), reply.1.get_mut("return"))
                && !has_state
            {
                own.clone_from(returned);
            }
        }
        if answer != own {
            let (answer, own) = (Value::from(answer), Value::from(own));
            let failure = format!("QEMU {answer}\n    mock {own}");
            judge(text, &answer.to_string(), failure, &mut counts);
        }
    }
    eprintln!("{series}: {counts:?}");
    assert!(counts.refused > 800 && counts.accepted > 40, "{counts:?}");
    let all = counts.refused + counts.accepted + counts.unknown_state;
    let knows_state = counts.unknown_state * 100 <= all;
    match failures.is_empty() && knows_state {
        true => Ok(()),
        false => Err(format!("{} of {counts:?}\n{}", failures.len(), failures.join("\n")).into()),
    }
}

/// Begins a connection to the mock and negotiates.
fn begin(mock: &mut MockServer<'_>) {
    mock.connect();
    ask(mock, r#"{"execute": "qmp_capabilities"}"#);
}

/// Takes requests at even distances.
fn sample(requests: Vec<String>) -> Vec<String> {
    let step = match env::var_os("QMP_ALL_MALFORMED") {
        Some(_) => 1,
        None => requests.len().div_ceil(SAMPLE).max(1),
    };
    requests.into_iter().step_by(step).collect()
}

/// Asks the mock and returns its error; null if it has none.
fn ask(mock: &mut MockServer<'_>, request: &str) -> Value {
    let mut replies = replies(mock, request).into_iter();
    replies
        .next()
        .map_or(Value::Null, |mut reply| reply["error"].take())
}

/// Sends a text to the mock and returns its replies.
fn replies(mock: &mut MockServer<'_>, text: &str) -> Vec<Value> {
    let text = mock.receive(format!("{text}\n").as_bytes(), Duration::ZERO);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message.get("event").is_none())
        .collect()
}

/// The number of requests by their outcome.
#[derive(Debug, Default)]
struct Counts {
    /// Both refused the form, in the same words, or the state in any.
    refused: usize,
    /// Both accepted it.
    accepted: usize,
    /// The mock has no state that this depends on.
    unknown_state: usize,
    /// Differences that are listed.
    listed: usize,
    by_problem: BTreeMap<&'static str, usize>,
}

impl Counts {
    fn compare(&mut self, qemu: &Value, mock: &Value, refusals: &Refusals) -> Option<String> {
        let text = qemu["desc"].as_str().unwrap_or_default();
        let is_form = matches!(refusals.meaning(text), Some(Meaning::Form(_)));
        let is_same_class = qemu["class"] == mock["class"];
        let problem = match (qemu.is_null(), mock.is_null()) {
            (true, true) => {
                self.accepted += 1;
                return None;
            }
            (false, false) if qemu == mock || !is_form && is_same_class => {
                self.refused += 1;
                return None;
            }
            (false, true) if !is_form => {
                self.unknown_state += 1;
                return None;
            }
            (false, true) => "only QEMU refused it",
            (true, false) => "only the mock refused it",
            (false, false) if !is_same_class => "another class",
            (false, false) => "other words",
        };
        *self.by_problem.entry(problem).or_default() += 1;
        Some(format!("{problem}\n    QEMU {qemu}\n    mock {mock}"))
    }
}
