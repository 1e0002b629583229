//! The walk over a message, value by value.

use super::expected::{ExpectedObject, RequestSite, ValueSyntax};
use super::path::MessagePath;
use super::problem::{MessageProblem, ProblemKind, ProblemSubject};
use super::release::ReleaseInterface;
use crate::dialect;
use crate::json::{JsonValue, is_integer};
use crate::schema::{BuiltinType, EntityMeta, JsonKind};
use crate::traffic::option_text;
use crate::wire::{
    AlternateBranch, Direction, EnumShape, IntegerRange, ObjectShape, Shape, ShapeId,
};

/// The walk over one message.
pub struct MessageWalk<'m> {
    pub release: &'m ReleaseInterface<'m>,
    pub direction: Direction,
    /// The place of the arguments of requests.
    pub site: RequestSite,
    /// The target to which devices are restricted.
    pub target: Option<&'m str>,
    pub problems: Vec<MessageProblem<'m>>,
}

impl<'m> MessageWalk<'m> {
    pub fn new(release: &'m ReleaseInterface<'m>, direction: Direction) -> Self {
        MessageWalk {
            release,
            direction,
            site: RequestSite::Monitor,
            target: release.data.target,
            problems: Vec::new(),
        }
    }

    pub fn report(&mut self, path: &MessagePath<'_, 'm>, kind: ProblemKind<'m>) {
        let path = path.to_segments();
        self.problems.push(MessageProblem::new(path, kind));
    }

    pub fn check_value(
        &mut self,
        shape: &'m Shape<'m>,
        syntax: ValueSyntax,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        match shape {
            Shape::Builtin(builtin) => self.check_builtin(*builtin, syntax, value, path),
            Shape::Enum(values) => self.check_enum(values, syntax, value, path),
            Shape::Array(element) => self.check_array(*element, syntax, value, path),
            Shape::Alternate(branches) => self.check_alternate(branches, syntax, value, path),
            // The text of a compound option is not checked.
            Shape::Object(_) if syntax == ValueSyntax::OptionText => {}
            Shape::Object(object) => self.check_object(object, syntax, value, path),
        }
    }

    pub fn check_object(
        &mut self,
        object: &'m ObjectShape<'m>,
        syntax: ValueSyntax,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        if value.members().is_none() {
            return self.report_mistyped(vec![JsonKind::Object], value, path);
        }
        let expected = ExpectedObject::new(self.release, object, syntax, value);
        self.check_members(&expected, value, path);
    }

    /// Reports what is deprecated or unstable in a request.
    pub fn check_lifecycle(
        &mut self,
        meta: &'m EntityMeta,
        subject: ProblemSubject<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        if meta.facts.deprecated.is_some() || meta.has_feature("deprecated") {
            self.report(path, ProblemKind::Deprecated(subject));
        }
        if meta.name.starts_with("x-") || meta.has_feature("unstable") {
            self.report(path, ProblemKind::Unstable(subject));
        }
    }

    fn check_builtin(
        &mut self,
        builtin: BuiltinType,
        syntax: ValueSyntax,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        let expected = builtin.json_kind();
        let text = option_text::from_json(value).filter(|_| syntax.is_text());
        if let Some(text) = text {
            self.check_option_text(builtin, text, path);
        } else if syntax == ValueSyntax::OptionText {
            // It is ignored.
        } else if !is_of_kind(value, expected) {
            self.report_mistyped(vec![expected], value, path);
        } else if let (JsonKind::Integer, JsonValue::Number(number)) = (expected, value) {
            self.check_range(builtin, number, path);
        }
    }

    fn check_option_text(
        &mut self,
        builtin: BuiltinType,
        text: &'m str,
        path: &MessagePath<'_, 'm>,
    ) {
        let expected = builtin.json_kind();
        if !option_text::is_valid(builtin, text) {
            return self.report(path, ProblemKind::InvalidOptionText { expected, text });
        }
        // Integers of 64 bits wrap around.
        let range =
            IntegerRange::from_builtin(builtin).filter(|range| range.high < i64::MAX.into());
        let number = option_text::parse_integer(text);
        if let (Some(range), Some(number)) = (range, number)
            && !(range.low..=range.high).contains(&number)
        {
            self.report(
                path,
                ProblemKind::OutOfRange {
                    range,
                    number: text,
                },
            );
        }
    }

