//! Messages in what people have: recordings of real programs, and source files.

use std::fs;
use std::io;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::traffic::check::{Checker, LogChecker};
use qapi_codegen::traffic::read::{MessageCounts, notation_names, read};
use tests::releases::{catalogue, release};
use xtask::workspace;

/// Checks a text, with its replies. Returns a line for each message, and the
/// counts of the reader.
fn check(checker: &Checker<'_>, old: &Checker<'_>, text: &[u8]) -> (Vec<String>, MessageCounts) {
    let mut log = LogChecker::new(checker, true);
    let (mut found, mut counts) = (Vec::new(), MessageCounts::default());
    let is_command = |name: &str| checker.has_command(name) || old.has_command(name);
    read(&mut &text[..], &is_command, &mut |entry| {
        counts.add(&entry);
        found.extend(log.check_entry(&entry).into_iter().map(|finding| {
            let command = finding.checked.command.as_deref().unwrap_or("?");
            let (kind, verdict) = (finding.kind.as_str(), finding.checked.verdict.as_str());
            format!("{}: {kind} {command} {verdict}", finding.position.line)
        }));
        Ok::<(), io::Error>(())
    })
    .expect("reading from memory cannot fail");
    (found, counts)
}

/// A file in `tests/data/reading`, the number of messages of each notation and
/// of those that cannot be read, and what QEMU 10.0 does not accept.
const FILES: &[(&str, &str, usize, &[&str])] = &[
    // Recordings of programs that talked to QEMU 10.0.2.
    (
        "qemu-qmp.log",
        "12 log of qemu.qmp",
        0,
        &["59: request query-cpus rejected"],
    ),
    (
        "trace.log",
        "18 QEMU trace",
        0,
        &["16: request query-cpus rejected"],
    ),
    (
        "python-repr.log",
        "3 JSON, 3 Python",
        0,
        &["5: request query-cpus rejected"],
    ),
    (
        "node-json.log",
        "9 string literal",
        0,
        &["8: request change rejected"],
    ),
    (
        "node-logfmt.log",
        "9 string literal",
        0,
        &["8: request change rejected"],
    ),
    ("strace.log", "7 string literal", 0, &[]),
    ("strace-short.log", "3 string literal", 0, &[]),
    (
        "journal.txt",
        "3 JSON",
        0,
        &["2: request query-cpus rejected"],
    ),
    (
        "journal.export",
        "3 JSON",
        0,
        &["36: request query-cpus rejected"],
    ),
    (
        "journal.json",
        "1 list of bytes, 2 string literal",
        0,
        &["2: request query-cpus rejected"],
    ),
    (
        "journal-pretty.json",
        "1 list of bytes, 1 string literal",
        0,
        &["9: request query-cpus rejected"],
    ),
    (
        "client.sh",
        "4 JSON, 1 string literal",
        0,
        &["13: request query-cpus rejected"],
    ),
    (
        "bash-x.log",
        "18 JSON",
        0,
        &[
            "23: request query-cpus rejected",
            "24: request query-cpus rejected",
        ],
    ),
    // Recordings of programs that talked to QEMU 10.0.13: what socat -v prints between
    // a script and QEMU, and a program with Go's encoding/json.
    (
        "socat.log",
        "14 JSON",
        0,
        &["12: request query-cpus rejected"],
    ),
    ("socat.sh", "6 JSON", 0, &["7: request query-cpus rejected"]),
    (
        "go-json.log",
        "14 string literal",
        0,
        &[
            "6: request query-cpus rejected",
            "13: request change rejected",
        ],
    ),
    // Other logs and source files.
    (
        "libvirt.log",
        "1 JSON, 5 libvirt log",
        0,
        &["7: request query-cpus rejected"],
    ),
    (
        "qmp-shell.txt",
        "3 JSON, 3 qmp-shell",
        0,
        &["5: request query-cpus rejected"],
    ),
    (
        "requests.json",
        "2 JSON",
        0,
        &["3: request query-cpus rejected"],
    ),
    (
        "jq-colours.txt",
        "1 coloured JSON",
        0,
        &["1: request query-cpus rejected"],
    ),
    (
        "virsh.sh",
        "2 JSON, 2 string literal",
        0,
        &[
            "1: request query-cpus rejected",
            "5: request device_add unknown",
        ],
    ),
    (
        "iotest.py",
        "7 Python call",
        3,
        &[
            "10: request ? unknown",
            "11: request query-cpus rejected",
            "12: request change rejected",
            "19: request ? unknown",
            "21: request ? unknown",
        ],
    ),
    (
        "client.c",
        "3 string literal",
        2,
        &[
            "5: request migrate-set-capabilities rejected",
            "9: request ? unknown",
            "10: request ? unknown",
        ],
    ),
    (
        "client.go",
        "2 JSON, 1 string literal",
        0,
        &["5: request query-cpus rejected"],
    ),
    (
        "client.rb",
        "2 JSON",
        2,
        &[
            "2: request ? unknown",
            "3: request ? unknown",
            "4: request query-cpus rejected",
        ],
    ),
    ("client.pl", "1 JSON, 1 string literal", 0, &[]),
    (
        "proxmox.pl",
        "5 Perl call",
        2,
        &[
            "6: request query-cpus rejected",
            "7: request set_link rejected",
            "13: request ? unknown",
            "14: request ? unknown",
            "16: request guest-ping rejected",
        ],
    ),
    (
        "client.js",
        "2 JSON, 2 string literal",
        1,
        &[
            "1: request change rejected",
            "2: request query-cpus rejected",
            "5: request ? unknown",
        ],
    ),
    // A file for `-readconfig`.
    (
        "guest.cfg",
        "1 configuration file",
        0,
        &["3: command-line -readconfig rejected"],
    ),
];

