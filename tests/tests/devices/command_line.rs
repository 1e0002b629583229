//! Facts about QEMU's command line, over all series.

use std::fs;

use qapi_codegen::knowledge::command_line::{
    CommandLineFacts, CommandLineRecord, OptionInterface, Presence,
};
use qapi_codegen::version::Series;
use tests::releases::catalogue;
use xtask::workspace;

/// What QEMU 5.2, 7.2, 10.0 and 11.1 did with a part of a command line: `true` if they
/// accepted it, seen with x86-64 builds.
const SEEN: [(&str, [bool; 4]); 29] = [
    ("-machine pc-i440fx-2.3", [true, true, false, false]),
    ("-machine pc-0.15", [false, false, false, false]),
    ("-machine pc", [true, true, true, true]),
    ("-cpu Icelake-Client", [true, false, false, false]),
    ("-no-acpi", [true, true, false, false]),
    ("-no-hpet", [true, true, false, false]),
    ("-realtime", [true, false, false, false]),
    ("-soundhw", [true, false, false, false]),
    ("-usbdevice", [true, true, true, true]),
    ("-balloon", [false, false, false, false]),
    ("-no-kvm", [false, false, false, false]),
    ("-no-user-config", [true, true, true, true]),
    ("-singlestep", [true, true, false, false]),
    ("-k", [true, true, true, true]),
    ("-runas", [true, true, false, false]),
    ("-rtc-td-hack", [false, false, false, false]),
    ("-mem-path", [true, true, true, true]),
    ("-mem-prealloc", [true, true, true, true]),
    ("-monitor", [true, true, true, true]),
    ("-serial", [true, true, true, true]),
    ("-parallel", [true, true, true, true]),
    ("-vga", [true, true, true, true]),
    ("-overcommit mem-lock=", [true, true, true, true]),
    ("-chardev wait=", [true, true, true, true]),
    ("-chardev wayt=", [false, false, false, false]),
    ("-rtc driftfix=", [true, true, true, true]),
    ("-drive format=", [true, true, true, true]),
    ("-smp sockets=", [true, true, true, true]),
    ("-g", [false, false, false, false]),
];

fn with_facts(series: &str, target: Option<&str>, check: impl FnOnce(CommandLineFacts<'_>)) {
    let evidence = catalogue().command_lines().read();
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

/// The presence of a part of a command line, as in [`SEEN`].
fn part_presence(facts: CommandLineFacts<'_>, part: &str) -> Presence {
    let (option, rest) = part.split_once(' ').unwrap_or((part, ""));
    let option = option.trim_start_matches('-');
    match (option, rest.strip_suffix('=')) {
        (option, Some(parameter)) => facts.parameter(option, parameter).fact.presence,
        (option, None) if rest.is_empty() => facts.option(option).presence,
        ("machine", None) => facts.machine(rest).presence,
        _ => facts.cpu(rest).presence,
    }
}

#[test]
fn facts_agree_with_what_qemus_did() {
    for (part, accepted) in SEEN {
        for (series, expected) in ["5.2", "7.2", "10.0", "11.1"].into_iter().zip(accepted) {
            with_facts(series, Some("x86_64"), |facts| {
                let presence = part_presence(facts, part);
                let is_as_seen = match expected {
                    true => presence == Presence::Present,
                    false => presence.is_absent(),
                };
                assert!(is_as_seen, "{part} in {series}: {}", words(presence));
            });
        }
    }
}

#[test]
fn files_are_canonical_and_no_fact_contradicts_a_build() {
    let evidence = catalogue().command_lines().read();
    let evidence = evidence.expect("the command lines are valid");
    let mut builds = 0;
    for &series in catalogue().series() {
        let path = workspace::series_folder(series).join(CommandLineRecord::FILE_NAME);
        let Ok(text) = fs::read(path) else { continue };
        let record = CommandLineRecord::parse(&text).expect("the file is valid");
        assert!(
            record.to_text().into_bytes() == text,
            "{series} is not canonical"
        );
        let is_release = |release: &qapi_codegen::version::Version| !release.is_prerelease();
        for build in record
            .builds
            .iter()
            .filter(|own| is_release(&own.build.release))
        {
            builds += 1;
            let facts = evidence.release(series, Some(&build.build.target));
            let is_present = |presence, name: &str| {
                let build = build.build.id();
                assert_eq!(presence, Presence::Present, "{name} of {build}");
            };
            for name in build.machines.keys() {
                is_present(facts.machine(name).presence, name);
            }
            for name in build.cpus.keys() {
                is_present(facts.cpu(name).presence, name);
            }
            for (group, parameters) in &build.options {
                let table = evidence.options().options.iter();
                let mut own = table.filter(|(name, entry)| {
                    entry.group.as_ref().unwrap_or(name) == group && entry.same_as.is_none()
                });
                // A list without a name is for several options.
                let Some((option, _)) = own.next() else {
                    assert_eq!(group, "", "option of {}", build.build.id());
                    continue;
                };
                // QEMU lists the parameters of an option of other targets, too.
                match facts.option(option).presence {
                    Presence::OtherTarget => {}
                    presence => is_present(presence, option),
                }
                for name in parameters.keys() {
                    is_present(facts.parameter(option, name).fact.presence, name);
                }
            }
        }
    }
    assert!(builds > 70, "{builds} builds");
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
