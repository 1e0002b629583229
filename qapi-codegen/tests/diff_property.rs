//! A random edit of a random schema is found, by the right rule in the right
//! direction, and nothing else is.

mod diff_support;

use diff_support::{found, resolved};
use proptest::prelude::*;

/// A member of the struct that is edited.
#[derive(Debug, Clone, PartialEq)]
struct Member {
    optional: bool,
    ty: usize,
}

/// Types whose differences are those of their kind.
const TYPES: [&str; 6] = ["str", "bool", "E", "S", "[ 'str' ]", "[ 'S' ]"];

/// Names that are not alike in spelling.
const NAMES: [&str; 8] = [
    "apple", "birch", "cedar", "daisy", "elder", "fern", "grass", "hazel",
];

/// Where the struct stands, and how a path to it begins.
const HOMES: [(&str, &str, &str); 5] = [
    (
        "request",
        "{ 'command': 'c', 'data': { 'it': 'T', 'other': 'int' } }",
        "it.",
    ),
    (
        "request",
        "{ 'command': 'c', 'data': { '*its': [ 'T' ], 'other': 'int' } }",
        "its[].",
    ),
    ("reply", "{ 'command': 'c', 'returns': 'T' }", ""),
    ("reply", "{ 'command': 'c', 'returns': [ 'T' ] }", "[]."),
    ("event", "{ 'event': 'HAPPENED', 'data': 'T' }", ""),
];

/// One edit.
#[derive(Debug, Clone)]
enum Edit {
    Add(Member),
    Remove,
    Toggle,
    Retype,
    Respell,
}

fn schema(members: &[(String, Member)], home: &str) -> String {
    let member = |(name, member): &(String, Member)| {
        let star = if member.optional { "*" } else { "" };
        let ty = TYPES[member.ty];
        let ty = if ty.starts_with('[') {
            ty.to_owned()
        } else {
            format!("'{ty}'")
        };
        format!("'{star}{name}': {ty}")
    };
    let members: Vec<String> = members.iter().map(member).collect();
    format!(
        "{{ 'enum': 'E', 'data': [ 'x' ] }} {{ 'struct': 'S', 'data': {{ 's': 'int' }} }}\n\
         {{ 'struct': 'T', 'data': {{ {} }} }}\n{home}",
        members.join(", ")
    )
}

/// The rule that a change must be found by.
fn expected(edit: &Edit, member: &Member, direction: &str) -> String {
    let request = direction == "request";
    let presence = if member.optional {
        "optional"
    } else {
        "required"
    };
    let rule = match edit {
        Edit::Add(new) => match (request, new.optional) {
            (true, true) => "optional-member-added",
            (_, false) => "required-member-added",
            (false, true) => "member-added",
        }
        .to_owned(),
        Edit::Remove if request => "member-removed".to_owned(),
        Edit::Remove => format!("{presence}-member-removed"),
        Edit::Toggle if member.optional => "member-became-required".to_owned(),
        Edit::Toggle => "member-became-optional".to_owned(),
        Edit::Retype => "type-changed".to_owned(),
        Edit::Respell => "member-renamed".to_owned(),
    };
    format!("{direction}-{rule}")
}

fn member() -> impl Strategy<Value = Member> {
    (any::<bool>(), 0..TYPES.len()).prop_map(|(optional, ty)| Member { optional, ty })
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        member().prop_map(Edit::Add),
        Just(Edit::Remove),
        Just(Edit::Toggle),
        Just(Edit::Retype),
        Just(Edit::Respell),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn one_edit_is_one_finding(
        members in prop::collection::vec(member(), 3..7),
        at in 0usize..3,
        home in 0..HOMES.len(),
        edit in edit(),
    ) {
        let old: Vec<(String, Member)> =
            NAMES.iter().map(|name| (*name).to_owned()).zip(members).collect();
        let mut new = old.clone();
        let (name, member) = old[at].clone();
        let mut at_name = name.clone();
        match &edit {
            Edit::Add(member) => {
                at_name = "hazel".to_owned();
                new.insert(at, (at_name.clone(), member.clone()));
            }
            Edit::Remove => drop(new.remove(at)),
            Edit::Toggle => new[at].1.optional = !member.optional,
            // `null` is no value of any of the types.
            Edit::Retype => {}
            Edit::Respell => new[at].0 = format!("{}_{}", &name[..2], &name[2..]),
        }
        let (direction, home, prefix) = HOMES[home];
        let new_text = match edit {
            Edit::Retype => retyped(&new, at, home),
            _ => schema(&new, home),
        };
        prop_assume!(old != new || matches!(edit, Edit::Retype));
        let findings = found(&resolved("4.2.0", &schema(&old, home)), &resolved("4.2.0", &new_text));
        let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        let rule = expected(&edit, &member, direction);
        prop_assert_eq!(rules, [&*rule], "{}\n{}", schema(&old, home), new_text);
        prop_assert_eq!(&findings[0].path, &format!("{prefix}{at_name}"));
        prop_assert_eq!(findings[0].direction, direction);
    }
}

/// The schema with a member of a type that has nothing in common with another.
fn retyped(members: &[(String, Member)], at: usize, home: &str) -> String {
    let (name, member) = &members[at];
    let star = if member.optional { "*" } else { "" };
    let text = schema(members, home);
    let ty = TYPES[member.ty];
    let old = if ty.starts_with('[') {
        ty.to_owned()
    } else {
        format!("'{ty}'")
    };
    text.replacen(
        &format!("'{star}{name}': {old}"),
        &format!("'{star}{name}': 'null'"),
        1,
    )
}
