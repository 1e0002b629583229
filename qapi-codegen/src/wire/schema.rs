//! Building the interface of a schema.

use foldhash::HashMap;

use super::interface::{
    AlternateBranch, BranchShape, Branches, CommandShape, EventShape, Interface, MemberShape,
    ObjectShape, Shape, ShapeId, ShapeNode, ShapeOrigin,
};
use super::name_table::NameTable;
use crate::schema::{
    self, AlternateType, BranchContent, BuiltinType, JsonKind, NamedType, OperationData, Schema,
    TypeDefinition, TypeId, TypeKind, UnionType, ValueType,
};

/// The names that the enum of error classes has had.
const ERROR_CLASSES: [&str; 2] = ["QapiErrorClass", "ErrorClass"];

impl<'s> Interface<'s> {
    /// Builds the interface of a schema.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use qapi_codegen::wire::Interface;
    /// use qapi_codegen::{load::load, schema::resolve, validate::validate, version::Version};
    ///
    /// let text = b"{ 'command': 'stop', 'data': { '*now': 'bool' } }".to_vec();
    /// let files = HashMap::from([("a.json".to_owned(), text)]);
    /// let loaded = load(&files, "a.json", Version::new(2, 5, 0))?;
    /// let schema = resolve(&validate(loaded).expect("it is valid"));
    /// let interface = Interface::from_schema(&schema);
    /// let arguments = interface.object(interface.commands["stop"].arguments).unwrap();
    /// assert!(arguments.members["now"].optional);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_schema(schema: &'s Schema) -> Interface<'s> {
        let mut builder = InterfaceBuilder::new(schema);
        for (index, (id, def)) in schema.types().enumerate() {
            builder.nodes[index].shape = builder.build_type(id, def);
        }
        let commands = schema.commands.iter();
        let commands =
            commands.map(|command| (&*command.meta.name, builder.build_command(command)));
        let commands = commands.collect();
        let events = schema.events.iter();
        let events = events
            .map(|event| (&*event.meta.name, builder.build_event(event)))
            .collect();
        let error_class = ERROR_CLASSES.iter().find_map(|name| schema.find_type(name));
        Interface {
            version: schema.version,
            commands,
            events,
            error_class: error_class.map(shape_id),
            is_introspected: false,
            empty: builder.empty,
            nodes: builder.nodes,
        }
    }
}

impl Interface<'_> {
    /// The shape of a type of the schema that the interface was built from.
    pub fn shape_of_type(&self, id: TypeId) -> ShapeId {
        shape_id(id)
    }
}

/// The shapes of the types come first, in the order of the types.
fn shape_id(id: TypeId) -> ShapeId {
    ShapeId(id.index() as u32)
}

struct InterfaceBuilder<'s> {
    schema: &'s Schema,
    nodes: Vec<ShapeNode<'s>>,
    derived: HashMap<DerivedShape, ShapeId>,
    empty: ShapeId,
}

/// The shapes that follow from others and exist once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum DerivedShape {
    Builtin(BuiltinType),
    Array(ShapeId),
    /// An object with the one member `data`.
    Wrapper(ShapeId),
}

impl<'s> InterfaceBuilder<'s> {
    fn new(schema: &'s Schema) -> Self {
        let types = schema.types.iter().map(|def| ShapeNode {
            shape: Shape::Object(ObjectShape::default()),
            origin: ShapeOrigin::Named(&def.meta),
        });
        let mut builder = InterfaceBuilder {
            schema,
            nodes: types.collect(),
            derived: HashMap::default(),
            empty: ShapeId(0),
        };
        builder.empty = builder.add(Shape::Object(ObjectShape::default()));
        builder
    }

    fn add(&mut self, shape: Shape<'s>) -> ShapeId {
        self.add_from(shape, ShapeOrigin::Anonymous)
    }

    fn add_from(&mut self, shape: Shape<'s>, origin: ShapeOrigin<'s>) -> ShapeId {
        self.nodes.push(ShapeNode { shape, origin });
        ShapeId(self.nodes.len() as u32 - 1)
    }

    fn build_type(&mut self, id: TypeId, def: &'s TypeDefinition) -> Shape<'s> {
        match &def.kind {
            TypeKind::Enum(body) => {
                let values = body.values.iter();
                Shape::Enum(values.map(|value| (&*value.name, value)).collect())
            }
            TypeKind::Struct(_) => Shape::Object(ObjectShape {
                members: self.build_members(self.schema.members(id)),
                ..ObjectShape::default()
            }),
            TypeKind::Union(union) => Shape::Object(self.build_union(id, union, &def.meta.name)),
            TypeKind::Alternate(alternate) => self.build_alternate(alternate),
        }
    }

    fn build_members(
        &mut self,
        members: impl IntoIterator<Item = &'s schema::Member>,
    ) -> NameTable<'s, MemberShape<'s>> {
        let member = |member: &'s schema::Member| {
            let shape = MemberShape {
                shape: self.build_reference(member.ty),
                optional: member.optional,
                meta: Some(&member.meta),
            };
            (&*member.meta.name, shape)
        };
        members.into_iter().map(member).collect()
    }

