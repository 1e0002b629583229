//! Tests of the log reader.
//!
//! A case is a text and the expected messages, one `LINE:COLUMN MESSAGE` per
//! line.

use std::io;

use qapi_codegen::json::JsonStyle;
use qapi_codegen::traffic::read::{LogContent, LogEntry, Sender, TextPosition, read};

/// Accepts words that are commands without arguments.
fn is_command(word: &str) -> bool {
    matches!(word, "stop" | "cont" | "set_link" | "a-b" | "d-e")
}

fn pieces(text: &[u8]) -> String {
    let (mut found, mut all) = (String::new(), Vec::new());
    read(&mut &text[..], &is_command, &mut |entry| {
        all.extend_from_slice(entry.bytes);
        found += &shown(&entry);
        Ok::<(), io::Error>(())
    })
    .expect("reading from memory cannot fail");
    assert_eq!(all, text, "every byte comes back once, in order");
    found
}

fn shown(entry: &LogEntry<'_>) -> String {
    let line = |position: TextPosition, text: &str| {
        format!("{}:{} {text}\n", position.line, position.column)
    };
    let messages = match &entry.content {
        LogContent::Text | LogContent::CommandLine(_) => return String::new(),
        LogContent::Malformed(malformed) => {
            let text = format!("malformed: {}", malformed.message);
            return line(malformed.position, &text);
        }
        LogContent::Unread(unread) => {
            return line(unread.position, &format!("unread: {}", unread.message));
        }
        LogContent::Messages(messages) => messages,
    };
    let mut lines = String::new();
    messages.for_each(&mut |message| {
        let sender = match (message.sender, message.session) {
            (_, "") => "",
            (Some(Sender::Client), _) => "> ",
            _ => "< ",
        };
        let json = message
            .json
            .map(|json| JsonStyle::COMPACT.format(&json.value));
        let json = json.unwrap_or_else(|error| format!("malformed: {}", error.message));
        lines += &line(message.position, &format!("{sender}{json}"));
    });
    match lines.is_empty() {
        true => line(entry.position, "(no message)"),
        false => lines,
    }
}

