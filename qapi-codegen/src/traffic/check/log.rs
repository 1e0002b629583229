//! Whole logs: which message is what, and which reply answers which request.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use super::envelope::MEMBERS;
use super::path::Path;
use super::problem::{Code, Problem, Severity};
use super::{Checked, Checker, Session, Verdict, hints};
use crate::json::{JsonValue, ParsedJson};
use crate::traffic::read::{LogContent, LogEntry, LoggedMessage, Malformed, Sender, TextPosition};

/// Checks the messages of a log.
pub struct Log<'c, 'k> {
    checker: &'c Checker<'k>,
    replies: bool,
    sessions: HashMap<String, Connection>,
    /// A message that libvirt tells twice: when it is queued and when it is
    /// written.
    queued: Vec<u8>,
    /// The text before the message on its line.
    before: Vec<u8>,
}

/// One message of a log, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where the message begins, or where it is broken.
    pub place: TextPosition,
    /// What it is.
    pub kind: Kind,
    /// What was found.
    pub checked: Checked,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From a client.
    Request,
    /// From QEMU, to a request.
    Reply,
    /// From QEMU, by itself.
    Event,
    /// Neither.
    Other,
}

impl Kind {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Request => "request",
            Kind::Reply => "reply",
            Kind::Event => "event",
            Kind::Other => "other",
        }
    }
}

