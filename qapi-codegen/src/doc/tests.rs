//! Comments in each historical form, and their facts.

use std::collections::HashMap;

use super::*;
use crate::load::load;
use crate::version::Version;

/// The facts of all definitions in a text, a line each.
fn facts(text: &str) -> Vec<String> {
    let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
    let loaded = load(&files, "a.json", Version::NEWEST).unwrap();
    definitions(&loaded).iter().map(describe).collect()
}

fn describe(docs: &DefinitionDocs) -> String {
    let mut line = fact(&docs.facts);
    for (mark, entries) in [("@", &docs.members), ("!", &docs.features)] {
        for entry in entries {
            line += &format!(" {mark}{}:{}", entry.name, fact(&entry.facts));
        }
    }
    line
}

fn fact(facts: &Facts) -> String {
    let mut text = facts
        .since
        .map_or("-".to_owned(), |since| format!("{since:#}"));
    if let Some(deprecation) = &facts.deprecated {
        text += " deprecated";
        text += &deprecation
            .since
            .map_or(String::new(), |since| format!(" {since}"));
    }
    text
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(facts(text), expected, "{text}");
}

#[test]
fn a_regular_comment() {
    check(
        "##\n# @E:\n#\n# Some text.\n#\n# @a: first\n# @b: second (since 2.8)\n#\n# Since: 0.14.0\n##\n\
         { 'enum': 'E', 'data': [ 'a', 'b' ] }",
        &["0.14 @a:- @b:2.8"],
    );
}

#[test]
fn comments_before_2_9_lack_parts() {
    check(
        "# @c\n#\n# Text.\n#\n# Since 1.5\n{ 'command': 'c' }\n\n\
         ##\n# @Other:\n# Since: 2.3\n##\n{ 'command': 'd' }\n\n\
         ## @e\n#\n#Since: 2.5\n{ 'command': 'e' }\n\n\
         # No header.\n#\n# @x: #optional text (since 2.6)\n{ 'command': 'f', 'data': { 'x': 'int' } }\n\
         { 'command': 'g' }",
        &["1.5", "2.3", "2.5", "- @x:2.6", "-"],
    );
}

#[test]
fn a_comment_further_up_is_ignored() {
    check(
        "##\n# = Title\n#\n# Since: 1.0\n##\n\n# Free text.\n\n{ 'command': 'a' }",
        &["-"],
    );
}

#[test]
fn features_have_their_own_section() {
    check(
        "##\n# @S:\n#\n# @m: text\n#     (since 6.1)\n#\n# Features:\n#\n# @m: not the member (since 7.0)\n#\n# Since: 6.0\n##\n\
         { 'struct': 'S', 'data': { 'm': 'int' }, 'features': [ 'm' ] }",
        &["6.0 @m:6.1 !m:7.0"],
    );
}

#[test]
fn since_has_many_forms() {
    let fact = |text: &str| facts::member_since(text).map(|since| format!("{since:#}"));
    for text in [
        "since 2.9",
        "Text (since: 2.9; default: 1)",
        "Text (all by default; since 2.9).",
        "No pending I/O. Since 2.9.",
        "On since 1.0. (Since 2.9.0)",
        "(since 2.9 for some, 3.0 for others)",
        "deprecated since 4.0 (since 2.9)",
    ] {
        assert_eq!(fact(text).as_deref(), Some("2.9"), "{text}");
    }
    assert_eq!(fact("Text. (since 2.12.1)").as_deref(), Some("2.12.1"));
    for text in [
        "allowed since QEMU 2.7",
        "Time (since Linux 2.6.11)",
        "deprecated since 2.12.",
    ] {
        assert_eq!(fact(text), None, "{text}");
    }
}

#[test]
fn deprecation_has_many_forms() {
    let fact = |text: &str| facts::member_deprecation(text).is_some();
    assert!(fact("Name of it (deprecated, use @id)"));
    assert!(fact("Deprecated; always false"));
    assert!(fact("the base; deprecated since 3.0.0 in favor"));
    assert!(fact("ignored and deprecated since 2.12."));
    assert!(!fact("how to handle deprecated input"));
    assert!(!fact("as the other field is deprecated. (Since 4.0)"));
    let since = facts::definition_deprecation("This interface is deprecated (since 2.12.0), and");
    assert_eq!(since.unwrap().since.unwrap().to_string(), "2.12");
    assert!(facts::definition_deprecation("whether this machine is deprecated").is_none());
}

#[test]
fn values_may_be_dated_in_the_line_of_the_enum() {
    check(
        "##\n# @E:\n# Since: 2.1 (b since 2.8, c since 5.0)\n##\n{ 'enum': 'E', 'data': [ 'a', 'b', 'c' ] }",
        &["2.1 @b:2.8 @c:5.0"],
    );
}

#[test]
fn examples_are_literal() {
    let text = "##\n# @c:\n#\n# Text.\n#\n# .. qmp-example::\n#     :title: x\n#\n#     -> { }\n#\n#     <- { }\n#\n# More.\n##\n{ 'command': 'c' }";
    let files = HashMap::from([("a.json".to_owned(), text.as_bytes().to_vec())]);
    let loaded = load(&files, "a.json", Version::NEWEST).unwrap();
    let lines = |lines: &[&str]| lines.iter().map(|line| line.to_string()).collect();
    assert_eq!(
        definitions(&loaded)[0].prose,
        [
            ProseBlock::Text(lines(&["Text."])),
            ProseBlock::Literal(lines(&["    -> { }", "", "    <- { }"])),
            ProseBlock::Text(lines(&["More."])),
        ]
    );
}
