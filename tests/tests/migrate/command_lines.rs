//! Command lines: recorded verdicts, the rules for options, and random text.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use qapi_codegen::knowledge::Certainty;
use qapi_codegen::traffic::check::Verdict;
use qapi_codegen::traffic::migrate::{MigrationOutcome, Migrator};
use qapi_codegen::version::Series;
use serde::Deserialize;
use tests::command_lines::{cases, for_each, verdict};
use tests::releases::{catalogue, release};
use tests::shared;
use xtask::catalogue::Release;

use super::{Upgrade, migrate, rules};

/// The series that the data file states verdicts for.
const SERIES: [&str; 5] = ["2.11", "4.2", "6.2", "8.2", "10.0"];

#[test]
fn command_lines_have_the_stated_verdicts() {
    let cases = cases();
    assert!(cases.len() >= 40);
    for series in SERIES {
        let release = release(series);
        let checker = release.checker(None);
        for case in &cases {
            let has = |list: &[String]| list.iter().any(|own| own == series);
            let expected = match (has(&case.accepted), has(&case.rejected)) {
                (true, _) => Verdict::Accepted,
                (_, true) => Verdict::Rejected,
                _ => Verdict::Unknown,
            };
            assert_eq!(case.verdict(&checker), expected, "{series}: {}", case.name);
        }
    }
}

#[test]
fn options_may_belong_to_the_command_that_names_the_program() {
    let release = release("10.0");
    let checker = release.checker(None);
    for (line, expected) in [
        (
            "gdb /usr/bin/qemu-system-x86_64 --core core",
            Verdict::Unknown,
        ),
        (
            "virsh x --emulator qemu-kvm --virttype kvm",
            Verdict::Unknown,
        ),
        (
            "gdb --args qemu-system-x86_64 --core core",
            Verdict::Rejected,
        ),
        ("A=b sudo qemu-system-x86_64 --core core", Verdict::Rejected),
        ("A=b qemu-system-x86_64 --core core", Verdict::Rejected),
        (
            "gdb qemu-system-x86_64 -realtime mlock=off",
            Verdict::Rejected,
        ),
        ("run qemu-system-x86_64 -m 1G", Verdict::Accepted),
    ] {
        assert_eq!(verdict(&checker, line), expected, "{line}");
    }
}

#[derive(Deserialize)]
struct RecordedLine {
    line: String,
    verdict: BTreeMap<String, (String, String)>,
}

/// Texts of rejections that are those of the host: missing files, and what its file
/// system does not support.
const OF_THE_HOST: [&str; 2] = ["romfile", "O_DIRECT"];

#[test]
fn verdicts_agree_with_recorded_ones() {
    let Some(folder) = shared::shared() else {
        assert!(
            !shared::is_required(),
            "../shared is not there, and is required"
        );
        return;
    };
    let text = fs::read(folder.join("command-lines.json")).expect("the record can be read");
    let lines: Vec<RecordedLine> = serde_json::from_slice(&text).expect("the record is JSON");
    assert!(lines.len() >= 32);
    let (mut compared, mut unknown) = (0, 0);
    for series in ["5.2", "7.2", "10.0", "11.1"] {
        let release = release(series);
        let checker = release.checker(None);
        for line in &lines {
            let (recorded, text) = &line.verdict[series];
            if OF_THE_HOST.iter().any(|part| text.contains(part)) {
                continue;
            }
            match verdict(&checker, &line.line) {
                Verdict::Unknown => unknown += 1,
                own => {
                    let is_accepted = own == Verdict::Accepted;
                    assert_eq!(
                        is_accepted,
                        recorded == "accepted",
                        "{series}: {}",
                        line.line
                    );
                    compared += 1;
                }
            }
        }
    }
    assert!(
        compared >= 110 && unknown <= 12,
        "{compared} compared, {unknown} unknown"
    );
}

