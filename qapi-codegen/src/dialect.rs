//! The table of dialects: every release that changed the QAPI language or QMP.
//!
//! One constant is one change, with the releases that it holds in. All stages
//! ask this table, so that a new release is described in one place. Stable
//! releases never changed the language, so [`Series`] is fine enough.
//!
//! The facts come from the sources of QEMU's releases: those on the language
//! from the generator (`scripts/qapi*.py`, later `scripts/qapi/*.py`), those on
//! introspection from `introspect.py`, those on the protocol from the monitor
//! and the JSON parser (`monitor.c`, later `monitor/qmp.c`; `qobject/json-*.c`).

use crate::version::Series;

/// A range of release series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Releases {
    first: Series,
    end: Option<Series>,
}

const fn since(major: u32, minor: u32) -> Releases {
    Releases {
        first: Series::new(major, minor),
        end: None,
    }
}

const fn before(major: u32, minor: u32) -> Releases {
    ALWAYS.before(major, minor)
}

impl Releases {
    /// Returns `true` if a release or series is in the range.
    pub fn contains(self, release: impl Into<Series>) -> bool {
        let series = release.into();
        self.first <= series && self.end.is_none_or(|end| series < end)
    }

    /// The first series of the range.
    pub fn first(self) -> Series {
        self.first
    }

    const fn before(self, major: u32, minor: u32) -> Releases {
        Releases {
            end: Some(Series::new(major, minor)),
            ..self
        }
    }
}

/// All releases.
pub const ALWAYS: Releases = since(0, 0);

// Tokens (`parser.py`).

/// Strings are printable ASCII, `\\` is the only escape, `null` is not a value.
pub const PLAIN_STRINGS: Releases = since(4, 2);

// Expressions and their keys (`expr.py`).

/// Bases of unions may be written inline.
pub const INLINE_BASES: Releases = since(2, 6);
/// Commands and events have `boxed`.
pub const BOXED_DATA: Releases = since(2, 7);
/// `pragma` exists. Earlier generators hard-code the exceptions.
pub const PRAGMAS: Releases = since(2, 9);
/// Pragmas are named `*-exceptions`, no longer `*-whitelist`.
pub const EXCEPTION_PRAGMAS: Releases = since(6, 0);
/// Commands have `allow-oob`.
pub const ALLOW_OOB: Releases = since(2, 12);
/// Commands have `allow-preconfig`.
pub const ALLOW_PRECONFIG: Releases = since(3, 0);
/// Commands have `coroutine`.
pub const COROUTINES: Releases = since(5, 2);
/// Definitions have `if`. Earlier builds left definitions out without a
/// statement in the schema.
pub const CONDITIONS: Releases = since(3, 0);
/// Members, enum values and branches may be objects, which have `if`.
pub const LONG_FORMS: Releases = since(4, 0);
/// `if` is an identifier or `all`, `any` and `not`, no longer an expression of
/// the C preprocessor.
pub const STRUCTURED_CONDITIONS: Releases = since(6, 2);
/// Structs have `features`, which have `if`.
pub const STRUCT_FEATURES: Releases = since(4, 1);
/// Commands have `features`.
pub const COMMAND_FEATURES: Releases = since(4, 2);
/// All definitions and the members of structs have `features`.
pub const FEATURES: Releases = since(5, 0);
/// Enum values have `features`.
pub const VALUE_FEATURES: Releases = since(6, 2);
/// The feature `deprecated` has a meaning to the generator.
pub const DEPRECATED_FEATURE: Releases = since(5, 0);
/// The feature `unstable` has a meaning to the generator.
pub const UNSTABLE_FEATURE: Releases = since(6, 2);
/// The number of different features is limited, as they are bits of a word.
pub const LIMITED_FEATURES: Releases = since(10, 0);

// Built-in types (`schema.py`).

