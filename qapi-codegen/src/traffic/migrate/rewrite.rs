//! Requests in the notation in which they were read.

use super::{Migration, Migrator, Outcome, left_with, plain};
use crate::json::{JsonStyle, JsonValue, ParsedJson, parse_prefix};
use crate::traffic::check::MessageKind;
use crate::traffic::read::{Content, Entry, Place, Recorded, Shell};

/// What became of a piece of a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rewritten {
    /// The new bytes, unless it is as it was.
    pub bytes: Option<Vec<u8>>,
    /// The requests in it.
    pub requests: Vec<Request>,
}

/// A request in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Where it is.
    pub place: Place,
    /// Its command.
    pub command: Option<String>,
    /// The request as it was, on one line.
    pub before: String,
    /// What became of it.
    pub migration: Migration,
}

/// Writes the requests in a piece of a text anew.
pub fn entry(migrator: &mut Migrator<'_>, entry: &Entry<'_>) -> Rewritten {
    match &entry.content {
        Content::Other => Rewritten::default(),
        Content::Message(parsed) => message(migrator, entry, parsed),
        Content::Recorded(recorded) if recorded.is_sent => {
            self::recorded(migrator, entry, recorded)
        }
        Content::Recorded(_) => Rewritten::default(),
        Content::Shell(shell) => self::shell(migrator, entry, shell),
        Content::Broken(broken) => Rewritten {
            bytes: None,
            requests: vec![Request {
                place: broken.place,
                command: None,
                before: String::from_utf8_lossy(entry.bytes).trim().to_owned(),
                migration: left_with(vec![plain(format!(
                    "It cannot be read: {}.",
                    broken.message
                ))]),
            }],
        },
    }
}

fn message(migrator: &mut Migrator<'_>, entry: &Entry<'_>, parsed: &ParsedJson<'_>) -> Rewritten {
    if MessageKind::from_message(&parsed.value) != MessageKind::Request {
        return Rewritten::default();
    }
    let request = request(migrator, "", parsed, entry.place);
    let style = JsonStyle::detect(&String::from_utf8_lossy(entry.bytes));
    let new = request.migration.message.as_ref();
    Rewritten {
        bytes: new.map(|message| style.format(message).into_bytes()),
        requests: vec![request],
    }
}

fn recorded(migrator: &mut Migrator<'_>, entry: &Entry<'_>, recorded: &Recorded<'_>) -> Rewritten {
    let session = recorded.session.as_deref().unwrap_or_default();
    let (mut raw, mut requests) = (String::new(), Vec::new());
    let mut rest = recorded.raw.as_ref();
    while let Ok(Some(parsed)) = parse_prefix(rest) {
        let (text, left) = rest.split_at(parsed.end);
        let request = request(migrator, session, &parsed, entry.place);
        let space = &text[..text.len() - text.trim_start().len()];
        raw.push_str(space);
        match &request.migration.message {
            Some(new) => raw.push_str(&JsonStyle::detect(text).format(new)),
            None => raw.push_str(text.trim_start()),
        }
        requests.push(request);
        rest = left;
    }
    raw.push_str(rest);
    let bytes = (raw != recorded.raw).then(|| {
        let mut line = recorded.line.clone();
        if let Some(member) = line.get_mut("raw") {
            *member = JsonValue::string(raw);
        }
        JsonStyle::detect(&String::from_utf8_lossy(entry.bytes))
            .format(&line)
            .into_bytes()
    });
    Rewritten { bytes, requests }
}

fn shell(migrator: &mut Migrator<'_>, entry: &Entry<'_>, shell: &Shell<'_>) -> Rewritten {
    let Some(value) = shell.message() else {
        return Rewritten::default();
    };
    let parsed = ParsedJson {
        value,
        leniencies: Vec::new(),
        end: 0,
    };
    let mut request = request(migrator, "", &parsed, entry.place);
    let new = request.migration.message.as_ref();
    let line = new.map(|message| shell.rewritten(message));
    if line == Some(None) {
        let reason = "The new request cannot be written as a line of qmp-shell.".to_owned();
        request.migration = left_with(vec![plain(reason)]);
    }
    Rewritten {
        bytes: line.flatten().map(String::into_bytes),
        requests: vec![request],
    }
}

fn request(
    migrator: &mut Migrator<'_>,
    session: &str,
    parsed: &ParsedJson<'_>,
    place: Place,
) -> Request {
    let name = parsed
        .value
        .get("execute")
        .or_else(|| parsed.value.get("exec-oob"));
    Request {
        place,
        command: name.and_then(JsonValue::as_str).map(str::to_owned),
        before: JsonStyle::SPACED.format(&parsed.value),
        migration: migrator.request(session, parsed),
    }
}

impl Request {
    /// The new request on one line, unless it is as it was.
    pub fn after(&self) -> Option<String> {
        self.migration
            .message
            .as_ref()
            .map(|message| JsonStyle::SPACED.format(message))
    }

    /// Whether a person has to decide.
    pub fn is_left(&self) -> bool {
        self.migration.outcome == Outcome::Left
    }
}
