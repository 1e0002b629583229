//! A release that the workspace does not have: import, check, diff, generate,
//! compile.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;
use xtask::workspace;

use crate::tools::{cargo, expect, succeed, xtask};

/// 10.2 comes from QEMU's schema files, 11.1 from what a QEMU reports.
pub fn whole_way(shared: &Path) -> Result<(), Failed> {
    let copy = Copy::new()?;
    let tree = shared.join("qapi/10.2.2");
    let err = copy.run(0, &["import", &tree.to_string_lossy()])?.1;
    expect(&err, "took over 1 override of 10.1")?;
    expect(&err, "added 10.2 to `bindings`")?;
    expect(&err, "cargo xtask diff 10.1 10.2")?;
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
struct Copy {
    folder: TempDir,
}

const SETTINGS: &str = "bindings = [\"10.0\", \"10.1\"]\nreports = [[\"10.0\", \"10.1\"]]\n";

impl Copy {
    fn new() -> Result<Copy, Failed> {
        let copy = Copy {
            folder: tempfile::tempdir()?,
        };
        let (from, to) = (workspace::root(), copy.folder.path());
        for series in ["10.0", "10.1"] {
            let folder = Path::new("schemas").join(series);
            copy_folder(&from.join(&folder), &to.join(&folder))?;
        }
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

    /// Runs a command that shall exit with `status`, and returns its two outputs.
    fn run(&self, status: i32, arguments: &[&str]) -> Result<(String, String), Failed> {
        xtask(self.folder.path(), status, arguments)
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
    fn compile(&self, features: &str) -> Result<(), Failed> {
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
