//! Changes of an interface: what changed and where, not yet what it means.
//!
//! The table of [`ChangeKind`] is the only place that knows the attributes of a
//! kind.

use std::fmt;

use serde::Deserialize;

use crate::schema::{Condition, JsonKind};
use crate::wire::{PathSegment, kind_name, render_path};

/// An attribute that some kinds of changes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindAttribute {
    /// The path is in the new release.
    Addition,
    /// A path may have several changes of the kind, one for each value.
    PerValue,
    /// Enum values are the old and new values.
    EnumValue,
    /// The change is of metadata: features, conditions, deprecation.
    Metadata,
    /// The entity is now deprecated.
    Deprecation,
    /// The entity is removed or deprecated, so callers look for a replacement.
    Replaceable,
    /// The entity is removed, and was perhaps deprecated before.
    Removal,
    /// The command or event is new.
    NewOperation,
    /// No message shows the change.
    NoMessage,
    /// No message of the old release shows the change.
    NoOldMessage,
    /// No message of the new release shows the change.
    NoNewMessage,
    /// The value is absent from the message of the old release.
    AbsentBefore,
    /// The change is of devices, which are not in a schema.
    Device,
    /// The change is of the command line.
    CommandLine,
    /// A finding has all entities with the same change.
    Grouped,
}

/// Declares the kinds of changes: the name in the table of rules, which has an
/// example of each, and the attributes.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal [$($attribute:ident),*],)*) => {
        /// A kind of change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum ChangeKind {
            $(
                #[doc = concat!("`", $text, "` in `rules.toml`.")]
                $(#[$doc])*
                #[serde(rename = $text)]
                $name,
            )*
        }

        impl ChangeKind {
            /// All kinds.
            pub const ALL: &'static [ChangeKind] = &[$(ChangeKind::$name),*];

            /// The name in the table of rules.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(ChangeKind::$name => $text,)*
                }
            }

            fn attributes(self) -> &'static [KindAttribute] {
                match self {
                    $(ChangeKind::$name => &[$(KindAttribute::$attribute),*],)*
                }
            }
        }
    };
}

