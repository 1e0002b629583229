//! The outputs for programs have the documented form.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Checks a value against a JSON Schema. Only the keywords that the schemas of
/// this workspace use are known.
fn validate(root: &Value, schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    for (keyword, expected) in schema.as_object().expect("a schema") {
        let holds = match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => true,
            "$ref" => {
                let pointer = expected.as_str().and_then(|text| text.strip_prefix('#'));
                let target = pointer.and_then(|pointer| root.pointer(pointer));
                return validate(root, target.expect("a definition"), value, path);
            }
            "type" => has_type(expected, value),
            "enum" => expected.as_array().expect("values").contains(value),
            "minimum" => value.as_i64() >= expected.as_i64(),
            "required" => {
                let mut names = expected.as_array().expect("names").iter();
                !value.is_object()
                    || names.all(|name| value.get(name.as_str().expect("a name")).is_some())
            }
            "additionalProperties" => {
                let mut names = value
                    .as_object()
                    .into_iter()
                    .flat_map(|object| object.keys());
                names.all(|name| schema["properties"].get(name).is_some())
            }
            "properties" => {
                for (name, schema) in expected.as_object().expect("members") {
                    if let Some(member) = value.get(name) {
                        validate(root, schema, member, &format!("{path}/{name}"))?;
                    }
                }
                true
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    validate(root, expected, item, &format!("{path}/{index}"))?;
                }
                true
            }
            other => panic!("unknown keyword `{other}`"),
        };
        if !holds {
            return Err(format!(
                "{path}: {value} does not fit `{keyword}`: {expected}"
            ));
        }
    }
    Ok(())
}

fn has_type(expected: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        other => panic!("unknown type {other:?}"),
    };
    match expected {
        Value::Array(names) => names.iter().any(is),
        name => is(name),
    }
}

const MESSAGES: &str = "{\"execute\": \"stop\", \"x\": 1}\n\
    {\"execute\": \"blockdev-add\", \"arguments\": {\"options\": {\"driver\": \"raw\", \"id\": \"a\", \"file\": \"b\"}}}\n\
    {\"execute\": \"set_password\", \"arguments\": {\"protocol\": \"nfs\", \"password\": \"hunter2\"}}\n\
    {\"execute\": \"object-add\", \"arguments\": {\"qom-type\": \"secret\", \"id\": \"s\", \"props\": {\"data\": \"hunter2\"}}}\n\
    {\"execute\": \"cont\"}\n'{\"execute\": \"$1\"}'\n{\"execute\": <b & \\\"c\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a <b>.jsonl"), MESSAGES).unwrap();
    folder
}

fn run(folder: &TempDir, arguments: &[&str]) -> (String, String) {
    run_with_status(folder, 1, arguments)
}

/// Runs a command that shall exit with `status`, and returns its two outputs.
fn run_with_status(folder: &TempDir, status: i32, arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(folder.path())
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    let code = output.status.code();
    assert_eq!(code, Some(status), "{arguments:?}\n{out}\n{err}");
    (out, err)
}

fn read_schema(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn expect_lines(schema: &str, arguments: &[&str]) {
    let schema = read_schema(&format!("output-schemas/{schema}.json"));
    let (out, err) = run(&folder(), arguments);
    assert!(
        !out.contains("hunter2") && !err.contains("hunter2"),
        "{out}{err}"
    );
    for line in out.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        validate(&schema, &schema, &value, "").unwrap();
    }
    assert!(!out.is_empty());
}

/// Runs a command that prints one object, and returns it.
fn expect_object(schema: &str, status: i32, arguments: &[&str]) -> Value {
    let schema = read_schema(&format!("output-schemas/{schema}.json"));
    let folder = folder();
    fs::write(folder.path().join("bad.json"), "{ 'enum': 'a-b' }\n").unwrap();
    let (out, _) = run_with_status(&folder, status, arguments);
    let value: Value = serde_json::from_str(&out).unwrap();
    validate(&schema, &schema, &value, "").unwrap();
    value
}

const FILE: &str = "a <b>.jsonl";

#[test]
fn json_outputs_have_their_schemas() {
    expect_lines("check", &["check", "--against=10.0", "--format=json", FILE]);
    expect_lines(
        "check-releases",
        &["check", "--against=2.5..2.9", "--format=json", FILE],
    );
    expect_lines(
        "migrate",
        &["migrate", "--from=2.5", "--to=2.11", "--format=json", FILE],
    );
    expect_object(
        "diff",
        1,
        &["diff", "2.8", "2.9", "--format=json", "--used-by", FILE],
    );
    let schema = read_schema("output-schemas/diff.json");
    let wrong = serde_json::json!({ "old": "2.8", "new": 2.9, "summary": {}, "findings": [] });
    assert!(validate(&schema, &schema, &wrong, "").is_err());
}

