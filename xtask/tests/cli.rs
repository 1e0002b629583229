//! The commands from outside: arguments in; output, exit status and files out.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A temporary workspace with a small source tree.
struct Workspace {
    folder: TempDir,
}

const SCHEMA: &str = "{ 'include': 'qapi/common.json' }\n\
    ##\n# @stop:\n#\n# Some documentation.\n#\n# Since: 0.14.0\n##\n\
    { 'command': 'stop' }\n\
    { 'command': 'device_add', 'data': { 'driver': 'str' }, 'gen': false }\n";

const SCHEMA_WITHOUT_INCLUDES: &str = "{ 'command': 'stop' }\n";

impl Workspace {
    fn new() -> Workspace {
        let workspace = Workspace {
            folder: tempfile::tempdir().unwrap(),
        };
        workspace.write("qemu/VERSION", "2.11.1\n");
        workspace.write("qemu/qapi-schema.json", SCHEMA);
        workspace.write(
            "qemu/qapi/common.json",
            "{ 'enum': 'Mode', 'data': [ 'off', 'on' ] }\n",
        );
        workspace.write("qemu/qga/qapi-schema.json", "{ 'command': 'guest-ping' }\n");
        workspace
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(self.path())
            .env("CARGO_MANIFEST_DIR", self.path().join("xtask"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a command that shall exit with `status`, and returns its two outputs.
    fn expect(&self, status: i32, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}\n{out}\n{err}"
        );
        (out, err)
    }

    /// An archive of the tree, with an enclosing folder.
    fn tar(&self) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        builder
            .append_dir_all("qemu-2.11.1", self.path().join("qemu"))
            .unwrap();
        builder.into_inner().unwrap()
    }
}

#[test]
fn inspect_counts() {
    let workspace = Workspace::new();
    let (out, err) = workspace.expect(0, &["inspect", "qemu"]);
    assert!(
        out.contains("QEMU 2.11.1") && out.contains("    2 commands"),
        "{out}"
    );
    assert_eq!(err, "");
    let (out, _) = workspace.expect(0, &["inspect", "qemu", "--qga", "--format", "json"]);
    assert_eq!(
        out,
        "{\"version\":\"2.11.1\",\"commands\":1,\"events\":0,\"enums\":0,\"structs\":0,\
         \"unions\":0,\"alternates\":0,\"diagnostics\":[]}\n"
    );
}

