//! Lines of qmp-shell that are migrated, as the shell of the Python package
//! `qemu.qmp` reads them.
//!
//! Set `QMP_REQUIRE_PYTHON_SHELL=1` to make a missing package a failure.

use std::io::Write;
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::{JsonStyle, JsonValue};
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::rewrite_entry;
use qapi_codegen::traffic::read::{LogContent, read};
use xtask::catalogue::{Catalogue, Release};

/// Prints what the shell makes of each line.
const SCRIPT: &str = "
import json, sys
from qemu.qmp.qmp_shell import QMPShell
shell = QMPShell.__new__(QMPShell)
shell._transmode = False
for line in sys.stdin:
    print(json.dumps(shell._build_cmd(line.rstrip())))
";

/// Series, series, and a line that migrate rewrites.
const LINES: &[[&str; 3]] = &[
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

fn main() {
    let arguments = Arguments::from_args();
    let is_missing = run_shell("").is_err();
    let is_required =
        std::env::var_os("QMP_REQUIRE_PYTHON_SHELL").is_some_and(|value| value == "1");
    let trial = Trial::test("migrated_lines_are_read_by_qemus_shell", migrated_lines);
    let trial = trial.with_ignored_flag(is_missing && !is_required);
    libtest_mimic::run(&arguments, vec![trial]).exit();
}

fn migrated_lines() -> Result<(), Failed> {
    let catalogue = Catalogue::open()?;
    let mut lines = Vec::new();
    let mut messages = Vec::new();
    for [from, to, line] in LINES {
        let [from, to] = [from, to].map(|name| catalogue.release(name, QemuProgram::Emulator));
        let new = migrate(&from?, &to?, &catalogue, line)?;
        messages.push(read_message(&new)?);
        lines.push(new);
    }
    let output = run_shell(&(lines.join("\n") + "\n"))?;
    for ((line, message), answer) in lines.iter().zip(&messages).zip(output.lines()) {
        let read: serde_json::Value = serde_json::from_str(answer)?;
        let own: serde_json::Value = serde_json::from_str(message)?;
        if read != own {
            return Err(format!("{line}\n  we read {own}\n  qmp-shell {read}").into());
        }
    }
    assert_eq!(output.lines().count(), lines.len());
    Ok(())
}

fn migrate(
    from: &Release,
    to: &Release,
    catalogue: &Catalogue,
    line: &str,
) -> Result<String, Failed> {
    let (old, new): (Checker<'_>, Checker<'_>) = (from.checker(None), to.checker(None));
    let mut migrator = Migrator::new(&old, &new, &catalogue.knowledge().migrations);
    let mut rewritten = None;
    read(&mut line.as_bytes(), &|_| true, &mut |entry| {
        rewritten = rewrite_entry(&mut migrator, &entry).bytes;
        Ok::<(), std::io::Error>(())
    })?;
    let bytes = rewritten.ok_or_else(|| format!("{line}: not rewritten"))?;
    Ok(String::from_utf8(bytes)?)
}

/// The message that our reader makes of a line.
fn read_message(line: &str) -> Result<String, Failed> {
    let mut text = None;
    read(&mut line.as_bytes(), &|_| true, &mut |entry| {
        if let LogContent::Messages(messages) = &entry.content {
            messages.for_each(&mut |message| {
                let value: Option<&JsonValue<'_>> = message.json.ok().map(|parsed| &parsed.value);
                text = value.map(|value| JsonStyle::COMPACT.format(value));
            });
        }
        Ok::<(), std::io::Error>(())
    })?;
    text.ok_or_else(|| format!("{line}: no message").into())
}

fn run_shell(input: &str) -> Result<String, Failed> {
    let mut shell = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = shell.stdin.take().ok_or("no standard input")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let output = shell.wait_with_output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
