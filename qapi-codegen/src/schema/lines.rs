//! A model as text, one definition a line, which is read many times faster than a schema.
//!
//! A line is a list of fields behind tabs. Types are referred to by name, so that the
//! line of a definition is the same in all releases that have the same definition.

use foldhash::HashMap;

use super::{
    AlternateType, Branch, BuiltinType, Command, Condition, EntityMeta, EnumType, Event, Feature,
    Member, NamedType, OperationData, Schema, StructType, TypeDefinition, TypeId, TypeKind,
    UnionType, ValueType,
};
use crate::doc::{Deprecation, Facts, ProseBlock};
use crate::version::{Series, Version};

/// The separator of fields.
pub(crate) const SEPARATOR: char = '\t';

/// The fields of a line. They are short, so a search that looks at several bytes at once
/// does not pay.
#[derive(Clone)]
struct Fields<'l> {
    /// What follows the last field that was read.
    rest: Option<&'l str>,
}

impl<'l> Iterator for Fields<'l> {
    type Item = &'l str;

    fn next(&mut self) -> Option<&'l str> {
        let rest = self.rest?;
        let end = rest.bytes().position(|byte| byte == SEPARATOR as u8);
        let (field, rest) = match end {
            Some(end) => (&rest[..end], Some(&rest[end + 1..])),
            None => (rest, None),
        };
        self.rest = rest;
        Some(field)
    }
}

fn fields(line: &str) -> Fields<'_> {
    Fields { rest: Some(line) }
}

/// The kind of a line that defines a command.
pub(crate) const COMMAND: &str = "command";

/// The kind of a line that defines an event.
const EVENT: &str = "event";

impl Schema {
    /// The lines of all definitions. `None` if they have what lines cannot have: the
    /// text of documentation, tabs and line breaks.
    pub fn to_lines(&self) -> Option<Vec<String>> {
        let types = self.types.iter().map(|own| self.type_line(own));
        let commands = self.commands.iter().map(|own| self.line(COMMAND, own));
        let events = self.events.iter().map(|own| self.line(EVENT, own));
        types.chain(commands).chain(events).collect()
    }

    fn type_line(&self, definition: &TypeDefinition) -> Option<String> {
        let TypeDefinition { meta, module, kind } = definition;
        let shared = (meta, module);
        match kind {
            TypeKind::Enum(body) => self.line("enum", &(shared, body)),
            TypeKind::Struct(body) => self.line("struct", &(shared, body)),
            TypeKind::Union(body) => self.line("union", &(shared, body)),
            TypeKind::Alternate(body) => self.line("alternate", &(shared, body)),
        }
    }

    fn line(&self, kind: &str, definition: &impl WriteField) -> Option<String> {
        let mut writer = LineWriter {
            schema: self,
            line: kind.to_owned(),
            is_valid: true,
        };
        definition.write(&mut writer);
        writer.is_valid.then_some(writer.line)
    }

    /// Reads the lines of a release. `None` if they are not what [`Schema::to_lines`]
    /// writes.
    pub fn from_lines<'l>(
        version: Version,
        lines: impl Iterator<Item = &'l str> + Clone,
    ) -> Option<Schema> {
        let heads = lines.clone().filter_map(head);
        let types = heads.filter(|(kind, _)| ![COMMAND, EVENT].contains(kind));
        let by_name: HashMap<&str, TypeId> =
            types.map(|(_, name)| name).zip((0..).map(TypeId)).collect();
        let (mut types, mut commands, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for line in lines {
            let mut reader = LineReader {
                types: &by_name,
                fields: fields(line),
                depth: 0,
            };
            match reader.field()? {
                COMMAND => commands.push(reader.read()?),
                EVENT => events.push(reader.read()?),
                kind => types.push(reader.type_definition(kind)?),
            }
        }
        Some(Schema {
            version,
            types,
            commands,
            events,
            by_name: by_name
                .iter()
                .map(|(name, id)| ((*name).to_owned(), *id))
                .collect(),
        })
    }
}

/// The kind and the name of the definition in a line.
pub(crate) fn head(line: &str) -> Option<(&str, &str)> {
    let mut fields = fields(line);
    let (kind, name) = (fields.next()?, fields.next()?);
    Some((kind, name.strip_prefix(DETAILED).unwrap_or(name)))
}

/// The definition that a line becomes.
struct LineWriter<'s> {
    schema: &'s Schema,
    line: String,
    is_valid: bool,
}

