//! Tests of the migration: the example of each rule, a real script, and random
//! requests.

mod command_lines;
mod coverage;
mod do_this;
mod help;
mod random_request;
mod replies;

use std::collections::HashMap;
use std::sync::Arc;

use proptest::test_runner::{Config, TestRunner};
use proptest::{prop_assert, prop_assert_eq, prop_assume};
use qapi_codegen::json::{JsonStyle, parse};
use qapi_codegen::knowledge::{Certainty, MigrationRule, MigrationRules};
use qapi_codegen::traffic::check::{Checker, Session, Verdict};
use qapi_codegen::traffic::migrate::rewrite::rewrite_entry;
use qapi_codegen::traffic::migrate::{Migration, MigrationOutcome, Migrator};
use qapi_codegen::traffic::read::read;
use qapi_codegen::version::Series;
use tests::releases::{catalogue, release};
use xtask::catalogue::Release;
use xtask::workspace;

use random_request::random_request;

fn rules() -> &'static MigrationRules {
    &catalogue().knowledge().migrations
}

/// Two releases and what is needed to migrate between them.
struct Upgrade<'r> {
    from: Checker<'r>,
    to: Checker<'r>,
    rules: &'r MigrationRules,
}

impl<'r> Upgrade<'r> {
    fn new(source: &'r Release, target: &'r Release, rules: &'r MigrationRules) -> Self {
        Upgrade {
            from: source.checker(None),
            to: target.checker(None),
            rules,
        }
    }

    /// Migrates a text. Returns the new text and the migration of each request.
    fn migrate(&self, text: &str) -> (String, Vec<Migration>) {
        let mut migrator = Migrator::new(&self.from, &self.to, self.rules);
        let (mut new, mut migrations) = (Vec::new(), Vec::new());
        let is_command = |name: &str| self.from.has_command(name);
        read(&mut text.as_bytes(), &is_command, &mut |entry| {
            let rewritten = rewrite_entry(&mut migrator, &entry);
            new.extend(rewritten.bytes.as_deref().unwrap_or(entry.bytes));
            migrations.extend(rewritten.requests.into_iter().map(|r| r.migration));
            Ok::<(), std::io::Error>(())
        })
        .expect("reading from memory cannot fail");
        (
            String::from_utf8(new).expect("the output is UTF-8"),
            migrations,
        )
    }
}

/// Migrates a text between two releases.
fn migrate(from: &str, to: &str, text: &str) -> (String, Vec<Migration>) {
    let (source, target, rules) = (release(from), release(to), rules());
    Upgrade::new(&source, &target, rules).migrate(text)
}

