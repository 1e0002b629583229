//! Bindings for another crate, with the runtime of `qmp-bindings`.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use tempfile::TempDir;
use tests::scripted::Scripted;
use xtask::workspace;

use crate::tools::{cargo, expect, succeed, xtask};

/// The folder of the generated module, from that of the crate.
const MODULE: &str = "src/hypervisor/qemu";

/// The greeting of the release that the program connects to.
const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 1, "minor": 12, "major": 2}, "package": ""}, "capabilities": []}}"#;

/// The program: a function for both releases, and a connection to one.
const PROGRAM: &str = r#"
#![deny(warnings, missing_docs, unreachable_pub)]
//! A program with bindings of its own.
mod hypervisor {
    pub(crate) mod qemu;
}
use hypervisor::qemu::{qga, v2_12, v3_0};
use qmp_bindings::{AgentRelease, CommandOf, Error, Release, blocking::Qmp};

fn pause<R: Release>(qmp: &mut Qmp<R>) -> Result<(), Error>
where
    v3_0::command::Stop: CommandOf<R>,
{
    qmp.execute(v2_12::command::Stop {}).map(drop)
}

fn main() -> Result<(), Error> {
    let socket = std::env::args().nth(1).unwrap_or_default();
    let mut qmp = Qmp::<v2_12::Release>::connect_unix(&socket)?;
    pause(&mut qmp)?;
    let status = qmp.execute(v2_12::command::QueryStatus {})?;
    let event = qmp.next_event(None)?.map(|timed| timed.event);
    println!("{} {event:?} {}", status.status, qga::v3_0::Release::SERIES);
    let _ = pause::<v3_0::Release>;
    Ok(())
}
"#;

/// The crate compiles without a warning, connects, and decodes a reply and an event.
pub fn compiles_and_connects() -> Result<(), Failed> {
    let folder = new_crate()?;
    let folder = folder.path();
    fs::write(folder.join("src/main.rs"), PROGRAM)?;
    let folders = (folder, &*workspace::schemas());
    generate(folders, 0, MODULE, &["--series", "3.0,2.12", "--qga"])?;
    let (_, warnings) = succeed(cargo(folder, "build")?)?;
    if !warnings.is_empty() {
        return Err(warnings.into());
    }
    let server = Scripted::serve(|peer| {
        peer.line(GREETING).returns("{}");
        peer.returns("{}");
        peer.returns(r#"{"status": "paused", "singlestep": false, "running": false}"#);
        peer.line(r#"{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}"#);
    });
    let mut run = cargo(folder, "run")?;
    run.arg("--").arg(server.path());
    let (out, _) = succeed(run)?;
    server.join();
    expect(&out, "paused Some(Stop(Stop)) 3.0")
}

/// `--check` names changed, missing and extra files, and the next run repairs them.
pub fn stale_files_are_found() -> Result<(), Failed> {
    let (folder, schemas) = (new_crate()?, small_schemas()?);
    let folder = folder.path();
    let generate = |status: i32, check: &[&str]| {
        let arguments = [&["--series", "2.12"], check].concat();
        generate((folder, schemas.path()), status, MODULE, &arguments)
    };
    let (missing, _) = generate(1, &["--check"])?;
    expect(&missing, "qemu/mod.rs: missing")?;
    generate(0, &[])?;
    generate(0, &["--check"])?;

    let module = folder.join(MODULE);
    let root = fs::read_to_string(module.join("mod.rs"))?;
    fs::write(module.join("mod.rs"), root.clone() + "// More.\n")?;
    fs::write(module.join("old.rs"), root)?;
    fs::remove_file(module.join("qmp/v2_12.rs"))?;
    let (stale, _) = generate(1, &["--check"])?;
    for line in [
        "qemu/mod.rs: changed",
        "qemu/old.rs: extra",
        "qmp/v2_12.rs: missing",
    ] {
        expect(&stale, line)?;
    }
    generate(0, &[])?;
    generate(0, &["--check"]).map(drop)
}

/// What somebody else wrote stays, and the message says what to do.
pub fn bad_folders_are_refused() -> Result<(), Failed> {
    let (folder, schemas) = (new_crate()?, small_schemas()?);
    let into = |module: &str, series: &str, message: &str| {
        let folders = (folder.path(), schemas.path());
        let (_, err) = generate(folders, 2, module, &["--series", series])?;
        expect(&err, message)
    };
    into(
        "src",
        "2.12",
        "`src` has a file that is not generated: `main.rs`",
    )?;
    into("src/main.rs", "2.12", "cannot read `src/main.rs`")?;
    into("..", "2.12", "`..` does not name a folder")?;
    into("src/qemu", "2.13", "series 2.13 is not imported")?;
    into("src/qemu", "twelve", "twelve")?;
    let files: Vec<_> = fs::read_dir(folder.path().join("src"))?.collect();
    match files.len() {
        1 => Ok(()),
        _ => Err(format!("{files:?}").into()),
    }
}

/// Schemas of one series, 2.12, with a command and an event.
fn small_schemas() -> Result<TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    let series = folder.path().join("2.12");
    fs::create_dir(&series)?;
    fs::write(
        series.join("qmp.json"),
        "{ 'command': 'stop' }\n{ 'event': 'STOP' }\n",
    )?;
    let manifest = "release = \"2.12.1\"\n[[schema]]\ninterface = \"qmp\"\nroot = \"\"\n\
        synthesised = true\ninput = []\n";
    fs::write(series.join("manifest.toml"), manifest)?;
    Ok(folder)
}

/// Runs `generate --into MODULE` in a folder, with the releases of another.
fn generate(
    (folder, schemas): (&Path, &Path),
    status: i32,
    module: &str,
    arguments: &[&str],
) -> Result<(String, String), Failed> {
    let schemas = schemas.to_string_lossy();
    let fixed = ["--schemas", &schemas, "generate", "--into", module];
    xtask(folder, status, &[&fixed, arguments].concat())
}

/// A crate that depends on `qmp-bindings`, with an empty program.
fn new_crate() -> Result<TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    let root = workspace::root();
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("src/main.rs"), "fn main() {}\n")?;
    fs::write(folder.path().join("Cargo.toml"), manifest(&root))?;
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    Ok(folder)
}

/// Its profile is that of the workspace, whose compiled dependencies it uses.
fn manifest(root: &Path) -> String {
    let bindings = root.join("qmp-bindings");
    format!(
        "[package]\nname = \"dependent\"\nedition = \"2024\"\n\n\
         [dependencies]\nqmp-bindings = {{ path = {bindings:?} }}\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n"
    )
}
