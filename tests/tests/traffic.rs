//! Verdicts on all recorded requests, compared with the answers of that QEMU.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::fs;
use std::path::PathBuf;

use qapi_codegen::diagnostic::Severity;
use qapi_codegen::json::{JsonValue, ParsedJson, parse, parse_prefix};
use qapi_codegen::traffic::check::{
    CheckedMessage, Checker, LogChecker, MessageKind, Session, Verdict,
};
use qapi_codegen::traffic::read;
use serde::Deserialize;
use tests::answers::{self, Meaning, Refusals};
use tests::releases;

/// The numbers of requests, by the answer of QEMU.
#[derive(Debug, Default, PartialEq, Eq)]
struct Agreements {
    /// QEMU returned a value, and the verdict is accepted.
    returned: usize,
    /// QEMU rejected the request itself, and the verdict is rejected for the
    /// same reason.
    form: usize,
    /// QEMU rejected it because of its runtime state, and the verdict is accepted.
    state: usize,
    /// The verdict differs for a reason that is listed.
    explained: usize,
}

#[test]
fn verdicts_agree_with_2_5_1() {
    let expected = Agreements {
        returned: 317,
        form: 142,
        state: 33,
        explained: 9,
    };
    assert_eq!(play("2.5.1", "2.5"), expected);
}

#[test]
fn verdicts_agree_with_2_11_0() {
    let expected = Agreements {
        returned: 327,
        form: 137,
        state: 33,
        explained: 10,
    };
    assert_eq!(play("2.11.0", "2.11"), expected);
}

#[test]
fn verdicts_agree_with_7_2_22() {
    let expected = Agreements {
        returned: 178,
        form: 90,
        state: 22,
        explained: 6,
    };
    assert_eq!(play("7.2.22", "7.2"), expected);
}

/// The reasons why verdicts differ from answers.
#[derive(Deserialize)]
struct Disagreements {
    #[serde(default)]
    disagreement: Vec<Disagreement>,
}

#[derive(Deserialize)]
struct Disagreement {
    release: String,
    #[serde(default)]
    request: String,
    #[serde(default)]
    whole: Option<String>,
    #[serde(default)]
    session: String,
    reason: String,
}

impl Disagreement {
    fn explains(&self, exchange: &Exchange) -> bool {
        exchange.sent.contains(&self.request)
            && self
                .whole
                .as_ref()
                .is_none_or(|whole| *whole == exchange.sent)
            && exchange.session.starts_with(&self.session)
            && !self.reason.is_empty()
    }
}

/// A recorded request with its verdict and its answer.
struct Exchange {
    session: String,
    sent: String,
    verdict: CheckedMessage,
    answer: Answer,
}

enum Answer {
    Returned,
    Refused(String),
    /// No answer can be assigned to the request.
    None,
}

fn play(release: &str, series: &str) -> Agreements {
    let known = releases::release(series);
    let checker = known.checker(None);
    let refusals: Refusals = answers::data("refusals.toml");
    let all: Disagreements = answers::data("disagreements.toml");
    let explained: Vec<_> = all
        .disagreement
        .iter()
        .filter(|entry| entry.release == release)
        .collect();
    let mut used = vec![false; explained.len()];
    let mut agreements = Agreements::default();
    let mut failures = Vec::new();
    for exchange in exchanges(release, &checker) {
        let Err(failure) = compare(&exchange, &refusals, &mut agreements) else {
            continue;
        };
        match explained.iter().position(|entry| entry.explains(&exchange)) {
            Some(index) => {
                used[index] = true;
                agreements.explained += 1;
            }
            None => failures.push(format!("{exchange}\n  {failure}")),
        }
    }
    let unused = explained.iter().zip(&used).filter(|(_, used)| !**used);
    failures.extend(
        unused.map(|(entry, _)| format!("the entry explains no difference: `{}`", entry.request)),
    );
    assert!(
        failures.is_empty(),
        "{}\n{agreements:?}",
        failures.join("\n")
    );
    agreements
}

/// Compares a verdict with an answer.
fn compare(
    exchange: &Exchange,
    refusals: &Refusals,
    agreements: &mut Agreements,
) -> Result<(), String> {
    let is_rejected = exchange.verdict.verdict == Verdict::Rejected;
    match &exchange.answer {
        Answer::None => Ok(()),
        Answer::Returned if is_rejected => Err("QEMU returned a value".to_owned()),
        Answer::Returned => {
            agreements.returned += 1;
            Ok(())
        }
        Answer::Refused(text) => match refusals.meaning(text) {
            None => Err(format!(
                "no entry of refusals.toml matches this error: {text}"
            )),
            Some(Meaning::Moment) if is_rejected => {
                Err(format!("QEMU accepted the form of the request: {text}"))
            }
            Some(Meaning::Moment) => {
                agreements.state += 1;
                Ok(())
            }
            Some(Meaning::Form(_)) if !is_rejected => Err(format!("QEMU rejected it: {text}")),
            Some(Meaning::Form(name)) => {
                let errors = exchange
                    .verdict
                    .problems
                    .iter()
                    .filter(|p| p.severity == Severity::Error);
                let names_it =
                    name.is_none_or(|name| errors.clone().any(|p| answers::is_about(p, &name)));
                agreements.form += usize::from(names_it);
                if names_it {
                    Ok(())
                } else {
                    Err(format!("the error of QEMU names another member: {text}"))
                }
            }
        },
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent: String = self.sent.chars().take(300).collect();
        let verdict = self.verdict.verdict.as_str();
        write!(f, "[{}] {sent}: {verdict}", self.session)?;
        self.verdict
            .problems
            .iter()
            .try_for_each(|problem| write!(f, "\n  - {}: {}", problem.location, problem.message))
    }
}

