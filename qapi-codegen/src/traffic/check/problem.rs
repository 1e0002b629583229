//! Typed problems of messages.

use crate::diagnostic::{Code, Severity};
use crate::imported::QemuProgram;
use crate::json::JsonValue;
use crate::knowledge::builds::Removal;
use crate::knowledge::{
    BehaviourChange, MemberRequirement, MigrationRule, RequestRejection, VendorCommands,
};
use crate::schema::{Condition, JsonKind};
use crate::version::Series;
use crate::wire::{IntegerRange, PathSegment};

/// A problem of a message, with what is needed to describe it.
#[derive(Debug, Clone)]
pub struct MessageProblem<'m> {
    /// The path inside the arguments of a request, or inside the message for
    /// problems with its envelope, replies and events.
    pub path: Vec<PathSegment<'m>>,
    pub kind: ProblemKind<'m>,
    /// The answer to the change that caused the problem.
    pub answer: Option<&'m MigrationRule>,
    /// The other series that have the command, member or value.
    pub elsewhere: Vec<Series>,
}

impl<'m> MessageProblem<'m> {
    /// Creates a problem without an answer.
    pub fn new(path: Vec<PathSegment<'m>>, kind: ProblemKind<'m>) -> Self {
        MessageProblem {
            path,
            kind,
            answer: None,
            elsewhere: Vec::new(),
        }
    }
}