impl LineWriter<'_> {
    fn field(&mut self, text: &str) {
        self.is_valid &= !text.contains([SEPARATOR, '\n', '\r']);
        self.line.push(SEPARATOR);
        self.line.push_str(text);
    }
}

/// The rest of a line.
struct LineReader<'l> {
    types: &'l HashMap<&'l str, TypeId>,
    fields: Fields<'l>,
    /// How many conditions the next field is inside.
    depth: usize,
}

impl<'l> LineReader<'l> {
    fn field(&mut self) -> Option<&'l str> {
        self.fields.next()
    }

    fn read<T: ReadField>(&mut self) -> Option<T> {
        T::read(self)
    }

    fn type_definition(&mut self, kind: &str) -> Option<TypeDefinition> {
        Some(TypeDefinition {
            meta: self.read()?,
            module: self.read()?,
            kind: match kind {
                "enum" => TypeKind::Enum(self.read()?),
                "struct" => TypeKind::Struct(self.read()?),
                "union" => TypeKind::Union(self.read()?),
                "alternate" => TypeKind::Alternate(self.read()?),
                _ => return None,
            },
        })
    }
}

/// A value that becomes one or several fields of a line.
trait WriteField {
    fn write(&self, line: &mut LineWriter<'_>);
}

/// A value that is made from one or several fields of a line.
trait ReadField: Sized {
    /// `None` if the next fields are not such a value.
    fn read(line: &mut LineReader<'_>) -> Option<Self>;
}

impl<T: WriteField> WriteField for &T {
    fn write(&self, line: &mut LineWriter<'_>) {
        (*self).write(line);
    }
}

impl<A: WriteField, B: WriteField> WriteField for (A, B) {
    fn write(&self, line: &mut LineWriter<'_>) {
        self.0.write(line);
        self.1.write(line);
    }
}

/// Structs as the fields of their members.
macro_rules! structs {
    ($($name:ident { $($member:ident),* })*) => {$(
        impl WriteField for $name {
            fn write(&self, line: &mut LineWriter<'_>) {
                let $name { $($member),* } = self;
                $($member.write(line);)*
            }
        }

        impl ReadField for $name {
            fn read(line: &mut LineReader<'_>) -> Option<Self> {
                Some($name { $($member: line.read()?),* })
            }
        }
    )*};
}

structs! {
    Feature { name, condition }
    Facts { since, deprecated, replaced_by }
    Deprecation { since }
    EnumType { values }
    StructType { base, members }
    Member { meta, optional, ty }
    UnionType { base, members, discriminator, discriminator_enum, branches }
    AlternateType { branches }
    Branch { meta, ty }
    Command {
        meta, module, data, returns, open, success_response, allow_oob, allow_preconfig
    }
    Event { meta, module, data }
}

/// Before a name that is followed by more than the default of all else.
const DETAILED: char = '+';

/// Most entities have nothing but a name.
impl WriteField for EntityMeta {
    fn write(&self, line: &mut LineWriter<'_>) {
        let plain = EntityMeta {
            name: self.name.clone(),
            ..EntityMeta::default()
        };
        if *self == plain {
            line.is_valid &= !self.name.starts_with(DETAILED);
            return line.field(&self.name);
        }
        line.field(&format!("{DETAILED}{}", self.name));
        let EntityMeta {
            name: _,
            condition,
            features,
            facts,
            prose,
        } = self;
        condition.write(line);
        features.write(line);
        facts.write(line);
        line.is_valid &= prose.is_empty();
    }
}

impl ReadField for EntityMeta {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        let name = line.field()?;
        let Some(name) = name.strip_prefix(DETAILED) else {
            return Some(EntityMeta {
                name: name.to_owned(),
                ..EntityMeta::default()
            });
        };
        Some(EntityMeta {
            name: name.to_owned(),
            condition: line.read()?,
            features: line.read()?,
            facts: line.read()?,
            prose: Vec::<ProseBlock>::new(),
        })
    }
}

impl WriteField for String {
    fn write(&self, line: &mut LineWriter<'_>) {
        line.field(self);
    }
}

impl ReadField for String {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        line.field().map(str::to_owned)
    }
}

impl WriteField for bool {
    fn write(&self, line: &mut LineWriter<'_>) {
        line.field(if *self { "1" } else { "0" });
    }
}

impl ReadField for bool {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        match line.field()? {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        }
    }
}

impl<T: WriteField> WriteField for Option<T> {
    fn write(&self, line: &mut LineWriter<'_>) {
        line.field(if self.is_some() { "=" } else { "-" });
        self.iter().for_each(|value| value.write(line));
    }
}

