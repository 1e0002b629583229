//! The installed command, far from any checkout.

use std::path::Path;
use std::process::{Command, Output};

/// The request that QEMU 2.8 changed, on a line of qmp-shell's input.
const OLD_REQUEST: &str = concat!(
    r#"{"execute": "blockdev-add", "arguments": {"options": {"driver": "qcow2", "id": "disk0", "#,
    r#""file": {"driver": "file", "filename": "disk.qcow2"}}}}"#,
    "\n"
);

fn qmp_compat(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qmp-compat"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap()
}

/// The standard output of a command that ends with a status.
fn output(folder: &Path, arguments: &[&str], status: i32) -> String {
    let output = qmp_compat(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {stderr}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_commands_need_no_checkout() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("old.jsonl"), OLD_REQUEST).unwrap();
    let check = output(folder, &["check", "--against", "2.11", "old.jsonl"], 1);
    assert!(check.contains("unexpected argument `options`"), "{check}");
    let migrate = ["migrate", "--from", "2.5", "--to", "10.0", "old.jsonl"];
    let migrated = output(folder, &migrate, 0);
    assert!(migrated.contains(r#""node-name": "disk0""#), "{migrated}");
    let diff = output(folder, &["diff", "2.5", "2.11", "--format", "html"], 1);
    assert!(diff.contains("blockdev-add"));
    let history = output(folder, &["history", "blockdev-add"], 0);
    assert!(history.contains("moved up into `arguments`"), "{history}");
    let inspect = output(folder, &["inspect", "2.5"], 0);
    assert!(inspect.contains("commands"), "{inspect}");
}

#[test]
fn it_names_the_releases_that_it_knows() {
    let version = output(Path::new("/"), &["--version"], 0);
    let known = version.trim_end().ends_with(')') && version.contains("(QEMU 2.5 to ");
    assert!(version.starts_with("qmp-compat ") && known, "{version}");
}

#[test]
fn completions_and_manual_pages_have_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let script = output(folder.path(), &["completions", "bash"], 0);
    assert!(script.contains("complete -F _qmp__compat"), "{script}");
    output(folder.path(), &["man", "."], 0);
    let page = std::fs::read_to_string(folder.path().join("qmp-compat-check.1")).unwrap();
    let page = page.replace("\\-", "-");
    assert!(page.contains("qmp-compat check --against 2.11"), "{page}");
}

#[test]
fn what_writes_to_a_checkout_says_so() {
    for arguments in [&["generate"][..], &["ci"], &["import", "10.0"]] {
        let output = qmp_compat(Path::new("/"), arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("writes files of a checkout"), "{stderr}");
    }
}

/// Cargo sets variables for what it runs, also in somebody else's package.
#[test]
fn another_package_of_cargo_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("old.jsonl"), OLD_REQUEST).unwrap();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (program, folder) in [
        (env!("CARGO_BIN_EXE_qmp-compat"), folder.path()),
        (env!("CARGO_BIN_EXE_xtask"), checkout),
    ] {
        let output = Command::new(program)
            .args(["history", "stop"])
            .current_dir(folder)
            .env("CARGO_MANIFEST_DIR", "/somewhere/else")
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.starts_with("stop: command in"), "{stdout}");
    }
}

#[test]
fn another_folder_of_schemas_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let schemas = schemas.to_str().unwrap();
    output(folder.path(), &["--schemas", schemas, "inspect", "2.5"], 0);
    let stderr = qmp_compat(folder.path(), &["--schemas", ".", "inspect", "2.5"]).stderr;
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(stderr.contains("no series is imported here"), "{stderr}");
}
