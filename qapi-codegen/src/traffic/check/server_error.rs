//! The error with which a release answers a request that it rejects.

use super::Checker;
use super::envelope::Session;
use super::problem::{EnvelopeCause, MemberOwner, MessageProblem, ProblemKind};
use super::release::ReleaseInterface;
use super::walk::MessageWalk;
use crate::diagnostic::Severity;
use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::{ErrorWordings, ServerError, WordedProblem};
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{Direction, PathSegment, Shape, ShapeId, kind_name};

/// The answer of a release to the form of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    /// The error.
    pub error: ServerError,
    /// The part of the request that has the problem.
    pub stage: FormStage,
}

/// A part of a request, in the order in which QEMU reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormStage {
    /// The JSON text.
    Text,
    /// The members around the arguments.
    Envelope,
    /// The command and its arguments.
    Command,
}

impl Checker<'_> {
    /// Returns the error with which the release answers the form of a request.
    /// What no build of the release is known to have is rejected, too.
    pub fn form_error(
        &self,
        session: &mut Session,
        message: &ParsedJson<'_>,
        wordings: &ErrorWordings,
    ) -> Option<FormError> {
        let has_oob = session.has_oob();
        let mut walk = MessageWalk::new(&self.release, Direction::Request);
        let command = walk.check_request(session, message).unwrap_or_default();
        let arguments = message.value.get("arguments");
        let rank = |problem: &&MessageProblem<'_>| rank(problem, command, &self.release);
        let rejected = walk.problems.iter().filter(|problem| is_rejected(problem));
        let problem = rejected.min_by_key(rank)?;
        let problem = &match problem.kind {
            // Without the capability, QEMU does not know the member at all.
            ProblemKind::ExecuteAndExecOob if !has_oob => {
                let (name, cause) = ("exec-oob", EnvelopeCause::OobNotEnabled);
                let kind = ProblemKind::UnexpectedEnvelopeMember { name, cause };
                MessageProblem::new(problem.path.clone(), kind)
            }
            _ => problem.clone(),
        };
        Some(FormError {
            error: word(problem, command, arguments, &self.release, wordings),
            stage: problem.kind.stage(),
        })
    }
}

fn is_rejected(problem: &MessageProblem<'_>) -> bool {
    let is_unverified = matches!(
        problem.kind,
        ProblemKind::UnverifiedDevice(_) | ProblemKind::UnverifiedProperty { .. }
    );
    is_unverified || problem.kind.severity() == Severity::Error
}

/// The order in which QEMU finds problems: in the text and the envelope, then
/// the members as they are declared, then those that no object has.
fn rank(problem: &MessageProblem<'_>, command: &str, release: &ReleaseInterface<'_>) -> (u8, u32) {
    let stage = match (&problem.kind, problem.kind.stage()) {
        (_, FormStage::Text) => 0,
        (_, FormStage::Envelope) => 1,
        (ProblemKind::UnexpectedMember { .. }, _) if problem.path.len() < 2 => 3,
        (
            ProblemKind::MissingRequirement(_)
            | ProblemKind::ExcessRequirement(_)
            | ProblemKind::Rejected(_),
            _,
        ) => 4,
        _ => 2,
    };
    let position = match problem.path.first() {
        Some(PathSegment::Member(name)) => argument_position(name, command, release),
        _ => 0,
    };
    (stage, position)
}

fn argument_position(name: &str, command: &str, release: &ReleaseInterface<'_>) -> u32 {
    let command = release.command(command);
    let arguments = command.and_then(|command| release.wire.object(command.shape.arguments));
    let position = arguments.and_then(|object| object.members.declared_position(name));
    position.unwrap_or(u32::MAX)
}

