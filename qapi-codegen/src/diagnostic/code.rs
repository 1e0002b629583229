//! The table of diagnostic codes.

use std::fmt;

use super::Severity;

/// Declares the codes. An entry is the variant, the code as users read it, its
/// default severity and its explanation.
macro_rules! codes {
    ($($(#[$doc:meta])* $group:ident { $($code:ident = $text:literal, $severity:ident, $explanation:literal;)* })*) => {
        /// A stable identifier of a kind of diagnostic.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $explanation] $code,)*)*
        }

        impl Code {
            $($(#[$doc])* pub const $group: &'static [Code] = &[$(Code::$code),*];)*

            /// The code in messages and in JSON, such as `unknown-type`. It never changes.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($(Code::$code => $text,)*)*
                }
            }

            /// The severity unless a diagnostic sets another.
            pub fn default_severity(self) -> Severity {
                match self {
                    $($(Code::$code => Severity::$severity,)*)*
                }
            }

            /// The meaning of the code, in one sentence.
            pub fn explanation(self) -> &'static str {
                match self {
                    $($(Code::$code => $explanation,)*)*
                }
            }
        }
    };
}

codes! {
    /// Codes of diagnostics about schemas, by stage.
    SCHEMA {
        // Files and tokens.
        UnreadableInclude = "unreadable-include", Error, "An included file cannot be read.";
        InclusionLoop = "inclusion-loop", Error, "A file includes itself, directly or through other files.";
        IncludeTooDeep = "include-too-deep", Error, "The chain of includes is too long.";
        NotUtf8 = "not-utf8", Error, "A file is not UTF-8.";
        Syntax = "syntax", Error, "A token is not valid at its position.";
        UnterminatedString = "unterminated-string", Error, "A string is not closed on its line.";
        NestedTooDeep = "nested-too-deep", Error, "Brackets are nested too deeply.";
        UnknownEscape = "unknown-escape", Error, "A string contains an unknown escape sequence.";
        FunnyCharacter = "funny-character", Error, "A string contains a character that is not printable ASCII.";
        NoNull = "no-null", Error, "QEMU 4.2 removed the value `null`.";
        DuplicateKey = "duplicate-key", Error, "An object has the same key twice.";
        // Expressions.
        NotAnObject = "not-an-object", Error, "A top-level value is not an object.";
        NoKind = "no-kind", Error, "An expression has no key that names its kind.";
        TwoKinds = "two-kinds", Error, "An expression has two keys that name its kind.";
        UnknownKey = "unknown-key", Error, "A key is unknown, or newer than this release.";
        MissingKey = "missing-key", Error, "A key that this release requires is missing.";
        WrongKind = "wrong-kind", Error, "A value has the wrong JSON type.";
        InvalidArray = "invalid-array", Error, "An array type is not an array of exactly one type name.";
        InvalidCondition = "invalid-condition", Error, "An `if` is empty, or not in the form of this release.";
        InvalidFlag = "invalid-flag", Error, "A flag is set to its default value, which has to be left out.";
        UnknownPragma = "unknown-pragma", Error, "A pragma is unknown.";
        // Names.
        InvalidName = "invalid-name", Error, "A name contains characters that are not allowed in names.";
        ReservedName = "reserved-name", Error, "A name is reserved for QEMU's C code.";
        NameStyle = "name-style", Error, "A name does not follow the naming convention of its kind.";
        DuplicateDefinition = "duplicate-definition", Error, "A name is defined twice, or is the name of a built-in type.";
        UnknownType = "unknown-type", Error, "A type is used but not defined.";
        NameClash = "name-clash", Error, "Two members, values or branches of one definition have the same C name.";
        // Types.
        BaseNotStruct = "base-not-struct", Error, "A base is not a struct.";
        ContainsItself = "contains-itself", Error, "A type contains itself through its bases or branches.";
        TooManyBases = "too-many-bases", Error, "The chain of bases or branches is too long.";
        DiscriminatorUnknown = "discriminator-unknown", Error, "The discriminator of a union is not a member of its base.";
        DiscriminatorOptional = "discriminator-optional", Error, "The discriminator of a union is optional.";
        DiscriminatorConditional = "discriminator-conditional", Error, "The discriminator of a union is conditional.";
        DiscriminatorNotEnum = "discriminator-not-enum", Error, "The type of the discriminator is not an enum.";
        BranchUnknown = "branch-unknown", Error, "A branch of a union is not a value of its discriminator.";
        BranchMissing = "branch-missing", Error, "A discriminator value has no branch, which QEMU 2.7 to 2.12 require.";
        BranchNotObject = "branch-not-object", Error, "A branch of a union is not a struct or, since 8.1, a union.";
        NoBranches = "no-branches", Error, "A union or alternate has too few branches.";
        AlternateClash = "alternate-clash", Error, "Two branches of an alternate accept the same JSON values.";
        AlternateBranchType = "alternate-branch-type", Error, "The type of a branch is not allowed in an alternate.";
        // Commands and events.
        BoxedWithoutType = "boxed-without-type", Error, "A command or event is boxed, but its data names no type.";
        UnionNotBoxed = "union-not-boxed", Error, "The data of a command or event is a union, but not boxed.";
        DataNotObject = "data-not-object", Error, "The data of a command or event is not an object.";
        ConditionNotBoxed = "condition-not-boxed", Error, "Data with conditional members is not boxed, which QEMU requires since 8.0.";
        ReturnsNotObject = "returns-not-object", Error, "A command returns a type that cannot be extended, without an exception.";
        OobCoroutine = "oob-coroutine", Error, "A command has both `allow-oob` and `coroutine`.";
        // Features.
        FeatureOnType = "feature-on-type", Error, "A type has a feature that is only allowed where the type is used.";
        DuplicateFeature = "duplicate-feature", Error, "A definition, member or value has the same feature twice.";
        TooManyFeatures = "too-many-features", Error, "A schema has more features than QEMU supports.";
        // Documentation, from 2.9 on.
        DocMissing = "doc-missing", Error, "A definition has no documentation although a pragma requires it.";
        DocJunk = "doc-junk", Error, "A line that opens or closes a documentation block contains more than `##`.";
        DocUnterminated = "doc-unterminated", Error, "A documentation block is not closed by `##`.";
        DocNoSpace = "doc-no-space", Error, "A space is missing after the `#` of a line.";
        DocNameLine = "doc-name-line", Error, "The line that names the definition does not end with `:`.";
        DocNoName = "doc-no-name", Error, "There is no name after `@`.";
        DocNameInProse = "doc-name-in-prose", Error, "A free-form block describes a member.";
        DocDangling = "doc-dangling", Error, "A documentation block is not followed by its definition.";
        DocNoSymbol = "doc-no-symbol", Error, "The block before a definition does not name it.";
        DocWrongSymbol = "doc-wrong-symbol", Error, "The block before a definition names a different one.";
        DocOrder = "doc-order", Error, "A member is described after a section.";
        DocDuplicate = "doc-duplicate", Error, "A name or section appears twice.";
        DocEmptySection = "doc-empty-section", Error, "A section has no text.";
        DocEmptyFeatures = "doc-empty-features", Error, "The heading `Features:` is followed by no feature.";
        DocOldSection = "doc-old-section", Error, "Notes or examples are written as sections, which QEMU 9.1 removed.";
        DocSectionMisplaced = "doc-section-misplaced", Error, "A section does not apply to this kind of definition.";
        DocOptional = "doc-optional", Error, "A description contains `#optional`, which QEMU 2.9 and 2.10 reject.";
        DocUnknownMember = "doc-unknown-member", Error, "A described member does not exist.";
        DocMissingMember = "doc-missing-member", Error, "A member is not described, which QEMU requires since 9.0.";
        DocUnknownFeature = "doc-unknown-feature", Error, "A described feature does not exist.";
        DocMissingFeature = "doc-missing-feature", Error, "A feature is not described, which QEMU requires since 4.2.";
        DocIndent = "doc-indent", Error, "A line is indented less than the description it belongs to.";
        DocLongLine = "doc-long-line", Error, "A line is longer than QEMU 10.2 allows.";
        // Overrides of this project.
        InvalidOverride = "invalid-override", Error, "An override cannot be read or applied.";
        StaleOverride = "stale-override", Error, "An override no longer changes anything.";
    }
    /// Codes of problems in QMP messages.
    MESSAGE {
        Behaviour = "behaviour", Note, "The request is affected by a change of behaviour.";
        Conditional = "conditional", Note, "The request uses something that depends on how QEMU was built.";
        Deprecated = "deprecated", Warning, "The request uses something deprecated.";
        DuplicateMember = "duplicate-member", Error, "An object has the same member twice.";
        InvalidSyntax = "invalid-syntax", Error, "A text is neither valid JSON nor a qmp-shell line.";
        InvalidText = "invalid-text", Error, "A string is not valid text for this release.";
        InvalidEnvelope = "invalid-envelope", Error, "A member of the envelope is missing or has the wrong type.";
        MisreadNotation = "misread-notation", Warning, "Other readers of the notation make something else of the message.";
        MissingMember = "missing-member", Error, "A required member is missing.";
        MistypedMember = "mistyped-member", Error, "A value has the wrong JSON type.";
        NoOob = "no-oob", Error, "The command does not support out-of-band execution.";
        NoMessage = "no-message", Error, "A JSON value is not a QMP message.";
        OutOfRange = "out-of-range", Error, "A number is outside the range of its type.";
        Unchecked = "unchecked", Unknown, "The schema does not determine whether the release accepts this.";
        UnexpectedEnvelope = "unexpected-envelope-member", Error, "The envelope has an unknown member.";
        UnexpectedMember = "unexpected-member", Error, "An object has an unknown member.";
        UnknownCommand = "unknown-command", Error, "The release does not have this command.";
        UnknownCpu = "unknown-cpu", Error, "The release does not have this CPU model.";
        UnknownDevice = "unknown-device", Error, "The release does not have this device.";
        UnknownEvent = "unknown-event", Error, "The release does not have this event.";
        UnknownMachine = "unknown-machine", Error, "The release does not have this machine type.";
        UnknownOption = "unknown-option", Error, "The release does not have this option of the command line.";
        UnknownValue = "unknown-value", Error, "A string is not a value of the enum.";
        Unstable = "unstable", Warning, "The request uses something that may change without notice.";
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
