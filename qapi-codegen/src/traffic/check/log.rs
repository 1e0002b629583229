//! Checking logs: sessions, repeated messages, and replies by their requests.

use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::notes::ReportedNotes;
use super::path::MessagePath;
use super::placeholder::weaken_problems;
use super::problem::{MessageProblem, ProblemKind};
use super::{CheckedMessage, Checker, MessageDiagnostic, MessageKind, Session, Verdict};
use crate::imported::QemuProgram;
use crate::json::{JsonValue, ParsedJson};
use crate::traffic::read::{LogContent, LogEntry, LoggedMessage, Sender, TextPosition};

/// Checks the messages of a log.
pub struct LogChecker<'c, 'k> {
    checker: &'c Checker<'k>,
    other: Option<&'c OtherPrograms<'c, 'k>>,
    checks_replies: bool,
    /// The notes that were reported, if each is to be reported once.
    notes: Option<ReportedNotes>,
    connections: BTreeMap<String, Connection>,
    /// The last message that libvirt queued. It logs the message again when it
    /// is written.
    queued: Vec<u8>,
    /// The text before the message on its line.
    prefix: Vec<u8>,
}

/// Finds the program that has a command which the checked release lacks, with
/// its interface if that is known.
pub type OtherPrograms<'c, 'k> =
    dyn Fn(&str) -> Option<(QemuProgram, Option<&'c Checker<'k>>)> + 'c;

/// One message of a log that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFinding {
    /// The position of the message, or of its syntax error.
    pub position: TextPosition,
    /// Its kind.
    pub kind: MessageKind,
    /// The program that has the command, if it is another one.
    pub program: Option<QemuProgram>,
    /// The result of the check.
    pub checked: CheckedMessage,
}

/// The state of one connection.
#[derive(Default)]
struct Connection {
    session: Session,
    /// Set if messages of several connections are in the log, and it does not tell them
    /// apart.
    is_mixed: bool,
    /// The requests without a reply so far.
    pending: VecDeque<PendingRequest>,
}

/// A request without a reply.
struct PendingRequest {
    id: Option<JsonValue<'static>>,
    command: String,
    /// The program that has the command, if it is another one.
    program: Option<QemuProgram>,
}

/// The words of libvirt for a message that it queues, and writes.
static QUEUED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("QEMU_MONITOR_SEND_MSG"));
static WRITTEN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("QEMU_MONITOR_IO_WRITE"));

/// The largest number of requests that wait for a reply. QEMU queues eight.
const MAX_PENDING: usize = 64;

/// The largest number of connections. A log has a few.
const MAX_CONNECTIONS: usize = 1024;

impl<'c, 'k> LogChecker<'c, 'k> {
    /// Creates a checker of requests and, if `checks_replies`, of replies and
    /// events.
    pub fn new(checker: &'c Checker<'k>, checks_replies: bool) -> Self {
        LogChecker {
            checker,
            other: None,
            checks_replies,
            notes: None,
            connections: BTreeMap::new(),
            queued: Vec::new(),
            prefix: Vec::new(),
        }
    }

    /// Checks commands of other programs by their own interfaces.
    pub fn with_other_programs(mut self, other: &'c OtherPrograms<'c, 'k>) -> Self {
        self.other = Some(other);
        self
    }

    /// Reports each note about requests for the first of them only.
    pub fn with_notes_once(mut self) -> Self {
        self.notes = Some(ReportedNotes::default());
        self
    }

