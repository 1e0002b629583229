//! Invalid replies: all problems are reported with their paths, and no input
//! causes a panic.

mod common;

use std::fmt::Write;

use common::recorded;
use proptest::prelude::*;
use proptest::sample::Index;
use qapi_codegen::introspect::{MOST_BYTES, ReplyProblem, compare, read, write_schema};
use qapi_codegen::version::Version;

/// A reply with one command, and entries for the types that it refers to.
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
        Err(invalid) => invalid
            .problems
            .iter()
            .map(ReplyProblem::to_string)
            .collect(),
    }
}

#[test]
fn valid_replies_are_read() {
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
    let version = greeting.replacen("\"QMP\": {\"version\"", "\"id\": 7, \"return\"", 1);
    let version = version.replacen("}}}}", "}}}", 1);
    for text in [format!("{greeting} {bare}"), format!("{bare} {version}")] {
        assert_eq!(
            read(text.as_bytes()).unwrap().version,
            Some(Version::new(9, 1, 2)),
            "{text}"
        );
    }
}

/// Expects one problem with its path.
fn check(text: &str, expected: &str) {
    let found = problems(text);
    assert!(
        found.len() == 1 && found[0].contains(expected),
        "{text}\n{found:?}\n{expected}"
    );
}

#[test]
fn invalid_texts_are_reported() {
    check("", "there is no reply");
    check("{}", "there is no reply");
    check("{\"return\": {}}", "there is no reply");
    check(
        "[",
        "invalid JSON: truncated: EOF while parsing a list at line 1 column 1",
    );
    check(
        "{ 'command': 'c' }",
        "invalid JSON: key must be a string at line 1 column 3",
    );
    check("\u{feff}[]", "invalid JSON");
    check(
        "{\"error\": {\"class\": \"C\", \"desc\": \"not\\u001b found\"}}",
        "QEMU returned an error: not\\u{1b} found",
    );
    let cut = reply(EMPTY);
    check(&cut[..cut.len() - 9], "truncated");
}

#[test]
fn invalid_entries_are_reported_with_their_paths() {
    let object = |members: &str| {
        format!("{EMPTY}, {{\"name\": \"1\", \"meta-type\": \"object\", \"members\": {members}}}")
    };
    let cases = [
        (", 7", "[1]: invalid type: integer `7`, expected an object"),
        (", {}", "[1]: missing field `name`"),
        (", {\"name\": \"x\"}", "[1]: missing field `meta-type`"),
        (
            ", {\"name\": \"x\", \"meta-type\": \"y\"}",
            "[1].meta-type: unknown variant `y`, expected one of `builtin`",
        ),
        (
            &object("7"),
            "[2].members: invalid type: integer `7`, expected a sequence",
        ),
        (
            &object("[7]"),
            "[2].members[0]: invalid type: integer `7`, expected an object",
        ),
        (
            &object("[{\"name\": \"a\"}]"),
            "[2].members[0]: missing field `type`",
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
            "[2].tag: invalid type: integer `1`, expected a string",
        ),
        (
            &object("[], \"features\": [1]"),
            "[2].features[0]: invalid type: integer `1`, expected a string",
        ),
        (
            ", {\"name\": \"0\", \"meta-type\": \"enum\", \"values\": [1]}",
            "[1].values[0]: invalid type: integer `1`, expected a string",
        ),
        (
            ", {\"name\": \"0\", \"meta-type\": \"enum\", \"values\": []}",
            "[0].arg-type: expected the name of an object",
        ),
        (
            ", {\"name\": \"0\", \"meta-type\": \"builtin\", \"json-type\": \"int\"}",
            "[1]: there is no built-in type `0`",
        ),
        (
            &format!("{EMPTY}{EMPTY}"),
            "[2]: type `0` is already defined at [1]",
        ),
    ];
    let twice = object("[{\"name\": \"a\", \"type\": \"0\"}, {\"name\": \"a\", \"type\": \"0\"}]");
    check(&reply(&twice), "[2].members[1]: duplicate `a`");
    for (entries, expected) in cases {
        let found = problems(&reply(entries));
        assert!(
            found.iter().any(|found| found.starts_with(expected)),
            "{entries}\n{found:#?}"
        );
    }
}

#[test]
fn unknown_keys_are_ignored_and_reported() {
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
        "[2].name: the name has 300 bytes, the limit is 256",
    );
}

#[test]
fn the_number_of_reported_problems_is_bounded() {
    let entries: String = (0..100).map(|_| ", 7").collect();
    let invalid = read(reply(&format!("{EMPTY}{entries}")).as_bytes()).unwrap_err();
    assert_eq!((invalid.problems.len(), invalid.more), (20, 80));
}

