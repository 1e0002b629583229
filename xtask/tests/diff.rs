//! `diff` and `history` from outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A temporary workspace with three series.
struct Workspace {
    folder: TempDir,
}

const OLD: &str = "{ 'enum': 'Mode', 'data': [ 'off', 'on' ] }\n\
    { 'command': 'set', 'data': { 'mode': 'Mode', 'name': 'str' } }\n\
    { 'command': 'stop' }\n";

const NEW: &str = "{ 'enum': 'Mode', 'data': [ 'off', 'on', 'auto' ] }\n\
    { 'command': 'set', 'data': { 'mode': 'Mode' } }\n\
    { 'command': 'stop' }\n\
    { 'command': 'go' }\n";

impl Workspace {
    fn new() -> Workspace {
        let workspace = Workspace {
            folder: tempfile::tempdir().unwrap(),
        };
        workspace.series("2.5", OLD);
        workspace.series("2.6", NEW);
        workspace.series("2.7", NEW);
        workspace
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn series(&self, series: &str, schema: &str) {
        let manifest = format!(
            "release = \"{series}.1\"\n[[schema]]\ninterface = \"qmp\"\n\
             root = \"qapi-schema.json\"\ninput = []\n"
        );
        self.write(&format!("schemas/{series}/manifest.toml"), &manifest);
        self.write(&format!("schemas/{series}/qmp.json"), schema);
    }

    /// Runs a command that shall exit with `status`, and returns its two outputs.
    fn expect(&self, status: i32, arguments: &[&str]) -> (String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(self.path())
            .env("CARGO_MANIFEST_DIR", self.path().join("xtask"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}\n{out}\n{err}"
        );
        (out, err)
    }

    fn json(&self, status: i32, arguments: &[&str]) -> Value {
        let arguments = [&["diff"], arguments, &["--format", "json"]].concat();
        serde_json::from_str(&self.expect(status, &arguments).0).unwrap()
    }
}

#[test]
fn findings_have_all_keys_of_the_contract() {
    let report = Workspace::new().json(1, &["2.5", "2.7"]);
    assert_eq!(
        (&report["old"], &report["new"]),
        (&"2.5".into(), &"2.7".into())
    );
    assert_eq!(report["summary"]["breaking"], 1);
    let findings = report["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|found| found["severity"] == "breaking")
        .unwrap();
    assert_eq!(found["rule"], "request-member-removed");
    assert_eq!(found["direction"], "request");
    assert_eq!(
        (&found["target"], &found["path"]),
        (&"set".into(), &"name".into())
    );
    assert_eq!(found["since"], "2.6");
    assert_eq!(found["before"]["arguments"]["name"], "name0");
    assert_eq!(found["after"]["execute"], "set");
    assert!(found["after"]["arguments"].get("name").is_none());
    for key in ["also", "old", "new", "message", "migration", "fingerprint"] {
        assert!(found.get(key).is_some(), "{key}");
    }
}

#[test]
fn fail_on_selects_the_exit_status() {
    let workspace = Workspace::new();
    workspace.expect(0, &["diff", "2.5", "2.6", "--fail-on", "never"]);
    workspace.expect(
        0,
        &["diff", "2.5", "2.6", "--severity", "request-*=compatible"],
    );
    workspace.expect(0, &["diff", "2.6", "2.7", "--fail-on", "dangerous"]);
    workspace.expect(0, &["diff", "2.5", "2.6", "--command", "stop"]);
    workspace.expect(2, &["diff", "2.5"]);
    workspace.expect(2, &["diff", "2.5", "2.9"]);
    workspace.expect(2, &["diff", "2.5", "2.6", "--severity", "no-rule=breaking"]);
    workspace.expect(2, &["diff", "2.5", "2.6", "--used-by", "gone.txt"]);
}

#[test]
fn reverse_of_a_reversed_pair_is_the_same() {
    let workspace = Workspace::new();
    let forth = workspace.json(1, &["2.5", "2.7"]);
    assert_eq!(forth, workspace.json(1, &["2.7", "2.5", "--reverse"]));
}

#[test]
fn no_findings_are_reported_as_such() {
    let (out, _) = Workspace::new().expect(0, &["diff", "2.6", "2.7"]);
    assert!(
        out.contains("Nothing breaks") && out.contains("3 commands"),
        "{out}"
    );
}

#[test]
fn used_findings_come_first_and_are_counted() {
    let workspace = Workspace::new();
    workspace.write(
        "log.json",
        "{\"execute\":\"set\",\"arguments\":{\"mode\":\"on\"}}",
    );
    let report = workspace.json(1, &["2.5", "2.6", "--used-by", "log.json"]);
    assert_eq!(report["used"]["findings"], 0);
    workspace.write("names.txt", "set\n");
    let report = workspace.json(1, &["2.5", "2.6", "--used-by", "names.txt"]);
    assert_eq!(report["used"]["findings"], 1);
    assert_eq!(report["findings"][0]["used"], true);
}

#[test]
fn ignored_findings_are_counted_and_stale_entries_noted() {
    let workspace = Workspace::new();
    let entry = |rule: &str| format!("[[ignore]]\nrule = '{rule}'\nreason = 'r'\n");
    let policy = entry("request-member-*") + &entry("event-removed");
    workspace.write("policy.toml", &policy);
    let (out, err) = workspace.expect(0, &["diff", "2.5", "2.6", "--policy", "policy.toml"]);
    assert!(out.contains("1 finding ignored by policy"), "{out}");
    assert!(err.contains("event-removed"), "{err}");
    workspace.write("policy.toml", "[[ignore]]\nmessage = 'm'\n");
    let (_, err) = workspace.expect(2, &["diff", "2.5", "2.6", "--policy", "policy.toml"]);
    assert!(
        err.contains("policy.toml") && err.contains("message"),
        "{err}"
    );
}

#[test]
fn every_format_is_written() {
    let workspace = Workspace::new();
    for format in ["text", "markdown", "html"] {
        let (out, _) = workspace.expect(1, &["diff", "2.5", "2.6", "--format", format]);
        assert!(
            out.contains("name") && out.contains("2.6"),
            "{format}: {out}"
        );
    }
    let (colored, _) = workspace.expect(1, &["--color", "always", "diff", "2.5", "2.6"]);
    assert!(colored.contains("\u{1b}[31m"), "{colored}");
}

#[test]
fn history_lists_each_change() {
    let workspace = Workspace::new();
    let (out, _) = workspace.expect(0, &["history", "set"]);
    assert!(
        out.starts_with("set: command in 3 of 3 releases (2.5 to 2.7)\n"),
        "{out}"
    );
    assert!(out.contains("\n2.6\n") && !out.contains("\n2.7\n"), "{out}");
    let (out, _) = workspace.expect(0, &["history", "go", "--format", "json"]);
    let history: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(history["series"], serde_json::json!(["2.6", "2.7"]));
    let (_, err) = workspace.expect(2, &["history", "se"]);
    assert!(err.contains("did you mean `set`?"), "{err}");
    let (_, err) = workspace.expect(2, &["history", "od"]);
    assert!(err.contains("similar names: Mode"), "{err}");
}

#[test]
fn a_pattern_that_matches_nothing_is_an_error() {
    let workspace = Workspace::new();
    let diff = |pattern: &str| {
        [
            "diff",
            "2.5",
            "2.6",
            "--command",
            "stop",
            "--command",
            pattern,
        ]
        .map(str::to_owned)
    };
    for (pattern, expected) in [("stopp", "did you mean `stop`?"), ("x-*", "matches `x-*`")] {
        let arguments = diff(pattern);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (out, err) = workspace.expect(2, &arguments);
        assert!(out.is_empty() && err.contains(expected), "{err}");
    }
}

const DEVICE_ADD: &str = "{ 'command': 'device_add', 'data': { 'driver': 'str', '*id': 'str' } }\n\
    { 'command': 'stop' }\n";

/// A workspace with three series, of which builds list all their devices.
fn workspace_with_devices(builds: &[(&str, &str)]) -> Workspace {
    let workspace = Workspace::new();
    for series in ["2.5", "2.6", "2.7"] {
        workspace.series(series, DEVICE_ADD);
    }
    for (series, devices) in builds {
        let text = format!(
            "{{\"release\": \"{series}.0\", \"target\": \"x86_64\", \"source\": \"asked\", \
             \"lists\": [\"devices\"], \"devices\": {devices}}}"
        );
        workspace.write(
            &format!("schemas/{series}/builds/{series}.0-x86_64.json"),
            &text,
        );
    }
    workspace
}

const OLD_DEVICES: &str = r#"{"disk": {"properties": {"scsi": "bool", "size": "uint32", "mode": "bool"}},
    "floppy": {}}"#;
const NEW_DEVICES: &str = r#"{"disk": {"properties": {"size": "uint32", "mode": "OnOffAuto"}}}"#;
const NEWEST_DEVICES: &str = r#"{"disk": {"properties": {"size": "uint32", "mode": "OnOffAuto", "queues": "uint16"}},
    "tape": {}}"#;