/// The built-in type `QType` exists.
pub const QTYPE: Releases = since(2, 6);
/// The built-in type `null` exists.
pub const NULL: Releases = since(2, 10);

// Names (`expr.py`).

/// Names may contain dots and begin with `_`.
pub const DOTS_IN_NAMES: Releases = before(2, 6);
/// Upper-case names of members and enum values need an exception.
pub const LOWER_CASE_MEMBERS: Releases = since(2, 6).before(6, 0);
/// Types, commands, events and members each have a naming convention.
pub const NAMING_CONVENTIONS: Releases = since(6, 0);
/// The naming convention holds for features, which it did not in 6.1 and 7.0.
pub const FEATURE_NAMING_CONVENTIONS: [Releases; 2] = [since(6, 0).before(6, 1), since(7, 1)];
/// The prefix `has_` is reserved in optional members too.
pub const RESERVED_HAS_PREFIX: Releases = since(6, 0);
/// Names of branches follow the rules for names themselves.
pub const CHECKED_BRANCH_NAMES: Releases = before(6, 0);
/// Names of members collide only if they are equal. Later releases compare the
/// C identifiers made from them.
pub const EXACT_NAME_COLLISIONS: Releases = before(2, 6);

// Commands (`schema.py`).

/// An alternate may be boxed data.
pub const BOXED_ALTERNATES: Releases = since(2, 7).before(4, 2);
/// Data with conditional members has to be boxed.
pub const BOXED_CONDITIONAL_MEMBERS: Releases = since(8, 0);

// Unions (`schema.py`).

/// Unions without a discriminator exist, and type names in `Kind` are reserved
/// for their implicit enums.
pub const SIMPLE_UNIONS: Releases = before(6, 2);
/// Every union has a base and a discriminator.
pub const NO_SIMPLE_UNIONS: Releases = since(6, 2);
/// The discriminator is a member of the base itself, not of the base's base.
pub const DISCRIMINATOR_IN_BASE_ITSELF: Releases = before(4, 2);
/// The discriminator has no condition.
pub const UNCONDITIONAL_DISCRIMINATOR: Releases = since(4, 0);
/// Every discriminator value needs a branch.
pub const COMPLETE_BRANCHES: Releases = since(2, 7).before(3, 0);
/// A discriminator value without a branch adds no members.
pub const EMPTY_BRANCHES: Releases = since(3, 0);
/// A union needs a branch in `data`.
pub const NONEMPTY_UNION_DATA: Releases = since(2, 6).before(4, 2);
/// A union needs a branch, which a discriminator value without one is as well.
pub const NONEMPTY_UNIONS: Releases = since(4, 2);
/// A branch may be a union.
pub const NESTED_UNIONS: Releases = since(8, 1);

// Alternates (`schema.py`).

/// A branch of an alternate may not be `any`.
pub const NO_ANY_IN_ALTERNATES: Releases = since(2, 6);
/// An alternate may have branches for integers and for other numbers.
pub const SEPARATE_INTEGERS: Releases = before(2, 10);
/// A string branch conflicts with branches that look like strings on the
/// command line.
pub const STRING_CONFLICTS: Releases = since(2, 10);
/// A branch of an alternate may be an array.
pub const ARRAYS_IN_ALTERNATES: Releases = since(7, 1);
/// An alternate needs two branches.
pub const TWO_ALTERNATIVES: Releases = since(2, 6).before(4, 2);
/// An alternate needs one branch.
pub const ONE_ALTERNATIVE: Releases = since(4, 2);

// Documentation comments (`parser.py`).

