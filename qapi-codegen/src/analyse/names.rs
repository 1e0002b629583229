//! Rust names for the entities of a schema.
//!
//! Words begin at separators and at changes of case; acronyms are words. The
//! names of one scope are made together, so that two names in QMP never become
//! one name in Rust.

use std::collections::HashMap;

/// The name of a type, a command or an event.
///
/// Names in the prelude keep their meaning: the schema's `String` becomes
/// `QapiString`, so that a glob import does not shadow `String`. The schema's
/// `QapiString` becomes `QapiQapiString`.
pub fn type_name(name: &str) -> String {
    let pascal = pascal_case(name);
    if PRELUDE.contains(&pascal.trim_start_matches(PREFIX)) {
        format!("{PREFIX}{pascal}")
    } else {
        pascal
    }
}

/// The prefix of types whose name has another meaning in Rust.
const PREFIX: &str = "Qapi";

/// The variant for values and branches that are not in the schema.
pub const UNRECOGNIZED: &str = "Unrecognized";

/// The names of an enum's variants, one for each wire name.
pub fn variants<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let pascal = names.into_iter().map(|name| (name, pascal_case(name)));
    distinct(pascal, &["Self", UNRECOGNIZED])
}

/// The names of a struct's fields, one for each wire name; `r#` is in front of
/// keywords. Names in `reserved` belong to other fields or variables.
pub fn fields<'n>(
    names: impl IntoIterator<Item = &'n str>,
    reserved: &[impl AsRef<str>],
) -> Vec<String> {
    let snake = names.into_iter().map(|name| (name, snake_case(name)));
    let reserved: Vec<&str> = reserved.iter().map(AsRef::as_ref).collect();
    let reserved = [&reserved[..], &UNRAW_KEYWORDS].concat();
    distinct(snake, &reserved).into_iter().map(raw).collect()
}

/// A name without its case and separators. Names for which it differs have different
/// Rust names.
pub fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_ascii_lowercase()
}

/// The module and the feature of a release, such as `v2_11`.
pub fn release(series: crate::version::Series) -> String {
    format!("v{}_{}", series.major, series.minor)
}

/// The Rust module for a module of a schema, such as `block_core`.
pub fn module(name: &str) -> String {
    let is_allowed = |character: char| character.is_ascii_alphanumeric();
    let snake = name.replace(|character| !is_allowed(character), "_");
    let snake = snake.to_ascii_lowercase();
    if KEYWORDS.contains(&snake.as_str()) || UNRAW_KEYWORDS.contains(&snake.as_str()) {
        snake + "_"
    } else if snake.starts_with(is_allowed) && !snake.starts_with(|c: char| c.is_ascii_digit()) {
        snake
    } else {
        format!("_{snake}")
    }
}

/// Converts `blockdev-add`, `BLOCK_JOB_READY`, `VNCInfo` and `2_5` to
/// `BlockdevAdd`, `BlockJobReady`, `VncInfo` and `_2_5`.
fn pascal_case(name: &str) -> String {
    let mut pascal = String::new();
    for word in words(name) {
        let digit_meets_digit = pascal.ends_with(|last: char| last.is_ascii_digit())
            && word.starts_with(|first: char| first.is_ascii_digit());
        if digit_meets_digit {
            pascal.push('_');
        }
        let start = pascal.len();
        pascal.push_str(word);
        let first = word.chars().next().map_or(0, char::len_utf8);
        pascal[start..start + first].make_ascii_uppercase();
        pascal[start + first..].make_ascii_lowercase();
    }
    if pascal.starts_with(|first: char| first.is_ascii_digit()) {
        pascal.insert(0, '_');
    }
    pascal
}

fn snake_case(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    lower.split(['-', '_', '.']).collect::<Vec<_>>().join("_")
}

/// The words of a name.
fn words(name: &str) -> Vec<&str> {
    let separators = |character: char| !character.is_ascii_alphanumeric();
    name.split(separators)
        .filter(|part| !part.is_empty())
        .flat_map(humps)
        .collect()
}

/// The words of a part without separators: `SGXInfo` has `SGX` and `Info`.
fn humps(part: &str) -> Vec<&str> {
    let bytes = part.as_bytes();
    let begins_word = |at: usize| {
        let after_lower = !bytes[at - 1].is_ascii_uppercase();
        let before_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        bytes[at].is_ascii_uppercase() && (after_lower || before_lower)
    };
    let mut words = Vec::new();
    let mut start = 0;
    for at in (1..part.len()).filter(|&at| begins_word(at)) {
        words.push(&part[start..at]);
        start = at;
    }
    words.push(&part[start..]);
    words
}