#[test]
fn rules_for_options_rewrite_their_examples() {
    let (catalogue, rules) = (catalogue(), rules());
    let all = catalogue.series();
    let mut targets: HashMap<Series, Arc<Release>> = HashMap::new();
    for rule in &rules.command_lines {
        let text = format!("qemu-system-x86_64 {}\n", rule.example());
        let first = all.iter().find(|series| **series >= rule.since);
        let first = *first.expect("a series has the rule");
        let target = &*targets
            .entry(first)
            .or_insert_with(|| release(&first.to_string()));
        let upgrade = Upgrade::new(target, target, rules);
        let (new, migrations) = upgrade.migrate(&text);
        let [migration] = &migrations[..] else {
            panic!("{}: {text}", rule.id);
        };
        let applied = migration
            .remarks
            .iter()
            .any(|remark| remark.rule.as_ref() == Some(&rule.id));
        let is_later_rule = rule.after.is_none() && !applied;
        if is_later_rule {
            // It answers for what the rule before it does not apply to.
            assert!(
                rules
                    .command_lines
                    .iter()
                    .any(|other| other.option() == rule.option() && other.id != rule.id),
                "{}",
                rule.id
            );
            continue;
        }
        let expected = match rule.certainty {
            Certainty::Certain => MigrationOutcome::Rewritten,
            Certainty::Assumed => MigrationOutcome::Assumed,
            Certainty::Left => MigrationOutcome::Left,
        };
        assert!(applied, "{}: {text}: {:?}", rule.id, migration.remarks);
        assert_eq!(
            migration.outcome, expected,
            "{}: {new}: {:?}",
            rule.id, migration.remarks
        );
        assert_eq!(new == text, rule.after.is_none(), "{}: {new}", rule.id);
    }
}

#[test]
fn options_are_rewritten_in_place() {
    for (from, to, before, after) in [
        (
            "2.5",
            "10.0",
            "qemu-system-x86_64 -M 'pc-i440fx-2.5,usb=off'  -no-hpet -no-acpi -m 64 # a\n",
            "qemu-system-x86_64 -M 'pc-i440fx-2.5,usb=off,hpet=off,acpi=off' -m 64 # a\n",
        ),
        (
            "4.2",
            "10.0",
            "/usr/bin/qemu-system-x86_64 \\\n-tb-size \"$SIZE\" \\\n-no-hpet \\\n-S\n",
            "/usr/bin/qemu-system-x86_64 \\\n-accel \"tcg,tb-size=$SIZE\" \\\n-machine hpet=off \\\n-S\n",
        ),
        (
            "4.2",
            "7.2",
            "/usr/bin/kvm\0-chardev\0socket,id=c,path=c,server,nowait\0-soundhw\0ac97\0",
            "/usr/bin/kvm\0-chardev\0socket,id=c,path=c,server=on,wait=off\0-audiodev\0none,id=audio0\0-device\0AC97,audiodev=audio0\0",
        ),
        (
            "2.5",
            "10.0",
            "run([\"qemu-system-x86_64\", \"-device\", \"virtio-blk-pci,scsi=off,drive=\" + d, \"-realtime\", \"mlock=on\"])\n",
            "run([\"qemu-system-x86_64\", \"-device\", \"virtio-blk-pci,scsi=off,drive=\" + d, \"-overcommit\", \"mem-lock=on\"])\n",
        ),
        (
            "2.11",
            "10.0",
            "qemu-kvm -device virtio-blk-pci,scsi=off,drive=d -accel tcg -singlestep\n",
            "qemu-kvm -device virtio-blk-pci,drive=d -accel tcg,one-insn-per-tb=on\n",
        ),
        (
            "9.1",
            "10.2",
            "qemu-kvm -chardev socket,reconnect=0x10,path=/a,,b,id=c -chardev pty,id=d -netdev stream,id=n,reconnect=5,addr.type=unix,addr.path=/a\n",
            "qemu-kvm -chardev socket,reconnect-ms=16000,path=/a,,b,id=c -chardev pty,id=d -netdev stream,id=n,reconnect-ms=5000,addr.type=unix,addr.path=/a\n",
        ),
        (
            "4.2",
            "11.1",
            "qemu-kvm -serial unix:/a,reconnect=2 -netdev '{\"type\": \"stream\", \"id\": \"n\", \"addr\": {\"type\": \"unix\", \"path\": \"/a\"}, \"reconnect\": 5}' -chardev tty,id=c,path=/dev/ttyS0 -mon chardev=c,id=m,mode=control\n",
            "qemu-kvm -serial unix:/a,reconnect-ms=2000 -netdev '{\"type\": \"stream\", \"id\": \"n\", \"addr\": {\"type\": \"unix\", \"path\": \"/a\"}, \"reconnect-ms\": 5000}' -chardev serial,id=c,path=/dev/ttyS0 -object monitor-qmp,id=m,chardev=c\n",
        ),
        (
            "4.2",
            "10.0",
            "qemu-kvm -drive file=a,readonly,if=none,id=d -object memory-backend-ram,id=m,size=1M,share -object secret,id=s,data=a,loaded=yes\n",
            "qemu-kvm -drive file=a,readonly=on,if=none,id=d -object memory-backend-ram,id=m,size=1M,share=on -object secret,id=s,data=a\n",
        ),
        (
            "4.2",
            "10.2",
            "# a\n[realtime]\n  mlock = \"off\"\n\n[chardev \"c\"] # b\n\tbackend = \"socket\"\n\treconnect = \"5\" # c\n[device]\n  driver = \"virtio-blk-pci\"\n  scsi = \"off\"\n  drive = \"d\"\n# d\n",
            "# a\n[overcommit]\n  mem-lock = \"off\"\n\n[chardev \"c\"] # b\n\tbackend = \"socket\"\n\treconnect-ms = \"5000\" # c\n[device]\n  driver = \"virtio-blk-pci\"\n  drive = \"d\"\n# d\n",
        ),
    ] {
        assert_eq!(migrate(from, to, before).0, after, "{from} to {to}");
    }
}