impl<T: ReadField> ReadField for Option<T> {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        match line.field()? {
            "-" => Some(None),
            "=" => Some(Some(line.read()?)),
            _ => None,
        }
    }
}

/// How many values have their place before they are read.
const MAX_RESERVED: usize = 256;

impl<T: WriteField> WriteField for Vec<T> {
    fn write(&self, line: &mut LineWriter<'_>) {
        line.field(&self.len().to_string());
        self.iter().for_each(|value| value.write(line));
    }
}

impl<T: ReadField> ReadField for Vec<T> {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        let count: usize = line.field()?.parse().ok()?;
        // No text makes this reserve much more than it has.
        let mut values = Vec::with_capacity(count.min(MAX_RESERVED));
        for _ in 0..count {
            values.push(line.read()?);
        }
        Some(values)
    }
}

/// Values with a text of their own.
macro_rules! texts {
    ($($name:ident)*) => {$(
        impl WriteField for $name {
            fn write(&self, line: &mut LineWriter<'_>) {
                line.field(&self.to_string());
            }
        }

        impl ReadField for $name {
            fn read(line: &mut LineReader<'_>) -> Option<Self> {
                line.field()?.parse().ok()
            }
        }
    )*};
}

texts! { Version Series }

impl WriteField for TypeId {
    fn write(&self, line: &mut LineWriter<'_>) {
        let schema = line.schema;
        line.field(&schema.get(*self).meta.name);
    }
}

impl ReadField for TypeId {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        line.types.get(line.field()?).copied()
    }
}

/// Before the name of a built-in type.
const BUILTIN: char = ':';

/// Before the name of the type of the elements of an array.
const ARRAY: char = '[';

impl WriteField for ValueType {
    fn write(&self, line: &mut LineWriter<'_>) {
        let schema = line.schema;
        let item = match self.item() {
            NamedType::Builtin(builtin) => format!("{BUILTIN}{}", builtin.as_str()),
            NamedType::Defined(id) => schema.get(id).meta.name.clone(),
        };
        match self {
            ValueType::One(_) => line.field(&item),
            ValueType::Array(_) => line.field(&format!("{ARRAY}{item}")),
        }
    }
}

impl ReadField for ValueType {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        let text = line.field()?;
        let element = text.strip_prefix(ARRAY);
        let item = element.unwrap_or(text);
        let item = match item.strip_prefix(BUILTIN) {
            Some(builtin) => NamedType::Builtin(BuiltinType::from_name(builtin)?),
            None => NamedType::Defined(*line.types.get(item)?),
        };
        Some(match element {
            Some(_) => ValueType::Array(item),
            None => ValueType::One(item),
        })
    }
}

impl WriteField for OperationData {
    fn write(&self, line: &mut LineWriter<'_>) {
        match self {
            OperationData::Members(members) => {
                line.field("members");
                members.write(line);
            }
            OperationData::Defined(id) => {
                line.field("type");
                id.write(line);
            }
        }
    }
}

impl ReadField for OperationData {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        match line.field()? {
            "members" => Some(OperationData::Members(line.read()?)),
            "type" => Some(OperationData::Defined(line.read()?)),
            _ => None,
        }
    }
}

/// How deep conditions are nested at most; those of QEMU, three times.
const MAX_DEPTH: usize = 64;

impl WriteField for Condition {
    fn write(&self, line: &mut LineWriter<'_>) {
        match self {
            Condition::Defined(name) => line.field(&format!("={name}")),
            Condition::Expression(text) => line.field(&format!("#{text}")),
            Condition::All(all) => {
                line.field("all");
                all.write(line);
            }
            Condition::Any(any) => {
                line.field("any");
                any.write(line);
            }
            Condition::Not(not) => {
                line.field("not");
                not.write(line);
            }
        }
    }
}

impl ReadField for Condition {
    fn read(line: &mut LineReader<'_>) -> Option<Self> {
        let text = line.field()?;
        if let Some(name) = text.strip_prefix('=') {
            return Some(Condition::Defined(name.to_owned()));
        }
        if let Some(text) = text.strip_prefix('#') {
            return Some(Condition::Expression(text.to_owned()));
        }
        line.depth = Some(line.depth + 1).filter(|depth| *depth <= MAX_DEPTH)?;
        let condition = match text {
            "all" => Condition::All(line.read()?),
            "any" => Condition::Any(line.read()?),
            "not" => Condition::Not(Box::new(line.read()?)),
            _ => return None,
        };
        line.depth -= 1;
        Some(condition)
    }
}
