//! Reducing a schema to its shapes.

use std::collections::{BTreeMap, HashMap};

use super::{
    CaseShape, Choice, CommandShape, EventShape, Member, NodeId, Object, Range, Shape, Shapes,
};
use crate::schema::{
    self, AlternateType, BranchContent, BuiltinType, JsonKind, NamedType, OperationData, Schema,
    TypeDefinition, TypeId, TypeKind, UnionType, ValueType,
};

/// The names that the enum of error classes has had.
const ERROR_CLASSES: [&str; 2] = ["QapiErrorClass", "ErrorClass"];

impl<'s> Shapes<'s> {
    /// Reduces a schema to what travels.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use qapi_codegen::analyse::shape::Shapes;
    /// use qapi_codegen::{load::load, schema::resolve, validate::validate, version::Version};
    ///
    /// let text = b"{ 'command': 'stop', 'data': { '*now': 'bool' } }".to_vec();
    /// let files = HashMap::from([("a.json".to_owned(), text)]);
    /// let loaded = load(&files, "a.json", Version::new(2, 5, 0))?;
    /// let schema = resolve(&validate(loaded).expect("it breaks no rule"));
    /// let shapes = Shapes::of(&schema);
    /// let arguments = shapes.object(shapes.commands["stop"].arguments).unwrap();
    /// assert!(arguments.members["now"].optional);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of(schema: &'s Schema) -> Shapes<'s> {
        let mut builder = Builder::new(schema);
        for (index, (id, def)) in schema.types().enumerate() {
            builder.nodes[index] = builder.definition(id, def);
        }
        let commands = schema.commands.iter();
        let commands = commands.map(|command| (&*command.meta.name, builder.command(command)));
        let commands = commands.collect();
        let events = schema.events.iter();
        let events = events
            .map(|event| (&*event.meta.name, builder.event(event)))
            .collect();
        let error_class = ERROR_CLASSES.iter().find_map(|name| schema.find_type(name));
        Shapes {
            version: schema.version,
            commands,
            events,
            error_class: error_class.map(node),
            nodes: builder.nodes,
        }
    }
}

impl Shapes<'_> {
    /// The shape of a type of the schema that these are the shapes of.
    pub fn of_type(&self, id: TypeId) -> NodeId {
        node(id)
    }
}

/// The types of the schema have the first nodes, in their order.
fn node(id: TypeId) -> NodeId {
    NodeId(id.index() as u32)
}

struct Builder<'s> {
    schema: &'s Schema,
    nodes: Vec<Shape<'s>>,
    builtins: HashMap<BuiltinType, NodeId>,
    arrays: HashMap<NodeId, NodeId>,
    wrappers: HashMap<NodeId, NodeId>,
    nothing: NodeId,
}

impl<'s> Builder<'s> {
    fn new(schema: &'s Schema) -> Self {
        let mut nodes = vec![Shape::Null; schema.types.len()];
        let nothing = NodeId(nodes.len() as u32);
        nodes.push(Shape::Object(Object::default()));
        Builder {
            schema,
            nodes,
            builtins: HashMap::new(),
            arrays: HashMap::new(),
            wrappers: HashMap::new(),
            nothing,
        }
    }

    fn add(&mut self, shape: Shape<'s>) -> NodeId {
        self.nodes.push(shape);
        NodeId(self.nodes.len() as u32 - 1)
    }

    fn definition(&mut self, id: TypeId, def: &'s TypeDefinition) -> Shape<'s> {
        match &def.kind {
            TypeKind::Enum(body) => Shape::Enum(
                body.values
                    .iter()
                    .map(|value| (&*value.name, value))
                    .collect(),
            ),
            TypeKind::Struct(_) => Shape::Object(Object {
                members: self.members(self.schema.members(id)),
                ..Object::default()
            }),
            TypeKind::Union(union) => Shape::Object(self.union(id, union)),
            TypeKind::Alternate(alternate) => self.alternate(alternate),
        }
    }

    fn members(
        &mut self,
        members: impl IntoIterator<Item = &'s schema::Member>,
    ) -> BTreeMap<&'s str, Member<'s>> {
        let member = |member: &'s schema::Member| {
            let shape = self.ty(member.ty);
            (
                &*member.meta.name,
                Member {
                    shape,
                    optional: member.optional,
                    meta: Some(&member.meta),
                },
            )
        };
        members.into_iter().map(member).collect()
    }

    fn union(&mut self, id: TypeId, union: &'s UnionType) -> Object<'s> {
        let mut members = self.members(self.schema.members(id));
        let cases = self.schema.union_branches(union);
        if !members.contains_key(&*union.discriminator) {
            let values = cases
                .iter()
                .map(|case| (&*case.meta.name, case.meta))
                .collect();
            let shape = self.add(Shape::Enum(values));
            members.insert(
                &union.discriminator,
                Member {
                    shape,
                    optional: false,
                    meta: None,
                },
            );
        }
        let case = |case: schema::UnionBranch<'s>| {
            let content = self.content(case.content);
            let (meta, conditions) = (case.meta, case.conditions);
            (
                &*meta.name,
                CaseShape {
                    content,
                    meta,
                    conditions,
                },
            )
        };
        let cases = cases.into_iter().map(case).collect();
        Object {
            members,
            choice: Some(Choice {
                tag: &union.discriminator,
                cases,
            }),
            open: false,
        }
    }

