//! Encoding and decoding of the generated types, by construct of the schema language.

use qmp_bindings::qga;
use qmp_bindings::testing::check_reply;
use qmp_bindings::{Command, CommandOf, Event, NoReply, OobCommandOf};
use qmp_bindings::{v2_5, v2_11, v7_2, v10_0};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Decodes a value.
fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// Returns the error of decoding an invalid value.
fn refused<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
    serde_json::from_str::<T>(json).expect_err(json).to_string()
}

/// Decodes a value, encodes it again, and compares.
fn keeps<T: DeserializeOwned + Serialize>(json: &str) {
    let again = written(&read::<T>(json));
    assert_eq!(
        again,
        serde_json::from_str::<Value>(json).expect("a case is JSON")
    );
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("every type can be written")
}

#[test]
fn objects_leave_out_what_is_absent_and_pass_over_what_they_do_not_know() {
    keeps::<v10_0::types::ThrottleLimits>("{}");
    keeps::<v10_0::types::ThrottleLimits>(r#"{"iops-total":0}"#);
    let limits: v10_0::types::ThrottleLimits = read(r#"{"new":[{}],"iops-total":1}"#);
    assert_eq!(written(&limits), json!({"iops-total": 1}));
    let error = refused::<v10_0::types::StatusInfo>(r#"{"running":true}"#);
    assert!(error.starts_with("missing field `status`"), "{error}");
}

#[test]
fn what_is_not_required_has_a_default_and_new_takes_the_rest() {
    assert_eq!(written(&v10_0::types::ThrottleLimits::default()), json!({}));
    let info = v10_0::types::StatusInfo::new(true, v10_0::types::RunState::Running);
    assert_eq!(
        written(&info),
        json!({"running": true, "status": "running"})
    );
}

#[test]
fn enums_are_open() {
    for text in [r#""running""#, r#""a-state-of-tomorrow""#, r#""""#] {
        keeps::<v10_0::types::RunState>(text);
    }
    let unknown: v10_0::types::RunState = read(r#""tomorrow""#);
    assert_eq!(unknown.as_str(), "tomorrow");
    assert!(matches!(unknown, v10_0::types::RunState::Unrecognized(_)));
    assert_eq!(
        v10_0::types::RunState::from("running"),
        v10_0::types::RunState::Running
    );
    refused::<v10_0::types::RunState>("1");
}

#[test]
fn values_that_are_no_names_in_rust() {
    keeps::<v2_5::types::BlkdebugEvent>(r#""l1_grow.alloc_table""#);
    assert_eq!(
        v2_5::types::BlkdebugEvent::L1GrowAllocTable.as_str(),
        "l1_grow.alloc_table"
    );
    keeps::<v2_5::types::QKeyCode>(r#""0""#);
    assert!(matches!(
        read(r#""2_5""#),
        v10_0::types::PcieLinkSpeed::_2_5
    ));
}

#[test]
fn members_that_differ_in_case_alone() {
    let cpu =
        r#"{"CPU":0,"current":true,"halted":false,"qom_path":"/","pc":1,"PC":2,"thread_id":3}"#;
    keeps::<v2_5::types::CpuInfo>(cpu);
    let cpu: v2_5::types::CpuInfo = read(cpu);
    assert_eq!((cpu.pc, cpu.pc_), (Some(1), Some(2)));
}

#[test]
fn one_name_for_a_type_a_command_and_an_event() {
    assert_eq!(v10_0::command::Stop::NAME, "stop");
    let stopped = v10_0::Event::decode("STOP", None).expect("it is an event");
    assert!(matches!(stopped, v10_0::Event::Stop(_)));
    // The schema has a struct named `String`.
    keeps::<v10_0::types::QapiString>(r#"{"str":"text"}"#);
    let backup = v10_0::types::BlockdevBackup::new("a", v10_0::types::MirrorSyncMode::Full, "b");
    let command = v10_0::command::BlockdevBackup(backup);
    assert_eq!(
        written(&command),
        json!({"device": "a", "sync": "full", "target": "b"})
    );
}

#[test]
fn unions_are_flat_and_their_members_come_in_any_order() {
    let disk = r#"{"driver":"qcow2","node-name":"a","file":{"driver":"file","filename":"f"}}"#;
    keeps::<v10_0::types::BlockdevOptions>(disk);
    let late = r#"{"file":{"filename":"f","driver":"file"},"node-name":"a","driver":"qcow2"}"#;
    assert_eq!(
        read::<v10_0::types::BlockdevOptions>(late),
        read::<v10_0::types::BlockdevOptions>(disk)
    );
    // A branch without members of its own.
    keeps::<v10_0::types::BlockdevOptions>(r#"{"driver":"null-co"}"#);
    // A branch that the schema does not list keeps its members.
    keeps::<v10_0::types::BlockdevOptions>(
        r#"{"driver":"new","node-name":"a","x":[1,{"y":null}]}"#,
    );
    assert_eq!(
        refused::<v10_0::types::BlockdevOptions>(r#"{"node-name":"a"}"#),
        "missing field `driver` at line 1 column 17"
    );
}

#[test]
fn what_precedes_the_discriminator_of_a_union_is_decoded_as_what_follows_it() {
    // Names and texts with escapes, all kinds of values, and members that nobody knows.
    let members = [
        r#""filename": "a\"\u00e9\n""#,
        r#""n\u006fde-name": "a""#,
        r#""aio": "brand-new""#,
        r#""read-only": true"#,
        r#""x": [null, [], {}, -1, 1.5, 18446744073709551615, {"y": [true, "\\"]}]"#,
        r#""y": {"driver": "nbd", "filename": 1}"#,
    ]
    .join(", ");
    for driver in ["file", "null-co", "brand-new"] {
        let first = format!(r#"{{"driver": "{driver}", {members}}}"#);
        let last = format!(r#"{{{members}, "driver": "{driver}"}}"#);
        let decoded = read::<v10_0::types::BlockdevOptions>(&last);
        assert_eq!(decoded, read(&first));
        // From a value, too.
        let value: Value = read(&last);
        assert_eq!(serde_json::from_value(value).ok(), Some(decoded));
    }
    let unknown = format!(r#"{{{members}, "driver": "brand-new"}}"#);
    let again = written(&read::<v10_0::types::BlockdevOptions>(&unknown));
    assert_eq!(again, read::<Value>(&unknown));
    // The last of two members counts, wherever it is.
    let twice = r#"{"filename": "a", "filename": "b", "driver": "file", "locking": "on"}"#;
    let once = r#"{"driver": "file", "locking": "on", "filename": "b"}"#;
    assert_eq!(
        read::<v10_0::types::BlockdevOptions>(twice),
        read::<v10_0::types::BlockdevOptions>(once)
    );
}

#[test]
fn errors_before_the_discriminator_of_a_union_name_the_member() {
    let refused = |json: &str| {
        let error = refused::<Vec<v7_2::types::SchemaInfo>>(json);
        let (error, _) = error.split_once(" at line 1 ").expect("it has a position");
        error.to_owned()
    };
    assert_eq!(
        refused(r#"[{"name": "0", "members": [{"name": "a", "type": 5}], "meta-type": "object"}]"#),
        "in `members[0].type`: invalid type: integer `5`, expected a string"
    );
    assert_eq!(
        refused(r#"[{"name": "0", "members": [{"name": "a"}, 1], "meta-type": "enum"}]"#),
        "in `members[1]`: invalid type: integer `1`, expected an object \
         (SchemaInfoEnumMember)"
    );
    assert_eq!(
        refused(r#"[{"name": "0", "members": [{"type": "a"}], "meta-type": "object"}]"#),
        "in `members[0]`: missing field `name`"
    );
    assert_eq!(
        refused(r#"[{"name": "0", "members": [tru], "meta-type": "object"}]"#),
        "expected ident"
    );
    let deep = format!(r#"[{{"name": "0", "members": {}"#, "[".repeat(100_000));
    assert!(refused(&deep).starts_with("recursion limit exceeded"));
}

#[test]
fn unions_whose_branches_are_unions_carry_both_tags() {
    let address = r#"{"transport":"socket","type":"inet","host":"h","port":"1"}"#;
    keeps::<v10_0::types::MigrationAddress>(address);
    let turned = r#"{"port":"1","type":"inet","host":"h","transport":"socket"}"#;
    assert_eq!(
        read::<v10_0::types::MigrationAddress>(turned),
        read::<v10_0::types::MigrationAddress>(address)
    );
}

#[test]
fn simple_unions_and_their_later_wrappers_are_the_same_on_the_wire() {
    let key = r#"{"type":"qcode","data":"esc"}"#;
    keeps::<v2_5::types::KeyValue>(key);
    keeps::<v10_0::types::KeyValue>(key);
    keeps::<v2_5::types::KeyValue>(r#"{"type":"number","data":1}"#);
    let turned: v2_5::types::KeyValue = read(r#"{"data":1,"type":"number"}"#);
    assert_eq!(written(&turned), json!({"type": "number", "data": 1}));
}

#[test]
fn the_json_type_selects_the_branch_of_an_alternate() {
    for value in ["1", "true", "[1,18446744073709551615]"] {
        keeps::<v10_0::types::StatsValue>(value);
    }
    assert_eq!(
        read::<v10_0::types::StatsValue>("true"),
        v10_0::types::StatsValue::Boolean(true)
    );
    let error = refused::<v10_0::types::StatsValue>(r#""1""#);
    assert!(
        error.starts_with("invalid type: string \"1\", expected"),
        "{error}"
    );
    keeps::<v10_0::types::BlockdevRef>(r#""node""#);
    keeps::<v10_0::types::BlockdevRef>(r#"{"driver":"null-co"}"#);
    refused::<v10_0::types::BlockdevRef>("null");
}

#[test]
fn null_is_not_absent() {
    let with = |backing: &str| format!(r#"{{"driver":"qcow2","file":"f"{backing}}}"#);
    for backing in ["", r#","backing":null"#, r#","backing":"b""#] {
        keeps::<v10_0::types::BlockdevOptions>(&with(backing));
    }
    let options: v2_11::command::MigrateSetParameters = read(r#"{"tls-creds":null}"#);
    assert_eq!(options.0.tls_creds, Some(v2_11::types::StrOrNull::N));
    assert_eq!(options.0.tls_hostname, None);
    refused::<v10_0::types::ThrottleLimits>(r#"{"iops-total":null}"#);
}

#[test]
fn numbers_beyond_the_half_are_negative_up_to_2_9() {
    let memory = |size: &str| {
        format!(
            r#"{{"id":"m","size":{size},"merge":true,"share":false,"dump":true,"prealloc":false,"host-nodes":[],"policy":"default"}}"#
        )
    };
    let old: v2_5::types::Memdev = read(&memory("-1"));
    assert_eq!(old.size, u64::MAX);
    assert_eq!(written(&old)["size"], json!(-1));
    keeps::<v10_0::types::Memdev>(&memory("18446744073709551615"));
    refused::<v10_0::types::Memdev>(&memory("18446744073709551616"));
    refused::<v10_0::types::Memdev>(&memory("1.0"));
}

#[test]
fn numbers_arrive_as_integers() {
    let ratio = |number: &str| {
        let stats = r#"{"transferred":0,"remaining":0,"total":0,"duplicate":0,"normal":0,"normal-bytes":0,"dirty-pages-rate":0,"mbps":MBPS,"dirty-sync-count":0}"#;
        read::<v2_5::types::MigrationStats>(
            &stats
                .replace("MBPS", number)
                .replace("}", r#","skipped":0}"#),
        )
    };
    assert_eq!(ratio("1").mbps, 1.0);
    assert_eq!(ratio("1.5").mbps, 1.5);
    assert_eq!(written(&ratio("1.0"))["mbps"], json!(1));
}

#[test]
fn open_arguments_are_members_and_a_map() {
    keeps::<v10_0::command::DeviceAdd>(
        r#"{"driver":"virtio-blk-pci","id":"d","drive":"a","bootindex":1}"#,
    );
    let mut device = v10_0::command::DeviceAdd::new("virtio-blk-pci");
    device.extra.insert("drive".into(), json!("a"));
    device
        .extra
        .insert("driver".into(), json!("this one has a field"));
    assert_eq!(
        written(&device),
        json!({"driver": "virtio-blk-pci", "drive": "a"})
    );
}

#[test]
fn events_may_come_without_data() {
    let event = v10_0::Event::decode("RESUME", None).expect("it has no members");
    assert_eq!(event.name(), "RESUME");
    let old = v2_5::Event::decode("SHUTDOWN", None).expect("2.5 sends no data");
    assert!(matches!(old, v2_5::Event::Shutdown(_)));
    let data = RawValue::from_string(r#"{"a":1}"#.into()).expect("it is JSON");
    let unknown =
        v10_0::Event::decode("NEW_EVENT", Some(&data)).expect("an unknown event is not an error");
    let v10_0::Event::Unrecognized(unknown) = unknown else {
        panic!("{unknown:?}");
    };
    assert_eq!(
        (unknown.name.as_str(), unknown.data["a"].clone()),
        ("NEW_EVENT", json!(1))
    );
}

#[test]
fn types_recurse() {
    let mut image = json!({"filename": "0", "format": "raw", "virtual-size": 1});
    for _ in 0..20 {
        image =
            json!({"filename": "1", "format": "raw", "virtual-size": 1, "backing-image": image});
    }
    keeps::<v10_0::types::ImageInfo>(&image.to_string());
}

#[test]
fn some_commands_do_not_reply() {
    fn returns<R, C: CommandOf<R, Return = NoReply>>() -> bool {
        C::SUCCESS_RESPONSE
    }
    assert!(!returns::<
        qga::v10_0::Release,
        qga::v10_0::command::GuestShutdown,
    >());
    fn replies<R, C: CommandOf<R>>() -> bool {
        C::SUCCESS_RESPONSE
    }
    assert!(replies::<v10_0::Release, v10_0::command::Stop>());
}

#[test]
fn some_commands_may_be_sent_out_of_band() {
    fn oob<R, C: OobCommandOf<R>>() -> &'static str {
        C::NAME
    }
    assert_eq!(
        oob::<v10_0::Release, v10_0::command::MigratePause>(),
        "migrate-pause"
    );
}

#[test]
fn what_did_not_change_is_one_type() {
    fn same<T>(_: &T, _: &T) {}
    same(&v2_5::command::Stop {}, &v10_0::command::Stop {});
    same(&v2_5::types::OnOffAuto::On, &v7_2::types::OnOffAuto::On);
    same(
        &v2_5::command::DeviceAdd::new("a"),
        &v10_0::command::DeviceAdd::new("a"),
    );
}

use replies::{Block, MaybeSinglestep, Singlestep, Status, TextStatus};

/// Parts of replies, as a program declares them.
mod replies {
    #![expect(dead_code, reason = "only the names and types of the members matter")]

    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    pub struct Status {
        running: bool,
    }

    #[derive(Debug, Deserialize)]
    pub struct Block {
        device: String,
        inserted: Option<Inserted>,
    }

    #[derive(Debug, Deserialize)]
    pub struct Inserted {
        file: String,
        #[serde(rename = "drv")]
        driver: String,
    }

    #[derive(Debug, Deserialize)]
    pub struct Singlestep {
        singlestep: bool,
    }

    #[derive(Debug, Deserialize)]
    pub struct MaybeSinglestep {
        singlestep: Option<bool>,
    }

    #[derive(Debug, Deserialize)]
    pub struct TextStatus {
        running: String,
    }
}

#[test]
fn unchanged_members_are_readable_in_all_releases() {
    macro_rules! check {
        ($($release:ident)*) => {$({
            use $release::Release;
            use $release::command::{QueryBlock, QueryStatus};
            assert_eq!(check_reply::<Release, QueryStatus, Status>(), Ok(vec![]));
            assert_eq!(check_reply::<Release, QueryBlock, Vec<Block>>(), Ok(vec![]));
        })*};
    }
    check!(v2_5 v2_11 v7_2 v10_0);
}

#[test]
fn changed_members_are_found_without_a_server() {
    type New = v10_0::Release;
    use v10_0::command::QueryStatus;
    assert_eq!(
        check_reply::<v2_5::Release, QueryStatus, Singlestep>(),
        Ok(vec![])
    );
    let missing = check_reply::<New, QueryStatus, Singlestep>().unwrap_err();
    assert!(
        missing.to_string().ends_with("missing field `singlestep`"),
        "{missing}"
    );
    let never_sent = check_reply::<New, QueryStatus, MaybeSinglestep>();
    assert_eq!(never_sent, Ok(vec!["singlestep".to_owned()]));
    let other_kind = check_reply::<New, QueryStatus, TextStatus>().unwrap_err();
    assert!(
        other_kind.problem.contains("expected a string"),
        "{other_kind}"
    );
}

#[test]
fn a_deprecated_command_is_the_same_type() {
    fn same<T>(_: &T, _: &T) {}
    #[allow(deprecated)]
    let (old, new) = (
        v7_2::command::NbdServerRemove::new("a"),
        v10_0::command::NbdServerRemove::new("a"),
    );
    same(&old, &new);
}
