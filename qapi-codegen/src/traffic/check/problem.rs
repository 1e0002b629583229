//! Typed problems of messages.

use crate::diagnostic::{Code, Severity};
use crate::json::JsonValue;
use crate::knowledge::{BehaviourChange, MemberRequirement};
use crate::schema::{Condition, JsonKind};
use crate::wire::{IntegerRange, PathSegment};

/// A problem of a message, with what is needed to describe it.
#[derive(Debug, Clone)]
pub struct MessageProblem<'m> {
    /// The path inside the arguments of a request, or inside the message for
    /// problems with its envelope, replies and events.
    pub path: Vec<PathSegment<'m>>,
    /// The problem.
    pub kind: ProblemKind<'m>,
}

/// A kind of problem.
#[derive(Debug, Clone)]
pub enum ProblemKind<'m> {
    /// The text is not JSON, or not a line of qmp-shell.
    InvalidSyntax {
        /// The error message of the parser.
        message: &'m str,
    },
    /// An object has two members of this name.
    DuplicateMember {
        /// The name.
        name: &'m str,
    },
    /// A string contains half of a surrogate pair.
    UnpairedSurrogate,
    /// A string contains a control character that is not escaped.
    ControlCharacter,
    /// An object is not a request, a reply or an event.
    UnknownMessage {
        /// The names of some of its members.
        names: Vec<&'m str>,
    },
    /// A request is not an object.
    RequestNotObject {
        /// The name of its JSON type.
        found: &'static str,
    },
    /// A request does not name its command.
    MissingExecute {
        /// A member that was probably meant.
        similar: Option<&'m str>,
    },
    /// A request has both `execute` and `exec-oob`.
    ExecuteAndExecOob,
    /// A member of the envelope has the wrong JSON type.
    MistypedEnvelopeMember {
        /// The name.
        name: &'static str,
        /// The JSON type that it must have.
        expected: JsonKind,
        /// The name of the JSON type that it has.
        found: &'static str,
    },
    /// A request has an unknown member next to `execute`.
    UnexpectedEnvelopeMember {
        /// The name.
        name: &'m str,
        /// Why it is there.
        cause: EnvelopeCause<'m>,
    },
    /// A command is sent with `exec-oob` that does not support it.
    NotOobCapable {
        /// The command.
        command: &'m str,
    },
    /// The release does not have a command.
    UnknownCommand {
        /// The command.
        command: &'m str,
    },
    /// The release does not have an event.
    UnknownEvent {
        /// The event.
        event: &'m str,
    },
    /// The release does not have a device.
    UnknownDevice {
        /// The device.
        device: &'m str,
    },
    /// The properties of a device are not known.
    UnlistedDevice {
        /// The device.
        device: &'m str,
    },
    /// Something is deprecated.
    Deprecated {
        /// What is deprecated.
        subject: ProblemSubject<'m>,
        /// What to use instead.
        advice: Option<&'m str>,
    },
    /// Something may change in any release.
    Unstable {
        /// What is unstable.
        subject: ProblemSubject<'m>,
    },
    /// A command exists only in some builds.
    Conditional {
        /// The command.
        command: &'m str,
        /// The condition of the build.
        condition: &'m Condition,
    },
    /// A required member is missing.
    MissingMember {
        /// Members that belong into it.
        misplaced: Vec<&'m str>,
    },
    /// All members are missing of which one is required.
    MissingRequirement(&'m MemberRequirement),
    /// Several members are present of which only one is allowed.
    ExcessRequirement(&'m MemberRequirement),
    /// An object has an unknown member.
    UnexpectedMember {
        /// The name.
        name: &'m str,
        /// The object.
        owner: MemberOwner,
        /// The names of members that are expected and absent.
        candidates: Vec<&'m str>,
        /// Whether its own members belong into the object.
        holds_members: bool,
    },
    /// A value is ignored because of its JSON type.
    Ignored {
        /// The name of the JSON type.
        found: &'static str,
    },
    /// A value has the wrong JSON type.
    MistypedValue {
        /// The JSON types that it may have.
        expected: Vec<JsonKind>,
        /// The value.
        value: &'m JsonValue<'m>,
    },
    /// Option text does not represent a value of the type.
    InvalidOptionText {
        /// The JSON type that it has to represent.
        expected: JsonKind,
        /// The text.
        text: &'m str,
    },
    /// An integer is outside the range of its type.
    OutOfRange {
        /// The range.
        range: IntegerRange,
        /// The integer.
        number: &'m str,
    },
    /// A string is not a value of the enum.
    UnknownValue {
        /// The string.
        text: &'m str,
        /// The values.
        values: Vec<&'m str>,
    },
    /// A change of behaviour affects the request.
    AffectedByChange(&'m BehaviourChange),
}

/// The cause of an unknown member in an envelope.
#[derive(Debug, Clone, Copy)]
pub enum EnvelopeCause<'m> {
    /// The release does not support out-of-band execution.
    OobUnsupported,
    /// The client did not enable out-of-band execution.
    OobNotEnabled,
    /// The member is an argument of this command.
    ArgumentOf(&'m str),
    /// The member is an object with arguments.
    HoldsArguments,
    /// Something else.
    Unknown,
}

/// The subject of a problem.
#[derive(Debug, Clone, Copy)]
pub enum ProblemSubject<'m> {
    /// A command.
    Command(&'m str),
    /// The member at the path of the problem.
    Member,
    /// A value of the member at the path of the problem.
    Value(&'m str),
}

/// The object that has a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberOwner {
    /// The arguments of a request.
    Arguments,
    /// The properties of a device.
    Device,
    /// An object in a request.
    Object,
    /// An object in a reply or an event.
    Reply,
}

impl ProblemKind<'_> {
    /// The diagnostic code.
    pub fn code(&self) -> Code {
        match self {
            ProblemKind::InvalidSyntax { .. } => Code::InvalidSyntax,
            ProblemKind::DuplicateMember { .. } => Code::DuplicateMember,
            ProblemKind::UnpairedSurrogate | ProblemKind::ControlCharacter => Code::InvalidText,
            ProblemKind::UnknownMessage { .. } | ProblemKind::RequestNotObject { .. } => {
                Code::NoMessage
            }
            ProblemKind::MissingExecute { .. } | ProblemKind::MistypedEnvelopeMember { .. } => {
                Code::InvalidEnvelope
            }
            ProblemKind::ExecuteAndExecOob | ProblemKind::UnexpectedEnvelopeMember { .. } => {
                Code::UnexpectedEnvelope
            }
            ProblemKind::NotOobCapable { .. } => Code::NoOob,
            ProblemKind::UnknownCommand { .. } => Code::UnknownCommand,
            ProblemKind::UnknownEvent { .. } => Code::UnknownEvent,
            ProblemKind::UnknownDevice { .. } => Code::UnknownDevice,
            ProblemKind::UnlistedDevice { .. } | ProblemKind::Ignored { .. } => Code::Unchecked,
            ProblemKind::Deprecated { .. } => Code::Deprecated,
            ProblemKind::Unstable { .. } => Code::Unstable,
            ProblemKind::Conditional { .. } => Code::Conditional,
            ProblemKind::MissingMember { .. }
            | ProblemKind::MissingRequirement(_)
            | ProblemKind::ExcessRequirement(_) => Code::MissingMember,
            ProblemKind::UnexpectedMember { .. } => Code::UnexpectedMember,
            ProblemKind::MistypedValue { .. } | ProblemKind::InvalidOptionText { .. } => {
                Code::MistypedMember
            }
            ProblemKind::OutOfRange { .. } => Code::OutOfRange,
            ProblemKind::UnknownValue { .. } => Code::UnknownValue,
            ProblemKind::AffectedByChange(_) => Code::Behaviour,
        }
    }

    /// The severity, which depends on more than the code.
    pub fn severity(&self) -> Severity {
        match self {
            // The names of commands that vendors add begin like this.
            ProblemKind::UnknownCommand { command } if command.starts_with("__") => {
                Severity::Unknown
            }
            ProblemKind::UnknownMessage { .. } => Severity::Unknown,
            ProblemKind::Ignored { .. } => Severity::Warning,
            // Clients ignore members that they do not know.
            ProblemKind::UnexpectedMember { owner, .. } if *owner == MemberOwner::Reply => {
                Severity::Warning
            }
            _ => self.code().default_severity(),
        }
    }
}