    fn content(&mut self, content: BranchContent) -> NodeId {
        match content {
            BranchContent::Nothing => self.nothing,
            BranchContent::Members(id) => node(id),
            BranchContent::Data(ty) => {
                let shape = self.ty(ty);
                self.wrapper(shape)
            }
        }
    }

    /// An object with the one member `data`.
    fn wrapper(&mut self, shape: NodeId) -> NodeId {
        if let Some(&known) = self.wrappers.get(&shape) {
            return known;
        }
        let member = Member {
            shape,
            optional: false,
            meta: None,
        };
        let members = BTreeMap::from([(schema::DATA_MEMBER, member)]);
        let wrapper = self.add(Shape::Object(Object {
            members,
            ..Object::default()
        }));
        self.wrappers.insert(shape, wrapper);
        wrapper
    }

    fn alternate(&mut self, alternate: &'s AlternateType) -> Shape<'s> {
        let branch = |branch: &schema::Branch| (self.kind(branch.ty), self.ty(branch.ty));
        Shape::Alternate(alternate.branches.iter().map(branch).collect())
    }

    /// The kind of JSON value of a branch of an alternate.
    fn kind(&self, ty: ValueType) -> JsonKind {
        match ty {
            ValueType::Array(_) => JsonKind::Array,
            ValueType::One(NamedType::Builtin(builtin)) => builtin.json_kind(),
            ValueType::One(NamedType::Defined(id)) => match self.schema.get(id).kind {
                TypeKind::Enum(_) => JsonKind::String,
                _ => JsonKind::Object,
            },
        }
    }

    fn ty(&mut self, ty: ValueType) -> NodeId {
        let item = match ty.item() {
            NamedType::Defined(id) => node(id),
            NamedType::Builtin(builtin) => self.builtin(builtin),
        };
        match ty {
            ValueType::One(_) => item,
            ValueType::Array(_) => self.array(item),
        }
    }

    fn array(&mut self, item: NodeId) -> NodeId {
        if let Some(&known) = self.arrays.get(&item) {
            return known;
        }
        let array = self.add(Shape::Array(item));
        self.arrays.insert(item, array);
        array
    }

    fn builtin(&mut self, builtin: BuiltinType) -> NodeId {
        if let Some(&known) = self.builtins.get(&builtin) {
            return known;
        }
        let shape = self.add(scalar(builtin));
        self.builtins.insert(builtin, shape);
        shape
    }

    fn data(&mut self, data: &'s OperationData, open: bool) -> NodeId {
        match data {
            OperationData::Members(members) if members.is_empty() && !open => self.nothing,
            OperationData::Members(members) => {
                let members = self.members(members);
                self.add(Shape::Object(Object {
                    members,
                    choice: None,
                    open,
                }))
            }
            OperationData::Defined(id) if !open => node(*id),
            OperationData::Defined(id) => match self.nodes[id.index()].clone() {
                Shape::Object(object) => self.add(Shape::Object(Object { open, ..object })),
                other => self.add(other),
            },
        }
    }

    fn command(&mut self, command: &'s schema::Command) -> CommandShape<'s> {
        CommandShape {
            meta: &command.meta,
            arguments: self.data(&command.data, command.open),
            returns: command.returns.map(|ty| self.ty(ty)),
            success_response: command.success_response,
            allow_oob: command.allow_oob,
            allow_preconfig: command.allow_preconfig,
        }
    }

    fn event(&mut self, event: &'s schema::Event) -> EventShape<'s> {
        EventShape {
            meta: &event.meta,
            data: self.data(&event.data, false),
        }
    }
}

fn scalar<'s>(builtin: BuiltinType) -> Shape<'s> {
    let range = |low: i128, high: i128| Shape::Integer(Range { low, high });
    match builtin {
        BuiltinType::Str | BuiltinType::QType => Shape::Text,
        BuiltinType::Number => Shape::Number,
        BuiltinType::Bool => Shape::Boolean,
        BuiltinType::Any => Shape::Any,
        BuiltinType::Null => Shape::Null,
        BuiltinType::Int8 => range(i8::MIN.into(), i8::MAX.into()),
        BuiltinType::Int16 => range(i16::MIN.into(), i16::MAX.into()),
        BuiltinType::Int32 => range(i32::MIN.into(), i32::MAX.into()),
        BuiltinType::Int | BuiltinType::Int64 => range(i64::MIN.into(), i64::MAX.into()),
        BuiltinType::Uint8 => range(0, u8::MAX.into()),
        BuiltinType::Uint16 => range(0, u16::MAX.into()),
        BuiltinType::Uint32 => range(0, u32::MAX.into()),
        BuiltinType::Uint64 | BuiltinType::Size => range(0, u64::MAX.into()),
    }
}