    /// Checks the messages of an entry.
    pub fn check_entry(&mut self, entry: &LogEntry<'_>) -> Vec<LogFinding> {
        let mut findings = Vec::new();
        match &entry.content {
            LogContent::CommandLine(line) => {
                self.prefix.clear();
                findings.push(LogFinding {
                    position: line.position,
                    kind: MessageKind::CommandLine,
                    program: None,
                    checked: self.checker.check_command_line(line),
                });
            }
            LogContent::Text => {
                self.prefix.clear();
                self.prefix.extend_from_slice(entry.bytes);
            }
            LogContent::Malformed(malformed) => {
                findings.push(self.report_syntax_error(malformed.position, &malformed.message));
            }
            LogContent::Unread(malformed) => {
                let mut finding = self.report_syntax_error(malformed.position, &malformed.message);
                finding.checked.weaken(|_| true);
                findings.push(finding);
            }
            LogContent::Messages(messages) => {
                let is_repeated = self.is_repeated(entry.bytes);
                self.prefix.clear();
                if !is_repeated {
                    messages.for_each(&mut |message| findings.extend(self.check_logged(message)));
                }
            }
        }
        findings
    }

    /// Returns whether libvirt logs a message for the second time.
    fn is_repeated(&mut self, message: &[u8]) -> bool {
        let contains = |word: &Finder<'_>| word.find(&self.prefix).is_some();
        if contains(&QUEUED) {
            self.queued = message.to_vec();
            return false;
        }
        let is_written = !self.queued.is_empty() && contains(&WRITTEN);
        is_written && std::mem::take(&mut self.queued) == message
    }

    fn check_logged(&mut self, message: LoggedMessage<'_>) -> Option<LogFinding> {
        let warning = message.warning;
        let mut finding = self.check_parsed(message)?;
        if let Some(warning) = warning {
            let problem = self.describe(ProblemKind::MisreadNotation(warning));
            finding.checked.problems.push(problem);
        }
        Some(finding)
    }

    fn check_parsed(&mut self, message: LoggedMessage<'_>) -> Option<LogFinding> {
        let (session, position) = (message.session, message.position);
        match (message.json, message.sender) {
            (Ok(parsed), Some(Sender::Client)) => {
                Some(self.check_request(session, parsed, position))
            }
            (Ok(parsed), _) => self.check_message(session, parsed, position),
            (Err(_), Some(Sender::Server)) => None,
            (Err(error), _) => Some(self.report_syntax_error(position, &error.message)),
        }
    }

    fn check_message(
        &mut self,
        session: &str,
        parsed: &ParsedJson<'_>,
        position: TextPosition,
    ) -> Option<LogFinding> {
        let kind = MessageKind::from_message(&parsed.value);
        let checked = match kind {
            MessageKind::Request => return Some(self.check_request(session, parsed, position)),
            MessageKind::Reply => return self.check_reply(session, &parsed.value, position),
            MessageKind::Event if self.checks_replies => self.checker.check_event(&parsed.value),
            MessageKind::Event => return None,
            MessageKind::Other if parsed.value.get("QMP").is_some() => return None,
            MessageKind::CommandLine | MessageKind::Other => self.unknown_message(&parsed.value),
        };
        Some(LogFinding {
            position,
            kind,
            program: None,
            checked,
        })
    }

    fn check_request(
        &mut self,
        session: &str,
        parsed: &ParsedJson<'_>,
        position: TextPosition,
    ) -> LogFinding {
        let name = parsed.value.get("execute").and_then(JsonValue::as_str);
        let other = name.and_then(|name| self.find_other(name));
        let program = other.map(|(program, _)| program);
        let checker = other.map_or(Some(self.checker), |(_, checker)| checker);
        let unknown = program.filter(|_| checker.is_none());
        let unknown =
            unknown.map(|program| self.with_problem(ProblemKind::UnknownInterface(program)));
        let checker = checker.unwrap_or(self.checker);
        let checks_replies = self.checks_replies;
        let connection = connection(&mut self.connections, session);
        let notes = self.notes.as_mut();
        let before = connection.session.clone();
        let mut checked = checker.check_request_in_log(&mut connection.session, parsed, notes);
        if connection.is_mixed {
            connection.session = before;
        } else if session.is_empty() {
            connection.is_mixed = connection.session.forget_if_changed(&before);
        }
        weaken_problems(&mut checked, &parsed.value);
        if let Some(unknown) = unknown {
            checked = CheckedMessage {
                command: checked.command,
                ..unknown
            };
        }
        if checks_replies && let Some(command) = &checked.command {
            let id = parsed.value.get("id").cloned().map(JsonValue::into_owned);
            connection.pending.push_back(PendingRequest {
                id,
                command: command.clone(),
                program,
            });
            if connection.pending.len() > MAX_PENDING {
                connection.pending.pop_front();
            }
        }
        LogFinding {
            position,
            kind: MessageKind::Request,
            program,
            checked,
        }
    }

