//! The checkout in which the page about a new release runs: it lacks the newest
//! series that was imported from schema files, whose source tree is next to it.

use std::fs;
use std::io;
use std::path::Path;

/// The series of the checkout.
const SERIES: [&str; 2] = ["10.0", "10.1"];

/// The release that is imported. Its tree is made from the facts in `schemas/`.
const RELEASE: &str = "10.2.0";
const RELEASE_SERIES: &str = "10.2";

const SETTINGS: &str = "bindings = [\"10.0\", \"10.1\"]\nreports = [[\"10.0\", \"10.1\"]]\n";

/// Writes the checkout and the source tree.
pub fn prepare(folder: &Path) -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for path in SERIES.into_iter().chain(["migrations", "replies"]) {
        let path = Path::new("schemas").join(path);
        copy_folder(&root.join(&path), &folder.join(&path))?;
    }
    for entry in fs::read_dir(root.join("schemas"))? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            fs::copy(path, folder.join("schemas").join(name))?;
        }
    }
    fs::write(folder.join("schemas/project.toml"), SETTINGS)?;
    for path in ["Cargo.toml", "Cargo.lock", "qmp-bindings/Cargo.toml"] {
        fs::create_dir_all(folder.join("qmp-bindings"))?;
        fs::copy(root.join(path), folder.join(path))?;
    }
    copy_folder(
        &root.join("qmp-bindings/src"),
        &folder.join("qmp-bindings/src"),
    )?;
    write_tree(&root.join("schemas").join(RELEASE_SERIES), folder)
}

fn write_tree(schemas: &Path, folder: &Path) -> io::Result<()> {
    let tree = folder.join(format!("qemu-{RELEASE}"));
    let roots = [
        ("qmp.json", "qapi/qapi-schema.json"),
        ("qga.json", "qga/qapi-schema.json"),
    ];
    for (name, path) in roots {
        let target = tree.join(path);
        fs::create_dir_all(target.parent().unwrap_or(&tree))?;
        fs::copy(schemas.join(name), target)?;
    }
    fs::write(tree.join("VERSION"), format!("{RELEASE}\n"))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
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
