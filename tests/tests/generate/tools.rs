//! The command line and cargo, run in another folder.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;

/// The variable that makes this program behave like the command line.
pub const AS_XTASK: &str = "QMP_TEST_AS_XTASK";

/// Runs `cargo xtask`, which shall exit with `status`, and returns its two outputs.
pub fn xtask(folder: &Path, status: i32, arguments: &[&str]) -> Result<(String, String), Failed> {
    let output = Command::new(env::current_exe()?)
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_MANIFEST_DIR", folder.join("xtask"))
        .env(AS_XTASK, "1")
        .output()?;
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    match output.status.code() == Some(status) {
        true => Ok((out, err)),
        false => Err(format!("{arguments:?}: {:?}\n{out}\n{err}", output.status).into()),
    }
}

/// A subcommand of cargo, with the dependencies that the workspace has compiled.
pub fn cargo(folder: &Path, subcommand: &str) -> Result<Command, Failed> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([subcommand, "--quiet", "--offline"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target_folder()?)
        .env_remove("CARGO_MANIFEST_DIR");
    Ok(command)
}

/// Runs a program that has to succeed, and returns its two outputs.
pub fn succeed(mut command: Command) -> Result<(String, String), Failed> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok((text(&output.stdout), text(&output.stderr))),
        false => Err(text(&output.stderr).into()),
    }
}

/// Fails unless a text has a part.
pub fn expect(text: &str, part: &str) -> Result<(), Failed> {
    match text.contains(part) {
        true => Ok(()),
        false => Err(format!("`{part}` is missing from:\n{text}").into()),
    }
}

/// The target folder in which this test was built, as `debug/deps/generate`.
fn target_folder() -> Result<PathBuf, Failed> {
    let test = env::current_exe()?;
    let folder = test.ancestors().nth(3);
    let folder = folder.ok_or("the test is not in a target folder")?;
    Ok(folder.to_owned())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
