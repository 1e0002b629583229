//! Values: numbers, strings, arrays and what is told by its JSON type.

use super::path::Path;
use super::problem::{Code, Problem};
use super::shapes::Shape;
use super::{Checker, hints, literal, notes};
use crate::schema::{
    AlternateType, BuiltinType, Command, JsonKind, NamedType, TypeId, TypeKind, ValueType,
};
use crate::traffic::json::{Value, is_integer};

/// How values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As the release reads JSON.
    Request,
    /// As the release reads options: whatever is given becomes a text first.
    Options,
    /// As a client reads what the release sends.
    Reply,
}

/// A way through one message.
pub struct Walk<'w, 'k> {
    /// What is known.
    pub checker: &'w Checker<'k>,
    /// How values are read.
    pub mode: Mode,
    /// The command or event.
    pub target: &'w str,
}

impl<'w, 'k> Walk<'w, 'k> {
    /// A way through the arguments of a command.
    pub fn request(checker: &'w Checker<'k>, command: &'w Command) -> Self {
        Walk {
            checker,
            mode: Mode::Request,
            target: &command.meta.name,
        }
    }

    /// Whether the message comes from QEMU.
    pub fn is_reply(&self) -> bool {
        self.mode == Mode::Reply
    }

    /// Checks a value.
    pub fn value(
        &self,
        ty: ValueType,
        value: &Value<'_>,
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) {
        match (ty, value) {
            (ValueType::One(item), value) => self.item(item, value, path, problems),
            (ValueType::Array(item), Value::Array(values)) => {
                for (index, value) in values.iter().enumerate() {
                    self.item(item, value, &path.element(index), problems);
                }
            }
            // Options come one at a time; each is a list of one.
            (ValueType::Array(_), _) if self.mode == Mode::Options => {}
            (ValueType::Array(_), value) => problems.extend(self.mistyped(value, "array", path)),
        }
    }

    fn item(
        &self,
        item: NamedType,
        value: &Value<'_>,
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let id = match item {
            NamedType::Builtin(builtin) => {
                problems.extend(self.builtin(builtin, value, path));
                return;
            }
            NamedType::Defined(id) => id,
        };
        match &self.checker.schema.get(id).kind {
            TypeKind::Enum(_) => self.enumeration(id, value, path, problems),
            TypeKind::Alternate(alternate) => self.alternate(alternate, value, path, problems),
            TypeKind::Struct(_) | TypeKind::Union(_) if self.mode == Mode::Options => {}
            TypeKind::Struct(_) | TypeKind::Union(_) => {
                self.object(self.checker.shapes.of(id), value, path, problems);
            }
        }
    }

    /// Checks a value of a type of the language.
    pub fn builtin(
        &self,
        builtin: BuiltinType,
        value: &Value<'_>,
        path: &Path<'_>,
    ) -> Option<Problem> {
        let kind = builtin.json_kind();
        if self.mode == Mode::Options {
            let fits = literal::fits(builtin, value);
            return (!fits).then(|| literal::unfit(kind_name(kind), value, path));
        }
        let fits = match (kind, value) {
            (JsonKind::Any, _)
            | (JsonKind::Null, Value::Null)
            | (JsonKind::String, Value::String(_))
            | (JsonKind::Boolean, Value::Bool(_))
            | (JsonKind::Number, Value::Number(_)) => true,
            (JsonKind::Integer, Value::Number(text)) if is_integer(text) => {
                return self.range(builtin, text, path);
            }
            _ => false,
        };
        if fits {
            None
        } else {
            self.mistyped(value, kind_name(kind), path)
        }
    }

    /// Checks that an integer fits into its type.
    fn range(&self, builtin: BuiltinType, text: &str, path: &Path<'_>) -> Option<Problem> {
        let (least, most) = self.limits(builtin);
        let fits = text
            .parse::<i128>()
            .is_ok_and(|number| (least..=most).contains(&number));
        if fits {
            return None;
        }
        let text = hints::shortened(text);
        let message = format!("`{path}` must be from {least} to {most} and is {text}");
        Some(Problem::error(Code::OutOfRange, path, message))
    }

