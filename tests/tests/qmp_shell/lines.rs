//! Our reading of lines next to that of the shell of the package `qemu.qmp`, which also
//! stands in for older shells: those of 2.5 split a line at white space, and that of 3.1
//! as a POSIX shell does.

use std::process::Command;

use libtest_mimic::Failed;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::rewrite_entry;
use qapi_codegen::traffic::read::{LogContent, read};
use serde_json::Value;
use tests::releases::{catalogue, release};
use xtask::catalogue::Release;

use super::printed;

/// Prints what the three shells send for each line; `null` is nothing.
const SHELLS: &str = "
import json, re, shlex, sys
from qemu.qmp.qmp_shell import QMPShell, QMPShellError
findall = re.findall
splits = [findall, lambda _, line: line.split(), lambda _, line: shlex.split(line)]
for line in sys.stdin.readlines():
    sent = []
    for split in splits:
        re.findall = split
        shell = QMPShell.__new__(QMPShell)
        shell._transmode = False
        try:
            sent.append(shell._build_cmd(line.rstrip('\\n')))
        except (QMPShellError, ValueError):
            sent.append(None)
    re.findall = findall
    print(json.dumps(sent))
";

/// What the shells send for a line.
pub struct Sent {
    newest: Value,
    /// The shell of 2.5.
    oldest: Value,
    /// The shell of 3.1.
    posix: Value,
}

/// Returns an error if the package is missing.
pub fn ask_shells(lines: &[String]) -> Result<Vec<Sent>, Failed> {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let output = printed(Command::new("python3").args(["-c", SHELLS]), &input)?;
    let sent = output.lines().map(|answer| {
        let [newest, oldest, posix] = serde_json::from_str(answer)?;
        Ok(Sent {
            newest,
            oldest,
            posix,
        })
    });
    sent.collect()
}

/// A line as our reader understands it.
#[derive(Debug, Default)]
struct OwnReading {
    message: Value,
    warning: Option<&'static str>,
}

fn read_line(line: &str) -> Result<OwnReading, Failed> {
    let mut own = OwnReading::default();
    read(&mut line.as_bytes(), &|_| true, &mut |entry| {
        if let LogContent::Messages(messages) = &entry.content {
            messages.for_each(&mut |message| {
                let parsed = message.json.ok();
                let value = parsed.map(|parsed| serde_json::to_value(&parsed.value));
                own.message = value.and_then(Result::ok).unwrap_or_default();
                own.warning = message.warning;
            });
        }
        Ok::<(), std::io::Error>(())
    })?;
    Ok(own)
}