/// A kind of problem.
#[derive(Debug, Clone)]
pub enum ProblemKind<'m> {
    /// The text is not JSON or a qmp-shell line, with the message of the parser.
    InvalidSyntax(&'m str),
    /// Other readers of the notation make something else of the message.
    MisreadNotation(&'m str),
    /// A reply fits none of the requests that wait for one.
    UnpairedReply,
    /// An object has two members of this name.
    DuplicateMember(&'m str),
    /// A string contains half of a surrogate pair.
    UnpairedSurrogate,
    /// A string contains a control character that is not escaped.
    ControlCharacter,
    /// An object is not a message. Some of its members have these names.
    UnknownMessage(Vec<&'m str>),
    /// A request is not an object, but of this JSON type.
    RequestNotObject(&'static str),
    /// A request does not name its command, unless in a member of another name.
    MissingExecute(Option<&'m str>),
    /// A request has both `execute` and `exec-oob`.
    ExecuteAndExecOob,
    /// A member of the envelope has the wrong JSON type.
    MistypedEnvelopeMember {
        name: &'static str,
        /// The JSON type that it must have.
        expected: JsonKind,
        /// The name of the JSON type that it has.
        found: &'static str,
    },
    /// A request has an unknown member next to `execute`.
    UnexpectedEnvelopeMember {
        name: &'m str,
        cause: EnvelopeCause<'m>,
    },
    /// A command is sent with `exec-oob` that does not support it.
    NotOobCapable(&'m str),
    /// The release does not have a command.
    UnknownCommand(&'m str),
    /// The release does not have a command, but a downstream of it may. It is
    /// named if it is known.
    VendorCommand(&'m str, Option<&'m VendorCommands>),
    /// The interface of the program that has the command is not known.
    UnknownInterface(QemuProgram),
    /// The release does not have an event.
    UnknownEvent(&'m str),
    /// The release does not have a device any more.
    RemovedDevice {
        /// The device.
        driver: &'m str,
        /// Its removal.
        removal: Removal,
    },
    /// No known build of the release has a device.
    UnverifiedDevice(&'m str),
    /// The properties of a device are not known.
    UnlistedDevice(&'m str),
    /// No known build of the release has a property of a device.
    UnverifiedProperty {
        /// The device.
        device: &'m str,
        /// The property.
        property: &'m str,
    },
    /// Something is deprecated.
    Deprecated(ProblemSubject<'m>),
    /// Something may change in any release.
    Unstable(ProblemSubject<'m>),
    /// A command exists only in some builds.
    Conditional {
        command: &'m str,
        condition: &'m Condition,
    },
    /// A required member is missing. These members belong into it.
    MissingMember(Vec<&'m str>),
    /// All members are missing of which one is required.
    MissingRequirement(&'m MemberRequirement),
    /// Several members are present of which only one is allowed.
    ExcessRequirement(&'m MemberRequirement),
    /// A rule that no schema states rejects an argument.
    Rejected(&'m RequestRejection),
    /// An object has an unknown member.
    UnexpectedMember {
        name: &'m str,
        owner: MemberOwner,
        /// The names of members that are expected and absent.
        candidates: Vec<&'m str>,
        /// `true` if its own members belong into the object.
        holds_members: bool,
    },
    /// A value is ignored because of this JSON type.
    Ignored(&'static str),
    /// A value has the wrong JSON type.
    MistypedValue {
        /// The JSON types that it may have.
        expected: Vec<JsonKind>,
        value: &'m JsonValue<'m>,
    },
    /// Option text does not represent a value of the type.
    InvalidOptionText {
        /// The JSON type that it has to represent.
        expected: JsonKind,
        text: &'m str,
    },
    /// An integer is outside the range of its type.
    OutOfRange {
        range: IntegerRange,
        number: &'m str,
    },
    /// A string is not a value of the enum.
    UnknownValue { text: &'m str, values: Vec<&'m str> },
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
    Unknown,
}

/// The subject of a problem.
#[derive(Debug, Clone, Copy)]
pub enum ProblemSubject<'m> {
    Command(&'m str),
    /// The member at the path of the problem.
    Member,
    /// A value of the member at the path of the problem.
    Value(&'m str),
}

/// The object that has a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberOwner {
    Arguments,
    /// The properties of a device, with the removal of the member.
    Device(Option<Removal>),
    Object,
    /// An object in a reply or an event.
    Reply,
}

impl ProblemKind<'_> {
    pub fn code(&self) -> Code {
        match self {
            ProblemKind::InvalidSyntax(_) => Code::InvalidSyntax,
            ProblemKind::MisreadNotation(_) => Code::MisreadNotation,
            ProblemKind::DuplicateMember(_) => Code::DuplicateMember,
            ProblemKind::UnpairedSurrogate | ProblemKind::ControlCharacter => Code::InvalidText,
            ProblemKind::UnknownMessage(_) | ProblemKind::RequestNotObject(_) => Code::NoMessage,
            ProblemKind::MissingExecute(_) | ProblemKind::MistypedEnvelopeMember { .. } => {
                Code::InvalidEnvelope
            }
            ProblemKind::ExecuteAndExecOob | ProblemKind::UnexpectedEnvelopeMember { .. } => {
                Code::UnexpectedEnvelope
            }
            ProblemKind::NotOobCapable(_) => Code::NoOob,
            ProblemKind::UnknownCommand(_) | ProblemKind::VendorCommand(..) => Code::UnknownCommand,
            ProblemKind::UnknownInterface(_) => Code::Unchecked,
            ProblemKind::UnknownEvent(_) => Code::UnknownEvent,
            ProblemKind::RemovedDevice { .. } => Code::UnknownDevice,
            ProblemKind::UnverifiedDevice(_)
            | ProblemKind::UnlistedDevice(_)
            | ProblemKind::UnpairedReply
            | ProblemKind::UnverifiedProperty { .. }
            | ProblemKind::Ignored(_) => Code::Unchecked,
            ProblemKind::Deprecated(_) => Code::Deprecated,
            ProblemKind::Unstable(_) => Code::Unstable,
            ProblemKind::Conditional { .. } => Code::Conditional,
            ProblemKind::MissingMember(_)
            | ProblemKind::MissingRequirement(_)
            | ProblemKind::ExcessRequirement(_) => Code::MissingMember,
            ProblemKind::UnexpectedMember { .. } | ProblemKind::Rejected(_) => {
                Code::UnexpectedMember
            }
            ProblemKind::MistypedValue { .. } | ProblemKind::InvalidOptionText { .. } => {
                Code::MistypedMember
            }
            ProblemKind::OutOfRange { .. } => Code::OutOfRange,
            ProblemKind::UnknownValue { .. } => Code::UnknownValue,
            ProblemKind::AffectedByChange(_) => Code::Behaviour,
        }
    }

    /// Returns whether something may answer it: a change of behaviour has its own advice.
    pub fn can_have_answer(&self) -> bool {
        !matches!(self, ProblemKind::AffectedByChange(_))
    }

    /// The enum value or option text that is the problem.
    pub fn value(&self) -> Option<&str> {
        match self {
            ProblemKind::UnknownValue { text, .. } => Some(text),
            ProblemKind::RemovedDevice { driver, .. } => Some(driver),
            ProblemKind::Deprecated(ProblemSubject::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// What a note is about. Notes with the same code about the same have the same
    /// message.
    pub fn note_subject(&self) -> Option<&str> {
        match self {
            ProblemKind::AffectedByChange(change) if !change.warning => Some(&change.id),
            ProblemKind::Conditional { command, .. } => Some(command),
            _ => None,
        }
    }

    /// The severity, which depends on more than the code.
    pub fn severity(&self) -> Severity {
        match self {
            ProblemKind::VendorCommand(..)
            | ProblemKind::UnknownInterface(_)
            | ProblemKind::UnknownMessage(_) => Severity::Unknown,
            ProblemKind::Ignored(_) => Severity::Warning,
            ProblemKind::AffectedByChange(change) if change.warning => Severity::Warning,
            // Clients ignore members that they do not know.
            ProblemKind::UnexpectedMember { owner, .. } if *owner == MemberOwner::Reply => {
                Severity::Warning
            }
            _ => self.code().default_severity(),
        }
    }
}
