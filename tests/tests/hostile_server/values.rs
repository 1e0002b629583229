//! Replies whose values the schema does not have.

use qmp_bindings::v10_0::types::{MemoryDeviceInfo, RunState};
use qmp_bindings::{Error, ErrorClass, PayloadOrigin};
use serde_json::json;

use super::check;

#[test]
fn an_unknown_enum_value_keeps_its_text() {
    check(
        |peer| {
            peer.returns(r#"{"status": "on-fire", "running": true}"#);
        },
        |client| assert_eq!(client.status().unwrap().status.as_str(), "on-fire"),
    );
}

#[test]
fn an_unknown_error_class_keeps_its_text() {
    check(
        |peer| {
            peer.answer(|id| {
                format!(r#"{{"id": {id}, "error": {{"class": "OnFire", "desc": "hot"}}}}"#)
            });
        },
        |client| {
            let error = client.status().unwrap_err();
            let refused = error
                .as_command_error()
                .expect("the server returned an error");
            assert_eq!(refused.command, "query-status");
            assert_eq!(refused.class.as_str(), "OnFire");
            assert!(matches!(refused.class, ErrorClass::Unrecognized(_)));
            assert_eq!(error.to_string(), "`query-status` failed: hot (OnFire)");
        },
    );
}

#[test]
fn an_unknown_member_is_ignored() {
    check(
        |peer| {
            peer.returns(r#"{"new": [{}], "status": "paused", "running": false, "newer": null}"#);
        },
        |client| assert_eq!(client.status().unwrap().status, RunState::Paused),
    );
}

#[test]
fn an_unknown_union_branch_keeps_its_members() {
    check(
        |peer| {
            peer.returns(r#"[{"data": {"size": 1}, "type": "quantum"}]"#);
        },
        |client| {
            let devices = client.memory_devices().unwrap();
            let MemoryDeviceInfo::Unrecognized(device) = &devices[0] else {
                panic!("{devices:?}");
            };
            assert_eq!(device.discriminator, "quantum");
            assert_eq!(device.members["data"], json!({"size": 1}));
        },
    );
}

#[test]
fn a_value_of_the_wrong_type_is_reported_with_its_path() {
    check(
        |peer| {
            let stats = r#"[{"stats": {"rd_bytes": "many", "wr_bytes": 0}}]"#;
            peer.returns(stats);
            peer.returns(r#"[{"stats": {}}]"#);
            peer.returns(r#"{}"#);
            peer.returns(r#"[{"data": {"memdev": 5}, "type": "dimm"}]"#);
        },
        |client| {
            let Error::Decode(error) = client.blockstats().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(
                error.origin,
                PayloadOrigin::Command("query-blockstats".into())
            );
            assert_eq!(error.path, "[0].stats.rd_bytes");
            assert!(
                error.problem.contains("string \"many\""),
                "{}",
                error.problem
            );
            assert!(error.raw.contains("many"), "{}", error.raw);
            let shown = error.to_string();
            assert!(shown.starts_with("cannot decode the return value of `query-blockstats` at `[0].stats.rd_bytes`: invalid type"), "{shown}");

            let Error::Decode(error) = client.blockstats().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(error.path, "[0].stats");
            let Error::Decode(error) = client.blockstats().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(error.path, "");
            let Error::Decode(error) = client.memory_devices().unwrap_err() else {
                panic!("it does not decode");
            };
            assert_eq!(error.path, "[0].data.memdev", "{error}");
        },
    );
}
