//! The pages of the guide and the README: their files are written, their
//! commands are run one after another, and print what the pages say.
//!
//! A block `console` has commands after `$`, each with its output, of which `...`
//! stands for any lines. A block with a second word, as `python manager.py`, is
//! a file. `GUIDE=overwrite` writes the outputs that have no `...`.
//!
//! Pages need Python for their programs; without it they are ignored, unless
//! `QMP_REQUIRE_PYTHON_SHELL` is 1.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

mod checkout;

/// The page whose commands run in a checkout.
const IN_CHECKOUT: &str = "guide/releases.md";

const PAGES: &[&str] = &[
    "README.md",
    "guide/upgrade.md",
    "guide/testing.md",
    IN_CHECKOUT,
];

fn main() {
    let arguments = Arguments::from_args();
    let is_required = env::var_os("QMP_REQUIRE_PYTHON_SHELL").is_some_and(|value| value == "1");
    let python = Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    let is_ignored = python.is_err() && !is_required;
    let trial = |page: &&'static str| {
        let page = *page;
        Trial::test(page, move || run_page(page)).with_ignored_flag(is_ignored)
    };
    libtest_mimic::run(&arguments, PAGES.iter().map(trial).collect()).exit();
}

fn run_page(name: &str) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    let page = fs::read_to_string(&path)?;
    let mut session = Session::new()?;
    if name == IN_CHECKOUT {
        checkout::prepare(session.folder.path())?;
    }
    let (mut written, mut failures) = (String::new(), Vec::new());
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        written += &format!("{line}\n");
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match info.split_once(' ') {
            Some((_, file)) => {
                fs::write(session.folder.path().join(file), block.join("\n") + "\n")?;
                written += &(block.join("\n") + "\n");
            }
            None if info == "console" => {
                let seen = session.run_block(&block, &mut failures)?;
                written += &seen;
            }
            None => written += &(block.join("\n") + "\n"),
        }
        written += "```\n";
    }
    if env::var_os("GUIDE").is_some_and(|value| value == "overwrite") {
        return Ok(fs::write(path, written)?);
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{}\n`GUIDE=overwrite cargo test -p xtask --test guide` writes the outputs",
            failures.join("\n")
        )
        .into()),
    }
}

/// The commands of a page, in a folder of their own.
struct Session {
    folder: TempDir,
    /// A folder with `qmp-compat` and a `cargo` whose only command is `xtask`.
    programs: TempDir,
    background: Vec<Child>,
    /// The servers for one session.
    for_one_session: Vec<Child>,
}

impl Session {
    fn new() -> Result<Session, Failed> {
        let programs = tempfile::tempdir()?;
        let link = |name: &str, target: &str| {
            std::os::unix::fs::symlink(target, programs.path().join(name))
        };
        link("qmp-compat", env!("CARGO_BIN_EXE_qmp-compat"))?;
        write_cargo(&programs.path().join("cargo"))?;
        Ok(Session {
            folder: tempfile::tempdir()?,
            programs,
            background: Vec::new(),
            for_one_session: Vec::new(),
        })
    }

    /// Runs the commands of a block, and returns it with their outputs.
    fn run_block(&mut self, block: &[&str], failures: &mut Vec<String>) -> Result<String, Failed> {
        let mut seen = String::new();
        let is_command = |line: &&str| line.starts_with("$ ");
        let mut rest = block;
        while let Some((command, after)) = rest.split_first() {
            let end = after.iter().position(&is_command);
            let (expected, after) = after.split_at(end.unwrap_or(after.len()));
            rest = after;
            let output = self.run(command.trim_start_matches("$ "))?;
            seen += &format!("{command}\n");
            if expected.contains(&"...") {
                seen.extend(expected.iter().map(|line| format!("{line}\n")));
            } else {
                seen += &output;
            }
            if !matches(expected, &output.lines().collect::<Vec<_>>()) {
                failures.push(format!("{command}\n{output}"));
            }
        }
        Ok(seen)
    }

    /// Runs a command and returns its output; one with `&` goes on running.
    fn run(&mut self, command: &str) -> Result<String, Failed> {
        if let Some(command) = command.strip_suffix(" &") {
            self.start(command)?;
            return Ok(String::new());
        }
        let output = self.shell(&format!("exec 2>&1; {command}")).output()?;
        self.await_ended();
        Ok(String::from_utf8(output.stdout)?)
    }

    fn start(&mut self, command: &str) -> Result<(), Failed> {
        let mut shell = self.shell(&format!("exec {command}"));
        let child = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        match command.contains(" --once") {
            true => self.for_one_session.push(child),
            false => self.background.push(child),
        }
        let mut words = command.split_whitespace();
        words.find(|word| *word == "--listen");
        let socket: PathBuf = self.folder.path().join(words.next().unwrap_or_default());
        wait_until(|| socket.exists());
        match socket.exists() {
            true => Ok(()),
            false => Err(format!("{command}: does not listen").into()),
        }
    }

    /// A server for one session ends after it, and its recording is complete then.
    fn await_ended(&mut self) {
        let mut has_ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        wait_until(|| self.for_one_session.iter_mut().all(&mut has_ended));
        self.for_one_session.retain_mut(|child| !has_ended(child));
    }

    fn shell(&self, command: &str) -> Command {
        let path = env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("bash");
        shell
            .args(["-c", command])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", self.programs.path().display()))
            .env_remove("CARGO_MANIFEST_DIR")
            .stdin(Stdio::null());
        shell
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for child in self.background.iter_mut().chain(&mut self.for_one_session) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Writes a `cargo` that knows `xtask` only.
fn write_cargo(path: &Path) -> Result<(), Failed> {
    let xtask = env!("CARGO_BIN_EXE_xtask");
    let script = format!("#!/bin/sh\n[ \"$1\" = xtask ] && shift && exec '{xtask}' \"$@\"\n");
    fs::write(path, script)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// The time that a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

fn wait_until(mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() && Instant::now() < end {
        sleep(Duration::from_millis(5));
    }
}

/// Returns whether lines are the expected ones, of which `...` is any.
fn matches(expected: &[&str], lines: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((&"...", rest)) => (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..])),
        Some((first, rest)) => lines.first() == Some(first) && matches(rest, &lines[1..]),
    }
}
