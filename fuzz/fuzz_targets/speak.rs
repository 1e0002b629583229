//! Connections between a client of 2.5 and a server of 11.1, both of which send
//! arbitrary bytes.
//!
//! The first byte chooses whether the server greets and negotiates first. After
//! that, a byte of 0xFF changes the side that sends. No input may cause a panic or
//! memory without bound.

#![no_main]

use std::collections::HashMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use qapi_codegen::knowledge::{ErrorWordings, Knowledge, ReleaseData, ReplyRules};
use qapi_codegen::load::load;
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::traffic::speak::{SharedNodes, Speaker, SpeakerData};
use qapi_codegen::validate::validate;
use qapi_codegen::version::Version;

static OLD: LazyLock<Schema> =
    LazyLock::new(|| schema(include_bytes!("../../schemas/2.5/qmp.json"), Version::new(2, 5, 1)));
static NEW: LazyLock<Schema> =
    LazyLock::new(|| schema(include_bytes!("../../schemas/11.1/qmp.json"), Version::new(11, 1, 3)));
static OLD_CHECKER: LazyLock<Checker<'static>> =
    LazyLock::new(|| Checker::new(&OLD, ReleaseData::default()));
static NEW_CHECKER: LazyLock<Checker<'static>> =
    LazyLock::new(|| Checker::new(&NEW, ReleaseData::default()));
static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge {
    replies: ReplyRules::parse(include_str!("../../schemas/replies/block.toml")).expect("rules"),
    ..Knowledge::default()
});
static WORDINGS: LazyLock<ErrorWordings> = LazyLock::new(ErrorWordings::default);

const GREETING: &[u8] = b"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 3, \"minor\": 1, \
    \"major\": 11}, \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else {
        return;
    };
    let mut speaker = Speaker::new(SpeakerData {
        spoken: &OLD_CHECKER,
        version: OLD.version,
        server: &NEW_CHECKER,
        knowledge: &KNOWLEDGE,
        wordings: &WORDINGS,
        is_lenient: choice & 1 == 1,
        nodes: SharedNodes::default(),
    });
    if choice & 2 == 0 {
        speaker.receive_from_server(GREETING);
        speaker.receive_from_client(b"{\"execute\": \"qmp_capabilities\"}\n");
        speaker.receive_from_server(b"{\"return\": {}}\r\n");
    }
    for (index, part) in bytes.split(|byte| *byte == 0xFF).enumerate() {
        match index % 2 {
            0 => drop(speaker.receive_from_client(part)),
            _ => drop(speaker.receive_from_server(part)),
        }
    }
});

fn schema(text: &'static [u8], version: Version) -> Schema {
    let files = HashMap::from([("qmp.json".to_owned(), text.into())]);
    let loaded = load(&files, "qmp.json", version).expect("the schema is in memory");
    resolve(&validate(loaded).expect("the schema is valid"))
}
