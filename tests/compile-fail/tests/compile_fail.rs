//! Programs that must not compile, with the expected errors.
//!
//! The errors depend on the compiler, so they are compared only with the release of Rust
//! that produced them. After a change, update them with
//! `TRYBUILD=overwrite cargo test -p compile-fail`.

use std::process::Command;

use libtest_mimic::{Arguments, Trial};

/// The compiler that produced the expected errors.
const EXPECTED_COMPILER: &str = "rustc 1.95.";

fn main() {
    let arguments = Arguments::from_args();
    let trial = Trial::test("the_wrong_command_does_not_compile", || {
        trybuild::TestCases::new().compile_fail("cases/*.rs");
        Ok(())
    });
    let trial = trial.with_ignored_flag(!compiler().starts_with(EXPECTED_COMPILER));
    let quoted = Trial::test("the_documentation_quotes_the_error", || {
        check_quote();
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![trial, quoted]).exit();
}

/// The documentation of the bindings quotes an error exactly.
fn check_quote() {
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
