//! Git checkouts at a revision.

use std::io::Read;
use std::process::{Child, Command, Stdio};

use super::archive::{self, Tree};
use crate::failure::Failure;

/// What of a source tree holds schemas.
const WANTED: [&str; 5] = [
    "VERSION",
    "qapi-schema.json",
    "qapi",
    "qga",
    "storage-daemon",
];

/// Reads the schema files of a revision, whatever is checked out.
pub fn read(folder: &str, revision: &str) -> Result<Tree, Failure> {
    if revision.starts_with('-') {
        return Err(Failure::new(format!("`{revision}` is no revision")));
    }
    let listed = list(folder, revision)?;
    let wanted: Vec<&str> = WANTED
        .into_iter()
        .filter(|name| listed.contains(name))
        .collect();
    if wanted.is_empty() {
        return Err(Failure::new(format!(
            "revision `{revision}` of `{folder}` holds no QAPI schema"
        ))
        .with_help("name a checkout of QEMU's own repository"));
    }
    let mut arguments = vec!["archive", "--format=tar", revision, "--"];
    arguments.extend(wanted);
    let mut child = start(folder, &arguments)?;
    let tree = child.stdout.take().map(archive::read_stream);
    finish(child, folder, revision)?;
    match tree {
        Some(Ok(tree)) => Ok(tree),
        Some(Err(error)) => Err(Failure::io("read the archive of", folder, &error)),
        None => Err(Failure::new("git gave no archive")),
    }
}

/// What stands at the top of the tree of a revision.
fn list(folder: &str, revision: &str) -> Result<Listed, Failure> {
    let mut child = start(folder, &["ls-tree", "--name-only", "--full-tree", revision])?;
    let mut text = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout
            .read_to_string(&mut text)
            .map_err(|error| Failure::io("list", folder, &error))?;
    }
    finish(child, folder, revision)?;
    Ok(Listed(text))
}

struct Listed(String);

impl Listed {
    fn contains(&self, name: &str) -> bool {
        self.0.lines().any(|line| line == name)
    }
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
            std::io::ErrorKind::NotFound => Failure::new("there is no `git` to read the revision")
                .with_help("install git, or name a folder or a tarball without `--rev`"),
            _ => Failure::new(format!("cannot start `git`: {error}")),
        })
}

/// Waits for git, and hands on what it complains of.
fn finish(child: Child, folder: &str, revision: &str) -> Result<(), Failure> {
    let output = child
        .wait_with_output()
        .map_err(|error| Failure::io("read", folder, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint = complaint.lines().last().unwrap_or("it gave no reason");
    Err(Failure::new(format!(
        "git cannot read revision `{revision}` of `{folder}`: {complaint}"
    ))
    .with_help("fetch the revision, or list what there is with `git tag` and `git branch -a`"))
}
