//! Programs that must not compile, with the expected errors.
//!
//! The errors depend on the compiler, so they are compared only with the release of Rust
//! that produced them. After a change, update them with
//! `COMPILE_FAIL=overwrite cargo test -p compile-fail`.
//!
//! The bindings are checked once, in the target folder of the workspace, and each program
//! is compiled alone. The form of the files is that of trybuild, which checks the bindings
//! and all dependencies twice in a folder of its own.

mod errors;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Failed, Trial};

/// The compiler that produced the expected errors.
const EXPECTED_COMPILER: &str = "rustc 1.95.";

/// The features with which the expected errors were produced.
const FEATURES: &str = "mock,v2_5,v2_11,v10_0";

fn main() {
    let arguments = Arguments::from_args();
    let is_expected = compiler_version().starts_with(EXPECTED_COMPILER);
    let mut cases: Vec<PathBuf> = entries("cases").collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    assert!(cases.len() >= 5, "{cases:?}");
    let trial = |case: PathBuf| {
        let name = case.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("does-not-compile/{name}");
        Trial::test(name, move || fails(&case)).with_ignored_flag(!is_expected)
    };
    let mut trials: Vec<Trial> = cases.into_iter().map(trial).collect();
    trials.push(Trial::test("the_documentation_quotes_the_error", || {
        check_quote();
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn entries(folder: &str) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).expect("tests run in the folder of the package");
    entries.map(|entry| entry.expect("an entry").path())
}

/// The metadata of the bindings, or what went wrong.
static BINDINGS: LazyLock<Result<PathBuf, String>> = LazyLock::new(check_bindings);

/// Compiles a program, and compares the errors with the file next to it.
fn fails(case: &Path) -> Result<(), Failed> {
    let bindings = BINDINGS.as_ref()?;
    let dependencies = bindings.parent().unwrap_or(Path::new("."));
    // The compiler quotes the source of the bindings from paths in the workspace.
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(program("RUSTC", "rustc"))
        .args(["--edition=2024", "--crate-type=bin", "--emit=metadata"])
        .args(["--diagnostic-width=140", "--color=never", "-Adead_code"])
        .arg(format!("--extern=qmp_bindings={}", bindings.display()))
        .arg(format!("-Ldependency={}", dependencies.display()))
        .arg("--out-dir")
        .arg(env::temp_dir())
        .arg(Path::new("tests/compile-fail").join(case))
        .current_dir(workspace)
        .output()?;
    if output.status.success() {
        return Err(format!("{} compiles", case.display()).into());
    }
    let found = errors::normalized(&String::from_utf8(output.stderr)?);
    let path = case.with_extension("stderr");
    if env::var_os("COMPILE_FAIL").is_some_and(|value| value == "overwrite") {
        return Ok(fs::write(path, found)?);
    }
    match fs::read_to_string(&path)? == found {
        true => Ok(()),
        false => Err(format!("{} differs from:\n{found}", path.display()).into()),
    }
}

/// Checks the bindings, and returns the path of their metadata.
fn check_bindings() -> Result<PathBuf, String> {
    let test = env::current_exe().map_err(|error| error.to_string())?;
    // The test is in `debug/deps` of the target folder.
    let target = test.ancestors().nth(3).ok_or("there is no target folder")?;
    let output = Command::new(program("CARGO", "cargo"))
        .args(["check", "--quiet", "--locked", "--package=qmp-bindings"])
        .args(["--features", FEATURES, "--message-format=json"])
        .arg("--target-dir")
        .arg(target)
        .output()
        .map_err(|error| error.to_string())?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut strings = messages.split('"');
    let is_metadata = |text: &&str| text.contains("libqmp_bindings-") && text.ends_with(".rmeta");
    let metadata = strings.rfind(is_metadata).map(PathBuf::from);
    let is_there = output.status.success().then_some(metadata).flatten();
    is_there.ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The documentation of the bindings quotes an error exactly.
fn check_quote() {
    const PRINTED: &str = include_str!("../../cases/wrong_release.stderr");
    const DOCUMENTED: &str = include_str!("../../../../qmp-bindings/src/lib.rs");
    let (message, _) = PRINTED.split_once("\nhelp:").expect("there is help, too");
    let quote: String = message
        .lines()
        .map(|line| format!("//! {line}\n"))
        .collect();
    assert!(DOCUMENTED.contains(&quote), "expected:\n{quote}");
}

fn compiler_version() -> String {
    let mut compiler = Command::new(program("RUSTC", "rustc"));
    compiler.arg("--version").output().map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn program(variable: &str, name: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| name.into())
}