fn word(
    problem: &MessageProblem<'_>,
    command: &str,
    arguments: Option<&JsonValue<'_>>,
    release: &ReleaseInterface<'_>,
    wordings: &ErrorWordings,
) -> ServerError {
    let path = path_text(&problem.path);
    let shape = find_shape(problem, command, arguments, release);
    let expected = expected_name(problem, shape, release);
    let driver = arguments.and_then(|arguments| arguments.get("driver"));
    let driver = driver.and_then(JsonValue::as_str).unwrap_or_default();
    let name = match problem.path.last() {
        Some(PathSegment::Member(name)) => name,
        _ => "null",
    };
    let name = match &problem.kind {
        ProblemKind::UnexpectedEnvelopeMember { name, .. } => name,
        ProblemKind::MistypedEnvelopeMember { name, .. } => name,
        _ => name,
    };
    let worded = WordedProblem {
        problem: key(problem, shape, release),
        command,
        path: &path,
        name,
        is_nested: problem.path.len() > 1
            || matches!(problem.kind, ProblemKind::InvalidOptionText { .. }),
        expected: &expected,
        value: problem.kind.value().unwrap_or_default(),
        driver,
    };
    wordings.error(&worded, release.series)
}

/// The name of a problem in the file of wordings.
fn key(
    problem: &MessageProblem<'_>,
    shape: Option<ShapeId>,
    release: &ReleaseInterface<'_>,
) -> &'static str {
    let is_uint64 = shape.is_some_and(|shape| {
        let wide = [BuiltinType::Uint64, BuiltinType::Size];
        matches!(release.wire.get(shape), Shape::Builtin(builtin) if wide.contains(builtin))
    });
    let is_alternate =
        shape.is_some_and(|shape| matches!(release.wire.get(shape), Shape::Alternate(_)));
    match &problem.kind {
        ProblemKind::InvalidSyntax(_) => "invalid-syntax",
        ProblemKind::DuplicateMember(_) => "duplicate-member",
        ProblemKind::UnpairedSurrogate | ProblemKind::ControlCharacter => "invalid-text",
        ProblemKind::UnknownMessage(_) | ProblemKind::RequestNotObject(_) => "request-not-object",
        ProblemKind::MissingExecute(_) => "missing-execute",
        ProblemKind::ExecuteAndExecOob => "execute-and-exec-oob",
        ProblemKind::MistypedEnvelopeMember { .. } => "mistyped-envelope",
        ProblemKind::UnexpectedEnvelopeMember { .. } => "unexpected-envelope",
        ProblemKind::NotOobCapable(_) => "no-oob",
        ProblemKind::UnknownCommand(_) => "unknown-command",
        ProblemKind::RemovedDevice { .. } | ProblemKind::UnverifiedDevice(_) => "unknown-device",
        ProblemKind::UnverifiedProperty { .. } => "unknown-property",
        ProblemKind::UnexpectedMember {
            owner: MemberOwner::Device(_),
            ..
        } => "unknown-property",
        ProblemKind::MissingMember(_) if is_alternate => "missing-alternate",
        ProblemKind::MissingMember(_) => "missing-member",
        ProblemKind::MissingRequirement(_) => "missing-requirement",
        ProblemKind::ExcessRequirement(_) => "excess-requirement",
        ProblemKind::UnexpectedMember { .. } => "unexpected-member",
        ProblemKind::MistypedValue { .. } | ProblemKind::OutOfRange { .. } if is_uint64 => {
            "mistyped-uint64"
        }
        ProblemKind::MistypedValue { .. } if is_alternate => "mistyped-alternate",
        ProblemKind::MistypedValue { .. } => "mistyped-member",
        ProblemKind::OutOfRange { .. } if is_int64(problem) => "mistyped-member",
        ProblemKind::OutOfRange { .. } => "out-of-range",
        ProblemKind::InvalidOptionText { .. } => "invalid-option",
        ProblemKind::UnknownValue { .. } => "unknown-value",
        _ => "rejected",
    }
}

fn is_int64(problem: &MessageProblem<'_>) -> bool {
    match &problem.kind {
        ProblemKind::OutOfRange { range, .. } => range.low == i64::MIN.into(),
        _ => false,
    }
}

