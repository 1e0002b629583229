//! A release that the workspace does not have: import, check, diff, generate,
//! compile.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::introspect::write_reply;
use qapi_codegen::wire::Interface;
use serde_json::Value;
use tempfile::TempDir;
use xtask::schema_source::{SchemaSource, SourceOptions};
use xtask::workspace;

use crate::tools::{cargo, expect, succeed, xtask};

/// 10.2 comes from QEMU's schema files, 11.1 from what a QEMU reports.
pub fn whole_way(shared: &Path) -> Result<(), Failed> {
    let copy = Copy::with_series(&["10.0", "10.1"])?;
    let tree = shared.join("qapi/10.2.2");
    let err = copy.run(0, &["import", &tree.to_string_lossy()])?.1;
    expect(&err, "took over 1 override of 10.1")?;
    expect(&err, "added 10.2 to `bindings`")?;
    expect(&err, "cargo xtask diff 10.1 10.2")?;
    copy.refuses_another_series()?;
    let reply = shared.join("recordings/11.1/query-qmp-schema.json");
    let err = copy.run(0, &["import", &reply.to_string_lossy()])?.1;
    expect(&err, "took over 1 override of 10.2")?;

    for series in ["10.2", "11.1"] {
        copy.run(0, &["inspect", series])?;
        copy.accepts_device_properties(series)?;
    }
    let (report, _) = copy.run(
        0,
        &[
            "diff",
            "10.1",
            "10.2",
            "--fail-on",
            "never",
            "--format",
            "json",
        ],
    )?;
    let report: Value = serde_json::from_str(&report)?;
    if report["findings"].as_array().is_none_or(Vec::is_empty) {
        return Err("10.2 is the same as 10.1".into());
    }
    copy.run(0, &["generate"])?;
    copy.run(0, &["generate", "--check"])?;
    copy.compile("v10_1,v10_2,v11_1,qga")
}

/// A copy of the workspace with the schemas of some series only.
pub struct Copy {
    folder: TempDir,
}

const SETTINGS: &str = "bindings = [\"10.0\", \"10.1\"]\nreports = [[\"10.0\", \"10.1\"]]\n";

impl Copy {
    pub fn with_series(all: &[&str]) -> Result<Copy, Failed> {
        let copy = Copy {
            folder: tempfile::tempdir()?,
        };
        let (from, to) = (workspace::root(), copy.folder.path());
        for series in all {
            let folder = Path::new("schemas").join(series);
            copy_folder(&from.join(&folder), &to.join(&folder))?;
        }
        fs::create_dir_all(to.join("schemas"))?;
        for entry in fs::read_dir(from.join("schemas"))? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                fs::copy(
                    &path,
                    to.join("schemas")
                        .join(path.file_name().unwrap_or_default()),
                )?;
            }
        }
        fs::write(to.join("schemas/project.toml"), SETTINGS)?;
        copy_folder(&from.join("qmp-bindings/src"), &to.join("qmp-bindings/src"))?;
        fs::copy(from.join("Cargo.lock"), to.join("Cargo.lock"))?;
        let members = "members = [\"qmp-bindings\"] #";
        let manifest = fs::read_to_string(from.join("Cargo.toml"))?.replace("members =", members);
        fs::write(to.join("Cargo.toml"), manifest)?;
        let manifest = fs::read_to_string(from.join("qmp-bindings/Cargo.toml"))?;
        fs::write(
            to.join("qmp-bindings/Cargo.toml"),
            without_examples(&manifest),
        )?;
        Ok(copy)
    }

    /// Returns the root of the copy.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command that shall exit with `status`, and returns its two outputs.
    pub fn run(&self, status: i32, arguments: &[&str]) -> Result<(String, String), Failed> {
        xtask(self.folder.path(), status, arguments)
    }

    /// A reply with the interface of 10.1 is not imported as another series, whatever the
    /// greeting next to it is.
    fn refuses_another_series(&self) -> Result<(), Failed> {
        let source = SchemaSource::open("10.1", &SourceOptions::default())?;
        let schema = source.resolve(source.load_as_stated(QemuProgram::Emulator)?)?;
        let reply = write_reply(&Interface::from_schema(&schema), source.version());
        fs::write(self.folder().join("reply.json"), reply.to_string())?;
        let refused = |copy: &Copy| copy.run(2, &["import", "reply.json", "--as", "11.0"]);
        expect(
            &refused(self)?.1,
            "has the interface of series 10.1, not of 11.0",
        )?;
        let version =
            r#"{"return": {"qemu": {"major": 11, "minor": 0, "micro": 0}, "package": ""}}"#;
        fs::write(self.folder().join("query-version.json"), version)?;
        expect(
            &refused(self)?.1,
            "has the interface of series 10.1, not of 11.0",
        )?;
        let err = self.run(2, &["import", "reply.json", "--as", "10.2"])?.1;
        expect(&err, "is QEMU 11.0.0, which is not of series 10.2")
    }

    /// Properties of devices are not in the schema, so an override allows them.
    fn accepts_device_properties(&self, series: &str) -> Result<(), Failed> {
        let request = "{\"execute\": \"device_add\", \"arguments\": \
            {\"driver\": \"virtio-net-pci\", \"id\": \"n\", \"mac\": \"52:54:00:12:34:56\"}}";
        fs::write(self.folder.path().join("request.json"), request)?;
        self.run(0, &["check", "--against", series, "request.json"])?;
        Ok(())
    }

    /// Checks the bindings with the dependencies that the workspace has compiled.
    pub fn compile(&self, features: &str) -> Result<(), Failed> {
        let mut check = cargo(self.folder.path(), "check")?;
        check.args(["--package", "qmp-bindings", "--features", features]);
        succeed(check).map(drop)
    }
}

/// The manifest without its examples, which need other releases.
fn without_examples(manifest: &str) -> String {
    let sections = manifest
        .split("\n[")
        .filter(|section| !section.starts_with("[example]"));
    sections.collect::<Vec<_>>().join("\n[")
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &target)?,
            false => drop(fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}
