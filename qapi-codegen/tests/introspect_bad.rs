//! Replies that are none: each is told with its place, and none does harm.

mod common;

use std::fmt::Write;

use common::recorded;
use proptest::prelude::*;
use proptest::sample::Index;
use qapi_codegen::introspect::{MOST_BYTES, Problem, compare, read, synthesise};
use qapi_codegen::version::Version;

/// A reply with one command, and these entries for what it needs.
fn reply(entries: &str) -> String {
    format!(
        "[{{\"name\": \"c\", \"meta-type\": \"command\", \"arg-type\": \"0\", \"ret-type\": \"0\"}}\
         {entries}]"
    )
}

const EMPTY: &str = ", {\"name\": \"0\", \"meta-type\": \"object\", \"members\": []}";

fn problems(text: &str) -> Vec<String> {
    match read(text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(damage) => damage.problems.iter().map(Problem::to_string).collect(),
    }
}

#[test]
fn what_is_whole_is_read() {
    let bare = reply(EMPTY);
    let greeting =
        "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 9, \"minor\": 1, \"micro\": 2}}}}";
    for text in [
        bare.clone(),
        format!("{{\"return\": {bare}, \"id\": 1}}"),
        format!(
            "{greeting}\r\n{{\"return\": {{}}}}\r\n{{\"event\": \"E\"}}\r\n{{\"return\": {bare}}}"
        ),
    ] {
        assert_eq!(problems(&text), Vec::<String>::new(), "{text}");
    }
    let text = format!("{greeting} {bare}");
    assert_eq!(
        read(text.as_bytes()).unwrap().version,
        Some(Version::new(9, 1, 2))
    );
}

/// Expects one problem, at its place.
fn check(text: &str, expected: &str) {
    let found = problems(text);
    assert!(
        found.len() == 1 && found[0].contains(expected),
        "{text}\n{found:?}\n{expected}"
    );
}

#[test]
fn what_is_no_reply_is_told() {
    check("", "there is no reply");
    check("{}", "there is no reply");
    check("{\"return\": {}}", "there is no reply");
    check(
        "[",
        "this is no JSON: it is cut short: EOF while parsing a list at line 1 column 1",
    );
    check(
        "{ 'command': 'c' }",
        "this is no JSON: key must be a string at line 1 column 3",
    );
    check("\u{feff}[]", "this is no JSON");
    check(
        "{\"error\": {\"class\": \"C\", \"desc\": \"not\\u001b found\"}}",
        "refused the command: not\\u{1b} found",
    );
    let cut = reply(EMPTY);
    check(&cut[..cut.len() - 9], "it is cut short");
}

#[test]
fn wrong_shapes_are_told_with_their_place() {
    let object = |members: &str| {
        format!("{EMPTY}, {{\"name\": \"1\", \"meta-type\": \"object\", \"members\": {members}}}")
    };
    let cases = [
        (", 7", "[1]: expected an object, found a number"),
        (", {}", "[1].name: expected a string, found nothing"),
        (
            ", {\"name\": \"x\"}",
            "[1].meta-type: expected a string, found nothing",
        ),
        (
            ", {\"name\": \"x\", \"meta-type\": \"y\"}",
            "[1].meta-type: expected `builtin`",
        ),
        (
            &object("7"),
            "[2].members: expected an array, found a number",
        ),
        (
            &object("[7]"),
            "[2].members[0]: expected an object, found a number",
        ),
        (
            &object("[{\"name\": \"a\"}]"),
            "[2].members[0].type: expected a string, found nothing",
        ),
        (
            &object("[{\"name\": \"a\", \"type\": \"9\"}]"),
            "[2].members[0].type: there is no type `9`",
        ),
        (
            &object("[], \"tag\": \"a\", \"variants\": []"),
            "[2].tag: expected the name of a member of an enum",
        ),
        (
            &object("[], \"tag\": 1, \"variants\": []"),
            "[2].tag: expected a string, found a number",
        ),
        (
            &object("[], \"features\": [1]"),
            "[2].features[0]: expected a string, found a number",
        ),
        (
            ", {\"name\": \"0\", \"meta-type\": \"enum\", \"values\": [1]}",
            "[1].values[0]: expected a string",
        ),
        (
            ", {\"name\": \"0\", \"meta-type\": \"enum\", \"values\": []}",
            "[0].arg-type: expected the name of an object",
        ),
        (
            ", {\"name\": \"0\", \"meta-type\": \"builtin\", \"json-type\": \"int\"}",
            "[1]: there is no type `0`",
        ),
        (
            &format!("{EMPTY}{EMPTY}"),
            "[2]: type `0` is told already, at [1]",
        ),
    ];
    let twice = object("[{\"name\": \"a\", \"type\": \"0\"}, {\"name\": \"a\", \"type\": \"0\"}]");
    check(&reply(&twice), "[2].members[1]: there is a `a` before it");
    for (entries, expected) in cases {
        let found = problems(&reply(entries));
        assert!(
            found.iter().any(|found| found.starts_with(expected)),
            "{entries}\n{found:#?}"
        );
    }
}

