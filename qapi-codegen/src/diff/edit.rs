//! One edit of an interface: what it is and where, not yet what it means.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which way the values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the client to QEMU, as arguments of a command.
    Request,
    /// From QEMU to the client, as the answer to a command.
    Reply,
    /// From QEMU to the client, unasked.
    Event,
}

impl Direction {
    /// All of them.
    pub const ALL: [Direction; 3] = [Direction::Request, Direction::Reply, Direction::Event];

    /// The word for it that begins the names of rules.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Reply => "reply",
            Direction::Event => "event",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Lists the kinds of edits with the names that the table of rules has for
/// them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What an edit is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];

            /// The name in the table of rules.
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$name => $text,)*
                }
            }
        }
    };
}

kinds! {
    /// A command is gone.
    CommandRemoved = "command-removed",
    /// A command is gone that was deprecated.
    CommandRemovedAfterDeprecation = "command-removed-after-deprecation",
    /// A command is gone that was never promised.
    CommandRemovedUnstable = "command-removed-unstable",
    /// A command has another name.
    CommandRenamed = "command-renamed",
    /// A command lost the `x-` of its name.
    CommandPromoted = "command-promoted",
    /// A command is new.
    CommandAdded = "command-added",
    /// The only argument held an object whose members are the arguments now.
    ArgumentsFlattened = "arguments-flattened",
    /// The arguments are members of the only argument now.
    ArgumentsWrapped = "arguments-wrapped",
    /// Arguments that no schema listed are listed now, and only these are taken.
    ArgumentsAnyToTyped = "arguments-any-to-typed",
    /// Arguments are taken that no schema lists.
    ArgumentsTypedToAny = "arguments-typed-to-any",
    /// Success is not answered any more.
    SuccessResponseRemoved = "success-response-removed",
    /// Success is answered now.
    SuccessResponseAdded = "success-response-added",
    /// A command may be sent out of band.
    OobAdded = "oob-added",
    /// A command may not be sent out of band any more.
    OobRemoved = "oob-removed",
    /// A command may be sent before the machine is made.
    PreconfigAdded = "preconfig-added",
    /// A command may not be sent any more before the machine is made.
    PreconfigRemoved = "preconfig-removed",
    /// A command that returned nothing returns an object.
    ReturnAdded = "return-added",
    /// A command that returned nothing returns something that is no object.
    ReturnAddedNonobject = "return-added-nonobject",
    /// A command returns nothing any more.
    ReturnRemoved = "return-removed",
    /// An event is new.
    EventAdded = "event-added",
    /// An event is gone.
    EventRemoved = "event-removed",
    /// An event has another name.
    EventRenamed = "event-renamed",
    /// A class of errors is new.
    ErrorClassAdded = "error-class-added",
    /// A class of errors is gone.
    ErrorClassRemoved = "error-class-removed",
    /// A member that may be absent is new.
    OptionalMemberAdded = "optional-member-added",
    /// A member that must be there is new.
    RequiredMemberAdded = "required-member-added",
    /// A member that may be absent is gone.
    OptionalMemberRemoved = "optional-member-removed",
    /// A member that must be there is gone.
    RequiredMemberRemoved = "required-member-removed",
    /// A member has another name.
    MemberRenamed = "member-renamed",
    /// A member that may be absent has another name.
    OptionalMemberRenamed = "optional-member-renamed",
    /// A member of all cases is one of some cases now.
    MemberMovedIntoBranch = "member-moved-into-branch",
    /// A member of some cases is one of all cases now.
    MemberMovedOutOfBranch = "member-moved-out-of-branch",
    /// A member may be absent now.
    MemberBecameOptional = "member-became-optional",
    /// A member must be there now.
    MemberBecameRequired = "member-became-required",
    /// No value of the one type is one of the other.
    TypeChanged = "type-changed",
    /// All values of the old type are values of the new one.
    TypeGeneralized = "type-generalized",
    /// All values of the new type are values of the old one.
    TypeSpecialized = "type-specialized",
    /// A value out of a list may be any text now.
    EnumToString = "enum-to-string",
    /// Any text was possible where a list of values is now.
    StringToEnum = "string-to-enum",
    /// More numbers are possible.
    IntegerRangeWidened = "integer-range-widened",
    /// Fewer numbers are possible.
    IntegerRangeNarrowed = "integer-range-narrowed",
    /// A signed 64-bit number is an unsigned one now.
    IntegerToSize = "integer-to-size",
    /// An enum has a new value.
    EnumValueAdded = "enum-value-added",
    /// An enum lost a value.
    EnumValueRemoved = "enum-value-removed",
    /// Values of an enum are written another way.
    EnumValueRenamed = "enum-value-renamed",
    /// A tag has a new value.
    UnionBranchAdded = "union-branch-added",
    /// A tag lost a value.
    UnionBranchRemoved = "union-branch-removed",
    /// What stood in `data` stands beside the tag now.
    UnionFlattened = "union-flattened",
    /// What stood beside the tag stands in `data` now.
    UnionWrapped = "union-wrapped",
    /// The members depend on a tag now.
    StructToUnion = "struct-to-union",
    /// A JSON type is new where several are possible.
    AlternateBranchAdded = "alternate-branch-added",
    /// A JSON type is gone where several were possible.
    AlternateBranchRemoved = "alternate-branch-removed",
    /// A list is a single value now.
    ArrayToScalar = "array-to-scalar",
    /// A single value is a list now.
    ScalarToArray = "scalar-to-array",
    /// Something is deprecated.
    DeprecatedAdded = "deprecated-added",
    /// Something is not deprecated any more.
    DeprecatedRemoved = "deprecated-removed",
    /// The documentation calls something deprecated.
    DocumentedDeprecatedAdded = "documented-deprecated-added",
    /// Something is not promised to stay any more.
    UnstableAdded = "unstable-added",
    /// Something is promised to stay.
    UnstableRemoved = "unstable-removed",
    /// A feature flag is new.
    FeatureAdded = "feature-added",
    /// A feature flag is gone.
    FeatureRemoved = "feature-removed",
    /// Something depends on how QEMU was built.
    ConditionAdded = "condition-added",
    /// A condition is written that schemas could not write before.
    ConditionStated = "condition-stated",
    /// Something does not depend any more on how QEMU was built.
    ConditionRemoved = "condition-removed",
    /// Something depends otherwise on how QEMU was built.
    ConditionChanged = "condition-changed",
}

