//! The error with which a release answers a request that it rejects.

use super::Checker;
use super::envelope::Session;
use super::hash_order::{dictionary_order, unvisited_order};
use super::problem::{EnvelopeCause, MemberOwner, MessageProblem, ProblemKind};
use super::release::ReleaseInterface;
use super::walk::MessageWalk;
use crate::diagnostic::Severity;
use crate::dialect;
use crate::json::{JsonValue, ParsedJson};
use crate::knowledge::{ErrorWordings, ServerError, WordedProblem};
use crate::schema::{BuiltinType, JsonKind};
use crate::wire::{Direction, IntegerRange, PathSegment, Shape, ShapeId, kind_name};

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
        let rank = |problem: &&MessageProblem<'_>| rank(problem, command, arguments, &self.release);
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

/// The order in which QEMU finds problems: in the text and the envelope, then the
/// members of each object as they are declared, then those that it does not have, and
/// at last what the command itself looks at.
fn rank(
    problem: &MessageProblem<'_>,
    command: &str,
    arguments: Option<&JsonValue<'_>>,
    release: &ReleaseInterface<'_>,
) -> (u8, Vec<u32>) {
    let stage = match (&problem.kind, problem.kind.stage()) {
        (_, FormStage::Text) => 0,
        (_, FormStage::Envelope) => 1,
        (
            ProblemKind::MissingRequirement(_)
            | ProblemKind::ExcessRequirement(_)
            | ProblemKind::Rejected(_),
            _,
        ) => 3,
        _ => 2,
    };
    (stage, positions(problem, command, arguments, release))
}

/// The positions of the members on the path of a problem, each in its object.
fn positions(
    problem: &MessageProblem<'_>,
    command: &str,
    arguments: Option<&JsonValue<'_>>,
    release: &ReleaseInterface<'_>,
) -> Vec<u32> {
    let name = command;
    let command = release.command(command);
    let mut site = command.map(|command| ShapeSite::new(command.shape.arguments, arguments));
    let mut positions = Vec::new();
    let by_hash = dialect::ARGUMENTS_BY_HASH.contains(release.series);
    for (depth, segment) in problem.path.iter().enumerate() {
        let next = site.and_then(|site| site.step(segment, release));
        let position = match (site, segment) {
            // Properties of devices are set in the order of a hash table.
            (Some(site), PathSegment::Member(member))
                if depth == 0
                    && match name {
                        "device_add" => next.is_none(),
                        _ => by_hash,
                    } =>
            {
                hash_position(problem, member, site, release)
            }
            (Some(site), PathSegment::Member(member)) if next.is_none() => {
                unexpected_position(member, site, release)
            }
            _ => next.map_or(u32::MAX, |(position, _)| position),
        };
        positions.push(position);
        site = next.map(|(_, site)| site);
    }
    positions
}

/// The position of an argument that QEMU finds by its hash: first those that are
/// missing, then those that the request has.
fn hash_position(
    problem: &MessageProblem<'_>,
    member: &str,
    site: ShapeSite<'_>,
    release: &ReleaseInterface<'_>,
) -> u32 {
    let is_missing = matches!(problem.kind, ProblemKind::MissingMember(_));
    let (start, names) = match release.wire.object(site.shape).filter(|_| is_missing) {
        Some(object) => (
            0,
            dictionary_order(object.members.declared().map(|(name, _)| name)),
        ),
        None => (UNEXPECTED, dictionary_order(site.member_names())),
    };
    let position = names.iter().position(|name| *name == member);
    start.saturating_add(position.map_or(u32::MAX, to_position))
}

/// The position of a member that its object does not have.
fn unexpected_position(member: &str, site: ShapeSite<'_>, release: &ReleaseInterface<'_>) -> u32 {
    let position = |name| find_member(site.shape, name, site.value, release);
    let visited = site.member_names();
    let visited = visited.filter_map(|name| Some((position(name)?.0, name)));
    let mut visited: Vec<(u32, &str)> = visited.collect();
    visited.sort_unstable();
    let visited: Vec<&str> = visited.into_iter().map(|(_, name)| name).collect();
    let left = unvisited_order(site.member_names(), &visited);
    let position = left.iter().position(|name| *name == member);
    UNEXPECTED.saturating_add(position.map_or(u32::MAX, to_position))
}

fn to_position(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// The position of the first member that an object does not have.
const UNEXPECTED: u32 = 1 << 31;

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
    let range = shape.and_then(|shape| match release.wire.get(shape) {
        Shape::Builtin(builtin) => IntegerRange::from_builtin(*builtin),
        _ => None,
    });
    // QEMU reads an integer of 64 bits first, and narrows it then.
    let is_unsigned = range.is_some_and(|range| range.low == 0);
    let fits = |number: &str, range| fits_64_bits(number, range, release);
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
        ProblemKind::UnknownCommand(_) | ProblemKind::VendorCommand(..) => "unknown-command",
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
        ProblemKind::MistypedValue { .. } if is_unsigned => "mistyped-uint64",
        ProblemKind::OutOfRange { number, range } if is_unsigned && !fits(number, *range) => {
            "mistyped-uint64"
        }
        ProblemKind::MistypedValue { .. } if is_alternate => "mistyped-alternate",
        ProblemKind::MistypedValue { .. } => "mistyped-member",
        ProblemKind::OutOfRange { number, range } if !fits(number, *range) => "mistyped-member",
        ProblemKind::OutOfRange { .. } => "out-of-range",
        ProblemKind::InvalidOptionText { .. } => "invalid-option",
        ProblemKind::UnknownValue { .. } => "unknown-value",
        _ => "rejected",
    }
}

