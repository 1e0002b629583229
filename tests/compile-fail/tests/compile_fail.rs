//! What must not compile, and the words with which it does not.
//!
//! The words are the compiler's as much as ours, so they are compared only with
//! those of the release of Rust with which they were written down. After a
//! change, `TRYBUILD=overwrite cargo test -p compile-fail` writes them again.

use std::process::Command;

use libtest_mimic::{Arguments, Trial};

/// The compiler whose words are written down.
const WRITTEN_WITH: &str = "rustc 1.95.";

fn main() {
    let arguments = Arguments::from_args();
    let trial = Trial::test("the_wrong_command_does_not_compile", || {
        trybuild::TestCases::new().compile_fail("cases/*.rs");
        Ok(())
    });
    let trial = trial.with_ignored_flag(!compiler().starts_with(WRITTEN_WITH));
    let quoted = Trial::test("the_words_are_quoted", || {
        quoted();
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![trial, quoted]).exit();
}

/// The documentation of the bindings shows a message as it is printed.
fn quoted() {
    const PRINTED: &str = include_str!("../cases/wrong_release.stderr");
    const DOCUMENTED: &str = include_str!("../../../qmp-bindings/src/lib.rs");
    let (message, _) = PRINTED.split_once("\nhelp:").expect("there is help, too");
    let quote: String = message
        .lines()
        .map(|line| format!("//! {line}\n"))
        .collect();
    assert!(DOCUMENTED.contains(&quote), "expected:\n{quote}");
}

fn compiler() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}
