//! Clients of other people: the Python package `qemu.qmp` with its qmp-shell, and
//! the package `qemu-qmp` of npm.
//!
//! Set `QMP_REQUIRE_PYTHON_SHELL=1` and `QMP_REQUIRE_NODE=1` to make a missing
//! package a failure. That of npm is expected in `target/node`.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};
use tests::proxy::Proxy;
use tests::qemu::{Emulator, Program};

use super::speak::{SCRIPT, write_disk};

/// Asks, hears events and disconnects.
const PYTHON: &str = "
import asyncio, json, sys
from qemu.qmp import QMPClient
async def main():
    qmp = QMPClient('test')
    await qmp.connect(sys.argv[1])
    for name in ['query-status', 'query-chardev', 'query-qmp-schema', 'query-block']:
        print(json.dumps(await qmp.execute(name), sort_keys=True))
    with qmp.listener(('STOP', 'RESUME')) as listener:
        await qmp.execute('cont')
        await qmp.execute('stop')
        print((await listener.get())['event'], (await listener.get())['event'])
    try:
        await qmp.execute('no-such')
    except Exception as error:
        print(error)
    await qmp.disconnect()
asyncio.run(main())
";

/// Runs qmp-shell on the lines of standard input.
const SHELL: &str = "from qemu.qmp.qmp_shell import main; main()";

const NODE: &str = "
const QMP = require('qemu-qmp');
const qmp = new QMP();
const names = ['query-status', 'query-chardev', 'query-qmp-schema', 'query-block', 'no-such'];
const next = () => {
    const name = names.shift();
    if (name === undefined) return qmp.end();
    qmp.execute(name, (error, value) => {
        console.log(error ? error.message || error : JSON.stringify(value));
        next();
    });
};
qmp.connect(process.argv[1], (error) => {
    if (error) throw error;
    console.log(JSON.stringify(qmp.version));
    next();
});
";

/// The options of `proxy` through which an answer is the same as without it.
const WAYS: [&[&str]; 3] = [&[], &["--share"], &["--check", "7.2"]];

/// Tests with one emulator.
pub fn trials(emulator: &Emulator) -> Vec<Trial> {
    let has_python = python("import qemu.qmp", &[], "").is_ok();
    let has_node = node("require('qemu-qmp')", &[]).is_ok();
    let trial = |name, has_client, variable, test: fn(Program) -> Result<(), Failed>| {
        let is_required = env::var_os(variable).is_some_and(|value| value == "1");
        let trial = emulator.trial(name, test);
        match has_client || is_required {
            true => trial,
            false => trial.with_ignored_flag(true),
        }
    };
    let shell = "QMP_REQUIRE_PYTHON_SHELL";
    vec![
        trial("a_client_in_python", has_python, shell, python_client),
        trial(
            "qmp_shell_runs_a_script_of_2_5",
            has_python,
            shell,
            shell_script,
        ),
        trial(
            "a_client_in_javascript",
            has_node,
            "QMP_REQUIRE_NODE",
            node_client,
        ),
    ]
}

fn python_client(program: Program) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    // After the first run, the guest is paused.
    python(PYTHON, &[&qemu.socket()], "")?;
    let expected = python(PYTHON, &[&qemu.socket()], "")?;
    assert!(expected.contains("RESUME STOP"), "{expected}");
    for options in WAYS {
        let proxy = Proxy::start(&qemu.socket(), &[options, &["--once"]].concat());
        assert_eq!(
            python(PYTHON, &[&proxy.socket()], "")?,
            expected,
            "{options:?}"
        );
        proxy.join();
    }
    let proxy = Proxy::start(&qemu.socket(), &["--speak", "2.5", "--once"]);
    let spoken = python(PYTHON, &[&proxy.socket()], "")?;
    assert!(spoken.contains("\"singlestep\": false"), "{spoken}");
    assert!(spoken.contains("RESUME STOP"), "{spoken}");
    Ok(())
}

/// The three lines work as in 2.5, typed into QEMU's own shell.
fn shell_script(program: Program) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    let disk = qemu.folder().join("disk.qcow2");
    write_disk(&disk);
    let proxy = Proxy::start(&qemu.socket(), &["--speak", "2.5", "--once"]);
    // The shell of 2.5 removed the quotes, this one takes them as a part of the value.
    let script = SCRIPT.replace('\'', "");
    let script = script.replace("DISK", &disk.display().to_string());
    let lines = format!("{script}query-status\nquery-block\n");
    let output = python(SHELL, &[&proxy.socket()], &lines)?;
    assert!(output.contains("Connected to QEMU 2.5"), "{output}");
    assert_eq!(output.matches("\"return\": {}").count(), 3, "{output}");
    assert!(output.contains("\"running\": true"), "{output}");
    assert!(output.contains("\"device\": \"virtio0\""), "{output}");
    Ok(())
}

fn node_client(program: Program) -> Result<(), Failed> {
    let qemu = program.start(&[]);
    let expected = node(NODE, &[&qemu.socket()])?;
    assert!(expected.contains("\"meta-type\""), "{expected}");
    for options in WAYS {
        let proxy = Proxy::start(&qemu.socket(), &[options, &["--once"]].concat());
        assert_eq!(node(NODE, &[&proxy.socket()])?, expected, "{options:?}");
        proxy.join();
    }
    let proxy = Proxy::start(&qemu.socket(), &["--speak", "2.5", "--once"]);
    let spoken = node(NODE, &[&proxy.socket()])?;
    assert!(spoken.contains("\"minor\":5"), "{spoken}");
    assert!(spoken.contains("\"singlestep\":false"), "{spoken}");
    Ok(())
}

fn python(script: &str, arguments: &[&Path], input: &str) -> Result<String, Failed> {
    let mut command = Command::new("python3");
    command.args(["-c", script]).args(arguments);
    run(command, input)
}

fn node(script: &str, arguments: &[&Path]) -> Result<String, Failed> {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/node/node_modules");
    let mut command = Command::new("node");
    command.env(
        "NODE_PATH",
        modules.canonicalize().unwrap_or_else(|_| PathBuf::new()),
    );
    command.args(["-e", script, "--"]).args(arguments);
    run(command, "")
}

fn run(mut command: Command, input: &str) -> Result<String, Failed> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    // A client may end before it reads.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
