//! The help of `check` comes from the migration rules, and names the
//! replacement of what a release lacks.

use qapi_codegen::diagnostic::Severity;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::json::parse;
use qapi_codegen::traffic::check::{CheckedMessage, LogChecker, Session, Verdict};
use qapi_codegen::traffic::read::read;
use qapi_codegen::version::Series;
use tests::releases::{catalogue, release};

fn check(series: &str, request: &str) -> CheckedMessage {
    let release = release(series);
    let parsed = parse(request).expect("the requests are JSON");
    release
        .checker(None)
        .check_request(&mut Session::default(), &parsed)
}

/// Series, request, and a word of the help.
const HELP: &[[&str; 3]] = &[
    ["6.0", r#"{"execute":"query-cpus"}"#, "query-cpus-fast"],
    [
        "6.0",
        r#"{"execute":"migrate_set_speed","arguments":{"value":1}}"#,
        "max-bandwidth",
    ],
    [
        "6.0",
        r#"{"execute":"change","arguments":{"device":"cd","target":"/a"}}"#,
        "blockdev-change-medium",
    ],
    [
        "6.0",
        r#"{"execute":"change","arguments":{"device":"vnc","target":"password","arg":"a"}}"#,
        "change-vnc-password",
    ],
    ["6.0", r#"{"execute":"query-events"}"#, "query-qmp-schema"],
    [
        "6.0",
        r#"{"execute":"block_passwd","arguments":{"device":"a","password":"b"}}"#,
        "secret",
    ],
    [
        "5.2",
        r#"{"execute":"cpu-add","arguments":{"id":1}}"#,
        "query-hotpluggable-cpus",
    ],
    [
        "9.1",
        r#"{"execute":"migrate","arguments":{"uri":"tcp:a:1","blk":true}}"#,
        "blockdev-mirror",
    ],
    [
        "9.1",
        r#"{"execute":"migrate","arguments":{"uri":"tcp:a:1","blk":false}}"#,
        "Remove `blk`",
    ],
    // Deprecated, but accepted.
    ["5.2", r#"{"execute":"query-cpus"}"#, "query-cpus-fast"],
    [
        "10.0",
        r#"{"execute":"eject","arguments":{"device":"cd"}}"#,
        "Use `id`",
    ],
    [
        "10.0",
        r#"{"execute":"drive-backup","arguments":{"device":"a","target":"/b","sync":"full"}}"#,
        "blockdev-backup",
    ],
];

#[test]
fn help_names_the_replacement() {
    for [series, request, word] in HELP {
        let checked = check(series, request);
        let mut helps = checked
            .problems
            .iter()
            .filter_map(|problem| problem.help.as_deref());
        assert!(
            helps.any(|help| help.contains(word)),
            "{request}: {:?}",
            checked.problems
        );
    }
}

/// Series that accept and reject a request that every schema allows.
const BEYOND_THE_SCHEMA: &[(&str, &str, &str)] = &[
    (
        "5.2",
        "6.0",
        r#"{"execute":"chardev-add","arguments":{"id":"c","backend":{"type":"socket","data":{"addr":{"type":"unix","data":{"path":"/a"}},"server":false,"wait":false}}}}"#,
    ),
    (
        "7.0",
        "7.1",
        r#"{"execute":"object-add","arguments":{"qom-type":"secret","id":"s","data":"a","loaded":true}}"#,
    ),
    (
        "7.0",
        "7.1",
        r#"{"execute":"object-add","arguments":{"qom-type":"rng-random","id":"r","opened":true}}"#,
    ),
];

#[test]
fn requests_that_no_schema_rejects_are_rejected() {
    for (old, new, request) in BEYOND_THE_SCHEMA {
        assert_eq!(
            check(old, request).verdict,
            Verdict::Accepted,
            "{old}: {request}"
        );
        assert_eq!(
            check(new, request).verdict,
            Verdict::Rejected,
            "{new}: {request}"
        );
    }
    for request in [
        r#"{"execute":"migrate"}"#,
        r#"{"execute":"migrate-set-parameters","arguments":{"downtime-limit":2000001}}"#,
        r#"{"execute":"set_password","arguments":{"protocol":"vnc","password":"a","connected":"fail"}}"#,
    ] {
        assert_eq!(
            check("10.0", request).verdict,
            Verdict::Rejected,
            "{request}"
        );
    }
}

/// Requests that are accepted and do not do what they did.
const WARNINGS: &[&str] = &[
    r#"{"execute":"device_add","arguments":{"driver":"virtio-net-pci","addr":5}}"#,
    r#"{"execute":"human-monitor-command","arguments":{"command-line":"migrate_set_speed 1g"}}"#,
    r#"{"execute":"blockdev-add","arguments":{"driver":"file","node-name":"n","filename":"/dev/sda"}}"#,
];

#[test]
fn changed_meanings_are_warnings() {
    for request in WARNINGS {
        let checked = check("10.0", request);
        assert_ne!(checked.verdict, Verdict::Rejected, "{request}");
        let mut severities = checked.problems.iter().map(|problem| problem.severity);
        assert!(severities.any(|own| own == Severity::Warning), "{request}");
    }
}

#[test]
fn changes_before_the_callers_release_are_left_out() {
    let release = catalogue().release("10.0", QemuProgram::Emulator);
    let mut release = release.expect("the series is imported");
    let request = parse(WARNINGS[0]).expect("the requests are JSON");
    let mut count = |from| {
        release.written_for = from;
        let checked = release
            .checker(None)
            .check_request(&mut Session::default(), &request);
        checked.problems.len()
    };
    assert!(count(Some(Series::new(9, 1))) > count(Some(Series::new(9, 2))));
}

/// The first request has no reply.
const REPLY_MISSING: &str = r#"{"execute": "query-status"}
{"execute": "query-name"}
{"return": {"name": "a"}}
{"execute": "query-status"}
{"return": {"status": "running", "running": true}}
{"execute": "query-version"}
{"return": {"qemu": {"major": 10, "minor": 0, "micro": 0}, "package": ""}}
"#;

#[test]
fn replies_follow_their_requests_after_a_missing_one() {
    let release = release("10.0");
    let checker = release.checker(None);
    let mut log = LogChecker::new(&checker, true);
    let mut verdicts = Vec::new();
    read(&mut REPLY_MISSING.as_bytes(), &|_| true, &mut |entry| {
        verdicts.extend(
            log.check_entry(&entry)
                .into_iter()
                .map(|own| own.checked.verdict),
        );
        Ok::<(), std::io::Error>(())
    })
    .expect("reading from memory cannot fail");
    assert_eq!(verdicts, [Verdict::Accepted; 7]);
}