#[test]
fn what_needs_a_person_is_left() {
    let text = "qemu-system-x86_64 -M pc-i440fx-2.3 -no-hpet\n";
    let (new, migrations) = migrate("2.5", "10.0", text);
    assert_eq!(new, "qemu-system-x86_64 -M pc-i440fx-2.3,hpet=off\n");
    assert_eq!(migrations[0].outcome, MigrationOutcome::Left);
    let remarks = migrations[0].remarks.iter();
    let reasons: Vec<&str> = remarks.map(|remark| remark.message.as_str()).collect();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("pc-i440fx-2.3")),
        "{reasons:?}"
    );
}

/// Parts of command lines, valid and not.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "-device",
            "-machine",
            "-M",
            "-no-hpet",
            "-drive",
            "-chardev",
            "-realtime",
            "-smp",
            "virtio-blk-pci",
            "pc,usb=",
            ",",
            ",,",
            "=",
            "server,nowait",
            "mlock=off",
            "'",
            "\"",
            "\\\n",
            "$(x",
            "${A}",
            "$B",
            "`",
            "{\"driver\":",
            "}",
            "%s",
            "\0",
            "[",
            ")",
            "<a>",
            "é",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,6}",
    ]
}

#[test]
fn random_command_lines_keep_every_byte() {
    let (source, target, rules) = (release("2.5"), release("10.0"), rules());
    let (from, to) = (source.checker(None), target.checker(None));
    let migrator = Migrator::new(&from, &to, rules);
    let parts = prop::collection::vec(
        (part(), prop::sample::select(vec!["", " ", " \\\n "])),
        0..12,
    );
    let config = Config {
        cases: 512,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&parts, |parts| {
        let parts: Vec<String> = parts
            .iter()
            .map(|(part, space)| format!("{part}{space}"))
            .collect();
        let text = format!("qemu-system-x86_64 -S {}\n", parts.concat());
        for_each(&text, &mut |line| {
            let _ = to.check_command_line(line);
            let migrated = migrator.migrate_command_line(line);
            if migrated.migration.outcome == MigrationOutcome::Unchanged {
                assert_eq!(migrated.text, None);
            }
        });
        let (new, migrations) = Upgrade::new(&target, &target, rules).migrate(&text);
        let is_kept = migrations
            .iter()
            .all(|own| own.outcome == MigrationOutcome::Unchanged);
        prop_assert!(!is_kept || new == text, "{text:?} {new:?}");
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(Series::new(2, 5) < to.series());
}