#[test]
fn what_is_not_known_is_passed_over_and_told() {
    let object = EMPTY.replace("[]", "[], \"colour\": 1, \"features\": []");
    let reply = read(reply(&object).as_bytes()).unwrap();
    assert_eq!(
        reply.unknown.into_iter().collect::<Vec<_>>(),
        ["`colour` of `object`"]
    );
}

#[test]
fn names_are_bounded() {
    let long = "x".repeat(300);
    let entry =
        format!("{EMPTY}, {{\"name\": \"{long}\", \"meta-type\": \"event\", \"arg-type\": \"0\"}}");
    check(
        &reply(&entry),
        "[2].name: a name of 300 bytes, and one has at most 256",
    );
}

#[test]
fn many_mistakes_are_told_together_and_not_all() {
    let entries: String = (0..100).map(|_| ", 7").collect();
    let damage = read(reply(&format!("{EMPTY}{entries}")).as_bytes()).unwrap_err();
    assert_eq!((damage.problems.len(), damage.more), (20, 80));
}

#[test]
fn types_that_lead_to_themselves_come_to_an_end() {
    let object = "{\"name\": \"0\", \"meta-type\": \"object\", \"tag\": \"t\", \
        \"members\": [{\"name\": \"t\", \"type\": \"1\"}, {\"name\": \"a\", \"type\": \"[0]\"}, \
        {\"name\": \"b\", \"type\": \"2\", \"default\": null}], \
        \"variants\": [{\"case\": \"x\", \"type\": \"0\"}]}";
    let rest = "{\"name\": \"1\", \"meta-type\": \"enum\", \"values\": [\"x\"]}, \
        {\"name\": \"[0]\", \"meta-type\": \"array\", \"element-type\": \"0\"}, \
        {\"name\": \"2\", \"meta-type\": \"alternate\", \"members\": [{\"type\": \"2\"}, {\"type\": \"0\"}]}";
    let told = read(reply(&format!(", {object}, {rest}")).as_bytes())
        .unwrap()
        .interface;
    assert_eq!(compare(&told, &told).differences, []);
    assert!(synthesise(&told, Version::NEWEST).contains("CArg"));
    check(
        &reply(&format!(
            "{EMPTY}, {{\"name\": \"[0]\", \"meta-type\": \"array\", \"element-type\": \"[0]\"}}"
        )),
        "[2].element-type: an array of arrays",
    );
}

#[test]
fn a_chain_of_any_length_is_walked() {
    let mut entries = String::new();
    for number in 0..50_000 {
        let next = number + 1;
        let member = format!("{{\"name\": \"m\", \"type\": \"{next}\"}}");
        _ = write!(
            entries,
            ", {{\"name\": \"{number}\", \"meta-type\": \"object\", \"members\": [{member}]}}"
        );
    }
    entries += ", {\"name\": \"50000\", \"meta-type\": \"object\", \"members\": []}";
    let told = read(reply(&entries).as_bytes()).unwrap().interface;
    assert_eq!(compare(&told, &told).differences, []);
    let schema = synthesise(&told, Version::NEWEST);
    assert_eq!(schema.matches("'struct'").count(), 50_001);
}

#[test]
fn depth_and_length_are_bounded() {
    check(&"[".repeat(100_000), "recursion limit exceeded");
    let long = "[".to_owned() + &" ".repeat(64 << 20) + "]";
    check(
        &long,
        &format!(
            "the text has {} bytes, and a reply at most {MOST_BYTES}",
            long.len()
        ),
    );
}

#[test]
fn a_reply_that_tells_nothing_is_one() {
    let told = read(b"[]").unwrap().interface;
    let schema = synthesise(&told, Version::NEWEST);
    assert_eq!(schema, "");
    assert!(compare(&told, &told).differences.is_empty());
}

/// Whatever is read can be compared and made into a schema.
fn use_it(text: &[u8]) {
    if let Ok(reply) = read(text) {
        let told = reply.interface;
        assert_eq!(compare(&told, &told).differences, []);
        let _ = synthesise(&told, Version::NEWEST);
    }
}

/// The places of the strings of a text of JSON, without their quotes.
fn strings(text: &str) -> Vec<std::ops::Range<usize>> {
    let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
    quotes
        .chunks_exact(2)
        .map(|pair| pair[0] + 1..pair[1])
        .collect()
}

proptest! {
    /// Types, tags and kinds are mixed up, so that references lead anywhere.
    #[test]
    fn mixed_up_replies_do_no_harm(swaps in prop::collection::vec(any::<(Index, Index)>(), 1..4)) {
        let mut text = String::from_utf8(recorded("2.5.1")).unwrap();
        for (from, to) in swaps {
            let strings = strings(&text);
            let from = text[from.get(&strings).clone()].to_owned();
            text.replace_range(to.get(&strings).clone(), &from);
        }
        use_it(text.as_bytes());
    }

    #[test]
    fn damaged_replies_do_no_harm(at in any::<Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut text = recorded("2.5.1");
        let at = at.index(text.len());
        text[at] = byte;
        if cut {
            text.truncate(at);
        }
        use_it(&text);
    }
}