/// The name of what QEMU expects at a problem.
fn expected_name(
    problem: &MessageProblem<'_>,
    shape: Option<ShapeId>,
    release: &ReleaseInterface<'_>,
) -> String {
    let kind = match &problem.kind {
        ProblemKind::MistypedEnvelopeMember { expected, .. } => {
            return format!("envelope-{}", kind_name(*expected));
        }
        ProblemKind::MistypedValue { expected, .. } => expected.first().copied(),
        ProblemKind::InvalidOptionText { expected, .. } => Some(*expected),
        ProblemKind::OutOfRange { .. } => Some(JsonKind::Integer),
        _ => None,
    };
    let alternate = shape.and_then(|shape| match release.wire.get(shape) {
        Shape::Alternate(_) => release.wire.definition(shape),
        _ => None,
    });
    let kind = kind.or_else(|| shape.and_then(|shape| release.wire.get(shape).json_kind()));
    match (alternate, kind) {
        (Some(alternate), _) => alternate.name.clone(),
        (None, Some(kind)) => kind_name(kind).to_owned(),
        (None, None) => "string".to_owned(),
    }
}

/// Finds the shape at the path of a problem. The values on the path select the
/// branches.
fn find_shape(
    problem: &MessageProblem<'_>,
    command: &str,
    arguments: Option<&JsonValue<'_>>,
    release: &ReleaseInterface<'_>,
) -> Option<ShapeId> {
    let mut shape = release.command(command)?.shape.arguments;
    let mut value = arguments;
    for segment in &problem.path {
        (shape, value) = match *segment {
            PathSegment::Member(name) => (
                find_member(shape, name, value, release)?,
                value.and_then(|value| value.get(name)),
            ),
            PathSegment::Element(index) => match release.wire.get(shape) {
                Shape::Array(element) => (
                    *element,
                    value.and_then(|value| value.elements()?.get(index)),
                ),
                _ => return None,
            },
            _ => return None,
        };
    }
    Some(shape)
}

fn find_member(
    shape: ShapeId,
    name: &str,
    value: Option<&JsonValue<'_>>,
    release: &ReleaseInterface<'_>,
) -> Option<ShapeId> {
    let object = match release.wire.get(shape) {
        Shape::Alternate(branches) => {
            let mut branches = branches.iter();
            let object = branches.find(|branch| branch.kind == JsonKind::Object)?;
            release.wire.object(object.shape)?
        }
        _ => release.wire.object(shape)?,
    };
    let member = object.members.get(name).map(|member| member.shape);
    member.or_else(|| {
        let branches = object.branches.as_ref()?;
        let selected = value?.get(branches.discriminator)?.as_str()?;
        let branch = branches.by_value.get(selected)?;
        find_member(branch.content, name, value, release)
    })
}

/// A path as QEMU writes it: `actions[0].data`.
fn path_text(path: &[PathSegment<'_>]) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            PathSegment::Member(name) if text.is_empty() => text.push_str(name),
            PathSegment::Member(name) => text += &format!(".{name}"),
            PathSegment::Element(index) => text += &format!("[{index}]"),
            _ => {}
        }
    }
    text
}

impl ProblemKind<'_> {
    /// The part of a request that has the problem.
    fn stage(&self) -> FormStage {
        match self {
            ProblemKind::InvalidSyntax(_)
            | ProblemKind::DuplicateMember(_)
            | ProblemKind::UnpairedSurrogate
            | ProblemKind::ControlCharacter => FormStage::Text,
            ProblemKind::UnknownMessage(_)
            | ProblemKind::RequestNotObject(_)
            | ProblemKind::MissingExecute(_)
            | ProblemKind::ExecuteAndExecOob
            | ProblemKind::MistypedEnvelopeMember { .. }
            | ProblemKind::UnexpectedEnvelopeMember { .. } => FormStage::Envelope,
            _ => FormStage::Command,
        }
    }
}