kinds! {
    CommandRemoved = "command-removed" [Removal, Replaceable],
    /// A deprecated command was removed.
    CommandRemovedAfterDeprecation = "command-removed-after-deprecation" [Removal, Replaceable],
    /// An unstable command was removed.
    CommandRemovedUnstable = "command-removed-unstable" [Removal, Replaceable],
    CommandRenamed = "command-renamed" [],
    /// A command lost the prefix `x-`.
    CommandPromoted = "command-promoted" [],
    CommandAdded = "command-added" [NewOperation, NoOldMessage],
    /// The members of an argument moved up into `arguments`.
    ArgumentsFlattened = "arguments-flattened" [],
    /// The arguments moved into one new argument.
    ArgumentsWrapped = "arguments-wrapped" [Addition],
    /// Arguments that the schema did not list are now listed and typed.
    ArgumentsAnyToTyped = "arguments-any-to-typed" [],
    /// Unlisted arguments are now accepted.
    ArgumentsTypedToAny = "arguments-typed-to-any" [NoMessage],
    /// A command no longer replies on success.
    SuccessResponseRemoved = "success-response-removed" [NoMessage],
    SuccessResponseAdded = "success-response-added" [NoMessage],
    OobAdded = "oob-added" [NoMessage],
    OobRemoved = "oob-removed" [NoMessage],
    PreconfigAdded = "preconfig-added" [NoMessage],
    PreconfigRemoved = "preconfig-removed" [NoMessage],
    /// A command without a return value now returns an object.
    ReturnAdded = "return-added" [],
    /// A command without a return value now returns a value that is not an object.
    ReturnAddedNonobject = "return-added-nonobject" [],
    ReturnRemoved = "return-removed" [],
    EventAdded = "event-added" [NewOperation, NoOldMessage],
    EventRemoved = "event-removed" [Removal],
    EventRenamed = "event-renamed" [],
    ErrorClassAdded = "error-class-added" [PerValue, NoMessage],
    ErrorClassRemoved = "error-class-removed" [PerValue, NoMessage],
    OptionalMemberAdded = "optional-member-added" [Addition, NoOldMessage],
    RequiredMemberAdded = "required-member-added" [Addition],
    OptionalMemberRemoved = "optional-member-removed" [Removal, Replaceable],
    RequiredMemberRemoved = "required-member-removed" [Removal, Replaceable],
    /// A required member was renamed.
    MemberRenamed = "member-renamed" [],
    OptionalMemberRenamed = "optional-member-renamed" [],
    /// A member of the whole union moved into some of its branches.
    MemberMovedIntoBranch = "member-moved-into-branch" [],
    /// A member of some branches moved to the whole union.
    MemberMovedOutOfBranch = "member-moved-out-of-branch" [Addition, NoOldMessage],
    MemberBecameOptional = "member-became-optional" [],
    MemberBecameRequired = "member-became-required" [AbsentBefore],
    /// A value has another type, with no value in common.
    TypeChanged = "type-changed" [],
    /// The new type accepts all values of the old one.
    TypeGeneralized = "type-generalized" [],
    /// The old type accepts all values of the new one.
    TypeSpecialized = "type-specialized" [],
    EnumToString = "enum-to-string" [],
    StringToEnum = "string-to-enum" [],
    IntegerRangeWidened = "integer-range-widened" [],
    IntegerRangeNarrowed = "integer-range-narrowed" [],
    /// A signed 64-bit integer became unsigned.
    IntegerToSize = "integer-to-size" [],
    EnumValueAdded = "enum-value-added" [Addition, PerValue, EnumValue, NoOldMessage, AbsentBefore],
    EnumValueRemoved = "enum-value-removed" [Removal, PerValue, EnumValue, NoNewMessage],
    EnumValueRenamed = "enum-value-renamed" [EnumValue],
    UnionBranchAdded = "union-branch-added" [Addition, NoOldMessage],
    UnionBranchRemoved = "union-branch-removed" [Removal, NoNewMessage],
    /// The members of `data` moved up into the union.
    UnionFlattened = "union-flattened" [],
    /// The members of the branches moved into `data`.
    UnionWrapped = "union-wrapped" [],
    StructToUnion = "struct-to-union" [Addition, NoMessage],
    /// An alternate accepts another JSON type.
    AlternateBranchAdded = "alternate-branch-added" [PerValue],
    /// An alternate no longer accepts a JSON type.
    AlternateBranchRemoved = "alternate-branch-removed" [PerValue],
    ArrayToScalar = "array-to-scalar" [],
    ScalarToArray = "scalar-to-array" [],
    /// The feature `deprecated` was added.
    DeprecatedAdded = "deprecated-added" [Metadata, Deprecation, Replaceable],
    DeprecatedRemoved = "deprecated-removed" [Metadata],
    /// The documentation now deprecates an entity.
    DocumentedDeprecatedAdded = "documented-deprecated-added" [Metadata, Deprecation, Replaceable],
    UnstableAdded = "unstable-added" [Metadata],
    UnstableRemoved = "unstable-removed" [Metadata],
    FeatureAdded = "feature-added" [Metadata, PerValue],
    FeatureRemoved = "feature-removed" [Metadata, PerValue],
    ConditionAdded = "condition-added" [Metadata],
    /// A build condition is now in the schema; older schemas could not express it.
    ConditionStated = "condition-stated" [Metadata],
    ConditionRemoved = "condition-removed" [Metadata],
    ConditionChanged = "condition-changed" [Metadata],
    DeviceRemoved = "device-removed" [Device, NoNewMessage],
    DeviceAdded = "device-added" [Device, Addition, NoMessage],
    CpuModelRemoved = "cpu-model-removed" [Device, NoNewMessage],
    CpuModelAdded = "cpu-model-added" [Device, Addition, NoMessage],
    /// A device no longer has a property.
    PropertyRemoved = "device-property-removed" [Device],
    /// A device no longer has an unstable property.
    PropertyRemovedUnstable = "device-property-removed-unstable" [Device],
    PropertyAdded = "device-property-added" [Device, Addition, NoMessage],
    /// The new type of a property does not accept all values of the old one.
    PropertyTypeChanged = "device-property-type-changed" [Device, NoMessage],
    OptionRemoved = "option-removed" [CommandLine, NoMessage],
    OptionAdded = "option-added" [CommandLine, Addition, NoMessage],
    OptionDeprecated = "option-deprecated" [CommandLine, Metadata, Deprecation],
    /// A parameter of an option, or a value of it, was removed.
    ParameterRemoved = "option-parameter-removed" [CommandLine, NoMessage],
    ParameterAdded = "option-parameter-added" [CommandLine, Addition, NoMessage],
    ParameterDeprecated = "option-parameter-deprecated" [CommandLine, Metadata, Deprecation],
    MachineTypeRemoved = "machine-type-removed" [CommandLine, Grouped, NoMessage],
    MachineTypeAdded = "machine-type-added" [CommandLine, Grouped, Addition, NoMessage],
    MachineTypeDeprecated = "machine-type-deprecated" [CommandLine, Grouped, Metadata],
    /// `-cpu` no longer accepts a CPU model.
    CpuOptionRemoved = "cpu-option-model-removed" [CommandLine, Grouped, NoMessage],
    CpuOptionAdded = "cpu-option-model-added" [CommandLine, Grouped, Addition, NoMessage],
    CpuOptionDeprecated = "cpu-option-model-deprecated" [CommandLine, Grouped, Metadata],
}

impl ChangeKind {
    /// Returns `true` if the kind has an attribute.
    pub fn has(self, attribute: KindAttribute) -> bool {
        self.attributes().contains(&attribute)
    }
}