#[test]
fn rules_rewrite_their_examples() {
    let rules = rules();
    let all = workspace::imported().expect("the schemas are part of the repository");
    let mut of_series: HashMap<Series, Arc<Release>> = HashMap::new();
    let mut failures = Vec::new();
    for rule in &rules.rules {
        let Some(since) = rule.since else {
            continue;
        };
        // A rule may be for a series that is not imported yet.
        let Some(place) = all.iter().position(|series| *series == since) else {
            continue;
        };
        let example_series = rule.example_series.unwrap_or(all[place - 1]);
        for series in [example_series, since] {
            of_series
                .entry(series)
                .or_insert_with(|| release(&series.to_string()));
        }
        let (old, new) = (&of_series[&example_series], &of_series[&since]);
        if let Err(failure) = try_rule(rule, &Upgrade::new(old, new, rules)) {
            failures.push(format!("{}: {failure}", rule.id));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn try_rule(rule: &MigrationRule, upgrade: &Upgrade<'_>) -> Result<(), String> {
    let before = rule.before.as_deref().ok_or("there is no example")?;
    let parsed = parse(before).map_err(|error| error.message)?;
    let session = &mut Session::default();
    let accepted = upgrade.from.check_request(session, &parsed);
    if accepted.verdict == Verdict::Rejected {
        return Err(format!(
            "the older release rejects it: {:?}",
            accepted.problems
        ));
    }
    let (text, migrations) = upgrade.migrate(before);
    let migration = &migrations[0];
    let by_rule = migration
        .remarks
        .iter()
        .any(|remark| remark.rule.as_deref() == Some(&rule.id));
    if !by_rule {
        return Err(format!("the rule does not apply: {migration:?}"));
    }
    let expected = match rule.certainty {
        Certainty::Certain => MigrationOutcome::Rewritten,
        Certainty::Assumed => MigrationOutcome::Assumed,
        Certainty::Left => MigrationOutcome::Left,
    };
    let after = rule.after.as_deref().unwrap_or(before);
    match (migration.outcome == expected, text == after) {
        (false, _) => Err(format!(
            "the outcome is {:?}: {:?}",
            migration.outcome, migration.remarks
        )),
        (_, false) => Err(format!("the new request is {text}")),
        _ => Ok(()),
    }
}

#[test]
fn rules_have_unique_ids_and_full_sentences() {
    let rules = rules();
    let mut ids: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.rules.len());
    for rule in &rules.rules {
        assert!(rule.reason.ends_with('.'), "{}: reason", rule.id);
        assert!(rule.advice.ends_with('.'), "{}: advice", rule.id);
        assert_eq!(
            rule.after.is_none(),
            rule.certainty == Certainty::Left,
            "{}",
            rule.id
        );
    }
}

const OLD_SCRIPT: &str = "\
# attach the disk
blockdev-add options='{\"driver\":\"qcow2\",\"id\":\"virtio0\",\"file\":{\"driver\":\"file\",\"filename\":\"/home/admin/cirros-0.4.0-x86_64-disk.img\"}}'
device_add driver=virtio-blk-pci bus=pci.0 scsi=off drive=virtio0 id=virtio-disk0 bootindex=1
";

const NEW_BLOCKDEV: &str = "blockdev-add driver=qcow2 node-name=virtio0 \
    file={\"driver\":\"file\",\"filename\":\"/home/admin/cirros-0.4.0-x86_64-disk.img\"}";

const OLD_MESSAGES: &str = r#"{"execute": "blockdev-add", "arguments": {"options": {"driver": "qcow2", "id": "virtio0", "file": {"driver": "file", "filename": "/home/admin/cirros-0.4.0-x86_64-disk.img"}}}}
{"execute": "device_add", "arguments": {"driver": "virtio-blk-pci", "bus": "pci.0", "scsi": "off", "drive": "virtio0", "id": "virtio-disk0", "bootindex": "1"}}
"#;

const NEW_MESSAGE: &str = r#"{"execute": "blockdev-add", "arguments": {"driver": "qcow2", "node-name": "virtio0", "file": {"driver": "file", "filename": "/home/admin/cirros-0.4.0-x86_64-disk.img"}}}"#;

fn outcomes(migrations: &[Migration]) -> Vec<MigrationOutcome> {
    migrations
        .iter()
        .map(|migration| migration.outcome)
        .collect()
}

#[test]
fn script_of_2_5_is_migrated_to_2_11() {
    let (new, migrations) = migrate("2.5", "2.11", OLD_SCRIPT);
    let device = OLD_SCRIPT.lines().nth(2).unwrap();
    assert_eq!(
        new,
        format!("# attach the disk\n{NEW_BLOCKDEV}\n{device}\n")
    );
    assert_eq!(
        outcomes(&migrations),
        [MigrationOutcome::Rewritten, MigrationOutcome::Unchanged]
    );
}

#[test]
fn script_of_2_5_is_migrated_to_10_0() {
    let (new, migrations) = migrate("2.5", "10.0", OLD_SCRIPT);
    let device =
        "device_add driver=virtio-blk-pci bus=pci.0 drive=virtio0 id=virtio-disk0 bootindex=1";
    assert_eq!(
        new,
        format!("# attach the disk\n{NEW_BLOCKDEV}\n{device}\n")
    );
    assert_eq!(
        outcomes(&migrations),
        [MigrationOutcome::Rewritten, MigrationOutcome::Rewritten]
    );
}

#[test]
fn messages_of_2_5_are_migrated_to_2_11() {
    let (new, migrations) = migrate("2.5", "2.11", OLD_MESSAGES);
    let device = OLD_MESSAGES.lines().nth(1).unwrap();
    assert_eq!(new, format!("{NEW_MESSAGE}\n{device}\n"));
    assert_eq!(
        outcomes(&migrations),
        [MigrationOutcome::Rewritten, MigrationOutcome::Unchanged]
    );
}

#[test]
fn messages_of_2_5_are_migrated_to_10_0() {
    let (new, _) = migrate("2.5", "10.0", OLD_MESSAGES);
    let device = r#"{"execute": "device_add", "arguments": {"driver": "virtio-blk-pci", "bus": "pci.0", "drive": "virtio0", "id": "virtio-disk0", "bootindex": 1}}"#;
    assert_eq!(new, format!("{NEW_MESSAGE}\n{device}\n"));
}

/// Texts before and after the migration from 2.5 to 2.11.
const CASES: &[(&str, &str)] = &[
    // Everything around a change is kept.
    (
        "{\r\n  \"execute\": \"memsave\",\r\n  \"arguments\": {\r\n    \"val\": 0, \"size\": 1, \"filename\": \"\\u0061\", \"cpu\": 1\r\n  }\r\n}\r\n",
        "{\r\n  \"execute\": \"memsave\",\r\n  \"arguments\": {\r\n    \"val\": 0, \"size\": 1, \"filename\": \"\\u0061\", \"cpu-index\": 1\r\n  }\r\n}\r\n",
    ),
    (
        "{'execute':'x-blockdev-del','arguments':{'node-name':'a'}}{\"execute\":\"stop\"}",
        "{'execute':'blockdev-del','arguments':{'node-name':'a'}}{\"execute\":\"stop\"}",
    ),
    // Dotted keys and quotes become JSON, which QEMU's own qmp-shell reads.
    (
        "(QEMU) blockdev-add options.driver=raw options.id=a options.file.driver=file options.file.filename='/a b'\n",
        "(QEMU) blockdev-add driver=raw node-name=a file={\"driver\":\"file\",\"filename\":\"/a\\u0020b\"}\n",
    ),
    // Later requests use the remaining name of a node.
    (
        "blockdev-add options={\"driver\":\"null-co\",\"id\":\"a\",\"node-name\":\"n\"}\ndevice_add driver=virtio-blk-pci drive=a id=d\ndrive-mirror device=a target=/b sync=full\neject device=a\nblock_resize device=a size=1\nx-blockdev-del id=a\n",
        "blockdev-add driver=null-co node-name=n\ndevice_add driver=virtio-blk-pci drive=n id=d\ndrive-mirror device=n target=/b sync=full job-id=a\neject id=d\nblock_resize node-name=n size=1\nblockdev-del node-name=n\n",
    ),
    // Options of the node move to its device.
    (
        "blockdev-add options={\"driver\":\"null-co\",\"id\":\"a\",\"werror\":\"stop\",\"cache\":{\"writeback\":false}}\ndevice_add driver=virtio-blk-pci drive=a\n",
        "blockdev-add driver=null-co node-name=a\ndevice_add driver=virtio-blk-pci drive=a write-cache=off werror=stop\n",
    ),
    // Actions of a transaction.
    (
        "blockdev-add options={\"driver\":\"null-co\",\"id\":\"a\"}\ntransaction(\nblockdev-snapshot-sync device=a snapshot-file=/b\n)\n",
        "blockdev-add driver=null-co node-name=a\ntransaction(\nblockdev-snapshot-sync node-name=a snapshot-file=/b\n)\n",
    ),
    // A recording.
    (
        "{\"session\": \"s\", \"dir\": \">\", \"raw\": \"{\\\"execute\\\": \\\"x-blockdev-del\\\", \\\"arguments\\\": {\\\"node-name\\\": \\\"a\\\"}}\"}\n",
        "{\"session\": \"s\", \"dir\": \">\", \"raw\": \"{\\\"execute\\\": \\\"blockdev-del\\\", \\\"arguments\\\": {\\\"node-name\\\": \\\"a\\\"}}\"}\n",
    ),
    // String literals, in pieces, and Python.
    (
        "send(\"{ \\\"execute\\\":\\\"x-blockdev-del\\\" , \\\"arguments\\\": {\\\"node-name\\\" :\\\"a\\\"}}\\n\");\n",
        "send(\"{ \\\"execute\\\":\\\"blockdev-del\\\" , \\\"arguments\\\": {\\\"node-name\\\" :\\\"a\\\"}}\\n\");\n",
    ),
    (
        "f(\"{'execute': 'x-blockdev-del',\"\n  \" 'arguments': {'node-name': 'a'}}\")\n",
        "f(\"{'execute': 'blockdev-del',\"\n  \" 'arguments': {'node-name': 'a'}}\")\n",
    ),
    (
        "x = {'execute': 'memsave', 'arguments': {'val': 0, 'size': 1, 'filename': u'a', 'cpu': 1,}, 'id': True}\n",
        "x = {'execute': 'memsave', 'arguments': {'val': 0, 'size': 1, 'filename': u'a', 'cpu-index': 1,}, 'id': True}\n",
    ),
    // A list of requests.
    (
        "[ {\"execute\": \"stop\"},\n  {\"execute\": \"x-blockdev-del\" , \"arguments\": {\"node-name\": \"a\"}} ]\n",
        "[ {\"execute\": \"stop\"},\n  {\"execute\": \"blockdev-del\" , \"arguments\": {\"node-name\": \"a\"}} ]\n",
    ),
    // A log of libvirt.
    (
        "2020-01-01 1: info : QEMU_MONITOR_IO_WRITE: mon=0x1 buf={\"execute\":\"x-blockdev-del\",\"arguments\":{\"node-name\":\"a\"},\"id\":\"libvirt-1\"}\r\n len=1\n",
        "2020-01-01 1: info : QEMU_MONITOR_IO_WRITE: mon=0x1 buf={\"execute\":\"blockdev-del\",\"arguments\":{\"node-name\":\"a\"},\"id\":\"libvirt-1\"}\r\n len=1\n",
    ),
];

#[test]
fn migration_is_idempotent() {
    let (source, target, rules) = (release("2.5"), release("2.11"), rules());
    let upgrade = Upgrade::new(&source, &target, rules);
    for (old, expected) in CASES {
        let (new, migrations) = upgrade.migrate(old);
        assert_eq!(new, *expected, "{migrations:?}");
        let (again, _) = upgrade.migrate(&new);
        assert_eq!(again, new);
    }
}

#[test]
fn removed_drivers_are_left_with_advice() {
    let text = "blockdev-add options={\"driver\":\"archipelago\",\"id\":\"a\",\"volume\":\"v\"}\n";
    let (new, migrations) = migrate("2.5", "2.11", text);
    assert_eq!(new, text);
    assert_eq!(migrations[0].outcome, MigrationOutcome::Left);
    assert!(
        migrations[0].remarks[0].message.contains("rbd"),
        "{migrations:?}"
    );
}

/// Series before and after, request before and after.
const REWRITTEN: &[[&str; 4]] = &[
    [
        "6.0",
        "6.1",
        r#"{"execute":"x-blockdev-reopen","arguments":{"driver":"raw","node-name":"n","file":"f","read-only":true}}"#,
        r#"{"execute":"blockdev-reopen","arguments":{"options":[{"driver":"raw","node-name":"n","file":"f","read-only":true}]}}"#,
    ],
    [
        "5.2",
        "10.0",
        "x-blockdev-reopen driver=raw node-name=n file=f",
        r#"blockdev-reopen options=[{"driver":"raw","node-name":"n","file":"f"}]"#,
    ],
    [
        "2.8",
        "2.9",
        r#"{"execute":"blockdev-add","arguments":{"driver":"nbd","node-name":"n","server":{"type":"inet","data":{"host":"h","port":"10809"}}}}"#,
        r#"{"execute":"blockdev-add","arguments":{"driver":"nbd","node-name":"n","server":{"type":"inet","host":"h","port":"10809"}}}"#,
    ],
    // Nodes below other nodes.
    [
        "2.8",
        "10.0",
        r#"{"execute":"blockdev-add","arguments":{"driver":"quorum","node-name":"n","vote-threshold":1,"children":[{"driver":"raw","file":{"driver":"nbd","server":{"type":"unix","data":{"path":"/a"}}}},"b"]}}"#,
        r#"{"execute":"blockdev-add","arguments":{"driver":"quorum","node-name":"n","vote-threshold":1,"children":[{"driver":"raw","file":{"driver":"nbd","server":{"type":"unix","path":"/a"}}},"b"]}}"#,
    ],
    [
        "9.0",
        "9.1",
        r#"{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"block","state":false},{"capability":"xbzrle","state":false},{"capability":"compress","state":false}]}}"#,
        r#"{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"xbzrle","state":false}]}}"#,
    ],
    [
        "9.0",
        "9.1",
        r#"{"execute":"migrate-set-parameters","arguments":{"multifd-channels":4,"block-incremental":false}}"#,
        r#"{"execute":"migrate-set-parameters","arguments":{"multifd-channels":4}}"#,
    ],
];

#[test]
fn equivalent_requests_are_certain() {
    for [from, to, before, after] in REWRITTEN {
        let (new, migrations) = migrate(from, to, &format!("{before}\n"));
        assert_eq!(new, format!("{after}\n"), "{migrations:?}");
        assert_eq!(outcomes(&migrations), [MigrationOutcome::Rewritten]);
    }
}

#[test]
fn settings_in_use_are_left() {
    for text in [
        r#"{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"block","state":false},{"capability":"compress","state":true}]}}"#,
        r#"{"execute":"migrate-set-parameters","arguments":{"block-incremental":true}}"#,
        r#"{"execute":"migrate-set-parameters","arguments":{"block-incremental":false,"compress-level":2}}"#,
    ] {
        let (new, migrations) = migrate("9.0", "9.1", text);
        assert_eq!(new, text);
        assert_eq!(outcomes(&migrations), [MigrationOutcome::Left]);
    }
}

#[test]
fn recordings_are_unchanged_for_their_own_release() {
    let folder = workspace::root().join("tests/recordings/2.11.0");
    for name in ["events.jsonl", "queries.jsonl"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("a recording");
        let (new, _) = migrate("2.11", "2.11", &text);
        assert_eq!(new, text);
    }
}

#[test]
fn random_requests_of_2_5_are_accepted_by_2_11_or_left() {
    check_random_requests("2.5", "2.11", 3000);
}

#[test]
fn random_requests_of_2_11_are_accepted_by_10_0_or_left() {
    check_random_requests("2.11", "10.0", 1000);
}

fn check_random_requests(old: &str, new: &str, cases: u32) {
    let (old, new, rules) = (release(old), release(new), rules());
    let upgrade = Upgrade::new(&old, &new, rules);
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let numbers = proptest::collection::vec(proptest::num::u16::ANY, 1..60);
    let tried = runner.run(&numbers, |numbers| {
        let message = random_request(&old.schema, &numbers);
        let text = JsonStyle::SPACED.format(&message);
        let parsed = parse(&text).expect("the writer emits valid JSON");
        let session = &mut Session::default();
        prop_assume!(upgrade.from.check_request(session, &parsed).verdict != Verdict::Rejected);
        let (migrated, migrations) = upgrade.migrate(&text);
        let again = parse(&migrated).expect("the writer emits valid JSON");
        let checked = upgrade.to.check_request(&mut Session::default(), &again);
        match migrations[0].outcome {
            MigrationOutcome::Left => {
                prop_assert!(!migrations[0].remarks.is_empty(), "{}", text);
                prop_assert_eq!(&migrated, &text);
            }
            _ => prop_assert!(
                checked.verdict != Verdict::Rejected,
                "{} became {}",
                text,
                migrated
            ),
        }
        let (twice, _) = upgrade.migrate(&migrated);
        prop_assert_eq!(twice, migrated);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}
