//! Migrated requests: each rule by its example, the case that the project was
//! born from, and requests at random.

use std::collections::HashMap;

use proptest::test_runner::{Config, TestRunner};
use proptest::{prop_assert, prop_assert_eq, prop_assume};
use qapi_codegen::schema::{
    self, BranchContent, BuiltinType, JsonKind, NamedType, OperationData, Schema, TypeId, TypeKind,
    ValueType,
};
use qapi_codegen::traffic::check::{Session, Verdict};
use qapi_codegen::traffic::json::{Member, Style, Value, parse};
use qapi_codegen::traffic::migrate::{
    Certainty, Migration, Migrator, Outcome, Rule, Rules, rewrite,
};
use qapi_codegen::traffic::read::read;
use qapi_codegen::version::Series;
use xtask::known::{self, Known};
use xtask::workspace;

fn rules() -> Rules {
    known::table("migrations.toml").expect("the rules are valid")
}

fn known(series: Series) -> Known {
    Known::open(&series.to_string()).expect("the series is imported")
}

/// Migrates a text, and gives it with the outcome of each request.
fn migrate(from: &str, to: &str, text: &str) -> (String, Vec<Migration>) {
    let (source, target, rules) = (
        Known::open(from).unwrap(),
        Known::open(to).unwrap(),
        rules(),
    );
    migrate_by(&source, &target, &rules, text)
}

fn migrate_by(
    source: &Known,
    target: &Known,
    rules: &Rules,
    text: &str,
) -> (String, Vec<Migration>) {
    let (from, to) = (source.checker(None), target.checker(None));
    let mut migrator = Migrator::new(&from, &to, &target.schema, target.nearest_devices(), rules);
    let (mut new, mut migrations) = (Vec::new(), Vec::new());
    read(
        &mut text.as_bytes(),
        &|name| from.has_command(name),
        &mut |entry| {
            let rewritten = rewrite::entry(&mut migrator, &entry);
            new.extend(rewritten.bytes.as_deref().unwrap_or(entry.bytes));
            migrations.extend(
                rewritten
                    .requests
                    .into_iter()
                    .map(|request| request.migration),
            );
            Ok::<(), std::io::Error>(())
        },
    )
    .expect("a text in memory can be read");
    (
        String::from_utf8(new).expect("what was text is text"),
        migrations,
    )
}