/// A step of a path inside a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step<'s> {
    /// Into a member of an object.
    Member(&'s str),
    /// Into the items of an array.
    Items,
    /// Into what an object has for a value of its tag.
    Case {
        /// The name of the tag.
        tag: &'s str,
        /// The value of the tag.
        value: &'s str,
    },
}

/// A path as it is shown: `actions[].data`, `options<driver=qcow2>.file`.
pub fn path(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Member(name) if path.is_empty() => path.push_str(name),
            Step::Member(name) => path.extend([".", name]),
            Step::Items => path.push_str("[]"),
            Step::Case { tag, value } => path.extend(["<", tag, "=", value, ">"]),
        }
    }
    path
}

/// One edit, with its place relative to where it was found.
#[derive(Debug, Clone)]
pub struct Edit<'s> {
    /// What it is.
    pub kind: Kind,
    /// The steps to the old thing; where there is none, to what it would be in.
    pub old_steps: Vec<Step<'s>>,
    /// The steps to the new thing; where there is none, to what it would be in.
    pub new_steps: Vec<Step<'s>>,
    /// What it was, in words or as the name on the wire.
    pub old: Option<String>,
    /// What it is now.
    pub new: Option<String>,
    /// By what it was recognized, where that is a judgement; or the members and
    /// branches that it is about.
    pub note: Option<String>,
}

impl<'s> Edit<'s> {
    /// An edit of the place itself.
    pub fn new(kind: Kind) -> Self {
        Edit {
            kind,
            old_steps: Vec::new(),
            new_steps: Vec::new(),
            old: None,
            new: None,
            note: None,
        }
    }

    /// The same steps lead to the old thing and to the new one.
    pub fn at(mut self, steps: &[Step<'s>]) -> Self {
        self.old_steps = steps.to_vec();
        self.new_steps = steps.to_vec();
        self
    }

    /// These steps lead to the old thing.
    pub fn old_at(mut self, steps: &[Step<'s>]) -> Self {
        self.old_steps = steps.to_vec();
        self
    }

    /// These steps lead to the new thing.
    pub fn new_at(mut self, steps: &[Step<'s>]) -> Self {
        self.new_steps = steps.to_vec();
        self
    }

    /// What it was.
    pub fn old(mut self, old: impl Into<String>) -> Self {
        self.old = Some(old.into());
        self
    }

    /// What it is now.
    pub fn new_value(mut self, new: impl Into<String>) -> Self {
        self.new = Some(new.into());
        self
    }

    /// By what it was recognized, or what it is about.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_members_items_and_cases() {
        let case = Step::Case {
            tag: "type",
            value: "drive-backup",
        };
        let steps = [
            Step::Member("actions"),
            Step::Items,
            case,
            Step::Member("data"),
        ];
        assert_eq!(path(&steps), "actions[]<type=drive-backup>.data");
        assert_eq!(
            path(&[case, Step::Member("data")]),
            "<type=drive-backup>.data"
        );
    }
}
