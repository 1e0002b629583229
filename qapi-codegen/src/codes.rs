//! All codes of diagnostics, each with what it means.

/// The name of a rule and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The code in diagnostics; it never changes.
    pub name: &'static str,
    /// What is wrong, in one sentence.
    pub meaning: &'static str,
}

/// The code with a name.
pub fn find(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.name == name)
}

const fn code(name: &'static str, meaning: &'static str) -> Code {
    Code { name, meaning }
}

/// All codes, by the stage that reports them.
#[rustfmt::skip]
pub const CODES: &[Code] = &[
    // Files and tokens.
    code("unreadable-include", "An included file cannot be read."),
    code("inclusion-loop", "A file includes itself, perhaps through others."),
    code("include-too-deep", "Files include one another in too long a chain."),
    code("not-utf8", "A file is not UTF-8."),
    code("syntax", "A token stands where it cannot stand."),
    code("unterminated-string", "A string is not closed on its line."),
    code("nested-too-deep", "Brackets nest deeper than any schema needs."),
    code("unknown-escape", "A string has a backslash before a character that needs none."),
    code("funny-character", "A string holds a character that is not printable ASCII."),
    code("no-null", "The value `null` went with QEMU 4.2."),
    code("duplicate-key", "An object has the same key twice."),
    // Expressions.
    code("not-an-object", "Something else than an object stands at the top level."),
    code("no-kind", "An expression lacks the key that says what it defines."),
    code("two-kinds", "An expression has two keys that say what it defines."),
    code("unknown-key", "A key is not known there, or not yet in this release."),
    code("missing-key", "A key is missing that this release requires."),
    code("wrong-kind", "A value is of another JSON kind than its place takes."),
    code("invalid-array", "An array type is not written as a list of one type name."),
    code("invalid-condition", "An 'if' is empty or not written as this release writes it."),
    code("invalid-flag", "A switch has the value that is expressed by leaving it out."),
    code("unknown-pragma", "A pragma is not known."),
    // Names.
    code("invalid-name", "A name has characters that names cannot have."),
    code("reserved-name", "A name is one that QEMU's C code needs for itself."),
    code("name-style", "A name is not written in the way of its kind."),
    code("duplicate-definition", "A name is defined twice, or is that of a type of the language."),
    code("unknown-type", "A type is used that nothing defines."),
    code("name-clash", "Two members, values or branches of one thing have the same name in C."),
    // Types.
    code("base-not-struct", "A base is something else than a struct."),
    code("contains-itself", "A type holds itself through its bases or branches."),
    code("too-many-bases", "Types hold one another in too long a chain."),
    code("discriminator-unknown", "The discriminator of a union is no member of its base."),
    code("discriminator-optional", "The discriminator of a union may be absent."),
    code("discriminator-conditional", "The discriminator of a union is not in every build."),
    code("discriminator-not-enum", "The type of a union's discriminator is no enum."),
    code("branch-unknown", "A branch of a union is no value of its discriminator."),
    code("branch-missing", "A value of a union's discriminator has no branch, which QEMU 2.7 to 2.12 require."),
    code("branch-not-object", "A branch of a union is no struct; from 8.1 on it may be a union."),
    code("no-branches", "A union or alternate has too few branches."),
    code("alternate-clash", "Two branches of an alternate take the same JSON values."),
    code("alternate-branch-type", "A branch of an alternate is of a type that alternates cannot have."),
    // Commands and events.
    code("boxed-without-type", "A command or event is boxed and its data has no type."),
    code("union-not-boxed", "A command or event takes a union and is not boxed."),
    code("data-not-object", "The data of a command or event is no object."),
    code("condition-not-boxed", "Data has conditional members and is not boxed, which QEMU requires from 8.0 on."),
    code("returns-not-object", "A command returns something that cannot grow, and is not excepted."),
    code("oob-coroutine", "A command is to run out of band and in a coroutine."),
    // Features.
    code("feature-on-type", "A type has a feature that only its uses can have."),
    code("duplicate-feature", "A thing has the same feature twice."),
    code("too-many-features", "A schema has more features than QEMU has bits for them."),
    // Documentation, from 2.9 on.
    code("doc-missing", "A definition has no documentation though a pragma requires it."),
    code("doc-junk", "A line that opens or closes documentation holds more than '##'."),
    code("doc-unterminated", "Documentation is not closed by '##'."),
    code("doc-no-space", "A space is missing after the '#' of a line."),
    code("doc-name-line", "The line that names the definition does not end with ':'."),
    code("doc-no-name", "There is no name after an '@'."),
    code("doc-name-in-prose", "A member is described in documentation of no definition."),
    code("doc-dangling", "Documentation is not followed by its definition."),
    code("doc-no-symbol", "Documentation before a definition does not name it."),
    code("doc-wrong-symbol", "Documentation names another definition than the one that follows."),
    code("doc-order", "A member is described after a section."),
    code("doc-duplicate", "Something is described twice."),
    code("doc-empty-section", "A section of documentation has no text."),
    code("doc-empty-features", "The heading of the features is followed by none."),
    code("doc-old-section", "Notes or examples are written as a section, which went with QEMU 9.1."),
    code("doc-section-misplaced", "A section says what such a definition does not have."),
    code("doc-optional", "Documentation marks optional members, which QEMU 2.9 and 2.10 reject."),
    code("doc-unknown-member", "A member is described that is not there."),
    code("doc-missing-member", "A member is not described, which QEMU requires from 9.0 on."),
    code("doc-unknown-feature", "A feature is described that is not there."),
    code("doc-missing-feature", "A feature is not described, which QEMU requires from 4.2 on."),
    code("doc-indent", "A line is indented less than the description it belongs to."),
    code("doc-long-line", "A line of documentation is longer than QEMU 10.2 allows."),
    // Overrides of this project.
    code("invalid-override", "An override cannot be read or applied."),
    code("stale-override", "An override no longer changes anything."),
];
