//! The checker of the site: its program for browsers, and the data that it reads.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use qapi_codegen::imported::{MANIFEST, OVERRIDES, QemuProgram};
use qapi_codegen::knowledge::command_line::{CommandLineRecord, OptionTable};
use qapi_codegen::knowledge::{Behaviour, BuildRecord, DeviceNotes, MigrationRules, ReplyRules};
use qapi_codegen::load::Files;
use qapi_codegen::version::Series;

use crate::console::Console;
use crate::failure::Failure;
use crate::files::io_failure;
use crate::schema_files::SchemaFiles;
use crate::workspace;

/// The target of the program: WebAssembly with standard input and output.
const TARGET: &str = "wasm32-wasip1";

/// The arguments of cargo that build the program, apart from the target folder.
const BUILD: [&str; 9] = [
    "build",
    "--quiet",
    "--package=site",
    "--bin=site-checker",
    "--profile=browser",
    "--target",
    TARGET,
    "--target-dir",
    "target/browser",
];

/// Builds the program. Returns nothing, and says so, without a checkout or without
/// the target.
pub fn build(console: &mut Console) -> Result<Option<Vec<u8>>, Failure> {
    let root = workspace::root();
    if !root.join("site/Cargo.toml").is_file() {
        console.note("the site has no checker, which only a checkout of this project can build");
        return Ok(None);
    }
    if !has_target() {
        console.note(&format!(
            "the site has no checker, because the compiler lacks the target {TARGET}: names are looked up \
             instead, and releases compared series by series; `rustup target add {TARGET}` installs it"
        ));
        return Ok(None);
    }
    console.status("building the checker for browsers");
    let mut cargo = Command::new(program("CARGO", "cargo"));
    let status = cargo.args(BUILD).current_dir(&root).status();
    let status = status.map_err(|error| Failure::io("run", "cargo", &error))?;
    if !status.success() {
        return Err(Failure::new("the checker of the site cannot be built"));
    }
    let path = root.join(format!("target/browser/{TARGET}/browser/site-checker.wasm"));
    let built = fs::read(&path).map_err(|error| io_failure("read", &path, &error))?;
    Ok(Some(built))
}

/// Returns whether the compiler has the target.
fn has_target() -> bool {
    let mut rustc = Command::new(program("RUSTC", "rustc"));
    let output = rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let Ok(output) = output else {
        return false;
    };
    let folder = String::from_utf8_lossy(&output.stdout);
    output.status.success() && PathBuf::from(folder.trim()).is_dir()
}

fn program(variable: &str, name: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| name.into())
}

/// The files of the program and of its data, which the page loads on demand.
pub fn data_files(series: &[Series], program: &[u8]) -> Result<BTreeMap<String, String>, Failure> {
    let mut files = BTreeMap::from([data_file("checker", program)?]);
    for (name, texts) in data_parts(series)? {
        files.extend([data_file(&name, &serde_json::to_vec(&texts)?)?]);
    }
    Ok(files)
}

/// Files of `schemas/` by their paths in it.
pub type DataPart = BTreeMap<String, String>;

/// The parts of the data: one for each series, and three about all of them.
pub fn data_parts(series: &[Series]) -> Result<BTreeMap<String, DataPart>, Failure> {
    let mut parts = BTreeMap::from([("knowledge".to_owned(), texts(&knowledge_paths()?))]);
    let (mut builds, mut command_lines) = (Vec::new(), vec![OptionTable::FILE_NAME.to_owned()]);
    for series in series {
        let names = [QemuProgram::Emulator.file_name(), MANIFEST, OVERRIDES];
        let paths = names.map(|name| format!("{series}/{name}"));
        parts.insert(series.to_string(), texts(&paths));
        builds.extend(paths_in(&format!("{series}/{}", BuildRecord::FOLDER))?);
        command_lines.push(format!("{series}/{}", CommandLineRecord::FILE_NAME));
    }
    parts.insert("builds".to_owned(), texts(&builds));
    parts.insert("command-lines".to_owned(), texts(&command_lines));
    Ok(parts)
}

fn knowledge_paths() -> Result<Vec<String>, Failure> {
    let mut paths = paths_in(MigrationRules::FOLDER_NAME)?;
    paths.extend(paths_in(ReplyRules::FOLDER_NAME)?);
    let names = [
        Behaviour::FILE_NAME,
        DeviceNotes::FILE_NAME,
        "requests.toml",
    ];
    paths.extend(names.map(str::to_owned));
    Ok(paths)
}

fn paths_in(folder: &str) -> Result<Vec<String>, Failure> {
    let files = SchemaFiles::selected();
    let path = files.path(folder);
    let names = files.names(&path);
    let names = names.map_err(|error| Failure::io("read", &path, &error))?;
    Ok(names
        .iter()
        .map(|name| format!("{folder}/{name}"))
        .collect())
}

/// Files of `schemas/` with their paths. Missing ones are left out.
fn texts(paths: &[String]) -> DataPart {
    let files = SchemaFiles::selected();
    let read = |path: &String| {
        let bytes = files.read(&files.path(path)).ok()?;
        Some((path.clone(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    paths.iter().filter_map(read).collect()
}

/// A script with compressed data. A page that is opened from a file can load
/// nothing but scripts.
fn data_file(name: &str, content: &[u8]) -> Result<(String, String), Failure> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    let packed = STANDARD.encode(encoder.finish()?);
    let script =
        format!("(window.siteData = window.siteData || {{}})[\"{name}\"] = \"{packed}\";\n");
    Ok((format!("data/{name}.js"), script))
}
