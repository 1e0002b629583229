//! Whether a release takes a request, and whether it sends a reply.
//!
//! Here is known what one release makes of one message, by its schema and by
//! what is known beside it: the devices of `device_add`, the form of requests
//! that no schema tells, and what became otherwise. Nothing is known of files,
//! nor of what another release would say, except its name in a hint.

mod device;
mod envelope;
mod hints;
pub(crate) mod literal;
mod log;
mod notes;
mod object;
mod path;
mod problem;
mod reply;
mod shapes;
mod value;

use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::ReleaseData;
use crate::schema::{Command, Schema};
use crate::version::Series;

pub use log::{Finding, Kind, Log, kind};
pub use problem::{Code, Problem, Severity};

use path::Path;
use shapes::Shapes;

/// Checks messages against one release.
pub struct Checker<'k> {
    schema: &'k Schema,
    series: Series,
    shapes: Shapes<'k>,
    notes: notes::Notes<'k>,
    knowledge: ReleaseData<'k>,
}

/// Whether a release takes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does, unless something of the moment is against it: that a device is
    /// not there, or a file cannot be opened.
    Accepted,
    /// It does not, whatever the moment.
    Rejected,
    /// What is known does not tell.
    Unknown,
}

impl Verdict {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Rejected => "rejected",
            Verdict::Unknown => "unknown",
        }
    }
}

/// What was found in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The command that it is about, or the event.
    pub command: Option<String>,
    /// Whether the release takes it.
    pub verdict: Verdict,
    /// All that was found, in the order of the message.
    pub problems: Vec<Problem>,
}

/// What the requests of one connection have told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// Whether requests may be sent out of band; nothing is known where the
    /// capabilities were negotiated out of sight.
    oob: Option<bool>,
}

impl Checked {
    fn new(command: Option<&str>, problems: Vec<Problem>) -> Self {
        let worst = problems.iter().map(|problem| problem.severity).max();
        Checked {
            command: command.map(str::to_owned),
            verdict: match worst {
                Some(Severity::Error) => Verdict::Rejected,
                Some(Severity::Unknown) => Verdict::Unknown,
                _ => Verdict::Accepted,
            },
            problems,
        }
    }
}

impl<'k> Checker<'k> {
    /// A checker for the release of a schema.
    pub fn new(schema: &'k Schema, knowledge: ReleaseData<'k>) -> Self {
        Checker {
            schema,
            series: schema.version.series(),
            shapes: Shapes::new(schema),
            notes: notes::Notes::new(schema, knowledge),
            knowledge,
        }
    }

    /// The series of the release.
    pub fn series(&self) -> Series {
        self.series
    }

    /// Whether it is known what `device_add` accepts.
    pub fn knows_devices(&self) -> bool {
        self.knowledge.devices.is_some()
    }

    /// Whether the release has a command of this name.
    pub fn has_command(&self, name: &str) -> bool {
        self.shapes.command(name).is_some()
    }

    /// Checks a request: an envelope, its command and the arguments.
    pub fn request(&self, session: &mut Session, message: &ParsedJson<'_>) -> Checked {
        let mut problems = Vec::new();
        envelope::oddities(self.series, &message.leniencies, &mut problems);
        let name = envelope::check(self, session, &message.value, &mut problems);
        let arguments = message.value.get("arguments");
        if let Some(name) = name {
            self.command(name, arguments, &mut problems);
        }
        Checked::new(name, problems)
    }

    fn command(&self, name: &str, arguments: Option<&JsonValue<'_>>, problems: &mut Vec<Problem>) {
        let Some((command, shape)) = self.shapes.command(name) else {
            problems.push(self.unknown_command(name));
            return;
        };
        self.lifecycle(command, problems);
        let empty = JsonValue::Object(Vec::new());
        let arguments = arguments
            .filter(|value| value.members().is_some())
            .unwrap_or(&empty);
        let walk = value::Walk::request(self, command);
        match name {
            "device_add" if command.open => device::check(&walk, shape, arguments, problems),
            "netdev_add" if command.open => walk.network(shape, arguments, problems),
            _ => walk.object(shape, arguments, &Path::Root, problems),
        }
        notes::requirements(self, name, arguments, problems);
        notes::behaviour(self, name, arguments, problems);
    }

    fn lifecycle(&self, command: &Command, problems: &mut Vec<Problem>) {
        let what = format!("the command `{}`", command.meta.name);
        notes::lifecycle(&command.meta, &what, &Path::Root, problems);
        notes::deprecations(self, &command.meta.name, problems);
        notes::condition(&command.meta, problems);
    }

    fn unknown_command(&self, name: &str) -> Problem {
        let message = format!(
            "QEMU {} has no command `{}`",
            self.series,
            hints::shortened(name)
        );
        // Vendors add commands of their own under such names.
        let severity = if name.starts_with("__") {
            Severity::Unknown
        } else {
            Severity::Error
        };
        let problem = Problem::new(Code::UnknownCommand, severity, &Path::Root, message);
        let near = hints::nearest(name, self.shapes.command_names());
        let elsewhere = self
            .knowledge
            .series_with_command
            .map(|ask| ask(name))
            .unwrap_or_default();
        problem.with_help(hints::unknown_command(self.series, &near, &elsewhere))
    }
}
