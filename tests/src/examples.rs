//! The examples of the bindings.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::process::KilledChild;

/// Runs an example with `input` on its standard input, and returns its output.
pub fn run<A: AsRef<OsStr>>(
    name: &str,
    arguments: impl IntoIterator<Item = A>,
    input: &str,
) -> Output {
    let mut child = start(name, arguments);
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin
        .write_all(input.as_bytes())
        .expect("the example reads");
    drop(stdin);
    child.output()
}

/// Starts an example whose standard streams are pipes.
pub fn start<A: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = A>) -> KilledChild {
    KilledChild::spawn(
        Command::new(folder().join(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
    )
}

/// Runs an example that has to succeed, and returns its standard output.
pub fn succeed<A: AsRef<OsStr>>(
    name: &str,
    arguments: impl IntoIterator<Item = A>,
    input: &str,
) -> String {
    let output = run(name, arguments, input);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {errors}");
    assert_eq!(errors, "", "{name}");
    String::from_utf8(output.stdout).expect("examples write text")
}

/// Builds all examples once, and returns their folder.
///
/// The selection has the features that the tests of the workspace enable, with which
/// `cargo test --workspace` has built them. A test whose server waits for an example
/// calls this first, because building takes longer than a server waits.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let status = Command::new(env!("CARGO"))
            .current_dir(workspace)
            .args(["build", "--quiet", "--workspace", "--lib", "--examples"])
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the examples do not build");
        let test = std::env::current_exe().expect("a test has a path");
        let profile = test
            .ancestors()
            .nth(2)
            .expect("tests are in a folder of the profile");
        profile.join("examples")
    })
}