#[test]
fn inspect_reports_diagnostics() {
    let workspace = Workspace::new();
    workspace.write(
        "bad.json",
        "{ 'include': 'gone.json' }\n\n  { 'enum': 'E', 'data': ['a'], 'dota': [] }\n",
    );
    let (out, _) = workspace.expect(1, &["inspect", "bad.json"]);
    assert!(
        out.contains("error[unreadable-include]") && out.contains("bad.json:1:14"),
        "{out}"
    );
    let (out, _) = workspace.expect(1, &["inspect", "bad.json", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let found = diagnostics
        .iter()
        .find(|found| found["code"] == "unknown-key")
        .unwrap();
    assert_eq!(found["file"], "bad.json");
    assert_eq!((&found["line"], &found["column"]), (&3.into(), &3.into()));
    assert_eq!(
        found["focus"],
        serde_json::json!({ "line": 3, "column": 33 })
    );
}

#[test]
fn color_selects_colours() {
    let workspace = Workspace::new();
    workspace.write("bad.json", "{");
    let (plain, _) = workspace.expect(1, &["inspect", "bad.json"]);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let (colored, _) = workspace.expect(1, &["--color", "always", "inspect", "bad.json"]);
    assert!(colored.contains('\u{1b}'), "{colored}");
}

#[test]
fn unreadable_schemas_are_status_2() {
    let workspace = Workspace::new();
    workspace.write("empty/a.txt", "");
    workspace.write("VERSION", "two\n");
    for argument in [
        "gone",
        "gone.tar.xz",
        "2.4",
        "empty",
        "qemu/qapi",
        "/dev/null",
    ] {
        let (out, err) = workspace.expect(2, &["inspect", argument]);
        assert!(
            out.is_empty() && err.starts_with("error: "),
            "{argument}: {err}"
        );
    }
    let (_, err) = workspace.expect(2, &["inspect", "."]);
    assert!(
        err.contains("VERSION") && err.contains("--from-version"),
        "{err}"
    );
    workspace.expect(2, &["inspect"]);
    workspace.expect(0, &["--help"]);
}

#[test]
fn import_leaves_out_documentation() {
    let workspace = Workspace::new();
    workspace.expect(0, &["import", "qemu"]);
    let text = workspace.read("schemas/2.11/qmp.json");
    assert_eq!(
        text,
        "# Module: common\n\n{ 'enum': 'Mode', 'data': [ 'off', 'on' ] }\n\n\
         # Module: qapi-schema\n\n# @stop:\n# Since: 0.14\n{ 'command': 'stop' }\n\n\
         { 'command': 'device_add', 'data': { 'driver': 'str' }, 'gen': false }\n"
    );
    let manifest = workspace.read("schemas/2.11/manifest.toml");
    assert!(manifest.starts_with("release = \"2.11.1\"\n"), "{manifest}");
    assert!(
        manifest.contains("path = \"qapi/common.json\""),
        "{manifest}"
    );
    let (_, err) = workspace.expect(0, &["import", "2.11"]);
    assert!(err.contains("is up to date"), "{err}");
    assert_eq!(workspace.read("schemas/2.11/manifest.toml"), manifest);
}

#[test]
fn import_rejects_an_invalid_schema() {
    let workspace = Workspace::new();
    workspace.write("qemu/qga/qapi-schema.json", "{ 'command': ");
    let (_, err) = workspace.expect(1, &["import", "qemu"]);
    assert!(err.contains("qemu/qga/qapi-schema.json:1:"), "{err}");
    assert!(!workspace.path().join("schemas").exists());
}

#[test]
fn series_and_release_can_be_given() {
    let workspace = Workspace::new();
    workspace.expect(
        0,
        &[
            "import",
            "qemu",
            "--as",
            "2.12",
            "--from-version",
            "2.11.50",
        ],
    );
    let (out, err) = workspace.expect(0, &["inspect", "2.12.3"]);
    assert!(out.starts_with("QEMU 2.11.50"), "{out}");
    assert!(err.contains("using QEMU 2.11.50"), "{err}");
}

#[test]
fn releases_may_have_a_prefix() {
    let workspace = Workspace::new();
    workspace.expect(0, &["import", "qemu"]);
    for name in ["2.11", "v2.11", "v2.11.1", "qemu-2.11.1"] {
        let (out, _) = workspace.expect(0, &["inspect", name]);
        assert!(out.starts_with("QEMU 2.11.1\n"), "{name}: {out}");
    }
    // A file or folder of this name is meant.
    workspace.write("qemu-2.11/VERSION", "2.11.7\n");
    workspace.write("qemu-2.11/qapi-schema.json", SCHEMA_WITHOUT_INCLUDES);
    let (out, _) = workspace.expect(0, &["inspect", "qemu-2.11"]);
    assert!(out.starts_with("QEMU 2.11.7\n"), "{out}");
    workspace.expect(2, &["inspect", "v2.10"]);
}

#[test]
fn the_workspace_is_found_from_the_current_folder() {
    let workspace = Workspace::new();
    workspace.expect(0, &["import", "qemu", "--as", "99.0"]);
    workspace.write("schemas/project.toml", "bindings = []\n");
    workspace.write("sub/folder/a", "");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["inspect", "99.0"])
        .current_dir(workspace.path().join("sub/folder"))
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_does_not_change_the_status() {
    let workspace = Workspace::new();
    // More diagnostics than a pipe takes.
    let errors: String = (0..4000)
        .map(|n| format!("{{ 'command': '{n}' }}\n"))
        .collect();
    workspace.write("bad.json", errors);
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["inspect", "bad.json", "--format", "json"])
        .current_dir(workspace.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn overrides_apply_to_releases() {
    let workspace = Workspace::new();
    workspace.expect(0, &["import", "qemu"]);
    let overrides = "[[make-optional]]\ntarget = 'device_add'\nmember = 'driver'\nreason = 'r'\n";
    workspace.write("schemas/2.11/overrides.toml", overrides);
    workspace.expect(0, &["inspect", "2.11"]);
    workspace.expect(0, &["import", "qemu"]);
    let stale = overrides.replace("driver", "gone");
    workspace.write("schemas/2.11/overrides.toml", stale);
    let (out, _) = workspace.expect(1, &["inspect", "2.11"]);
    assert!(out.contains("error[stale-override]"), "{out}");
    assert!(out.contains("schemas/2.11/overrides.toml:3:10"), "{out}");
}

#[test]
fn archives_of_every_compression() {
    let workspace = Workspace::new();
    workspace.expect(0, &["import", "qemu"]);
    let tar = workspace.tar();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    workspace.write("q.tar.gz", gzip.finish().unwrap());
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&tar).unwrap();
    workspace.write("q.tar.bz2", bzip2.finish().unwrap());
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(&tar).unwrap();
    let xz = xz.finish().unwrap();
    workspace.write("q.tar.xz", &xz);
    for name in ["q.tar.gz", "q.tar.bz2", "q.tar.xz"] {
        let (_, err) = workspace.expect(0, &["import", name]);
        assert!(err.contains("is up to date"), "{name}: {err}");
    }
    workspace.write("cut.tar.xz", &xz[..xz.len() / 2]);
    let (_, err) = workspace.expect(2, &["import", "cut.tar.xz"]);
    assert!(err.contains("truncated"), "{err}");
}

#[test]
fn a_revision_of_a_checkout() {
    let workspace = Workspace::new();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args([
            "-C",
            "qemu",
            "-c",
            "user.name=n",
            "-c",
            "user.email=e@example.org",
        ]);
        let run = command
            .args(arguments)
            .current_dir(workspace.path())
            .output();
        run.is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        eprintln!("skipped: there is no git");
        return;
    }
    assert!(git(&["add", "-A"]) && git(&["commit", "-qm", "x"]) && git(&["tag", "v2.11.1"]));
    workspace.write("qemu/qapi-schema.json", "{ 'command': 'later' }\n");
    let (out, _) = workspace.expect(0, &["inspect", "qemu", "--rev", "v2.11.1"]);
    assert!(out.contains("    2 commands"), "{out}");
    let (_, err) = workspace.expect(2, &["inspect", "qemu", "--rev", "v9"]);
    assert!(err.contains("`v9`") && err.contains("git tag"), "{err}");
}
