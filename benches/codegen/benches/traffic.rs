//! How fast recorded commands are checked and migrated, in bytes a second.
//!
//! `cargo bench -p qapi-codegen --bench traffic`

use std::path::Path;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;

use qapi_codegen::imported::{self, QemuProgram};
use qapi_codegen::knowledge::{Knowledge, MigrationRules, ReleaseData, RequestRules};
use qapi_codegen::load::Files;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::traffic::check::{Checker, LogChecker};
use qapi_codegen::traffic::migrate::Migrator;
use qapi_codegen::traffic::migrate::rewrite::rewrite_entry;
use qapi_codegen::traffic::read::read;
use qapi_codegen::validate::validate;

fn main() {
    divan::main();
}

/// The files of the workspace.
struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

fn schemas() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    path.to_string_lossy().into_owned()
}

fn schema(series: &str) -> Schema {
    let folder = format!("{}/{series}", schemas());
    let loaded =
        imported::load(&Disk, &folder, QemuProgram::Emulator).expect("the series is imported");
    resolve(&validate(loaded).expect("a restated schema breaks no rule"))
}

fn text(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", schemas())).expect("a file of the repository")
}

static OLD: LazyLock<Schema> = LazyLock::new(|| schema("2.5"));
static NEW: LazyLock<Schema> = LazyLock::new(|| schema("2.11"));
static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge {
    requests: RequestRules::parse(&text("requests.toml")).expect("valid data"),
    migrations: MigrationRules::parse(&text("migrations/block.toml")).expect("valid data"),
    ..Knowledge::default()
});

fn checker(schema: &'static Schema) -> Checker<'static> {
    let knowledge = ReleaseData {
        knowledge: Some(&KNOWLEDGE),
        ..ReleaseData::default()
    };
    Checker::new(schema, knowledge)
}

/// Messages as a management program and QEMU exchange them.
const MESSAGES: [&str; 6] = [
    r#"{"execute": "query-status", "id": "libvirt-1"}"#,
    r#"{"return": {"status": "running", "singlestep": false, "running": true}, "id": "libvirt-1"}"#,
    r#"{"execute": "blockdev-add", "arguments": {"driver": "qcow2", "node-name": "disk", "file": {"driver": "file", "filename": "/images/disk.qcow2", "aio": "native"}, "cache": {"direct": true, "no-flush": false}}, "id": "libvirt-2"}"#,
    r#"{"timestamp": {"seconds": 1600000000, "microseconds": 1234}, "event": "RESUME"}"#,
    r#"{"execute": "migrate-set-parameters", "arguments": {"cpu-throttle-initial": 20, "downtime-limit": 300}, "id": "libvirt-3"}"#,
    r#"{"execute": "transaction", "arguments": {"actions": [{"type": "blockdev-snapshot-sync", "data": {"node-name": "disk", "snapshot-file": "/a", "snapshot-node-name": "s"}}]}}"#,
];

fn log() -> String {
    let lines = MESSAGES.iter().cycle().take(6000);
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A line of each notation, to compare what they cost.
const NOTATIONS: [(&str, &str); 9] = [
    (
        "text",
        "2026-11-26 11:00:00.101+0000: 4711: debug : virThreadJobSet:94 : Thread {1} is now",
    ),
    (
        "prefixed JSON",
        "INFO sending {\"execute\": \"query-status\", \"id\": \"libvirt-1\"}",
    ),
    (
        "other JSON",
        "{\"level\": \"info\", \"ts\": 1.5, \"msg\": \"started\", \"labels\": {\"a\": [1, 2, 3]}}",
    ),
    ("Python", "DEBUG| {'execute': 'query-status', 'id': None}"),
    (
        "string literal",
        "msg=\"{\\\"execute\\\": \\\"query-status\\\", \\\"id\\\": \\\"a\\\"}\"",
    ),
    (
        "recording",
        "{\"session\": \"s\", \"dir\": \">\", \"raw\": \"{\\\"execute\\\": \\\"stop\\\"}\"}",
    ),
    (
        "qmp-shell",
        "blockdev-add driver=null-co node-name=a read-only=true",
    ),
    (
        "Python call",
        "self.vm.qmp('blockdev-add', driver='null-co', node_name='a')",
    ),
    (
        "QEMU trace",
        "qmp_enter_blockdev_add {\"node-name\": \"n0\", \"driver\": \"null-co\"}",
    ),
];

#[divan::bench(args = NOTATIONS.map(|(name, _)| name))]
fn check_a_notation(bencher: Bencher<'_, '_>, name: &str) {
    let line = NOTATIONS.iter().find(|(own, _)| *own == name);
    let line = line.map(|(_, line)| *line).unwrap_or_default();
    check_text(bencher, &format!("{line}\n").repeat(4000), false);
}

#[divan::bench]
fn check_a_log(bencher: Bencher<'_, '_>) {
    check(bencher, false);
}

#[divan::bench]
fn check_a_log_with_replies(bencher: Bencher<'_, '_>) {
    check(bencher, true);
}

fn check(bencher: Bencher<'_, '_>, replies: bool) {
    check_text(bencher, &log(), replies);
}

fn check_text(bencher: Bencher<'_, '_>, text: &str, replies: bool) {
    let checker = checker(&NEW);
    let is_command = |name: &str| checker.has_command(name);
    bencher.counter(BytesCount::of_str(text)).bench_local(|| {
        let mut log = LogChecker::new(&checker, replies);
        let mut found = 0;
        read(&mut text.as_bytes(), &is_command, &mut |entry| {
            found += log.check_entry(&entry).len();
            Ok::<(), std::io::Error>(())
        })
        .map(|()| found)
    });
}

#[divan::bench]
fn migrate_a_log(bencher: Bencher<'_, '_>) {
    let (old, new, text) = (checker(&OLD), checker(&NEW), log());
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut migrator = Migrator::new(&old, &new, &KNOWLEDGE.migrations);
        let mut length = 0;
        read(&mut text.as_bytes(), &|_| true, &mut |entry| {
            let rewritten = rewrite_entry(&mut migrator, &entry);
            length += rewritten
                .bytes
                .map_or(entry.bytes.len(), |bytes| bytes.len());
            Ok::<(), std::io::Error>(())
        })
        .map(|()| length)
    });
}