    /// The other program that has a command which this release lacks.
    fn find_other(&self, command: &str) -> Option<(QemuProgram, Option<&'c Checker<'k>>)> {
        let other = self.other.filter(|_| !self.checker.has_command(command))?;
        other(command)
    }

    /// Checks a reply if its request was in the log.
    ///
    /// Without ids, replies have the order of their requests. A log may lack a
    /// reply, so a reply that does not fit the oldest request may be that of a
    /// later one.
    fn check_reply(
        &mut self,
        session: &str,
        message: &JsonValue<'_>,
        position: TextPosition,
    ) -> Option<LogFinding> {
        if !self.checks_replies {
            return None;
        }
        let (own, other) = (self.checker, self.other);
        let pending = &mut connection(&mut self.connections, session).pending;
        let id = message.get("id");
        let candidates = pending
            .iter()
            .enumerate()
            .filter(|(_, request)| request.id.as_ref() == id);
        let candidates: Vec<usize> = candidates.map(|(index, _)| index).collect();
        let check = |index: usize| {
            let PendingRequest {
                command, program, ..
            } = &pending[index];
            let checker = match (program, other) {
                (Some(_), Some(other)) => other(command).and_then(|(_, checker)| checker),
                _ => Some(own),
            };
            match message.get("return").zip(checker) {
                Some((returned, checker)) => checker.check_reply(command, returned),
                None => CheckedMessage::new(Some(command), Vec::new()),
            }
        };
        let checked = candidates.iter().map(|&index| (index, check(index)));
        let fits = |checked: &CheckedMessage| checked.verdict != Verdict::Rejected;
        let (index, mut checked) = match checked.clone().find(|(_, checked)| fits(checked)) {
            Some(found) => found,
            None => checked.into_iter().next()?,
        };
        let program = pending[index].program;
        let passed = candidates
            .iter()
            .rev()
            .filter(|candidate| **candidate <= index);
        passed.for_each(|&candidate| drop(pending.remove(candidate)));
        if candidates.len() > 1 && !fits(&checked) {
            checked = self.with_problem(ProblemKind::UnpairedReply);
        }
        Some(LogFinding {
            position,
            kind: MessageKind::Reply,
            program,
            checked,
        })
    }

    fn unknown_message(&self, message: &JsonValue<'_>) -> CheckedMessage {
        let members = message.members().unwrap_or_default().iter().take(3);
        let names = members.map(|member| member.name.value.as_ref()).collect();
        self.with_problem(ProblemKind::UnknownMessage(names))
    }

    fn report_syntax_error(&self, position: TextPosition, message: &str) -> LogFinding {
        LogFinding {
            position,
            kind: MessageKind::Request,
            program: None,
            checked: self.with_problem(ProblemKind::InvalidSyntax(message)),
        }
    }

    /// The result for a message that consists of one problem.
    fn with_problem(&self, kind: ProblemKind<'_>) -> CheckedMessage {
        CheckedMessage::new(None, vec![self.describe(kind)])
    }

    /// Describes a problem of a message as a whole.
    fn describe(&self, kind: ProblemKind<'_>) -> MessageDiagnostic {
        let path = MessagePath::Root.to_segments();
        MessageProblem::new(path, kind).describe(&self.checker.release)
    }
}

/// The connection of a session.
fn connection<'l>(
    connections: &'l mut BTreeMap<String, Connection>,
    session: &str,
) -> &'l mut Connection {
    let is_new = !connections.contains_key(session);
    if is_new && connections.len() == MAX_CONNECTIONS {
        connections.clear();
    }
    connections.entry(session.to_owned()).or_default()
}