    fn check_range(&mut self, builtin: BuiltinType, number: &'m str, path: &MessagePath<'_, 'm>) {
        let range = self.accepted_range(builtin);
        let parsed = number.parse::<i128>();
        if !parsed.is_ok_and(|number| range.low <= number && number <= range.high) {
            self.report(path, ProblemKind::OutOfRange { range, number });
        }
    }

    /// The integers that QEMU accepts for a type. For unsigned 64-bit integers,
    /// it still accepts the negative ones of earlier releases.
    fn accepted_range(&self, builtin: BuiltinType) -> IntegerRange {
        let (low, high) = (i64::MIN.into(), i64::MAX.into());
        match (builtin, IntegerRange::from_builtin(builtin)) {
            (BuiltinType::Uint64 | BuiltinType::Size, _)
                if dialect::NEGATIVE_UNSIGNED.contains(self.release.series) =>
            {
                IntegerRange { low, high }
            }
            (BuiltinType::Uint64 | BuiltinType::Size, Some(range)) => IntegerRange { low, ..range },
            (_, range) => range.unwrap_or(IntegerRange { low, high }),
        }
    }

    fn check_enum(
        &mut self,
        values: &'m EnumShape<'m>,
        syntax: ValueSyntax,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        let text = match value {
            JsonValue::String(string) => string.value.as_ref(),
            JsonValue::Bool(value) if syntax.is_text() => option_text::from_boolean(*value),
            value => return self.report_mistyped(vec![JsonKind::String], value, path),
        };
        match values.get(text) {
            None => {
                let values = values.names().collect();
                self.report(path, ProblemKind::UnknownValue { text, values });
            }
            Some(meta) if self.direction == Direction::Request => {
                self.check_lifecycle(meta, ProblemSubject::Value(text), path);
            }
            Some(_) => {}
        }
    }

    fn check_array(
        &mut self,
        element: ShapeId,
        syntax: ValueSyntax,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        match value {
            JsonValue::Array(elements) => {
                let shape = self.release.wire.get(element);
                for (index, value) in elements.iter().enumerate() {
                    self.check_value(shape, syntax, value, &path.element(index));
                }
            }
            // Each option is one element.
            _ if syntax == ValueSyntax::OptionText => {}
            value => self.report_mistyped(vec![JsonKind::Array], value, path),
        }
    }

    fn check_alternate(
        &mut self,
        branches: &'m [AlternateBranch<'m>],
        syntax: ValueSyntax,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        let mut matching = branches
            .iter()
            .filter(|branch| is_of_kind(value, branch.kind));
        let chosen = match (matching.next(), matching.next()) {
            // Text of an option is a string, and may be that of a scalar.
            (None, _) if syntax.is_text() && value.as_str().is_some() => {
                let is_scalar = |kind| !matches!(kind, JsonKind::Object | JsonKind::Array);
                match branches.iter().find(|branch| is_scalar(branch.kind)) {
                    Some(branch) => branch,
                    None => return self.report_mistyped(vec![JsonKind::Object], value, path),
                }
            }
            // An enum and a string: the string includes the values of the enum.
            (Some(first), Some(second)) => match self.release.wire.get(second.shape) {
                Shape::Builtin(_) => second,
                _ => first,
            },
            (Some(only), None) => only,
            (None, _) => {
                let expected = branches.iter().map(|branch| branch.kind).collect();
                return self.report_mistyped(expected, value, path);
            }
        };
        self.check_value(self.release.wire.get(chosen.shape), syntax, value, path);
    }

    fn report_mistyped(
        &mut self,
        expected: Vec<JsonKind>,
        value: &'m JsonValue<'m>,
        path: &MessagePath<'_, 'm>,
    ) {
        self.report(path, ProblemKind::MistypedValue { expected, value });
    }
}

/// Returns whether a value has a JSON type. An integer is a number too.
fn is_of_kind(value: &JsonValue<'_>, kind: JsonKind) -> bool {
    match (kind, value) {
        (JsonKind::Integer, JsonValue::Number(number)) => is_integer(number),
        (JsonKind::Any, _)
        | (JsonKind::Null, JsonValue::Null)
        | (JsonKind::Boolean, JsonValue::Bool(_))
        | (JsonKind::Number, JsonValue::Number(_))
        | (JsonKind::String, JsonValue::String(_))
        | (JsonKind::Array, JsonValue::Array(_))
        | (JsonKind::Object, JsonValue::Object(_)) => true,
        _ => false,
    }
}