/// Lines with their meaning: `=` for what all shells send, `'` for what only that of 3.1
/// sends, `+` for what shells that know quotes send, and `!` for what none of them sends.
const TABLE: &[(char, &str, &str)] = &[
    ('=', "stop", "{}"),
    ('=', "a\tb=1  c=on", r#"{"b": 1, "c": "on"}"#),
    (
        '=',
        "a b=+007 c=-1_000 d=0x10 e=1.5",
        r#"{"b": 7, "c": -1000, "d": "0x10", "e": "1.5"}"#,
    ),
    (
        '=',
        "a b=TRUE c=False d=null e=None f=",
        r#"{"b": true, "c": false, "d": "null", "e": "None", "f": ""}"#,
    ),
    ('=', "a b=c=d e=#f", r##"{"b": "c=d", "e": "#f"}"##),
    (
        '=',
        r#"a b={"c":[1,true,null,"it's"]}"#,
        r#"{"b": {"c": [1, true, null, "it's"]}}"#,
    ),
    (
        '=',
        "a b={'c':True,'d':None,'e':false}",
        r#"{"b": {"c": true, "d": null, "e": false}}"#,
    ),
    ('=', "a b.c.d=1", r#"{"b": {"c": {"d": 1}}}"#),
    ('=', "a b=1 c.d=2", r#"{"b": 1, "c": {"d": 2}}"#),
    ('=', "a b=[1", r#"{"b": "[1"}"#),
    ('\'', r#"a b='{"c": 1}'"#, r#"{"b": {"c": 1}}"#),
    ('\'', r#"a "b={\"c\":\"d e\"}""#, r#"{"b": {"c": "d e"}}"#),
    (
        '\'',
        r"a b='c d' e=f\ g 'h'=1",
        r#"{"b": "c d", "e": "f g", "h": 1}"#,
    ),
    ('+', r#"a b={"c":"d e"}"#, r#"{"b": {"c": "d e"}}"#),
    ('!', r#"a b={"c": 1}"#, r#"{"b": {"c": 1}}"#),
    ('!', "a b.c=1 d=2", r#"{"b": {"c": 1}, "d": 2}"#),
    ('!', "a b.c=1 b.d=2", r#"{"b": {"c": 1, "d": 2}}"#),
    ('!', "a b=1 # c", r#"{"b": 1}"#),
    ('!', "stop # for a moment", "{}"),
];

/// The table is what the shells do, and our reader warns of all but the first kind.
pub fn table() -> Result<(), Failed> {
    let lines: Vec<String> = TABLE.iter().map(|(_, line, _)| line.to_string()).collect();
    for ((kind, line, arguments), sent) in TABLE.iter().zip(ask_shells(&lines)?) {
        let expected: Value = serde_json::from_str(arguments)?;
        let own = read_line(line)?;
        assert_eq!(own.message["arguments"], expected, "{line}");
        assert_eq!(own.warning.is_none(), *kind == '=', "{line}");
        let kinds = [
            ('+', &sent.newest),
            ('=', &sent.oldest),
            ('\'', &sent.posix),
        ];
        for (sender, message) in kinds {
            let is_sent = match sender {
                '\'' if *kind == '=' => continue,
                '+' => "+=".contains(*kind),
                sender => sender == *kind,
            };
            let same = message["arguments"] == expected;
            assert_eq!(same, is_sent, "{line}: {sender} sends {message}");
        }
    }
    Ok(())
}

/// Values, each with whether it is written in quotes.
const VALUES: &[&str] = &[
    "x",
    "",
    "on",
    "é",
    "1",
    "-0",
    "+5",
    "1_000",
    "1__0",
    "_1",
    "00",
    "0x1",
    "1.5",
    "1e3",
    "99999999999999999999",
    "true",
    "TRUE",
    "fAlSe",
    "True",
    "null",
    "None",
    "a=b",
    "#x",
    "{",
    "[1",
    "{}",
    "[]",
    "{'a':1}",
    "{'a':True}",
    "['x',None]",
    "{\"a\":{\"b\":[1.5,-2,true]}}",
    "{\"a\":\"it's\"}",
    "{\"a\":\"b\\\"c\"}",
    "{\"a\":\"\\u0020\"}",
    "{\"a\": 1}",
    "{\"a\":\"b c\"}",
    "[1, 2]",
    "'x'",
    "\"x\"",
    "'a b'",
    "\"a \\\"b\\\"\"",
    "'{\"a\": 1}'",
    "a\\ b",
    "a\\b",
    "'1'",
    "\"true\"",
    "a'b'c",
    "/a/b.img",
    "tcp:127.0.0.1:4444",
    "a\u{a0}b",
];

const KEYS: &[&str] = &["a", "b", "c-d", "e_f", "x.y", "x.z", "x.y.z", "'q'", "#k"];

const BLANKS: &[&str] = &[" ", "  ", "\t", " \u{3000}"];

const ENDS: &[&str] = &["", "", "", " ", " # a comment", " #"];

fn random_line() -> impl Strategy<Value = String> {
    let argument = (select(BLANKS), select(KEYS), select(VALUES));
    let argument = argument.prop_map(|(blank, key, value)| format!("{blank}{key}={value}"));
    let command = select(&["stop", "block_resize", "blockdev-add"][..]);
    let arguments = prop::collection::vec(argument, 0..4);
    (command, arguments, select(ENDS))
        .prop_map(|(command, arguments, end)| format!("{command}{}{end}", arguments.concat()))
}

/// Without a warning our reader and all shells agree that take JSON without quotes, and
/// with one some shell disagrees. What is quoted is what the shell of 3.1 sends.
pub fn random_lines() -> Result<(), Failed> {
    let mut runner = TestRunner::deterministic();
    let trees = (0..6000).map(|_| random_line().new_tree(&mut runner));
    let lines = trees.map(|tree| {
        tree.map(|tree| tree.current())
            .map_err(|reason| reason.to_string())
    });
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    let (mut plain, mut warned, mut quoted) = (0, 0, 0);
    let mut failures = Vec::new();
    for (line, sent) in lines.iter().zip(ask_shells(&lines)?) {
        let own = read_line(line)?;
        let is_same = own.message == sent.newest && own.message == sent.oldest;
        let is_posix = !["={", "=[", "#", ".", "\u{3000}"]
            .iter()
            .any(|part| line.contains(part));
        let is_right = match own.message.is_null() {
            // Shells set `a.b` twice, because the second one is inside the first.
            true => sent.newest.is_null() || line.contains('.'),
            false => is_same == own.warning.is_none() && (!is_posix || own.message == sent.posix),
        };
        if !is_right {
            failures.push(format!("{line:?}: {own:?} {} {}", sent.newest, sent.posix));
        }
        plain += usize::from(is_same && !own.message.is_null());
        warned += usize::from(own.warning.is_some());
        quoted += usize::from(is_posix && own.warning.is_some());
    }
    if !failures.is_empty() {
        return Err(failures.join("\n").into());
    }
    let counts = format!("{plain} {warned} {quoted}");
    assert!(plain > 500 && warned > 500 && quoted > 100, "{counts}");
    Ok(())
}

/// Series, series, and a line that migrate rewrites.
const MIGRATED: &[[&str; 3]] = &[
    [
        "2.5",
        "2.11",
        r#"blockdev-add options='{"driver":"qcow2","id":"d","file":{"driver":"file","filename":"/a b.img"}}'"#,
    ],
    [
        "2.5",
        "10.0",
        r#"blockdev-add options={"driver":"qcow2","id":"d","file":{"driver":"file","filename":"/it's"}}"#,
    ],
    [
        "2.11",
        "10.0",
        r#"blockdev-add driver=raw node-name=d file='{"driver": "null-co"}' # a b"#,
    ],
    [
        "2.5",
        "10.0",
        "blockdev-add options={'driver':'raw','id':'d','file':{'driver':'null-co'},'read-only':True}",
    ],
    [
        "2.5",
        "10.0",
        "blockdev-add options.driver=raw options.id=d options.file.driver=file options.file.filename='/a b'",
    ],
    [
        "5.2",
        "10.0",
        "x-blockdev-reopen driver=raw node-name=n file=f read-only=true",
    ],
    [
        "5.2",
        "6.0",
        "object-add qom-type=memory-backend-ram id=m props={\"size\":1048576}",
    ],
    ["5.2", "6.0", "migrate_set_downtime value=1"],
    [
        "9.0",
        "9.1",
        r#"migrate-set-capabilities capabilities=[{"capability":"compress","state":false},{"capability":"xbzrle","state":true}]"#,
    ],
    [
        "10.1",
        "10.2",
        r#"chardev-add id=c backend={"type":"socket","data":{"addr":{"type":"unix","data":{"path":"/a"}},"reconnect":5}}"#,
    ],
];

/// A migrated line is read alike by us and by all shells that take JSON without quotes.
pub fn migrated_lines() -> Result<(), Failed> {
    let mut lines = Vec::new();
    for [from, to, line] in MIGRATED {
        let (migrated, count) = migrate(&release(from), &release(to), line)?;
        assert_eq!(count, 1, "{line}: not rewritten");
        lines.extend(migrated.lines().map(str::to_owned));
    }
    let mut read = 0;
    for (line, sent) in lines.iter().zip(ask_shells(&lines)?) {
        let own = read_line(line)?;
        assert_eq!(own.message, sent.newest, "{line}");
        assert_eq!(own.message, sent.oldest, "{line}");
        assert_eq!(own.warning, None, "{line}");
        read += usize::from(!own.message.is_null());
    }
    assert_eq!(read, MIGRATED.len());
    Ok(())
}

/// Migrates a text, and counts the requests that are rewritten.
pub fn migrate(from: &Release, to: &Release, text: &str) -> Result<(String, usize), Failed> {
    let (old, new) = (from.checker(None), to.checker(None));
    let mut migrator = Migrator::new(&old, &new, &catalogue().knowledge().migrations);
    let (mut migrated, mut count) = (Vec::new(), 0);
    read(&mut text.as_bytes(), &|_| true, &mut |entry| {
        let rewritten = rewrite_entry(&mut migrator, &entry);
        migrated.extend(rewritten.bytes.as_deref().unwrap_or(entry.bytes));
        let requests = rewritten.requests.iter();
        count += requests.filter(|request| request.after.is_some()).count();
        Ok::<(), std::io::Error>(())
    })?;
    Ok((String::from_utf8(migrated)?, count))
}