/// One change, with paths relative to where it was found.
#[derive(Debug, Clone)]
pub struct Change<'s> {
    /// The kind.
    pub kind: ChangeKind,
    /// The path to the old entity, or to what would contain it.
    pub old_path: Vec<PathSegment<'s>>,
    /// The path to the new entity, or to what would contain it.
    pub new_path: Vec<PathSegment<'s>>,
    /// The old value of what changed.
    pub old: Option<ChangeValue<'s>>,
    /// The new value of what changed.
    pub new: Option<ChangeValue<'s>>,
    /// The name of the entity whose metadata changed.
    pub subject: Option<&'s str>,
    /// The evidence for a new name.
    pub evidence: Option<RenameEvidence>,
}

/// A side of a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeValue<'s> {
    /// A name on the wire.
    Name(&'s str),
    /// Names on the wire: enum values, or discriminator values of branches.
    Names(Vec<&'s str>),
    /// All branches of a union.
    AllBranches,
    /// A path inside the arguments.
    Path(Vec<PathSegment<'s>>),
    /// A type in words.
    Type(String),
    /// A member.
    Member {
        /// `true` for an optional member.
        optional: bool,
        /// Its type in words.
        ty: String,
    },
    /// `true` for an optional and `false` for a required member.
    Optional(bool),
    /// A JSON type that an alternate accepts.
    JsonKind(JsonKind),
    /// Conditions that must all hold, sorted by their text.
    Conditions(Vec<&'s Condition>),
}

/// The evidence that an entity has a new name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenameEvidence {
    /// Only the prefix `x-` was removed.
    Promoted,
    /// Only case and punctuation differ.
    Spelling,
    /// The types are equal and the names share words.
    Shape,
    /// Most values of the discriminators are equal.
    Values,
}

impl<'s> Change<'s> {
    /// Creates a change with empty paths.
    pub fn new(kind: ChangeKind) -> Self {
        Change {
            kind,
            old_path: Vec::new(),
            new_path: Vec::new(),
            old: None,
            new: None,
            subject: None,
            evidence: None,
        }
    }

    /// Creates a change of something that only the old release has.
    pub fn removed(kind: ChangeKind, old: impl Into<ChangeValue<'s>>) -> Self {
        Change {
            old: Some(old.into()),
            ..Change::new(kind)
        }
    }

    /// Creates a change of something that only the new release has.
    pub fn added(kind: ChangeKind, new: impl Into<ChangeValue<'s>>) -> Self {
        Change {
            new: Some(new.into()),
            ..Change::new(kind)
        }
    }

    /// Creates a change of something that both releases have.
    pub fn replaced<V: Into<ChangeValue<'s>>>(kind: ChangeKind, old: V, new: V) -> Self {
        Change {
            new: Some(new.into()),
            ..Change::removed(kind, old)
        }
    }

    /// Sets the path to the old entity.
    pub fn old_at(self, path: &[PathSegment<'s>]) -> Self {
        let old_path = path.to_vec();
        Change { old_path, ..self }
    }

    /// Sets the path to the new entity.
    pub fn new_at(self, path: &[PathSegment<'s>]) -> Self {
        let new_path = path.to_vec();
        Change { new_path, ..self }
    }

    /// Sets the entity whose metadata changed.
    pub fn with_subject(self, subject: &'s str) -> Self {
        let subject = Some(subject);
        Change { subject, ..self }
    }

    /// Sets the evidence for a new name.
    pub fn with_evidence(self, evidence: RenameEvidence) -> Self {
        let evidence = Some(evidence);
        Change { evidence, ..self }
    }
}

impl<'s> From<&'s str> for ChangeValue<'s> {
    fn from(name: &'s str) -> Self {
        ChangeValue::Name(name)
    }
}

impl<'s> ChangeValue<'s> {
    /// The names on the wire.
    pub fn names(&self) -> &[&'s str] {
        match self {
            ChangeValue::Name(name) => std::slice::from_ref(name),
            ChangeValue::Names(names) => names,
            _ => &[],
        }
    }
}

/// The value without markup, as in the JSON form of a report.
impl fmt::Display for ChangeValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeValue::Name(name) => f.write_str(name),
            ChangeValue::Names(names) => f.write_str(&names.join(", ")),
            ChangeValue::AllBranches => f.write_str("all branches"),
            ChangeValue::Path(path) => f.write_str(&render_path(path)),
            ChangeValue::Type(ty)
            | ChangeValue::Member {
                optional: false,
                ty,
            } => f.write_str(ty),
            ChangeValue::Member { optional: true, ty } => write!(f, "optional {ty}"),
            ChangeValue::Optional(true) => f.write_str("optional"),
            ChangeValue::Optional(false) => f.write_str("required"),
            ChangeValue::JsonKind(kind) => f.write_str(kind_name(*kind)),
            ChangeValue::Conditions(conditions) => {
                let texts: Vec<String> = conditions.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(" and "))
            }
        }
    }
}

impl fmt::Display for RenameEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RenameEvidence::Promoted => "without the prefix `x-`",
            RenameEvidence::Spelling => "the names differ only in case and in `-`, `_` and `.`",
            RenameEvidence::Shape => "the types are equal and the names share words",
            RenameEvidence::Values => "most discriminator values are equal",
        })
    }
}