#[test]
fn recursive_types_are_compared_and_written() {
    let object = "{\"name\": \"0\", \"meta-type\": \"object\", \"tag\": \"t\", \
        \"members\": [{\"name\": \"t\", \"type\": \"1\"}, {\"name\": \"a\", \"type\": \"[0]\"}, \
        {\"name\": \"b\", \"type\": \"2\", \"default\": null}], \
        \"variants\": [{\"case\": \"x\", \"type\": \"0\"}]}";
    let rest = "{\"name\": \"1\", \"meta-type\": \"enum\", \"values\": [\"x\"]}, \
        {\"name\": \"[0]\", \"meta-type\": \"array\", \"element-type\": \"0\"}, \
        {\"name\": \"2\", \"meta-type\": \"alternate\", \"members\": [{\"type\": \"2\"}, {\"type\": \"0\"}]}";
    let read_reply = read(reply(&format!(", {object}, {rest}")).as_bytes()).unwrap();
    let interface = read_reply.interface();
    assert_eq!(compare(&interface, &interface).differences, []);
    assert!(write_schema(&interface, Version::NEWEST).contains("CArg"));
    check(
        &reply(&format!(
            "{EMPTY}, {{\"name\": \"[0]\", \"meta-type\": \"array\", \"element-type\": \"[0]\"}}"
        )),
        "[2].element-type: arrays of arrays",
    );
}

#[test]
fn long_chains_of_types_are_walked() {
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
    let reply = read(reply(&entries).as_bytes()).unwrap();
    let interface = reply.interface();
    assert_eq!(compare(&interface, &interface).differences, []);
    let schema = write_schema(&interface, Version::NEWEST);
    assert_eq!(schema.matches("'struct'").count(), 50_001);
}

#[test]
fn depth_and_length_are_bounded() {
    check(&"[".repeat(100_000), "recursion limit exceeded");
    let long = "[".to_owned() + &" ".repeat(64 << 20) + "]";
    check(
        &long,
        &format!(
            "the text has {} bytes, the limit is {MOST_BYTES}",
            long.len()
        ),
    );
}

#[test]
fn a_reply_in_a_log_is_found_by_its_id() {
    let line = |dir: &str, message: &str| {
        let raw = serde_json::Value::from(message);
        format!("{{\"session\": \"a\", \"dir\": \"{dir}\", \"raw\": {raw}}}\n")
    };
    let reply = reply(EMPTY);
    let answer = |id: u8, array: &str| format!("{{\"id\": {id}, \"return\": {array}}}");
    let greeting =
        "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 8, \"minor\": 1, \"micro\": 2}}}}";
    let log = line("<", greeting)
        + &line(">", "{\"execute\": \"query-qmp-schema\", \"id\": 2}")
        + &line("<", &answer(1, &reply.replace("\"c\"", "\"other\"")))
        + &line(
            "<",
            "{\"id\": 1, \"error\": {\"class\": \"C\", \"desc\": \"no\"}}",
        )
        + &line("<", &answer(2, &reply));
    let read_log = read(log.as_bytes()).unwrap();
    assert_eq!(read_log.version, Some(Version::new(8, 1, 2)));
    assert_eq!(
        read_log.interface().commands.names().collect::<Vec<_>>(),
        ["c"]
    );
}

#[test]
fn an_empty_reply_is_valid() {
    let reply = read(b"[]").unwrap();
    let interface = reply.interface();
    let schema = write_schema(&interface, Version::NEWEST);
    assert_eq!(schema, "");
    assert!(compare(&interface, &interface).differences.is_empty());
}

/// Compares a valid reply with itself, and writes its schema.
fn use_it(text: &[u8]) {
    if let Ok(reply) = read(text) {
        let interface = reply.interface();
        assert_eq!(compare(&interface, &interface).differences, []);
        let _ = write_schema(&interface, Version::NEWEST);
    }
}

/// The ranges of the strings of a JSON text, without their quotes.
fn strings(text: &str) -> Vec<std::ops::Range<usize>> {
    let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
    quotes
        .chunks_exact(2)
        .map(|pair| pair[0] + 1..pair[1])
        .collect()
}

proptest! {
    /// Swapped strings make references lead anywhere.
    #[test]
    fn replies_with_swapped_strings_cause_no_panic(swaps in prop::collection::vec(any::<(Index, Index)>(), 1..4)) {
        let mut text = String::from_utf8(recorded("2.5.1")).unwrap();
        for (from, to) in swaps {
            let strings = strings(&text);
            let from = text[from.get(&strings).clone()].to_owned();
            text.replace_range(to.get(&strings).clone(), &from);
        }
        use_it(text.as_bytes());
    }

    #[test]
    fn corrupted_replies_cause_no_panic(at in any::<Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut text = recorded("2.5.1");
        let at = at.index(text.len());
        text[at] = byte;
        if cut {
            text.truncate(at);
        }
        use_it(&text);
    }
}