#[test]
fn devices_are_findings() {
    let workspace = workspace_with_devices(&[
        ("2.5", OLD_DEVICES),
        ("2.6", NEW_DEVICES),
        ("2.7", NEWEST_DEVICES),
    ]);
    let (report, _) = workspace.expect(1, &["diff", "2.5", "2.7", "--format", "json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            let text = |key: &str| own[key].as_str().unwrap_or_default();
            let (rule, path) = (text("rule"), text("path"));
            format!("{} {rule} {path} {}", text("severity"), text("since"))
        })
        .collect();
    assert_eq!(
        found,
        [
            "breaking device-removed <driver=floppy> 2.6",
            "breaking device-property-removed <driver=disk>.scsi 2.6",
            "dangerous device-property-type-changed <driver=disk>.mode 2.6",
            "compatible device-added <driver=tape> 2.7",
            "compatible device-property-added <driver=disk>.queues 2.7",
        ]
    );
    assert_eq!(report["summary"]["breaking"], 2);
    assert_eq!(report["devices"]["compared"], 1);
    let (text, _) = workspace.expect(1, &["diff", "2.5", "2.7"]);
    assert!(!text.contains("Nothing breaks"), "{text}");
    workspace.expect(0, &["diff", "2.6", "2.7", "--fail-on", "dangerous"]);
    workspace.expect(0, &["diff", "2.5", "2.7", "--command", "stop"]);
    // A downgrade loses what the upgrade adds.
    let (report, _) = workspace.expect(1, &["diff", "2.7", "2.6", "--format", "json"]);
    assert!(report.contains("\"path\": \"<driver=tape>\""), "{report}");
}

