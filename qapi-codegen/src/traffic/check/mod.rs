//! Checking messages against a release.
//!
//! A message passes three stages. `release` and `expected` determine the
//! interface that holds for it, from the schema and from everything that is
//! known beyond it. `walk` compares the message with that interface and
//! collects typed `problem`s. `wording` describes these in words. A new
//! source of knowledge changes the first stage only.

mod command_line;
mod envelope;
mod expected;
mod hash_order;
mod kind;
mod log;
mod members;
mod notes;
mod path;
mod placeholder;
mod problem;
mod release;
mod reply;
mod request;
mod server_error;
mod walk;
mod wording;

use crate::diagnostic::Severity;
use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::ReleaseData;
use crate::schema::Schema;
use crate::traffic::secrets::masked_message;
use crate::version::Series;
use crate::wire::{Direction, Interface, Shape};

pub(crate) use command_line::CommandLineProblem;
pub use envelope::Session;
pub(crate) use hash_order::dictionary_order;
pub use kind::MessageKind;
pub use log::{LogChecker, LogFinding, OtherPrograms};
pub use server_error::{FormError, FormStage};
pub use wording::MessageDiagnostic;

use notes::ReportedNotes;
use release::ReleaseInterface;
use walk::MessageWalk;

/// Checks messages against one release.
pub struct Checker<'k> {
    release: ReleaseInterface<'k>,
}

/// The verdict on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The release accepts it, unless its runtime state forbids it: a device is
    /// missing, or a file cannot be opened.
    Accepted,
    /// The release rejects it in any state.
    Rejected,
    /// The available data do not determine it.
    Unknown,
}

impl Verdict {
    fn from_severities(severities: impl Iterator<Item = Severity>) -> Verdict {
        match severities.max() {
            Some(Severity::Error) => Verdict::Rejected,
            Some(Severity::Unknown) => Verdict::Unknown,
            _ => Verdict::Accepted,
        }
    }

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Rejected => "rejected",
            Verdict::Unknown => "unknown",
        }
    }
}

/// A message that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedMessage {
    /// The command or event.
    pub command: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The problems, in the order of the message.
    pub problems: Vec<MessageDiagnostic>,
}

impl CheckedMessage {
    fn new(command: Option<&str>, problems: Vec<MessageDiagnostic>) -> Self {
        let severities = problems.iter().map(|problem| problem.severity);
        CheckedMessage {
            command: command.map(str::to_owned),
            verdict: Verdict::from_severities(severities),
            problems,
        }
    }
}

impl CheckedMessage {
    /// Turns errors that a condition holds for into unknown problems, for a
    /// message whose text is not certain.
    fn weaken(&mut self, is_uncertain: impl Fn(&MessageDiagnostic) -> bool) {
        for problem in &mut self.problems {
            if problem.severity == Severity::Error && is_uncertain(problem) {
                problem.severity = Severity::Unknown;
            }
        }
        let problems = std::mem::take(&mut self.problems);
        *self = CheckedMessage::new(self.command.take().as_deref(), problems);
    }
}

impl<'k> Checker<'k> {
    /// Creates a checker for the release of a schema.
    pub fn new(schema: &'k Schema, data: ReleaseData<'k>) -> Self {
        Checker {
            release: ReleaseInterface::new(schema, data),
        }
    }

    /// The series of the release.
    pub fn series(&self) -> Series {
        self.release.series
    }

    /// The interface of the release.
    pub fn interface(&self) -> &Interface<'k> {
        &self.release.wire
    }

    /// The shape of a type of the schema.
    pub fn find_shape(&self, type_name: &str) -> Option<&Shape<'k>> {
        self.release.find_shape(type_name)
    }

    /// Returns whether all devices of a build of the release are known.
    pub fn has_device_list(&self) -> bool {
        let devices = self.release.devices();
        devices.is_some_and(|devices| devices.is_listed())
    }

    /// Returns whether a recorded build of any release has a type of devices or objects,
    /// or none is recorded.
    pub fn may_have_type(&self, name: &str) -> bool {
        let evidence = self.release.data.devices;
        let evidence = evidence.and_then(|devices| devices.evidence());
        evidence.is_none_or(|evidence| evidence.builds_with(name).next().is_some())
    }

    /// The type of a property of a device: in this release or, if that is not
    /// known, in others that agree about it.
    pub fn property_type(&self, driver: &str, property: &str) -> Option<&'k str> {
        let name = self.release.device_name(driver);
        self.release.devices()?.property_type(name, property)
    }

    /// Returns whether the release has a command.
    pub fn has_command(&self, name: &str) -> bool {
        self.release.command(name).is_some()
    }

    /// Checks a request: its envelope, its command and the arguments.
    pub fn check_request(&self, session: &mut Session, message: &ParsedJson<'_>) -> CheckedMessage {
        self.check_request_in_log(session, message, None)
    }

    /// The verdict on a request. Finding words for problems takes longer than finding them.
    pub fn request_verdict(&self, message: &ParsedJson<'_>) -> Verdict {
        let message = masked_message(message);
        let mut walk = MessageWalk::new(&self.release, Direction::Request);
        walk.check_request(&mut Session::default(), &message);
        let problems = walk.problems.iter();
        Verdict::from_severities(problems.map(|problem| problem.kind.severity()))
    }

    /// Checks a request, without the notes that were reported.
    fn check_request_in_log(
        &self,
        session: &mut Session,
        message: &ParsedJson<'_>,
        notes: Option<&mut ReportedNotes>,
    ) -> CheckedMessage {
        // Problems quote the message.
        let message = masked_message(message);
        let mut walk = MessageWalk::new(&self.release, Direction::Request);
        let command = walk.check_request(session, &message);
        if let Some(notes) = notes {
            walk.problems.retain(|problem| notes.is_new(&problem.kind));
        }
        self.describe(command, walk)
    }

    /// Checks a value that a command returned.
    pub fn check_reply(&self, command: &str, returned: &JsonValue<'_>) -> CheckedMessage {
        let mut walk = MessageWalk::new(&self.release, Direction::Reply);
        walk.check_reply(command, returned);
        self.describe(Some(command), walk)
    }

    /// Checks an event.
    pub fn check_event(&self, message: &JsonValue<'_>) -> CheckedMessage {
        let mut walk = MessageWalk::new(&self.release, Direction::Event);
        let name = walk.check_event(message);
        self.describe(Some(name), walk)
    }

    fn describe(&self, command: Option<&str>, walk: MessageWalk<'_>) -> CheckedMessage {
        let problems = walk.problems.iter();
        let problems = problems.map(|problem| problem.describe(&self.release));
        CheckedMessage::new(command, problems.collect())
    }
}
