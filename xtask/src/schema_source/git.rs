//! Git checkouts at a revision.

use std::io::{ErrorKind, Read};
use std::process::{Child, Command, Stdio};

use super::archive::{self, Tree};
use crate::failure::Failure;

/// The entries at the top of a source tree that may have schemas.
const SCHEMA_ENTRIES: [&str; 5] = [
    "VERSION",
    "qapi-schema.json",
    "qapi",
    "qga",
    "storage-daemon",
];

/// Reads the schema files of a revision, whatever is checked out.
pub fn read(folder: &str, revision: &str) -> Result<Tree, Failure> {
    if revision.starts_with('-') {
        return Err(Failure::new(format!("invalid revision `{revision}`")));
    }
    let entries = list_entries(folder, revision)?;
    let paths = SCHEMA_ENTRIES
        .into_iter()
        .filter(|name| entries.lines().any(|line| line == *name));
    let arguments = ["archive", "--format=tar", revision, "--"];
    let arguments: Vec<&str> = arguments.into_iter().chain(paths).collect();
    if arguments.len() == 4 {
        return Err(Failure::new(format!(
            "revision `{revision}` of `{folder}` has no QAPI schema"
        ))
        .with_help("name a checkout of QEMU's own repository"));
    }
    let mut child = start(folder, &arguments)?;
    let tree = child.stdout.take().map(archive::read_stream);
    finish(child, folder, revision)?;
    let tree = tree.unwrap_or_else(|| Err(ErrorKind::UnexpectedEof.into()));
    tree.map_err(|error| Failure::io("read the archive of", folder, &error))
}

/// Lists the entries at the top of the tree of a revision, one a line.
fn list_entries(folder: &str, revision: &str) -> Result<String, Failure> {
    let mut child = start(folder, &["ls-tree", "--name-only", "--full-tree", revision])?;
    let mut text = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout
            .read_to_string(&mut text)
            .map_err(|error| Failure::io("list", folder, &error))?;
    }
    finish(child, folder, revision)?;
    Ok(text)
}

fn start(folder: &str, arguments: &[&str]) -> Result<Child, Failure> {
    Command::new("git")
        .args(["-C", folder])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::new("`--rev` needs git, which is not installed")
                .with_help("install git, or name a folder or a tarball without `--rev`"),
            _ => Failure::new(format!("cannot start `git`: {error}")),
        })
}

/// Waits for git, and returns its error as a failure.
fn finish(child: Child, folder: &str, revision: &str) -> Result<(), Failure> {
    let output = child
        .wait_with_output()
        .map_err(|error| Failure::io("read", folder, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let reason = stderr.lines().last().unwrap_or("no reason given");
    Err(Failure::new(format!(
        "git cannot read revision `{revision}` of `{folder}`: {reason}"
    ))
    .with_help("fetch the revision, or list the existing ones with `git tag` and `git branch -a`"))
}