/// Documentation comments are checked.
pub const CHECKED_DOCS: Releases = since(2, 9);
/// `#optional` may not appear in the description of a member.
pub const NO_OPTIONAL_MARK: Releases = since(2, 9).before(2, 11);
/// `Features:` begins the descriptions of features.
pub const DOCUMENTED_FEATURES: Releases = since(4, 1);
/// Every feature needs a description.
pub const REQUIRED_FEATURE_DOCS: Releases = since(4, 2);
/// Commands and events without members of their own are checked as well.
pub const CHECKED_MEMBERLESS_DOCS: Releases = since(4, 2);
/// Sections end where their indentation does.
pub const INDENTED_SECTIONS: Releases = since(9, 0);
/// Every member needs a description; `Returns` and `Errors` have to fit.
pub const REQUIRED_MEMBER_DOCS: Releases = since(9, 0);
/// Notes and examples are reStructuredText directives, not sections.
pub const NOTE_DIRECTIVES: Releases = since(9, 1);
/// Lines have a maximum length.
pub const LIMITED_DOC_LINES: Releases = since(10, 2);

// Introspection (`introspect.py`).

/// Commands and events are sorted by name.
pub const SORTED_INTROSPECTION: Releases = before(2, 12);
/// Every command has `allow-oob`. Earlier releases never have it, later ones
/// only where it is true.
pub const ALLOW_OOB_IN_EVERY_COMMAND: Releases = since(2, 12).before(3, 0);
/// Enums have `members`, which hold features, next to `values`.
pub const ENUM_MEMBERS: Releases = since(6, 2);

// The protocol (monitor, JSON parser, visitors).

/// The arguments of a command are checked in the order of a hash table, first those that
/// are missing.
pub const ARGUMENTS_BY_HASH: Releases = before(2, 8);
/// Floating-point numbers are written with as many digits as they have, not with six
/// decimals at most.
pub const EXACT_FLOATS: Releases = since(6, 0);
/// Unsigned integers from 2^63 on are negative numbers in JSON.
pub const NEGATIVE_UNSIGNED: Releases = before(2, 10);
/// A request runs out of band by its member `control`.
pub const CONTROL_MEMBER: Releases = since(2, 12).before(3, 0);
/// A request runs out of band by `exec-oob`.
pub const EXEC_OOB: Releases = since(3, 0);
/// A monitor offers out-of-band execution by default.
pub const OOB_BY_DEFAULT: Releases = since(4, 0);
/// A second negotiation is found after its arguments.
pub const NEGOTIATION_READS_ARGUMENTS: Releases = since(2, 12);
/// An error of the members around the arguments has the id of its request.
pub const ENVELOPE_ERRORS_WITH_ID: Releases = since(2, 9);
/// An unknown command is found before the missing negotiation.
pub const COMMANDS_BEFORE_NEGOTIATION: Releases = before(2, 9);
/// The drive of a device may be a block node.
pub const DRIVES_ARE_NODES: Releases = since(2, 7);
/// Events that a command causes come before its reply, because a coroutine
/// writes replies. Measured on 2.11 and 7.2.
pub const EVENTS_BEFORE_REPLY: Releases = since(5, 2);
/// Strings have to follow JSON: no control characters, no lone surrogates.
pub const STRICT_JSON_STRINGS: Releases = since(3, 1);
/// There is one parser for JSON, and text that is not JSON is skipped up to the next
/// punctuation.
pub const ONE_JSON_PARSER: Releases = since(3, 1);
/// Errors of JSON begin with their line and column, since each token is parsed when
/// it arrives.
pub const JSON_ERRORS_HAVE_PLACES: Releases = since(11, 1);
/// An object that has a member twice is an error.
pub const NO_DUPLICATE_MEMBERS: Releases = since(4, 0);
/// `device_add` reads its arguments as JSON, no longer as options in text.
pub const TYPED_DEVICE_ARGUMENTS: Releases = since(9, 2);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    #[test]
    fn a_stable_release_belongs_to_its_series() {
        let releases = since(2, 7).before(3, 0);
        assert!(releases.contains(Version::new(2, 12, 1)));
        assert!(!releases.contains(Version::new(2, 6, 2)));
        assert!(!releases.contains(Version::new(3, 0, 0)));
    }
}