/// One line of a recording.
#[derive(Deserialize, Default)]
struct Line {
    session: String,
    step: String,
    dir: String,
    #[serde(default)]
    raw: String,
}

fn exchanges(release: &str, checker: &Checker<'_>) -> Vec<Exchange> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("recordings")
        .join(release);
    let mut found = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the recordings are part of the repository")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    paths.sort();
    for path in paths {
        let mut sessions: HashMap<String, Session> = HashMap::new();
        let text = fs::read_to_string(path).expect("the file can be read");
        let mut lines: VecDeque<Line> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line"))
            .collect();
        while let Some(line) = lines.pop_front() {
            let mut step = vec![line];
            while lines
                .front()
                .is_some_and(|next| next.step == step[0].step && next.session == step[0].session)
            {
                step.extend(lines.pop_front());
            }
            let session = sessions.entry(step[0].session.clone()).or_default();
            found.extend(step_exchanges(&step, checker, session));
        }
    }
    found
}

/// The exchanges of one step.
fn step_exchanges(step: &[Line], checker: &Checker<'_>, session: &mut Session) -> Vec<Exchange> {
    let received = step.iter().filter(|line| line.dir == "<");
    let replies = received.map(|line| parse(&line.raw));
    // An invalid reply is a part of one that spans lines; it is not compared.
    let mut replies: VecDeque<JsonValue<'_>> = replies
        .map(|parsed| parsed.map_or(JsonValue::Null, |parsed| parsed.value))
        .filter(|reply| reply.get("event").is_none() && reply.get("QMP").is_none())
        .collect();
    let mut found = Vec::new();
    for line in step.iter().filter(|line| line.dir == ">") {
        for (sent, parsed) in messages(&line.raw) {
            let (verdict, answer) = match &parsed {
                Some(parsed) => (
                    checker.check_request(session, parsed),
                    take_answer(&parsed.value, &mut replies),
                ),
                None => (malformed(), take_first(&mut replies)),
            };
            found.push(Exchange {
                session: line.session.clone(),
                sent,
                verdict,
                answer,
            });
        }
    }
    found
}

/// The messages of a transfer; the last one is `None` if it is malformed.
fn messages(raw: &str) -> Vec<(String, Option<ParsedJson<'_>>)> {
    let mut messages = Vec::new();
    let mut rest = raw;
    loop {
        match parse_prefix(rest) {
            Ok(None) => return messages,
            Ok(Some(parsed)) => {
                let (sent, left) = rest.split_at(parsed.end);
                messages.push((sent.to_owned(), Some(parsed)));
                rest = left;
            }
            Err(_) => {
                messages.push((rest.to_owned(), None));
                return messages;
            }
        }
    }
}

fn malformed() -> CheckedMessage {
    CheckedMessage {
        command: None,
        verdict: Verdict::Rejected,
        problems: Vec::new(),
    }
}

fn take_first(replies: &mut VecDeque<JsonValue<'_>>) -> Answer {
    let reply = replies.pop_front();
    // The other replies answer the rest of the malformed text.
    replies.clear();
    reply.map_or(Answer::None, |reply| read_answer(&reply))
}

/// The answer to a request: the first with its id, or the first without any id.
fn take_answer(request: &JsonValue<'_>, replies: &mut VecDeque<JsonValue<'_>>) -> Answer {
    let id = request.get("id");
    let own = replies.iter().position(|reply| reply.get("id") == id);
    let without_id = || replies.iter().position(|reply| reply.get("id").is_none());
    // QEMU may spell the id differently from the request.
    let only = || (replies.len() == 1).then_some(0);
    let place = own.or_else(without_id).or_else(only);
    let reply = place.and_then(|place| replies.remove(place));
    reply.map_or(Answer::None, |reply| read_answer(&reply))
}

fn read_answer(reply: &JsonValue<'_>) -> Answer {
    match (reply.get("return"), reply.get("error")) {
        (Some(_), _) => Answer::Returned,
        (None, Some(error)) => {
            let text = error.get("desc").and_then(JsonValue::as_str);
            Answer::Refused(text.unwrap_or_default().to_owned())
        }
        (None, None) => Answer::None,
    }
}

/// Replies and events of the recordings conform to the schema.
#[test]
fn replies_and_events_are_those_of_the_release() {
    for (release, series) in [("2.5.1", "2.5"), ("2.11.0", "2.11"), ("7.2.22", "7.2")] {
        let known = releases::release(series);
        let checker = known.checker(None);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("recordings")
            .join(release);
        for name in ["events.jsonl", "queries.jsonl", "seed-scenario.jsonl"] {
            let text = fs::read_to_string(folder.join(name)).expect("the file can be read");
            let mut log = LogChecker::new(&checker, true);
            let (mut received, mut wrong) = (0, Vec::new());
            read::read(&mut text.as_bytes(), &|_| false, &mut |entry| {
                for finding in log.check_entry(&entry) {
                    if finding.kind != MessageKind::Request {
                        received += 1;
                        wrong.extend(finding.checked.problems);
                    }
                }
                Ok::<(), std::io::Error>(())
            })
            .expect("a text in memory can be read");
            assert!(received > 20, "{release} {name}: {received}");
            assert!(wrong.is_empty(), "{release} {name}: {wrong:?}");
        }
    }
}
