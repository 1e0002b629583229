//! Facts about QEMU's command line, over all series.

use qapi_codegen::knowledge::command_line::{CommandLineFacts, OptionInterface, Presence};
use qapi_codegen::version::Series;
use xtask::catalogue::Catalogue;

fn with_facts(series: &str, target: Option<&str>, check: impl FnOnce(CommandLineFacts<'_>)) {
    let catalogue = Catalogue::open().expect("the data files are valid");
    let evidence = catalogue.command_lines().read();
    let evidence = evidence.expect("the command lines are valid");
    check(evidence.release(series.parse().expect("it is a series"), target));
}

/// Presence in words: `present`, `removed in QEMU 3.1`.
fn words(presence: Presence) -> String {
    match presence {
        Presence::Removed(removal) => removal.describe(),
        Presence::NotYet(series) => format!("since {series}"),
        Presence::Present => "present".to_owned(),
        Presence::OtherTarget => "other target".to_owned(),
        Presence::Never => "never".to_owned(),
        Presence::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn options_have_a_first_and_a_last_series() {
    let cases = [
        ("5.2", "realtime", "present"),
        ("7.2", "realtime", "removed in QEMU 6.0"),
        ("8.2", "no-hpet", "present"),
        ("10.0", "no-hpet", "removed in QEMU 9.0"),
        ("2.8", "blockdev", "since 2.9"),
        ("8.2", "bloockdev", "never"),
        ("11.1", "M", "present"),
    ];
    for (series, option, expected) in cases {
        with_facts(series, None, |facts| {
            let found = words(facts.option(option).presence);
            assert_eq!(found, expected, "-{option} in {series}");
        });
    }
    with_facts("10.0", Some("s390x"), |facts| {
        assert_eq!(facts.option("acpitable").presence, Presence::OtherTarget);
    });
}

#[test]
fn machine_types_and_cpu_models_come_and_go() {
    let machines = [
        ("7.2", "pc-i440fx-2.3", "present"),
        ("10.0", "pc-i440fx-2.3", "removed in QEMU 9.1"),
        ("5.2", "pc-0.15", "removed in QEMU 5.0"),
        ("8.2", "pc-i440fx-9.0", "since 9.0"),
        ("8.2", "pc-i440fx-8.2-mine", "unknown"),
    ];
    for (series, machine, expected) in machines {
        with_facts(series, None, |facts| {
            let found = words(facts.machine(machine).presence);
            assert_eq!(found, expected, "{machine} in {series}");
        });
    }
    let cpus = [
        ("5.2", "Icelake-Client", "present"),
        ("7.2", "Icelake-Client", "removed in QEMU 7.1"),
        ("8.2", "SapphireRapids", "present"),
    ];
    for (series, cpu, expected) in cpus {
        with_facts(series, None, |facts| {
            assert_eq!(
                words(facts.cpu(cpu).presence),
                expected,
                "{cpu} in {series}"
            );
        });
    }
    with_facts("10.0", Some("x86_64"), |facts| {
        assert!(facts.machine("pc-i440fx-2.12").deprecated.is_some());
        assert_eq!(facts.machine_alias("pc"), Some("pc-i440fx-10.0"));
    });
}

#[test]
fn parameters_have_types_where_qemu_lists_them() {
    with_facts("8.2", None, |facts| {
        let wait = facts.parameter("chardev", "wait");
        assert_eq!(words(wait.fact.presence), "present");
        assert_eq!(wait.ty, Some("boolean"));
        assert_eq!(
            words(facts.parameter("chardev", "wayt").fact.presence),
            "never"
        );
        assert_eq!(
            words(facts.parameter("m", "slots").fact.presence),
            "present"
        );
        assert_eq!(
            words(facts.parameter("netdev", "x").fact.presence),
            "unknown"
        );
        assert_eq!(
            facts.option_interface("device"),
            Some(OptionInterface::Command("device_add"))
        );
        assert!(facts.reads_json("device"));
        assert_eq!(
            facts.series(),
            "8.2".parse::<Series>().expect("it is a series")
        );
    });
}