const CASES: &[(&str, &str)] = &[
    // Other data, also if it is JSON.
    (
        "{\"id\":1}\n{\"error\":\"no\"}\n{\n  \"a\": 1\n}\n{\n{\"event\":\"login\"}\nquit a=1\n{}",
        "",
    ),
    // Misspelt requests.
    (
        "{\"command\":\"stop\"}\n{\"exectue\":\"cont\",\"id\":1}\n{\"command\":\"ls\"}\n",
        "1:1 {\"command\":\"stop\"}\n2:1 {\"exectue\":\"cont\",\"id\":1}\n",
    ),
    // Python.
    (
        "a: {'execute': 'stop', u'id': None} b\nDEBUG {'id': 1, 'execute': 'x', 'arguments': {'a': (True,)}}\n",
        "1:4 {'execute':'stop','id':null}\n2:7 {'id':1,'execute':'x','arguments':{'a':[true]}}\n",
    ),
    (
        "OrderedDict([('execute', 'a'), ('arguments', OrderedDict([('b', 1)]))])\n",
        "1:1 {'execute':'a','arguments':{'b':1}}\n",
    ),
    // Strings of programs, shells and logs.
    (
        "x = \"{\\\"execute\\\": \\\"stop\\\"}\"; y(\"{'execute': 'a',\"\n    \" 'id': 1}\")\n",
        "1:6 {\"execute\":\"stop\"}\n1:35 {'execute':'a','id':1}\n",
    ),
    (
        "{\"level\":\"info\",\"msg\":\"sent {\\\"execute\\\":\\\"a\\\"}\"}\n",
        "1:29 {\"execute\":\"a\"}\n",
    ),
    (
        "send '{\"execute\":\"stop\"}' <<EOF\n{\"execute\":\"cont\"}\nEOF\n",
        "1:7 {\"execute\":\"stop\"}\n2:1 {\"execute\":\"cont\"}\n",
    ),
    // Messages that are not written out.
    (
        "f(\"{'execute': 'a', 'arguments': %p}\", b)\ng({'execute': name})\n'{\"execute\":\"$1\"}'\n",
        "1:4 unread: invalid value `%`; write strings in quotes\n\
         2:3 unread: invalid value `name`; write strings in quotes\n\
         3:2 unread: the command is not written out: `$1`\n",
    ),
    (
        "    \"{\\\"execute\\\": \\\"a\\\", \"...\n",
        "1:6 unread: incomplete message: 1 bracket is not closed\n",
    ),
    // Pretty-printed messages in a log.
    (
        "DEBUG:qemu.qmp.qmp_client.vm1:--> {\n  \"execute\": \"stop\",\n  \"id\": \"a\"\n}\nx\n",
        "1:35 > {\"execute\":\"stop\",\"id\":\"a\"}\n",
    ),
    // Words of qmp-shell are words of English, too.
    (
        "We say:\nstop\n\na-b\nstop\n",
        "4:1 {\"execute\":\"a-b\",\"arguments\":{}}\n5:1 {\"execute\":\"stop\",\"arguments\":{}}\n",
    ),
    // Lines with both kinds of line ends, and an incomplete last line.
    (
        "{\"execute\":\"stop\"}\r\n{\"execute\":\"cont\"}\n\n{\"execute\":\"quit\"}",
        "1:1 {\"execute\":\"stop\"}\n2:1 {\"execute\":\"cont\"}\n4:1 {\"execute\":\"quit\"}\n",
    ),
    // Messages without space between them, and on several lines.
    (
        "{\"return\":1}{\"return\":2} {\n  \"execute\":\n    \"stop\"\n}\n{\"return\":3}\n",
        "1:1 {\"return\":1}\n1:13 {\"return\":2}\n1:26 {\"execute\":\"stop\"}\n5:1 {\"return\":3}\n",
    ),
    // Single quotes, and brackets in strings.
    (
        "{'execute':'a','id':'}\"\\''}\n",
        "1:1 {'execute':'a','id':'}\"\\''}\n",
    ),
    // Logs.
    (
        "1@2.3:handle_qmp_command mon 0x5 req: {\"execute\": \"stop\"}\n[1.2] {\n",
        "1:39 > {\"execute\":\"stop\"}\n",
    ),
    (
        "2020: info : qemuMonitorSend:9 : QEMU_MONITOR_RECV_REPLY: mon=0x7 reply={\"return\": {}, \"id\": \"l-1\"}]\n",
        "1:73 < {\"return\":{},\"id\":\"l-1\"}\n",
    ),
    // Text with brackets that is not a message.
    ("qemu: warning {x} [1]\nsome text: a {\"b\": 1}\n", ""),
    // Recordings.
    (
        "{\"session\": \"s\", \"dir\": \">\", \"raw\": \"{\\\"execute\\\": \\\"stop\\\"}\", \"eol\": \"lf\"}\n",
        "1:1 > {\"execute\":\"stop\"}\n",
    ),
    // Lines of qmp-shell with a prompt, comments and replies.
    (
        "# first\n(QEMU) stop\n{\"return\": {}}\nset_link name=n up=True\n",
        "2:1 {\"execute\":\"stop\",\"arguments\":{}}\n3:1 {\"return\":{}}\n\
         4:1 {\"execute\":\"set_link\",\"arguments\":{\"name\":\"n\",\"up\":true}}\n",
    ),
    (
        "transaction(\nabort\n)\n",
        "1:1 (no message)\n2:1 {\"execute\":\"transaction\",\"arguments\":{\"actions\":\
         [{\"type\":\"abort\",\"data\":{}}]}}\n3:1 (no message)\n",
    ),
    ("stop\n", "1:1 {\"execute\":\"stop\",\"arguments\":{}}\n"),
    ("Started\n", ""),
    // Malformed messages have a position, and the text after them is read.
    (
        "{\"execute\": \"stop\",}\n{\"execute\": \"cont\"}\n",
        "1:20 malformed: expected a member name in quotes\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"execute\": \"stop\"\n{\"execute\": \"cont\"}\n",
        "1:1 malformed: incomplete message: 1 bracket is not closed\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"execute\": \"st\n{\"execute\": \"cont\"}\n",
        "1:16 malformed: unterminated string at the end of the line\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"execute\": \"stop\"]\n{\"execute\": \"cont\"}\n",
        "1:19 malformed: expected `}`, found `]`\n2:1 {\"execute\":\"cont\"}\n",
    ),
    (
        "{\"id\": \"ü\", \"execute\": 01}\n{\"execute\": hello}\n",
        "1:24 malformed: a number cannot begin with a zero\n\
         2:1 unread: invalid value `hello`; write strings in quotes\n",
    ),
    (
        "a-b c=1\na-b c='1\n(QEMU) d-e f\nd-e f\n",
        "1:1 {\"execute\":\"a-b\",\"arguments\":{\"c\":1}}\n\
         2:7 malformed: unterminated quote '\n\
         3:12 malformed: expected `key=value`, found `f`\n",
    ),
    // Documentation shows how a command is used.
    (
        "transaction(\nabort [ a=b ] ... [c=d]\n...\nabort\n)\n(QEMU) stop <when>\n",
        "1:1 (no message)\n2:1 unread: expected `key=value`, found `[`\n\
         3:1 unread: expected a command\n4:1 {\"execute\":\"transaction\",\"arguments\":\
         {\"actions\":[{\"type\":\"abort\",\"data\":{}}]}}\n5:1 (no message)\n\
         6:1 unread: expected `key=value`, found `<when>`\n",
    ),
];

#[test]
fn messages_are_found_in_any_text() {
    for (text, expected) in CASES {
        assert_eq!(pieces(text.as_bytes()), *expected, "in {text}");
    }
}

#[test]
fn invalid_utf8_is_reported() {
    let found = pieces(b"{\"execute\": \"\xff\"}\n{\"return\": 1}\n");
    assert_eq!(found, "1:14 malformed: invalid UTF-8\n2:1 {\"return\":1}\n");
}

#[test]
fn nesting_is_bounded() {
    let text = "[\"\",".repeat(200_000);
    let found = pieces(format!("{{\"execute\": {text}\n{{\"return\": 1}}\n").as_bytes());
    assert!(
        found.contains("1024 deep") && found.ends_with("2:1 {\"return\":1}\n"),
        "{found}"
    );
    let deep = format!("{{\"return\":{}1{}}}", "[".repeat(1023), "]".repeat(1023));
    assert!(pieces(deep.as_bytes()).starts_with("1:1 {"));
    let deep = format!("{}1{}", "{\"return\":".repeat(1024), "}".repeat(1024));
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
        Just("{\\\"execute\\\":"),
        Just("{\"execute\":"),
        Just("True"),
        Just("OrderedDict([("),
        Just(","),
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