#[test]
fn messages_are_found_in_what_people_have() {
    let (new, old) = (release("10.0"), release("5.2"));
    let (checker, old) = (new.checker(None), old.checker(None));
    let folder = workspace::root().join("tests/data/reading");
    let mut failures = Vec::new();
    for (name, notations, unread, problems) in FILES {
        let text = fs::read(folder.join(name)).expect("the file is part of the repository");
        let (found, counts) = check(&checker, &old, &text);
        let by_notation = counts.by_notation.iter();
        let by_notation: Vec<String> = by_notation.map(|(name, n)| format!("{n} {name}")).collect();
        let rejected: Vec<&String> = found.iter().filter(|f| !f.ends_with(" accepted")).collect();
        let is_as_expected = by_notation.join(", ") == *notations
            && counts.unread == *unread
            && rejected == *problems;
        if !is_as_expected {
            failures.push(format!(
                "{name}: {by_notation:?}, {} unread, {rejected:?}",
                counts.unread
            ));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let files = fs::read_dir(folder)
        .expect("the folder can be read")
        .count();
    assert_eq!(files, FILES.len(), "each file is tested");
}

#[test]
fn mixed_connections_do_not_share_what_they_negotiated() {
    let release = release("10.0");
    let checker = release.checker(None);
    let with_oob = r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}"#;
    let without = r#"{"execute": "qmp_capabilities"}"#;
    let pause = r#"{"exec-oob": "migrate-pause"}"#;
    for (lines, accepted) in [
        (vec![with_oob, pause], 2),
        (vec![without, pause], 1),
        (vec![without, without, pause], 2),
        (vec![with_oob, without, pause], 3),
        (vec![without, with_oob, without, pause], 4),
    ] {
        let (found, _) = check(&checker, &checker, lines.join("\n").as_bytes());
        let is_accepted = |line: &&String| line.ends_with(" accepted");
        assert_eq!(
            found.iter().filter(is_accepted).count(),
            accepted,
            "{found:?}"
        );
    }
}

#[test]
fn notations_have_different_names() {
    let mut names = notation_names();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 12);
}

#[test]
fn catalogue_knows_the_commands_of_all_releases() {
    let catalogue = catalogue();
    for series in ["2.5", "2.8", "10.0"] {
        let release = release(series);
        let series = release.schema.version.series();
        assert!(release.schema.commands.len() > 100);
        for command in &release.schema.commands {
            let with_command =
                catalogue.series_with_command(&command.meta.name, QemuProgram::Emulator);
            assert!(
                with_command.contains(&series),
                "{series} {}",
                command.meta.name
            );
        }
    }
    let with_command = catalogue.series_with_command("cpu-add", QemuProgram::Emulator);
    let last = with_command.last().map(ToString::to_string);
    assert_eq!(last.as_deref(), Some("5.1"));
    assert!(
        catalogue
            .series_with_command("export", QemuProgram::Emulator)
            .is_empty()
    );
}

/// Messages and their verdicts.
const MESSAGES: &[(&str, &str)] = &[
    (
        "{\"execute\": \"query-status\"}",
        "request query-status accepted",
    ),
    (
        "{\n  'execute': 'query-cpus',\n  'id': 1\n}",
        "request query-cpus rejected",
    ),
    (
        "{'execute': 'query-name', 'id': None}",
        "request query-name accepted",
    ),
    (
        "\"{\\\"execute\\\": \\\"cpu-add\\\", \\\"arguments\\\": {\\\"id\\\": 1}}\"",
        "request cpu-add rejected",
    ),
    ("(QEMU) query-uuid", "request query-uuid accepted"),
    ("qmp_enter_query_block {}", "request query-block accepted"),
];

/// Text without messages, whatever is before or after it on other lines.
fn other_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        Just("stop, me".to_owned()),
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[{\"id\": 1}]".to_owned()),
        Just("{\"error\": \"x\"} {\"event\": \"login\"}".to_owned()),
        Just("\"{\\\"".to_owned()),
        Just("{\"method\": \"run\", \"params\": {\"execute\": \"ls\"}}".to_owned()),
        Just("export A=1".to_owned()),
        Just("set -eu".to_owned()),
        Just("'".to_owned()),
        Just("\t\u{1B}[1m".to_owned()),
        Just("DEBUG:x:--> ".to_owned()),
        Just("OrderedDict([(".to_owned()),
        Just("123,34,".to_owned()),
        Just("# c".to_owned()),
        Just("\r".to_owned()),
        Just("{'a': {\"data\": [".to_owned()),
    ];
    proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

#[test]
fn text_around_messages_does_not_change_their_verdicts() {
    let (new, old) = (release("10.0"), release("5.2"));
    let (checker, old) = (new.checker(None), old.checker(None));
    let mut runner = TestRunner::new(Config {
        cases: 1500,
        failure_persistence: None,
        ..Config::default()
    });
    let lines = proptest::collection::vec(
        (other_text(), proptest::option::of(0..MESSAGES.len())),
        1..8,
    );
    let tried = runner.run(&lines, |lines| {
        let (mut text, mut expected) = (String::new(), Vec::new());
        for (other, message) in &lines {
            text += other;
            text += "\n";
            if let Some((message, verdict)) = message.map(|index| MESSAGES[index]) {
                text += message;
                text += "\n";
                expected.push(verdict);
            }
        }
        let (found, _) = check(&checker, &old, text.as_bytes());
        let found = found.iter().filter_map(|finding| finding.split_once(": "));
        // Other text may look like a message that is not written out.
        let found: Vec<&str> = found
            .map(|(_, finding)| finding)
            .filter(|f| !f.ends_with("unknown"))
            .collect();
        prop_assert_eq!(found, expected, "{}", text);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}