#[test]
fn a_program_is_affected_by_the_devices_that_it_adds() {
    let workspace = workspace_with_devices(&[("2.5", OLD_DEVICES), ("2.6", NEW_DEVICES)]);
    workspace.write("used.qmp", "device_add driver=disk scsi=off id=a\n");
    let arguments = [
        "diff",
        "2.5",
        "2.6",
        "--used-by",
        "used.qmp",
        "--format",
        "json",
    ];
    let (report, _) = workspace.expect(1, &arguments);
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let used: Vec<&str> = findings
        .filter(|own| own["used"] == true)
        .filter_map(|own| own["path"].as_str())
        .collect();
    assert_eq!(used, ["<driver=disk>.scsi"]);
}

#[test]
fn devices_without_a_list_are_not_compared() {
    let workspace = workspace_with_devices(&[("2.5", OLD_DEVICES)]);
    let (text, _) = workspace.expect(0, &["diff", "2.5", "2.6"]);
    assert!(text.contains("Devices: not compared"), "{text}");
    assert!(!text.contains("device-removed"), "{text}");
}

#[test]
fn the_history_of_a_device_names_its_releases_and_targets() {
    let workspace = workspace_with_devices(&[
        ("2.5", OLD_DEVICES),
        ("2.6", NEW_DEVICES),
        ("2.7", NEWEST_DEVICES),
    ]);
    let (text, _) = workspace.expect(0, &["history", "floppy"]);
    assert!(
        text.starts_with("floppy: device in 1 of 3 releases (2.5)\n  x86_64: 2.5"),
        "{text}"
    );
    assert!(
        text.contains("\n2.6\n  breaking    device `floppy` removed\n"),
        "{text}"
    );
    let (text, _) = workspace.expect(0, &["history", "disk", "--format", "json"]);
    let history: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(history["sort"], "device");
    assert_eq!(history["targets"]["x86_64"][2], "2.7");
    assert_eq!(
        history["steps"][1]["changes"][0]["rule"],
        "device-property-added"
    );
}

/// A workspace with three series, the last without a list of its machine types.
fn workspace_with_command_lines() -> Workspace {
    let workspace = workspace_with_devices(&[]);
    let machines = [
        ("2.5", "\"pc-1\", \"pc-2\"", "\"wait\": \"boolean\""),
        ("2.6", "\"pc-2\", \"pc-3\"", "\"nodelay\": \"boolean\""),
    ];
    for (series, machines, parameter) in machines {
        let text = format!(
            "{{\"builds\": [{{\"release\": \"{series}.0\", \"target\": \"x86_64\", \
             \"source\": \"asked\", \"lists\": [\"machines\", \"options\"]}}], \
             \"facts\": [{{\"builds\": [\"{series}.0-x86_64\"], \"machines\": [{machines}], \
             \"options\": {{\"chardev\": {{{parameter}}}}}}}]}}"
        );
        workspace.write(&format!("schemas/{series}/command-line.json"), &text);
    }
    workspace.write(
        "schemas/command-line.toml",
        "[option.realtime]\nuntil = \"2.6\"\ndeprecated = \"2.6\"\n\
         replacement = \"-overcommit\"\nreason = \"It moved.\"\n\
         [option.chardev]\nform = \"keys\"\n",
    );
    workspace
}