/// What is known of one connection.
#[derive(Default)]
struct Connection {
    session: Session,
    /// Requests that were not answered: their ids and commands.
    pending: VecDeque<(Option<JsonValue<'static>>, String)>,
}

/// How many requests wait for an answer at most; QEMU itself takes eight.
const MOST_PENDING: usize = 64;

/// How many connections are known at most. A log has a few.
const MOST_SESSIONS: usize = 1024;

impl<'c, 'k> Log<'c, 'k> {
    /// Checks requests, and on demand what QEMU sent.
    pub fn new(checker: &'c Checker<'k>, replies: bool) -> Self {
        Log {
            checker,
            replies,
            sessions: HashMap::new(),
            queued: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Checks a piece of the log.
    pub fn entry(&mut self, entry: &LogEntry<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        match &entry.content {
            LogContent::Text => {
                self.before.clear();
                self.before.extend_from_slice(entry.bytes);
            }
            LogContent::Malformed(malformed) => findings.push(malformed_message(malformed)),
            LogContent::Messages(messages) => {
                let is_repeated = self.is_repeated(entry.bytes);
                self.before.clear();
                if !is_repeated {
                    messages.for_each(&mut |message| findings.extend(self.logged(message)));
                }
            }
        }
        findings
    }

    /// Whether libvirt has told the message before.
    fn is_repeated(&mut self, bytes: &[u8]) -> bool {
        let says = |words: &[u8]| self.before.windows(words.len()).any(|part| part == words);
        if says(b"QEMU_MONITOR_SEND_MSG") {
            self.queued = bytes.to_vec();
            return false;
        }
        let is_written = !self.queued.is_empty() && says(b"QEMU_MONITOR_IO_WRITE");
        is_written && std::mem::take(&mut self.queued) == bytes
    }

    fn logged(&mut self, message: LoggedMessage<'_>) -> Option<Finding> {
        let position = message.position;
        match message.json {
            Ok(parsed) if message.sender == Some(Sender::Client) => {
                Some(self.request(message.session, parsed, position))
            }
            Ok(parsed) => self.message(message.session, parsed, position),
            Err(_) if message.sender == Some(Sender::Server) => None,
            Err(error) => Some(malformed_message(&Malformed {
                position,
                message: error.message.clone(),
            })),
        }
    }

    fn message(
        &mut self,
        session: &str,
        parsed: &ParsedJson<'_>,
        place: TextPosition,
    ) -> Option<Finding> {
        let kind = kind(&parsed.value);
        let checked = match kind {
            Kind::Request => return Some(self.request(session, parsed, place)),
            Kind::Reply => self.reply(session, &parsed.value),
            Kind::Event => self.replies.then(|| self.checker.event(&parsed.value)),
            Kind::Other if parsed.value.get("QMP").is_some() => None,
            Kind::Other => Some(no_message(&parsed.value)),
        };
        checked.map(|checked| Finding {
            place,
            kind,
            checked,
        })
    }

    fn request(&mut self, session: &str, parsed: &ParsedJson<'_>, place: TextPosition) -> Finding {
        let (checker, replies) = (self.checker, self.replies);
        let connection = self.connection(session);
        let checked = checker.request(&mut connection.session, parsed);
        if replies && let Some(command) = &checked.command {
            let id = parsed.value.get("id").cloned().map(JsonValue::into_owned);
            connection.pending.push_back((id, command.clone()));
            if connection.pending.len() > MOST_PENDING {
                connection.pending.pop_front();
            }
        }
        Finding {
            place,
            kind: Kind::Request,
            checked,
        }
    }

    /// Checks a reply to a request that was seen.
    fn reply(&mut self, session: &str, message: &JsonValue<'_>) -> Option<Checked> {
        if !self.replies {
            return None;
        }
        let checker = self.checker;
        let pending = &mut self.connection(session).pending;
        let id = message.get("id");
        let own = pending.iter().position(|(own, _)| own.as_ref() == id)?;
        let (_, command) = pending.remove(own)?;
        Some(match message.get("return") {
            Some(returned) => checker.reply(&command, returned),
            None => Checked::new(Some(&command), Vec::new()),
        })
    }

    fn connection(&mut self, session: &str) -> &mut Connection {
        if !self.sessions.contains_key(session) {
            if self.sessions.len() == MOST_SESSIONS {
                self.sessions.clear();
            }
            self.sessions
                .insert(session.to_owned(), Connection::default());
        }
        self.sessions.entry(session.to_owned()).or_default()
    }
}

/// What a message is by its members.
pub fn kind(message: &JsonValue<'_>) -> Kind {
    let Some(members) = message.members() else {
        return Kind::Request;
    };
    let has = |name: &str| message.get(name).is_some();
    let is_like_request = |name: &Cow<'_, str>| {
        MEMBERS.contains(&name.as_ref())
            || !hints::nearest(name, ["execute"].into_iter()).is_empty()
    };
    if has("execute") || has("exec-oob") {
        Kind::Request
    } else if has("return") || has("error") {
        Kind::Reply
    } else if has("event") {
        Kind::Event
    } else if has("QMP") {
        Kind::Other
    } else if message.get("command").and_then(JsonValue::as_str).is_some() {
        // Many write this for `execute`.
        Kind::Request
    } else if members.is_empty() || members.iter().any(|m| is_like_request(&m.name.value)) {
        Kind::Request
    } else {
        Kind::Other
    }
}

fn no_message(value: &JsonValue<'_>) -> Checked {
    let names = value.members().unwrap_or_default().iter().take(3);
    let names: Vec<String> = names
        .map(|member| format!("`{}`", hints::shortened(&member.name.value)))
        .collect();
    let message = format!(
        "an object with {} is no message of the protocol",
        names.join(", ")
    );
    let problem = Problem::new(Code::NoMessage, Severity::Unknown, &Path::Root, message);
    let help = "a request is `{\"execute\": NAME, \"arguments\": {...}}`".to_owned();
    Checked::new(None, vec![problem.with_help(Some(help))])
}

fn malformed_message(malformed: &Malformed) -> Finding {
    let problem = Problem::error(Code::InvalidSyntax, &Path::Root, malformed.message.clone());
    Finding {
        place: malformed.position,
        kind: Kind::Request,
        checked: Checked {
            command: None,
            verdict: Verdict::Rejected,
            problems: vec![problem],
        },
    }
}