/// Makes equal names distinct: a name that is spelled like its QMP name keeps
/// it, unless it is reserved, and the others get as many `_` as needed.
fn distinct<'n>(names: impl Iterator<Item = (&'n str, String)>, reserved: &[&str]) -> Vec<String> {
    let names: Vec<(&str, String)> = names.collect();
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (wire, name) in &names {
        let owner = owners.entry(name).or_insert(wire);
        if wire == name {
            *owner = wire;
        }
    }
    owners.extend(reserved.iter().map(|name| (*name, "")));
    let mut taken: HashMap<&str, usize> = HashMap::new();
    let suffixes: Vec<usize> = names
        .iter()
        .map(|(wire, name)| {
            if owners[name.as_str()] == *wire {
                return 0;
            }
            let others = taken.entry(name).or_default();
            *others += 1;
            *others
        })
        .collect();
    let suffixed =
        |((_, name), suffix): (&(&str, String), usize)| name.clone() + &"_".repeat(suffix);
    names.iter().zip(suffixes).map(suffixed).collect()
}

fn raw(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

/// The keywords that cannot be raw identifiers.
const UNRAW_KEYWORDS: [&str; 3] = ["self", "super", "crate"];

const KEYWORDS: [&str; 47] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while",
];

/// The names of the prelude, and those that generated files import.
const PRELUDE: [&str; 65] = [
    "Alternate",
    "AsMut",
    "AsRef",
    "Base",
    "Box",
    "Branches",
    "Clone",
    "Copy",
    "Data",
    "Debug",
    "Default",
    "Deserialize",
    "DoubleEndedIterator",
    "Drop",
    "Empty",
    "Eq",
    "Err",
    "Error",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "Map",
    "MapAccess",
    "MapAccessDeserializer",
    "NoReply",
    "None",
    "Number",
    "Object",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Release",
    "Rest",
    "Result",
    "Self",
    "Send",
    "SeqAccess",
    "SeqAccessDeserializer",
    "Serialize",
    "SerializeMap",
    "Serializer",
    "Series",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    UNRECOGNIZED,
    "UnrecognizedBranch",
    "UnrecognizedValue",
    "Unsigned",
    "Value",
    "Vec",
    "Write",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_pascal_case_with_acronyms_as_words() {
        let cases = [
            ("blockdev-add", "BlockdevAdd"),
            ("block_set_io_throttle", "BlockSetIoThrottle"),
            ("BLOCK_JOB_READY", "BlockJobReady"),
            ("VNCInfo", "VncInfo"),
            ("QCryptoBlockFormat", "QCryptoBlockFormat"),
            ("X86CPURegister32", "X86CpuRegister32"),
            ("BlockdevOptionsQcow2", "BlockdevOptionsQcow2"),
            ("query-named-block-nodes", "QueryNamedBlockNodes"),
            ("x-blockdev-del", "XBlockdevDel"),
            ("String", "QapiString"),
            ("QapiString", "QapiQapiString"),
            ("QapiQapiString", "QapiQapiQapiString"),
            ("QapiInfo", "QapiInfo"),
            ("UNRECOGNIZED", "QapiUnrecognized"),
            ("STOP", "Stop"),
            ("__com.redhat_drive-mirror", "ComRedhatDriveMirror"),
        ];
        for (wire, rust) in cases {
            assert_eq!(type_name(wire), rust, "{wire}");
        }
    }

    #[test]
    fn values_may_begin_with_digits_and_hold_dots() {
        let names = [
            "3des",
            "2_5",
            "25",
            "l1_grow.alloc_table",
            "monolithicFlat",
            "none",
        ];
        let rust = [
            "_3des",
            "_2_5",
            "_25",
            "L1GrowAllocTable",
            "MonolithicFlat",
            "None",
        ];
        assert_eq!(variants(names), rust);
    }

    #[test]
    fn modules_are_identifiers() {
        let names = [
            "block-core",
            "misc-i386",
            "9pfs",
            "mod",
            "super",
            "qapi.schema",
            "",
        ];
        let rust = [
            "block_core",
            "misc_i386",
            "_9pfs",
            "mod_",
            "super_",
            "qapi_schema",
            "_",
        ];
        assert_eq!(names.map(module), rust);
    }

    #[test]
    fn fields_that_differ_in_case_stay_distinct() {
        let free = [""; 0];
        assert_eq!(fields(["PC", "pc", "Pc"], &free), ["pc_", "pc", "pc__"]);
        assert_eq!(
            fields(["type", "node-name", "self"], &free),
            ["r#type", "node_name", "self_"]
        );
    }

    #[test]
    fn reserved_names_belong_to_no_entity() {
        assert_eq!(
            fields(["extra", "EXTRA"], &["extra"]),
            ["extra_", "extra__"]
        );
        assert_eq!(fields(["self", "SELF"], &[""; 0]), ["self_", "self__"]);
        assert_eq!(
            variants(["self", "unrecognized", "Self"]),
            ["Self_", "Unrecognized_", "Self__"]
        );
    }
}
