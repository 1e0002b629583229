//! Texts, and the messages that are found in them.
//!
//! A case is a text and what comes back from it: a line for each piece that is
//! no other text, `LINE:COLUMN KIND` and what it says.

use std::io;

use qapi_codegen::json::{JsonStyle, JsonValue};
use qapi_codegen::traffic::read::{Content, Entry, read};

/// The words that are commands although they are alone on a line.
fn is_command(word: &str) -> bool {
    matches!(word, "stop" | "cont")
}

fn pieces(text: &[u8]) -> String {
    let (mut found, mut all) = (String::new(), Vec::new());
    read(&mut &text[..], &is_command, &mut |entry| {
        all.extend_from_slice(entry.bytes);
        found.extend(shown(&entry));
        Ok::<(), io::Error>(())
    })
    .expect("a text in memory can be read");
    assert_eq!(all, text, "every byte comes back once, in order");
    found
}

fn shown(entry: &Entry<'_>) -> Option<String> {
    let write = |value: &JsonValue<'_>| JsonStyle::COMPACT.format(value);
    let (place, what) = match &entry.content {
        Content::Other => return None,
        Content::Message(parsed) => (entry.place, write(&parsed.value)),
        Content::Recorded(recorded) => {
            let sent = if recorded.is_sent { '>' } else { '<' };
            (entry.place, format!("{sent} {}", recorded.raw))
        }
        Content::Shell(shell) => {
            let message = shell.message();
            (
                entry.place,
                message.map_or("(bracket)".to_owned(), |message| write(&message)),
            )
        }
        Content::Broken(broken) => (broken.place, format!("broken: {}", broken.message)),
    };
    Some(format!("{}:{} {what}\n", place.line, place.column))
}

const CASES: &[(&str, &str)] = &[
    // Lines, with both ends of a line, and none at the end.
    (
        "{\"execute\":\"stop\"}\r\n{\"execute\":\"cont\"}\n\n{\"execute\":\"quit\"}",
        "1:1 {\"execute\":\"stop\"}\n2:1 {\"execute\":\"cont\"}\n4:1 {\"execute\":\"quit\"}\n",
    ),
    // One after the other without a space, and over several lines.
    (
        "{\"id\":1}{\"id\":2} {\n  \"execute\":\n    \"stop\"\n}\n{\"id\":3}\n",
        "1:1 {\"id\":1}\n1:9 {\"id\":2}\n1:18 {\"execute\":\"stop\"}\n5:1 {\"id\":3}\n",
    ),
    // Single quotes, and what is in strings.
    (
        "{'execute':'a}\"','id':'\\''}\n",
        "1:1 {'execute':'a}\"','id':'\\''}\n",
    ),
    // Logs.
    (
        "1@2.3:handle_qmp_command mon 0x5 req: {\"execute\": \"stop\"}\n[1.2] {\n",
        "1:39 {\"execute\":\"stop\"}\n",
    ),
    (
        "2020: info : qemuMonitorSend:9 : QEMU_MONITOR_RECV_REPLY: mon=0x7 reply={\"return\": {}, \"id\": \"l-1\"}]\n",
        "1:73 {\"return\":{},\"id\":\"l-1\"}\n",
    ),
    // Other text, and a bracket in it, is no message.
    ("qemu: warning {x} [1]\nsome text: a {\"b\": 1}\n", ""),
    // Recordings.
    (
        "{\"session\": \"s\", \"dir\": \">\", \"raw\": \"{\\\"execute\\\": \\\"stop\\\"}\", \"eol\": \"lf\"}\n",
        "1:1 > {\"execute\": \"stop\"}\n",
    ),
    // Lines of qmp-shell, with a prompt, comments and replies between.
    (
        "# first\n(QEMU) stop\n{\"return\": {}}\nset_link name=n up=True\n",
        "2:1 {\"execute\":\"stop\",\"arguments\":{}}\n3:1 {\"return\":{}}\n\
         4:1 {\"execute\":\"set_link\",\"arguments\":{\"name\":\"n\",\"up\":true}}\n",
    ),
    (
        "transaction(\nabort\n)\n",
        "1:1 (bracket)\n2:1 {\"execute\":\"transaction\",\"arguments\":{\"actions\":\
         [{\"type\":\"abort\",\"data\":{}}]}}\n3:1 (bracket)\n",
    ),
    ("stop\n", "1:1 {\"execute\":\"stop\",\"arguments\":{}}\n"),
    ("Started\n", ""),
    // What is broken is told with its place, and the rest is read.
    (
        "{\"execute\": \"stop\",}\n{\"execute\": \"cont\"}\n",
        "1:20 broken: expected a member name in quotes\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"execute\": \"stop\"\n{\"execute\": \"cont\"}\n",
        "1:1 broken: the message has no end: one bracket is open\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"execute\": \"st\n{\"execute\": \"cont\"}\n",
        "1:16 broken: unterminated string at the end of the line\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"execute\": \"stop\"]\n{\"execute\": \"cont\"}\n",
        "1:19 broken: expected `}` and not `]`\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"ü\": 01}\n{\"a\": hello}\n",
        "1:7 broken: a number cannot begin with a zero\n\
         2:7 broken: invalid value `hello`; write strings in quotes\n",
    ),
    (
        "a-b c=1\na-b c='1\nd-e f\n",
        "1:1 {\"execute\":\"a-b\",\"arguments\":{\"c\":1}}\n\
         2:7 broken: the quote ' has no end on this line\n\
         3:5 broken: expected `key=value` and not `f`\n",
    ),
];

#[test]
fn messages_are_found_in_any_text() {
    for (text, expected) in CASES {
        assert_eq!(pieces(text.as_bytes()), *expected, "in {text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let found = pieces(b"{\"execute\": \"\xff\"}\n{\"id\": 1}\n");
    assert_eq!(
        found,
        "1:14 broken: these bytes are no UTF-8\n2:1 {\"id\":1}\n"
    );
}

#[test]
fn nesting_is_bounded() {
    let text = "[\"\",".repeat(200_000);
    let found = pieces(format!("{{\"a\": {text}\n{{\"id\": 1}}\n").as_bytes());
    assert!(
        found.contains("1024 deep") && found.ends_with("2:1 {\"id\":1}\n"),
        "{found}"
    );
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(1023), "]".repeat(1023));
    assert!(pieces(deep.as_bytes()).starts_with("1:1 {"));
}

#[test]
fn any_bytes_come_back_as_they_were() {
    use proptest::prelude::*;
    // Parts that messages are made of, so that most texts nearly are some.
    let part = prop_oneof![
        Just("{\"execute\": \"stop\"}"),
        Just("{"),
        Just("}"),
        Just("\""),
        Just("'"),
        Just("\n"),
        Just("[\""),
        Just("a-b"),
        Just(" c=1"),
        Just("(QEMU) "),
        Just("transaction("),
        Just(")"),
        Just("\\"),
        Just("é"),
        Just("\r\n"),
        Just("#"),
        Just("="),
        Just("{\"id\":"),
        Just("1e"),
    ];
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2000)
    });
    let texts = proptest::collection::vec(part, 0..30);
    let tried = runner.run(&texts, |parts| {
        pieces(parts.concat().as_bytes());
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}
