//! The verdicts on devices and their properties, over all series, and the facts about
//! command lines.

mod command_line;

use std::collections::BTreeMap;

use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::parse;
use qapi_codegen::knowledge::DeviceStatus;
use qapi_codegen::traffic::check::{CheckedMessage, Checker, Session, Verdict};
use qapi_codegen::version::Series;
use tests::releases::{catalogue, release};
use xtask::catalogue::Release;

/// The verdicts by request; a request is the arguments of `device_add`
/// without braces, or the name of a driver.
const TABLE: &str = include_str!("../../data/device-verdicts.toml");

fn check(release: &Release, arguments: &str) -> CheckedMessage {
    check_with(&release.checker(None), arguments)
}

fn check_with(checker: &Checker<'_>, arguments: &str) -> CheckedMessage {
    let text = format!("{{\"execute\": \"device_add\", \"arguments\": {{{arguments}}}}}");
    let parsed = parse(&text).expect("the arguments are JSON");
    checker.check_request(&mut Session::default(), &parsed)
}

/// Verdicts of consecutive series: `unknown, accepted from 2.6`.
fn ranges(verdicts: &[(Series, Verdict)]) -> String {
    let mut text = String::new();
    let mut last = None;
    for (series, verdict) in verdicts {
        match last {
            None => text += verdict.as_str(),
            Some(last) if last == verdict => {}
            Some(_) => text += &format!(", {} from {series}", verdict.as_str()),
        }
        last = Some(verdict);
    }
    text
}

#[test]
fn verdicts_follow_from_the_lists_of_builds() {
    let expected: BTreeMap<String, String> = toml::from_str(TABLE).expect("the table is TOML");
    let catalogue = catalogue();
    let releases = catalogue.releases(catalogue.series(), QemuProgram::Emulator);
    let releases = releases.expect("the schemas are valid");
    let checkers: Vec<_> = releases
        .iter()
        .map(|release| release.checker(None))
        .collect();
    let mut found = BTreeMap::new();
    for request in expected.keys() {
        let arguments = match request.contains(':') {
            true => request.clone(),
            false => format!("\"driver\": \"{request}\""),
        };
        let checkers = checkers.iter();
        let verdict = |checker: &Checker<'_>| check_with(checker, &arguments).verdict;
        let verdicts: Vec<_> = checkers.map(|own| (own.series(), verdict(own))).collect();
        found.insert(request.clone(), ranges(&verdicts));
    }
    let wrong: Vec<String> = found
        .iter()
        .filter(|(request, verdicts)| expected[*request] != **verdicts)
        .map(|(request, verdicts)| format!("'{request}' = \"{verdicts}\""))
        .collect();
    assert!(wrong.is_empty(), "the lists say:\n{}", wrong.join("\n"));
}