#[test]
fn each_rule_does_what_its_example_shows() {
    let rules = rules();
    let all = workspace::imported().expect("the schemas are part of the repository");
    let mut of_series: HashMap<Series, Known> = HashMap::new();
    let mut failures = Vec::new();
    for rule in &rules.rules {
        let place = all
            .iter()
            .position(|series| *series == rule.since)
            .expect("a series");
        let written_for = rule.written_for.unwrap_or(all[place - 1]);
        for series in [written_for, rule.since] {
            of_series.entry(series).or_insert_with(|| known(series));
        }
        let (old, new) = (&of_series[&written_for], &of_series[&rule.since]);
        if let Err(failure) = try_rule(rule, &rules, old, new) {
            failures.push(format!("{}: {failure}", rule.id));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn try_rule(rule: &Rule, rules: &Rules, old: &Known, new: &Known) -> Result<(), String> {
    let parsed = parse(&rule.before).map_err(|mistake| mistake.message)?;
    let accepted = old.checker(None).request(&mut Session::default(), &parsed);
    if accepted.verdict == Verdict::Rejected {
        return Err(format!(
            "the release before refuses it: {:?}",
            accepted.problems
        ));
    }
    let (text, migrations) = migrate_by(old, new, rules, &rule.before);
    let migration = &migrations[0];
    let by_rule = migration
        .remarks
        .iter()
        .any(|remark| remark.rule.as_deref() == Some(&rule.id));
    if !by_rule {
        return Err(format!("it does not apply: {migration:?}"));
    }
    let expected = match rule.certainty {
        Certainty::Certain => Outcome::Rewritten,
        Certainty::Assumed => Outcome::Assumed,
        Certainty::Left => Outcome::Left,
    };
    let after = rule.after.as_ref().unwrap_or(&rule.before);
    match (migration.outcome == expected, text == *after) {
        (false, _) => Err(format!(
            "it is {:?}: {:?}",
            migration.outcome, migration.remarks
        )),
        (_, false) => Err(format!("it becomes {text}")),
        _ => Ok(()),
    }
}

#[test]
fn rules_have_names_and_sentences_of_their_own() {
    let rules = rules();
    let mut ids: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.rules.len());
    for rule in &rules.rules {
        assert!(rule.says.ends_with('.'), "{}", rule.id);
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
    file='{\"driver\":\"file\",\"filename\":\"/home/admin/cirros-0.4.0-x86_64-disk.img\"}'";

const OLD_MESSAGES: &str = r#"{"execute": "blockdev-add", "arguments": {"options": {"driver": "qcow2", "id": "virtio0", "file": {"driver": "file", "filename": "/home/admin/cirros-0.4.0-x86_64-disk.img"}}}}
{"execute": "device_add", "arguments": {"driver": "virtio-blk-pci", "bus": "pci.0", "scsi": "off", "drive": "virtio0", "id": "virtio-disk0", "bootindex": "1"}}
"#;

const NEW_MESSAGE: &str = r#"{"execute": "blockdev-add", "arguments": {"driver": "qcow2", "node-name": "virtio0", "file": {"driver": "file", "filename": "/home/admin/cirros-0.4.0-x86_64-disk.img"}}}"#;

fn outcomes(migrations: &[Migration]) -> Vec<Outcome> {
    migrations
        .iter()
        .map(|migration| migration.outcome)
        .collect()
}

#[test]
fn the_script_of_2_5_runs_on_2_11() {
    let (new, migrations) = migrate("2.5", "2.11", OLD_SCRIPT);
    let device = OLD_SCRIPT.lines().nth(2).unwrap();
    assert_eq!(
        new,
        format!("# attach the disk\n{NEW_BLOCKDEV}\n{device}\n")
    );
    assert_eq!(
        outcomes(&migrations),
        [Outcome::Rewritten, Outcome::Unchanged]
    );
}

#[test]
fn the_script_of_2_5_runs_on_10_0() {
    let (new, migrations) = migrate("2.5", "10.0", OLD_SCRIPT);
    let device =
        "device_add driver=virtio-blk-pci bus=pci.0 drive=virtio0 id=virtio-disk0 bootindex=1";
    assert_eq!(
        new,
        format!("# attach the disk\n{NEW_BLOCKDEV}\n{device}\n")
    );
    assert_eq!(
        outcomes(&migrations),
        [Outcome::Rewritten, Outcome::Rewritten]
    );
}

#[test]
fn the_messages_of_2_5_are_taken_by_2_11() {
    let (new, migrations) = migrate("2.5", "2.11", OLD_MESSAGES);
    let device = OLD_MESSAGES.lines().nth(1).unwrap();
    assert_eq!(new, format!("{NEW_MESSAGE}\n{device}\n"));
    assert_eq!(
        outcomes(&migrations),
        [Outcome::Rewritten, Outcome::Unchanged]
    );
}

#[test]
fn the_messages_of_2_5_are_taken_by_10_0() {
    let (new, _) = migrate("2.5", "10.0", OLD_MESSAGES);
    let device = r#"{"execute": "device_add", "arguments": {"driver": "virtio-blk-pci", "bus": "pci.0", "drive": "virtio0", "id": "virtio-disk0", "bootindex": 1}}"#;
    assert_eq!(new, format!("{NEW_MESSAGE}\n{device}\n"));
}

/// Texts and what they become from 2.5 to 2.11.
const CASES: &[(&str, &str)] = &[
    // The layout of a message stays.
    (
        "{\r\n  \"execute\": \"memsave\",\r\n  \"arguments\": {\r\n    \"val\": 0, \"size\": 1, \"filename\": \"\\u0061\", \"cpu\": 1\r\n  }\r\n}\r\n",
        "{\n  \"execute\": \"memsave\",\n  \"arguments\": {\n    \"val\": 0,\n    \"size\": 1,\n    \"filename\": \"\\u0061\",\n    \"cpu-index\": 1\n  }\n}\r\n",
    ),
    (
        "{'execute':'x-blockdev-del','arguments':{'node-name':'a'}}{\"execute\":\"stop\"}",
        "{'execute':'blockdev-del','arguments':{'node-name':'a'}}{\"execute\":\"stop\"}",
    ),
    // Dots stay dots, and quotes stay as they were.
    (
        "(QEMU) blockdev-add options.driver=raw options.id=a options.file.driver=file options.file.filename='/a b'\n",
        "(QEMU) blockdev-add driver=raw node-name=a file.driver=file file.filename='/a b'\n",
    ),
    // A name that is given up is followed.
    (
        "blockdev-add options={\"driver\":\"null-co\",\"id\":\"a\",\"node-name\":\"n\"}\ndevice_add driver=virtio-blk-pci drive=a id=d\ndrive-mirror device=a target=/b sync=full\neject device=a\nblock_resize device=a size=1\nx-blockdev-del id=a\n",
        "blockdev-add driver=null-co node-name=n\ndevice_add driver=virtio-blk-pci drive=n id=d\ndrive-mirror device=n target=/b sync=full job-id=a\neject id=d\nblock_resize node-name=n size=1\nblockdev-del node-name=n\n",
    ),
    // What an image had goes to its device.
    (
        "blockdev-add options={\"driver\":\"null-co\",\"id\":\"a\",\"werror\":\"stop\",\"cache\":{\"writeback\":false}}\ndevice_add driver=virtio-blk-pci drive=a\n",
        "blockdev-add driver=null-co node-name=a\ndevice_add driver=virtio-blk-pci drive=a write-cache=off werror=stop\n",
    ),
    // Actions of transactions are requests.
    (
        "blockdev-add options={\"driver\":\"null-co\",\"id\":\"a\"}\ntransaction(\nblockdev-snapshot-sync device=a snapshot-file=/b\n)\n",
        "blockdev-add driver=null-co node-name=a\ntransaction(\nblockdev-snapshot-sync node-name=a snapshot-file=/b\n)\n",
    ),
    // Recordings stay recordings.
    (
        "{\"session\": \"s\", \"dir\": \">\", \"raw\": \"{\\\"execute\\\": \\\"x-blockdev-del\\\", \\\"arguments\\\": {\\\"node-name\\\": \\\"a\\\"}}\"}\n",
        "{\"session\": \"s\", \"dir\": \">\", \"raw\": \"{\\\"execute\\\": \\\"blockdev-del\\\", \\\"arguments\\\": {\\\"node-name\\\": \\\"a\\\"}}\"}\n",
    ),
    // What else stands in a log stays.
    (
        "2020-01-01 1: info : QEMU_MONITOR_IO_WRITE: mon=0x1 buf={\"execute\":\"x-blockdev-del\",\"arguments\":{\"node-name\":\"a\"},\"id\":\"libvirt-1\"}\r\n len=1\n",
        "2020-01-01 1: info : QEMU_MONITOR_IO_WRITE: mon=0x1 buf={\"execute\":\"blockdev-del\",\"arguments\":{\"node-name\":\"a\"},\"id\":\"libvirt-1\"}\r\n len=1\n",
    ),
];

#[test]
fn texts_become_what_they_should_and_stay_so() {
    let (source, target, rules) = (
        Known::open("2.5").unwrap(),
        Known::open("2.11").unwrap(),
        rules(),
    );
    for (old, expected) in CASES {
        let (new, migrations) = migrate_by(&source, &target, &rules, old);
        assert_eq!(new, *expected, "{migrations:?}");
        let (again, _) = migrate_by(&source, &target, &rules, &new);
        assert_eq!(again, new);
    }
}

#[test]
fn what_is_gone_is_left_with_a_way_out() {
    let text = "blockdev-add options={\"driver\":\"archipelago\",\"id\":\"a\",\"volume\":\"v\"}\n";
    let (new, migrations) = migrate("2.5", "2.11", text);
    assert_eq!(new, text);
    assert_eq!(migrations[0].outcome, Outcome::Left);
    assert!(
        migrations[0].remarks[0].message.contains("rbd"),
        "{migrations:?}"
    );
}

#[test]
fn recordings_of_a_release_need_nothing_for_it() {
    let folder = workspace::root().join("tests/recordings/2.11.0");
    for name in ["events.jsonl", "queries.jsonl"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("a recording");
        let (new, _) = migrate("2.11", "2.11", &text);
        assert_eq!(new, text);
    }
}

/// What random numbers choose, so that fewer and smaller numbers are a simpler
/// request.
struct Choices<'c> {
    numbers: std::slice::Iter<'c, u16>,
}

impl Choices<'_> {
    /// One of so many; the first where the numbers have run out.
    fn one_of(&mut self, many: usize) -> usize {
        self.numbers
            .next()
            .map_or(0, |number| usize::from(*number) % many.max(1))
    }

    fn is_taken(&mut self) -> bool {
        self.one_of(2) == 1
    }
}

/// A request of a release, made from its schema.
fn made(schema: &Schema, choices: &mut Choices<'_>) -> Value<'static> {
    let command = &schema.commands[choices.one_of(schema.commands.len())];
    let arguments = match &command.data {
        OperationData::Members(members) => object(schema, members.iter().collect(), choices, 0),
        OperationData::Defined(id) => of_type(schema, *id, choices, 0),
    };
    Value::Object(vec![
        Member::new("execute", Value::text(command.meta.name.clone())),
        Member::new("arguments", arguments),
    ])
}

/// How deep optional members are made.
const DEEP: usize = 4;

fn object(
    schema: &Schema,
    members: Vec<&schema::Member>,
    choices: &mut Choices<'_>,
    depth: usize,
) -> Value<'static> {
    let mut made = Vec::new();
    for member in members {
        if !member.optional || (depth < DEEP && choices.is_taken()) {
            let value = of(schema, member.ty, choices, depth + 1);
            made.push(Member::new(member.meta.name.clone(), value));
        }
    }
    Value::Object(made)
}

fn of(schema: &Schema, ty: ValueType, choices: &mut Choices<'_>, depth: usize) -> Value<'static> {
    match ty {
        ValueType::One(NamedType::Defined(id)) => of_type(schema, id, choices, depth),
        ValueType::One(NamedType::Builtin(builtin)) => scalar(builtin, choices),
        ValueType::Array(_) if depth > DEEP => Value::Array(Vec::new()),
        ValueType::Array(item) => {
            let many = choices.one_of(3);
            let item = |_| of(schema, ValueType::One(item), choices, depth + 1);
            Value::Array((0..many).map(item).collect())
        }
    }
}

fn scalar(builtin: BuiltinType, choices: &mut Choices<'_>) -> Value<'static> {
    match builtin.json_kind() {
        JsonKind::String => Value::text(["a", "off", "1", "/a b", ""][choices.one_of(5)]),
        JsonKind::Boolean => Value::Bool(choices.is_taken()),
        JsonKind::Number => Value::Number(["0", "0.5", "2"][choices.one_of(3)].into()),
        JsonKind::Any => Value::Object(Vec::new()),
        JsonKind::Null => Value::Null,
        _ => Value::Number(["0", "1", "64"][choices.one_of(3)].into()),
    }
}

fn of_type(schema: &Schema, id: TypeId, choices: &mut Choices<'_>, depth: usize) -> Value<'static> {
    match &schema.get(id).kind {
        TypeKind::Enum(values) => Value::text(
            values.values[choices.one_of(values.values.len())]
                .name
                .clone(),
        ),
        TypeKind::Struct(_) => object(schema, schema.members(id), choices, depth),
        TypeKind::Alternate(alternate) => {
            // The last branch is never an object in itself.
            let last = alternate.branches.len() - 1;
            let chosen = if depth > DEEP {
                last
            } else {
                choices.one_of(last + 1)
            };
            of(schema, alternate.branches[chosen].ty, choices, depth)
        }
        TypeKind::Union(union) => {
            let cases = schema.union_branches(union);
            let case = &cases[choices.one_of(cases.len())];
            let mut made = object(schema, schema.members(id), choices, depth);
            made.take(&union.discriminator);
            let rest = match case.content {
                BranchContent::Nothing => Value::Object(Vec::new()),
                BranchContent::Members(id) => of_type(schema, id, choices, depth),
                BranchContent::Data(ty) => {
                    let data = of(schema, ty, choices, depth + 1);
                    Value::Object(vec![Member::new("data", data)])
                }
            };
            let tag = Member::new(
                union.discriminator.clone(),
                Value::text(case.meta.name.clone()),
            );
            if let (Some(members), Value::Object(rest)) = (made.members_mut(), rest) {
                members.push(tag);
                members.extend(rest);
            }
            made
        }
    }
}

#[test]
fn requests_of_2_5_at_random_are_accepted_by_2_11_or_left() {
    accepted_or_left("2.5", "2.11", 3000);
}

#[test]
fn requests_of_2_11_at_random_are_accepted_by_10_0_or_left() {
    accepted_or_left("2.11", "10.0", 1000);
}

fn accepted_or_left(old: &str, new: &str, cases: u32) {
    let (old, new, rules) = (
        Known::open(old).unwrap(),
        Known::open(new).unwrap(),
        rules(),
    );
    let (from, to) = (old.checker(None), new.checker(None));
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let numbers = proptest::collection::vec(proptest::num::u16::ANY, 1..60);
    let tried = runner.run(&numbers, |numbers| {
        let numbers = numbers.iter();
        let message = made(&old.schema, &mut Choices { numbers });
        let text = Style::SPACED.write(&message);
        let parsed = parse(&text).expect("what was written is read");
        prop_assume!(from.request(&mut Session::default(), &parsed).verdict != Verdict::Rejected);
        let (migrated, migrations) = migrate_by(&old, &new, &rules, &text);
        let again = parse(&migrated).expect("what was written is read");
        let checked = to.request(&mut Session::default(), &again);
        match migrations[0].outcome {
            Outcome::Left => {
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
        let (twice, _) = migrate_by(&old, &new, &rules, &migrated);
        prop_assert_eq!(twice, migrated);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}