/// Returns whether a release can read a number as an integer of 64 bits.
fn fits_64_bits(number: &str, range: IntegerRange, release: &ReleaseInterface<'_>) -> bool {
    let is_signed = range.low < 0 && range.high <= i64::MAX.into();
    let high = match is_signed || dialect::NEGATIVE_UNSIGNED.contains(release.series) {
        true => i64::MAX.into(),
        false => i128::from(u64::MAX),
    };
    let range = i128::from(i64::MIN)..=high;
    number.parse().is_ok_and(|number| range.contains(&number))
}

/// The name that QEMU has for a type of integers.
fn integer_name(range: IntegerRange) -> &'static str {
    let names = [
        (BuiltinType::Int8, "int8_t"),
        (BuiltinType::Int16, "int16_t"),
        (BuiltinType::Int32, "int32_t"),
        (BuiltinType::Uint8, "uint8_t"),
        (BuiltinType::Uint16, "uint16_t"),
        (BuiltinType::Uint32, "uint32_t"),
    ];
    let is_own = |builtin: BuiltinType| IntegerRange::from_builtin(builtin) == Some(range);
    let own = names.into_iter().find(|(builtin, _)| is_own(*builtin));
    own.map_or("integer", |(_, name)| name)
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
        ProblemKind::OutOfRange { range, number } if fits_64_bits(number, *range, release) => {
            return integer_name(*range).to_owned();
        }
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

/// Finds the shape at the path of a problem.
fn find_shape(
    problem: &MessageProblem<'_>,
    command: &str,
    arguments: Option<&JsonValue<'_>>,
    release: &ReleaseInterface<'_>,
) -> Option<ShapeId> {
    let arguments = ShapeSite::new(release.command(command)?.shape.arguments, arguments);
    let mut path = problem.path.iter();
    let site = path.try_fold(arguments, |site, segment| {
        Some(site.step(segment, release)?.1)
    });
    site.map(|site| site.shape)
}

/// A shape and the value there, which selects branches.
#[derive(Clone, Copy)]
struct ShapeSite<'v> {
    shape: ShapeId,
    value: Option<&'v JsonValue<'v>>,
}

impl<'v> ShapeSite<'v> {
    fn new(shape: ShapeId, value: Option<&'v JsonValue<'v>>) -> Self {
        ShapeSite { shape, value }
    }

    /// The names of the members that the value has.
    fn member_names(self) -> impl Iterator<Item = &'v str> {
        let members = self.value.and_then(JsonValue::members);
        let members = members.unwrap_or_default().iter();
        members.map(|member| &*member.name.value)
    }

    /// Goes on to a member or an element, and returns its position.
    fn step(
        self,
        segment: &PathSegment<'_>,
        release: &ReleaseInterface<'_>,
    ) -> Option<(u32, ShapeSite<'v>)> {
        let ShapeSite { shape, value } = self;
        match (*segment, release.wire.get(shape)) {
            (PathSegment::Member(name), _) => {
                let (position, shape) = find_member(shape, name, value, release)?;
                let value = value.and_then(|value| value.get(name));
                Some((position, ShapeSite { shape, value }))
            }
            (PathSegment::Element(index), Shape::Array(element)) => {
                let value = value.and_then(|value| value.elements()?.get(index));
                let position = u32::try_from(index).unwrap_or(u32::MAX);
                Some((position, ShapeSite::new(*element, value)))
            }
            _ => None,
        }
    }
}

/// The position and the shape of a member. QEMU reads the members of a branch after
/// those that all branches have.
fn find_member(
    shape: ShapeId,
    name: &str,
    value: Option<&JsonValue<'_>>,
    release: &ReleaseInterface<'_>,
) -> Option<(u32, ShapeId)> {
    let object = match release.wire.get(shape) {
        Shape::Alternate(branches) => {
            let mut branches = branches.iter();
            let object = branches.find(|branch| branch.kind == JsonKind::Object)?;
            release.wire.object(object.shape)?
        }
        _ => release.wire.object(shape)?,
    };
    let position = object.members.declared_position(name);
    if let Some((position, member)) = position.zip(object.members.get(name)) {
        return Some((position, member.shape));
    }
    let branches = object.branches.as_ref()?;
    let selected = value?.get(branches.discriminator)?.as_str()?;
    let branch = branches.by_value.get(selected)?;
    let (position, shape) = find_member(branch.content, name, value, release)?;
    let before = u32::try_from(object.members.len()).unwrap_or(u32::MAX);
    Some((before.saturating_add(position), shape))
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