#[test]
fn a_removal_is_named_with_its_release() {
    let checked = check(&release("7.2"), r#""driver": "scsi-disk", "drive": "d""#);
    assert_eq!(checked.problems[0].code.as_str(), "unknown-device");
    let help = checked.problems[0].help.as_deref().unwrap_or_default();
    assert!(
        help.contains("removed in QEMU 6.0") && help.contains("`scsi-hd`"),
        "{help}"
    );
    let checked = check(
        &release("10.0"),
        r#""driver": "virtio-blk-pci", "scsi": false"#,
    );
    assert_eq!(checked.problems[0].location, "scsi");
    let help = checked.problems[0].help.as_deref().unwrap_or_default();
    assert!(help.contains("removed in QEMU 9.1"), "{help}");
}

#[test]
fn absence_from_the_known_builds_is_not_a_rejection() {
    let release = release("10.0");
    for driver in [
        "host-powerpc64-cpu",
        "spapr-pci-host-bridge",
        "no-such-device",
    ] {
        let checked = check(&release, &format!("\"driver\": \"{driver}\", \"index\": 1"));
        assert_eq!(checked.verdict, Verdict::Unknown, "{driver}");
        let problem = &checked.problems[0];
        assert_eq!(problem.code.as_str(), "unchecked");
        assert!(
            !problem.message.contains("has no device"),
            "{}",
            problem.message
        );
    }
    let checked = check(&release, r#""driver": "virtio-blk-pcj""#);
    let help = checked.problems[0].help.as_deref().unwrap_or_default();
    assert!(help.contains("did you mean `virtio-blk-pci`"), "{help}");
}

#[test]
fn a_target_narrows_the_builds() {
    let release = catalogue().release("9.2", QemuProgram::Emulator);
    let mut release = release.expect("the series is imported");
    let ccw = r#""driver": "virtio-net-ccw", "netdev": "h0", "devno": "fe.0.0004""#;
    assert_eq!(check(&release, ccw).verdict, Verdict::Accepted);
    release
        .set_target(Some("s390x".to_owned()))
        .expect("the target is known");
    assert_eq!(check(&release, ccw).verdict, Verdict::Accepted);
    release
        .set_target(Some("x86_64".to_owned()))
        .expect("the target is known");
    let checked = check(&release, ccw);
    assert_eq!(checked.verdict, Verdict::Unknown);
    assert!(checked.problems[0].message.contains("x86_64 build"));
    assert!(release.set_target(Some("x68".to_owned())).is_err());
}

#[test]
fn values_are_typed_from_9_2_on_by_the_lists_of_any_series() {
    // Only 7.2 lists the properties of CPUs.
    let cpu = r#""driver": "host-x86_64-cpu", "core-id": "0""#;
    for (series, verdict) in [("9.1", Verdict::Unknown), ("9.2", Verdict::Rejected)] {
        assert_eq!(check(&release(series), cpu).verdict, verdict, "{series}");
    }
    let on_off = r#""driver": "virtio-net-pci", "mq": "on""#;
    assert_eq!(check(&release("9.2"), on_off).verdict, Verdict::Rejected);
}

#[test]
fn a_development_version_proves_presence_only() {
    let catalogue = catalogue();
    let builds = catalogue.builds().read().expect("the records are valid");
    let known = |series, name| builds.release(series, Some("s390x")).device(name);
    // 9.2.50 has these CPUs of 10.0. The only list of 10.0 for this target is its own.
    assert_eq!(
        known(Series::new(10, 0), "gen17a-s390x-cpu"),
        DeviceStatus::Known
    );
    assert_eq!(
        known(Series::new(10, 0), "scsi-disk"),
        DeviceStatus::Removed(
            builds
                .device_removal("scsi-disk", None)
                .expect("most targets show it"),
        )
    );
    assert_eq!(
        known(Series::new(9, 2), "gen17a-s390x-cpu"),
        DeviceStatus::Unknown
    );
}

#[test]
fn what_a_build_may_lack_is_not_new() {
    let catalogue = catalogue();
    let builds = catalogue.builds().read().expect("the records are valid");
    // Builds of 2.7 lack Xen, and one of 2.8 has it. The CPU is in a list of types only.
    for old in ["xen-platform", "xen-pci-passthrough", "qemu64-x86_64-cpu"] {
        assert_eq!(builds.device_addition(old), None, "{old}");
    }
    let added = builds.device_addition("virtio-iommu-pci");
    let added = added.expect("lists of 4.2 lack it");
    assert_eq!((added.since, added.is_exact), (Series::new(5, 0), true));
}

#[test]
fn objects_take_their_properties_flat_or_in_props() {
    let flat = r#"{"execute": "object-add", "arguments":
        {"qom-type": "memory-backend-ram", "id": "m", "size": 1048576}}"#;
    let parsed = parse(flat).expect("the request is JSON");
    for (series, verdict) in [
        ("4.2", Verdict::Rejected),
        ("5.0", Verdict::Accepted),
        ("5.2", Verdict::Accepted),
        ("6.0", Verdict::Accepted),
    ] {
        let release = release(series);
        let checker = release.checker(None);
        let checked = checker.check_request(&mut Session::default(), &parsed);
        assert_eq!(checked.verdict, verdict, "{series}");
    }
}