#[test]
fn command_lines_are_findings() {
    let workspace = workspace_with_command_lines();
    let arguments = ["diff", "2.5", "2.6", "--format", "json"];
    let (report, _) = workspace.expect(1, &arguments);
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let found: Vec<String> = findings
        .map(|own| {
            assert_eq!(own["target"], "command line");
            let [rule, path, since] = ["rule", "path", "since"].map(|key| own[key].as_str());
            let [rule, path, since] = [rule, path, since].map(Option::unwrap_or_default);
            format!("{rule} {path} {since}")
        })
        .collect();
    let expected = [
        "option-parameter-removed -chardev wait 2.6",
        "machine-type-removed -machine pc-1 2.6",
        "option-deprecated -realtime 2.6",
        "option-parameter-added -chardev nodelay 2.6",
        "machine-type-added -machine pc-3 2.6",
    ];
    assert_eq!(found, expected);
    for format in ["text", "markdown", "html"] {
        let arguments = [
            "diff",
            "2.5",
            "2.6",
            "--command-line-only",
            "--format",
            format,
        ];
        let (text, _) = workspace.expect(1, &arguments);
        assert!(text.contains("-chardev wait"), "{text}");
        assert!(!text.contains("Rust types"), "{text}");
    }
    let (text, _) = workspace.expect(1, &["diff", "2.6", "2.7", "--command-line-only"]);
    assert!(
        text.contains("Replace `-realtime` by `-overcommit`. It moved."),
        "{text}"
    );
    assert!(text.contains("because no build of QEMU 2.7\n"), "{text}");
    workspace.expect(0, &["diff", "2.5", "2.6", "--command", "stop"]);
}

#[test]
fn the_history_of_the_command_line_names_releases() {
    let workspace = workspace_with_command_lines();
    let (text, _) = workspace.expect(0, &["history", "--", "-realtime"]);
    assert!(
        text.starts_with("-realtime: option in 2 of 3 releases (2.5 to 2.6)"),
        "{text}"
    );
    assert!(
        text.contains("\n2.7\n  breaking    option `-realtime` removed"),
        "{text}"
    );
    let (text, _) = workspace.expect(0, &["history", "pc-1", "--format", "json"]);
    let history: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(history["sort"], "machine type");
    assert_eq!(history["targets"]["x86_64"][0], "2.5");
    assert_eq!(
        history["steps"][0]["changes"][0]["rule"],
        "machine-type-removed"
    );
    let (_, err) = workspace.expect(2, &["history", "--", "-relatime"]);
    assert!(
        err.contains("no release has an option `-relatime`"),
        "{err}"
    );
    assert!(err.contains("did you mean `-realtime`?"), "{err}");
}

#[test]
fn changes_of_behaviour_follow_policies_and_are_annotated() {
    let workspace = Workspace::new();
    let behaviour = "[[change]]\nid = 'stop-waits'\nsince = ['2.6']\neffect = 'refuses'\n\
        commands = ['stop']\nsummary = 'It waits.'\nadvice = 'Wait.'\n";
    workspace.write("schemas/behaviour.toml", behaviour);
    let diff = |arguments: &[&str], status| {
        let arguments = [&["diff", "2.5", "2.6", "--command", "stop"], arguments].concat();
        workspace.expect(status, &arguments).0
    };
    for format in ["sarif", "github", "junit"] {
        let out = diff(&["--format", format], 1);
        assert!(
            out.contains("stop-waits") && out.contains("It waits"),
            "{out}"
        );
    }
    diff(&["--severity", "stop-*=compatible"], 0);
    workspace.write(
        "a.toml",
        "[[ignore]]\nrule = 'stop-waits'\ntarget = 'stop'\nreason = 'r'\n",
    );
    let out = diff(&["--policy", "a.toml"], 0);
    assert!(out.contains("1 finding ignored by policy"), "{out}");
    workspace.write(
        "b.toml",
        "[[ignore]]\nrule = 'stop-waits'\ntarget = 'go'\nreason = 'r'\n",
    );
    diff(&["--policy", "b.toml"], 1);
}

#[test]
fn history_names_the_series_of_a_deprecation_and_no_empty_path() {
    let workspace = Workspace::new();
    let deprecated = "{ 'command': 'go', 'features': [ 'deprecated' ] }\n";
    let modes =
        "{ 'enum': 'Mode', 'data': [ 'on' ] }\n{ 'command': 'set', 'data': { 'mode': 'Mode' } }\n";
    workspace.series("4.2", &format!("{modes}{{ 'command': 'go' }}\n"));
    for series in ["5.0", "5.1"] {
        workspace.series(series, &format!("{modes}{deprecated}"));
    }
    workspace.series("5.2", modes);
    let (out, _) = workspace.expect(0, &["history", "go"]);
    assert!(
        out.contains("command removed (deprecated since 5.0)"),
        "{out}"
    );
    let (out, _) = workspace.expect(0, &["history", "Mode"]);
    assert!(out.contains("of the type"), "{out}");
    assert!(!out.contains("``"), "{out}");
}