/// The rewritten text is input for a QEMU, what is said about it is not.
#[test]
fn migrated_text_keeps_secrets_and_remarks_mask_them() {
    for format in ["text", "diff"] {
        let format = format!("--format={format}");
        let (out, err) = run(
            &folder(),
            &["migrate", "--from=2.5", "--to=10.0", &format, FILE],
        );
        assert!(
            out.contains("hunter2") && !err.contains("hunter2"),
            "{out}{err}"
        );
        assert!(err.contains("object-add"), "{err}");
    }
}

#[test]
fn reports_on_schemas_have_their_schemas() {
    let inspected = expect_object("inspect", 0, &["inspect", "2.11", "--format=json"]);
    assert_ne!(inspected["commands"], 0);
    let bad = [
        "inspect",
        "bad.json",
        "--from-version=10.0.0",
        "--format=json",
    ];
    assert_eq!(
        expect_object("inspect", 1, &bad)["diagnostics"][0]["line"],
        1
    );
    for name in ["blockdev-add", "BlockdevOptions", "ide-drive"] {
        let history = expect_object("history", 0, &["history", name, "--format=json"]);
        assert!(history["steps"].is_array(), "{history}");
    }
    let reply = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/recordings/7.2.22/query-qmp-schema.json");
    let reply = reply.to_str().unwrap();
    let verify = |status, schema| {
        let arguments = ["verify", schema, reply, "--format=json"];
        expect_object("verify", status, &arguments)
    };
    let absent = verify(0, "7.2")["absent"].as_array().map(Vec::len);
    assert_ne!(absent, Some(0));
    assert_eq!(verify(1, "2.5")["contradictions"][0]["part"], "command");
}

#[test]
fn sarif_has_the_form_of_the_standard() {
    let schema = read_schema("../tests/data/sarif.schema.json");
    let folder = folder();
    for arguments in [
        &["check", "--against=10.0", "--format=sarif", FILE][..],
        &["check", "--against=2.5..2.6", "--format=sarif", FILE],
        &["diff", "2.7", "2.8", "--format=sarif"],
    ] {
        let (out, _) = run(&folder, arguments);
        let log: Value = serde_json::from_str(&out).unwrap();
        validate(&schema, &schema, &log, "").unwrap();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert!(
            results.iter().any(|result| result["level"] == "error"),
            "{out}"
        );
        for result in results {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(
                result["ruleId"],
                run["tool"]["driver"]["rules"][index]["id"]
            );
        }
    }
}

#[test]
fn github_and_junit_list_each_problem() {
    let folder = folder();
    let (out, _) = run(
        &folder,
        &["check", "--against=10.0", "--format=github", FILE],
    );
    let place = "file=a <b>.jsonl,line=2,col=1,title=unexpected-member::blockdev-add: ";
    assert!(out.contains(&format!("::error {place}")), "{out}");
    let errors = out
        .lines()
        .filter(|line| line.starts_with("::error "))
        .count();
    let (out, _) = run(
        &folder,
        &["check", "--against=10.0", "--format=junit", FILE],
    );
    assert!(out.contains(&format!("failures=\"{errors}\"")), "{out}");
    assert_eq!(out.matches("<failure ").count(), errors);
    assert!(
        out.contains("<testcase name=\"a &lt;b&gt;.jsonl:2:1: blockdev-add\""),
        "{out}"
    );
}

#[test]
fn diffs_can_be_restricted_to_what_is_used() {
    let folder = folder();
    fs::write(folder.path().join("b.qmp"), "query-status\n").unwrap();
    let arguments = [
        "diff",
        "2.7",
        "2.8",
        "--format=json",
        "--only-used",
        "--used-by",
        FILE,
    ];
    let (out, _) = run(&folder, &arguments);
    let report: Value = serde_json::from_str(&out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty());
    assert!(
        findings.iter().all(|finding| finding["used"] == true),
        "{out}"
    );
    assert_eq!(report["summary"]["compatible"], 0);
    let status = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["diff", "2.7", "2.8", "--only-used", "--used-by", "b.qmp"])
        .current_dir(folder.path())
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(status.unwrap().success(), "nothing that is used breaks");
}

#[test]
fn a_command_line_uses_options_and_what_they_stand_for() {
    let folder = folder();
    let line = "qemu-system-x86_64 -machine pc-i440fx-2.5 -no-hpet -m 64 \
        -device virtio-blk-pci,drive=d,scsi=off\n";
    fs::write(folder.path().join("guest.sh"), line).unwrap();
    let arguments = ["diff", "2.5", "10.0", "--format=json", "--only-used"];
    let arguments = [&arguments[..], &["--used-by", "guest.sh"]].concat();
    let (out, _) = run(&folder, &arguments);
    let report: Value = serde_json::from_str(&out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<(&str, &str)> = findings
        .iter()
        .filter_map(|finding| Some((finding["rule"].as_str()?, finding["path"].as_str()?)))
        .collect();
    assert_eq!(
        found,
        [
            ("option-removed", "-no-hpet"),
            ("machine-type-deprecated", "-machine pc-i440fx-2.5"),
            ("device-property-removed", "<driver=virtio-blk-pci>.scsi"),
        ]
    );
}