    fn build_union(&mut self, id: TypeId, union: &'s UnionType, name: &'s str) -> ObjectShape<'s> {
        let mut members = self.build_members(self.schema.members(id));
        let branches = self.schema.union_branches(union);
        if !members.contains(&union.discriminator) {
            let values = branches.iter().map(|case| (&*case.meta.name, case.meta));
            let shape = Shape::Enum(values.collect());
            let discriminator = MemberShape {
                shape: self.add_from(shape, ShapeOrigin::Discriminator(name)),
                optional: false,
                meta: None,
            };
            members.insert(&union.discriminator, discriminator);
        }
        let mut written = union.branches.iter();
        let branch = |case: schema::UnionBranch<'s>| {
            let branch = BranchShape {
                content: self.build_content(union, written.next(), case.content),
                meta: case.meta,
                conditions: case.conditions,
            };
            (&*case.meta.name, branch)
        };
        ObjectShape {
            members,
            branches: Some(Branches {
                discriminator: &union.discriminator,
                by_value: branches.into_iter().map(branch).collect(),
            }),
            open: false,
        }
    }

    fn build_content(
        &mut self,
        union: &UnionType,
        written: Option<&schema::Branch>,
        content: BranchContent,
    ) -> ShapeId {
        match (written.map(|branch| branch.ty), content) {
            (Some(ValueType::One(NamedType::Defined(id))), _)
                if union.discriminator_enum.is_some() =>
            {
                shape_id(id)
            }
            (_, BranchContent::Nothing) => self.empty,
            (_, BranchContent::Members(id)) => shape_id(id),
            (_, BranchContent::Data(ty)) => {
                let shape = self.build_reference(ty);
                self.derive(DerivedShape::Wrapper(shape))
            }
        }
    }

    fn derive(&mut self, derived: DerivedShape) -> ShapeId {
        if let Some(&known) = self.derived.get(&derived) {
            return known;
        }
        let shape = match derived {
            DerivedShape::Builtin(builtin) => Shape::Builtin(builtin),
            DerivedShape::Array(element) => Shape::Array(element),
            DerivedShape::Wrapper(shape) => {
                let member = MemberShape {
                    shape,
                    optional: false,
                    meta: None,
                };
                Shape::Object(ObjectShape {
                    members: [(schema::DATA_MEMBER, member)].into_iter().collect(),
                    ..ObjectShape::default()
                })
            }
        };
        let id = self.add(shape);
        self.derived.insert(derived, id);
        id
    }

    fn build_alternate(&mut self, alternate: &'s AlternateType) -> Shape<'s> {
        let branch = |branch: &'s schema::Branch| AlternateBranch {
            kind: self.json_kind(branch.ty),
            shape: self.build_reference(branch.ty),
            meta: &branch.meta,
        };
        Shape::Alternate(alternate.branches.iter().map(branch).collect())
    }

    /// The JSON type of a branch of an alternate.
    fn json_kind(&self, ty: ValueType) -> JsonKind {
        match ty {
            ValueType::Array(_) => JsonKind::Array,
            ValueType::One(NamedType::Builtin(builtin)) => builtin.json_kind(),
            ValueType::One(NamedType::Defined(id)) => match self.schema.get(id).kind {
                TypeKind::Enum(_) => JsonKind::String,
                TypeKind::Alternate(_) => JsonKind::Any,
                TypeKind::Struct(_) | TypeKind::Union(_) => JsonKind::Object,
            },
        }
    }

    fn build_reference(&mut self, ty: ValueType) -> ShapeId {
        let item = match ty.item() {
            NamedType::Defined(id) => shape_id(id),
            NamedType::Builtin(builtin) => self.derive(DerivedShape::Builtin(builtin)),
        };
        match ty {
            ValueType::One(_) => item,
            ValueType::Array(_) => self.derive(DerivedShape::Array(item)),
        }
    }

    fn build_data(&mut self, data: &'s OperationData, owner: &'s str, open: bool) -> ShapeId {
        match data {
            OperationData::Members(members) if members.is_empty() && !open => self.empty,
            OperationData::Members(members) => {
                let shape = Shape::Object(ObjectShape {
                    members: self.build_members(members),
                    branches: None,
                    open,
                });
                self.add_from(shape, ShapeOrigin::Inline(owner))
            }
            OperationData::Defined(id) if !open => shape_id(*id),
            OperationData::Defined(id) => {
                let mut shape = self.nodes[id.index()].shape.clone();
                if let Shape::Object(object) = &mut shape {
                    object.open = open;
                }
                self.add_from(shape, ShapeOrigin::Inline(owner))
            }
        }
    }

    fn build_command(&mut self, command: &'s schema::Command) -> CommandShape<'s> {
        CommandShape {
            meta: &command.meta,
            arguments: self.build_data(&command.data, &command.meta.name, command.open),
            returns: command.returns.map(|ty| self.build_reference(ty)),
            success_response: command.success_response,
            allow_oob: command.allow_oob,
            allow_preconfig: command.allow_preconfig,
        }
    }

    fn build_event(&mut self, event: &'s schema::Event) -> EventShape<'s> {
        EventShape {
            meta: &event.meta,
            data: self.build_data(&event.data, &event.meta.name, false),
        }
    }
}