    /// The smallest and the largest integer of a type.
    fn limits(&self, builtin: BuiltinType) -> (i128, i128) {
        let signed = |bits: u32| (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1);
        let unsigned = |bits: u32| (0, (1_i128 << bits) - 1);
        match builtin {
            BuiltinType::Int8 => signed(8),
            BuiltinType::Int16 => signed(16),
            BuiltinType::Int32 => signed(32),
            BuiltinType::Uint8 => unsigned(8),
            BuiltinType::Uint16 => unsigned(16),
            BuiltinType::Uint32 => unsigned(32),
            // Negative numbers stand for large ones, and are taken to this day.
            BuiltinType::Uint64 | BuiltinType::Size
                if !self.checker.schema.has_negative_unsigned() =>
            {
                (signed(64).0, unsigned(64).1)
            }
            _ => signed(64),
        }
    }

    fn enumeration(
        &self,
        id: TypeId,
        value: &Value<'_>,
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let text = match value {
            Value::String(text) => text.value.as_ref(),
            Value::Bool(value) if self.mode == Mode::Options => literal::written(*value),
            value => {
                problems.extend(self.mistyped(value, "string", path));
                return;
            }
        };
        match self.checker.shapes.value(id, text) {
            None => problems.push(self.unknown_value(text, self.checker.shapes.values(id), path)),
            Some(meta) if !self.is_reply() => {
                notes::lifecycle(meta, &format!("`{text}` as `{path}`"), path, problems);
            }
            Some(_) => {}
        }
    }

    /// A string that is none of those that are taken.
    pub fn unknown_value<'v>(
        &self,
        text: &str,
        values: impl Iterator<Item = &'v str> + Clone,
        path: &Path<'_>,
    ) -> Problem {
        let message = format!("`{path}` cannot be `{}`", hints::shortened(text));
        let near = hints::nearest(text, values.clone());
        let help = hints::did_you_mean(&near).or_else(|| hints::choices(values));
        Problem::error(Code::UnknownValue, path, message).with_help(help)
    }

    fn alternate(
        &self,
        alternate: &AlternateType,
        value: &Value<'_>,
        path: &Path<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let branches = || alternate.branches.iter().map(|branch| branch.ty);
        let fitting: Vec<ValueType> = branches().filter(|&ty| self.takes(ty, value)).collect();
        match &fitting[..] {
            [] => {
                let kinds: Vec<&str> = branches().map(|ty| self.kind(ty)).collect();
                problems.extend(self.mistyped(value, &kinds.join(" or "), path));
            }
            [only] => self.value(*only, value, path, problems),
            // An enum and a string: what is no value of the enum is the string.
            several => {
                let is_free = |ty: &&ValueType| matches!(ty, ValueType::One(NamedType::Builtin(_)));
                let chosen = several.iter().find(is_free).unwrap_or(&several[0]);
                self.value(*chosen, value, path, problems);
            }
        }
    }

    /// Whether the JSON type of a value is that of a type.
    fn takes(&self, ty: ValueType, value: &Value<'_>) -> bool {
        match (self.kind(ty), value.kind()) {
            ("any", _) | ("number", "integer") => true,
            // Whether it fits is told later, in the words of numbers.
            ("integer", "number") => false,
            (wanted, found) => wanted == found,
        }
    }

    /// The JSON type of a type.
    fn kind(&self, ty: ValueType) -> &'static str {
        match ty {
            ValueType::Array(_) => "array",
            ValueType::One(NamedType::Builtin(builtin)) => kind_name(builtin.json_kind()),
            ValueType::One(NamedType::Defined(id)) => match &self.checker.schema.get(id).kind {
                TypeKind::Enum(_) => "string",
                TypeKind::Alternate(_) => "any",
                TypeKind::Struct(_) | TypeKind::Union(_) => "object",
            },
        }
    }

    /// Checks the options of a network backend, which the schema of the releases
    /// before 5.0 states as a type without saying that `netdev_add` takes it.
    pub fn network(
        &self,
        shape: &'w Shape<'k>,
        arguments: &Value<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let options = Walk {
            mode: Mode::Options,
            ..*self
        };
        let schema = self.checker.schema;
        let named = ["NetClientOptions", "Netdev"]
            .into_iter()
            .filter_map(|name| schema.find_type(name));
        let backends = named
            .map(|id| self.checker.shapes.of(id))
            .find(|shape| shape.cases.is_some());
        options.flat(shape, backends, arguments, problems);
    }
}

/// What a JSON type is called.
pub fn kind_name(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::String => "string",
        JsonKind::Number => "number",
        JsonKind::Integer => "integer",
        JsonKind::Boolean => "boolean",
        JsonKind::Null => "null",
        JsonKind::Object => "object",
        JsonKind::Array => "array",
        JsonKind::Any => "any",
    }
}
